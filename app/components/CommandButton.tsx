// A button that runs a command and shows its key in a tooltip.

import type { ReactNode } from "react";
import { keyLabel } from "../shell/keys.ts";
import { useApp, useCommand } from "./context.ts";
import { isMac } from "./platform.ts";

export function CommandButton({ id, children, className }: { id: string; children?: ReactNode; className?: string }) {
  const command = useCommand(id);
  const enabled = useApp(command.when);
  return (
    <button
      type="button"
      className={className}
      disabled={!enabled}
      title={`${command.title} (${keyLabel(command.key, isMac())})`}
      aria-keyshortcuts={command.key.replace("mod+", "Control+")}
      onClick={() => command.run()}
    >
      {children ?? command.title}
    </button>
  );
}
