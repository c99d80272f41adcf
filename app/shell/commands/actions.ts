// Steps that several commands share.

import { isPartMissing, PART_MISSING } from "../../model/text/missing-part.ts";
import type { RequestOptions } from "../../worker/client.ts";
import { withElement } from "../rendered.ts";
import { type Copied, copyText, saveFile } from "../save.ts";
import type { Shell } from "../shell.ts";
import type { Panel } from "../state.ts";

/** Shows a panel, moves keyboard focus to an element in it (an id of PLACES), and uses the element. */
export function goTo({ store }: Shell, panel: Panel, place: string, use?: (element: HTMLElement) => void): void {
  showPanel(store, panel);
  withElement(place, (element) => {
    element.focus();
    use?.(element);
  });
}

function showPanel(store: Shell["store"], panel: Panel): void {
  store.set(({ treeShown, inspectorShown, tablesShown }) => ({
    panel,
    treeShown: treeShown || panel === "tree",
    inspectorShown: inspectorShown || panel === "inspector",
    tablesShown: tablesShown || panel === "tables",
  }));
}

/**
 * Copies text and notifies the user of success or failure.
 *
 * @param what Completes the notice `Copied …`.
 */
export async function copy(shell: Shell, text: Copied, what: string): Promise<void> {
  const copied = await copyText(text);
  if (copied === null) return;
  shell.notify(
    copied ? `Copied ${what}` : "Could not copy: the browser denied access. Click on the page and try again",
  );
}

/**
 * Makes a file with progress, unless the user cancels that, and saves it. Notifies the user of a failure.
 *
 * @param make Makes the file.
 */
export async function saveMade(
  shell: Shell,
  name: string,
  make: (options: RequestOptions) => Promise<Blob>,
): Promise<void> {
  try {
    const content = await shell.saving.begin(name, make);
    if (content !== null) saveFile(name, content);
  } catch (error) {
    shell.notify(`Could not save ${name}: ${messageOf(error)}`);
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (isPartMissing(error)) return `${PART_MISSING.message} ${PART_MISSING.advice}`;
  return error instanceof Error ? error.message : String(error);
}
