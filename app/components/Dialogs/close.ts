// Closes the dialog that is open.

import { flushSync } from "react-dom";
import type { Shell } from "../../shell/shell.ts";

/**
 * Removes the dialog from the page before it returns, which restores the focus. What runs next can then move the focus,
 * which an open modal dialog would hold, and a key pressed immediately is not lost in the dialog.
 */
export function closeDialog(shell: Shell): void {
  flushSync(() => shell.store.set({ dialog: null }));
}
