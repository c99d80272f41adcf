// Closes the dialog that is open.

import { flushSync } from "react-dom";
import type { Shell } from "../../shell/shell.ts";

/**
 * Takes the dialog off the page before it returns, and so gives the focus back. What runs next can move the focus, which
 * an open modal dialog would not let go, and a key that is pressed at once is not lost in the dialog.
 */
export function closeDialog(shell: Shell): void {
  flushSync(() => shell.store.set({ dialog: null }));
}
