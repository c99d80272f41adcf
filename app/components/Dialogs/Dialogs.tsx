// The open dialog, if any.

import { useApp } from "../context.ts";
import { Find } from "../Find/Find.tsx";
import { AddressDialog } from "../Links/Address.tsx";
import { FetchDialog } from "../Links/Fetch.tsx";
import { MissingDialog } from "../Missing.tsx";
import { preloaded } from "../preloaded.tsx";
import { Choose } from "./Choose.tsx";
import { Dropped } from "./Dropped.tsx";
import { FormatDialog } from "./FormatDialog.tsx";
import { Help } from "./Help.tsx";
import { OffsetDialog } from "./OffsetDialog.tsx";
import { Palette } from "./Palette.tsx";

// Loaded on demand, because it pulls in the code that packs images.
const share = preloaded(() => import("../Links/Share.tsx").then(({ ShareDialog }) => ShareDialog), MissingDialog);

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
    case "offset":
      return <OffsetDialog />;
    case "address":
      return <AddressDialog />;
    case "fetch":
      return <FetchDialog {...dialog} />;
    case "share":
      return <share.Component into={dialog.into} />;
    case "dropped":
      return <Dropped input={dialog.input} ignored={dialog.ignored} />;
    case "choose":
      return <Choose choices={dialog.choices} count={dialog.count} ignored={dialog.ignored} />;
    default:
      return null;
  }
}
