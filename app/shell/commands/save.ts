// Copy and save tables and whole images.

import { orderOf, shownRows } from "../rows.ts";
import { listingText, plainName, saveFile } from "../save.ts";
import { areAllDecoded, isDecoded, isOpen, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { copy, messageOf } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

export function saveCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  return inGroup("Copy and save", [
    {
      id: "copy-table",
      title: "Copy table (tab-separated)",
      key: "Y",
      when: isOpen,
      async run() {
        const text = await tableText(shell, "\t");
        if (text !== null) await copy(shell, await text.text(), "the table");
      },
    },
    {
      id: "copy-lines",
      title: "Copy descriptors as lsof-like text",
      key: "z",
      when: isDecoded,
      run: () => void copyLines(shell),
    },
    {
      id: "save-csv",
      title: "Save table as CSV",
      key: "e",
      when: isOpen,
      async run() {
        const text = await tableText(shell, ",");
        if (text !== null) saveFile(`${nameOfDoc(shell)}.${store.get().tab}.csv`, text);
      },
    },
    { id: "save-json", title: "Save image as JSON", key: "J", when: isDecoded, run: () => void saveJson(shell) },
    {
      id: "save-report",
      title: "Save report (one HTML file)…",
      key: "R",
      when: (state) => shell.network && areAllDecoded(state),
      run: () => store.set({ dialog: { kind: "share", into: "report" } }),
    },
  ]);
}

/** The visible rows and columns of the current listing as text. `null` if nothing is open. */
async function tableText({ client, store }: Shell, separator: "," | "\t"): Promise<Blob | null> {
  const state = store.get();
  const doc = shownDoc(state);
  if (doc === null) return null;
  const view = state.listings[state.tab];
  const { rows } = await shownRows(client, doc, state.tab, view);
  return listingText(doc.checkpoint, state.tab, view.columns, rows, separator);
}

/** Copies the descriptors that go with the rows of the current listing. */
async function copyLines(shell: Shell): Promise<void> {
  const { listings, tab } = shell.store.get();
  const document = shownDoc(shell.store.get())?.document ?? null;
  if (document === null) return;
  try {
    const text = await shell.client.request("lines", { document, order: orderOf(tab, listings[tab]) });
    await copy(shell, await text.text(), "the descriptors");
  } catch (error) {
    shell.notify(`Could not list the descriptors: ${messageOf(error)}`);
  }
}

async function saveJson(shell: Shell): Promise<void> {
  const document = shownDoc(shell.store.get())?.document ?? null;
  if (document === null) return;
  const name = `${nameOfDoc(shell)}.json`;
  try {
    saveFile(name, await shell.client.request("json", { document }));
  } catch (error) {
    shell.notify(`Could not export JSON: ${messageOf(error)}`);
  }
}

/** The shown document's name, for a file made from it. */
const nameOfDoc = ({ store }: Shell): string => plainName(shownDoc(store.get())?.input.name ?? "");
