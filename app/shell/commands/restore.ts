// The restore view: show it, open and remove facts of a host, save what was compared.

import { delimitedLine } from "../../export/delimited.ts";
import { closeFacts } from "../host-facts.ts";
import { inputOfFiles, pickedFiles } from "../inputs.ts";
import { PLACES } from "../places.ts";
import { plainName, saveFile } from "../save.ts";
import { isDecoded, isOpen, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { NOTHING_ELSE_SHOWN } from "../state.ts";
import { goTo, messageOf } from "./actions.ts";
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

const TITLES = ["group", "what", "use", "recorded", "actual", "state", "pid", "fd"];

async function saveRows({ client, store, notify }: Shell): Promise<void> {
  const { host } = store.get();
  const doc = shownDoc(store.get());
  if (doc === null || doc.document === null) return;
  try {
    const { rows } = await client.request("restore", { document: doc.document, facts: host?.facts ?? null });
    const lines = rows.map(({ group, what, use, recorded, actual, state, pid, fd }) =>
      delimitedLine([group, what, use, recorded, actual ?? "", state, String(pid ?? ""), String(fd ?? "")], ","),
    );
    saveFile(`${plainName(doc.input.name)}.restore.csv`, new Blob([delimitedLine(TITLES, ","), ...lines]));
  } catch (error) {
    notify(`Could not save: ${messageOf(error)}`);
  }
}
