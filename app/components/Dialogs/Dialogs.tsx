// The dialog that is open, if one is.

import { useApp } from "../context.ts";
import { Find } from "../Find/Find.tsx";
import { Dropped } from "./Dropped.tsx";
import { FormatDialog } from "./FormatDialog.tsx";
import { Help } from "./Help.tsx";
import { Palette } from "./Palette.tsx";

export function Dialogs() {
  const dialog = useApp((state) => state.dialog);
  switch (dialog?.kind) {
    case "help":
      return <Help />;
    case "palette":
      return <Palette />;
    case "find":
      return <Find />;
    case "format":
      return <FormatDialog />;
    case "dropped":
      return <Dropped input={dialog.input} />;
    default:
      return null;
  }
}
