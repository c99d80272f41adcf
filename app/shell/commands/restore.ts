// The restore view: show it, open and remove facts of a host, save what was compared.

import { closeFacts } from "../opening/host-facts.ts";
import { inputOfFiles, pickedFiles } from "../opening/inputs.ts";
import { PLACES } from "../places.ts";
import { plainName } from "../save.ts";
import { isDecoded, isOpen, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { NOTHING_ELSE_SHOWN } from "../state.ts";
import { goTo, saveMade } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

export function restoreCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  return inGroup("Restore", [
    {
      id: "restore",
      title: "Show what a restore needs",
      key: "w",
      when: isOpen,
      run() {
        store.set({ ...NOTHING_ELSE_SHOWN, restoreShown: true });
        goTo(shell, "tables", PLACES.restore);
      },
    },
    { id: "open-facts", title: "Open facts of a host…", key: "Q", when: isOpen, run: () => pickFacts(shell) },
    {
      id: "close-facts",
      title: "Remove the facts of a host",
      key: "X",
      when: ({ host }) => host !== null,
      run: () => closeFacts(store),
    },
    {
      id: "save-restore",
      title: "Save what a restore compares as CSV",
      key: "e",
      within: PLACES.restore,
      when: isDecoded,
      run: () => void saveRows(shell),
    },
  ]);
}

/** Shows the browser's file picker for a file of facts. */
function pickFacts(shell: Shell): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,application/json";
  input.onchange = () => shell.receive(inputOfFiles(pickedFiles(input.files ?? [])));
  input.click();
}

async function saveRows(shell: Shell): Promise<void> {
  const { host } = shell.store.get();
  const doc = shownDoc(shell.store.get());
  if (doc === null || doc.document === null) return;
  const request = { document: doc.document, facts: host?.facts ?? null };
  const name = `${plainName(doc.input.name)}.restore.csv`;
  await saveMade(shell, name, (options) => shell.client.request("restoreTable", request, options));
}
