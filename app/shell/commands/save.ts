// Copy and save tables and whole images.

import type { Separator } from "../../export/delimited.ts";
import { NO_ROWS, orderOf, rowsNow } from "../rows.ts";
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
        if (text !== null) await copy(shell, await text.content.text(), "the table");
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
        if (text !== null) saveFile(text.name, text.content);
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

/** The visible rows and columns of the current listing as text. `null` if nothing is open, or making it was cancelled. */
async function tableText(shell: Shell, separator: Separator): Promise<{ name: string; content: Blob } | null> {
  const { listings, tab, ...state } = shell.store.get();
  const doc = shownDoc(state);
  if (doc === null) return null;
  const name = `${nameOfDoc(shell)}.${tab}.csv`;
  const view = listings[tab];
  const order = orderOf(tab, view);
  const { document, checkpoint } = doc;
  try {
    const content = await shell.saving.begin(name, async (options) => {
      // While only part of an image is shown, the worker is busy decoding the rest.
      const now = document === null ? rowsNow(doc, order) : null;
      if (document === null) return listingText(checkpoint, tab, view.columns, (now ?? NO_ROWS).rows, separator);
      return shell.client.request("table", { document, order, columns: view.columns, separator }, options);
    });
    return content && { name, content };
  } catch (error) {
    shell.notify(`Could not export the table: ${messageOf(error)}`);
    return null;
  }
}

/** Copies the descriptors that go with the rows of the current listing. */
async function copyLines(shell: Shell): Promise<void> {
  const { listings, tab } = shell.store.get();
  const document = shownDoc(shell.store.get())?.document ?? null;
  if (document === null) return;
  try {
    const request = { document, order: orderOf(tab, listings[tab]) };
    const text = await shell.saving.begin("the descriptors", (options) =>
      shell.client.request("lines", request, options),
    );
    if (text !== null) await copy(shell, await text.text(), "the descriptors");
  } catch (error) {
    shell.notify(`Could not list the descriptors: ${messageOf(error)}`);
  }
}

async function saveJson(shell: Shell): Promise<void> {
  const document = shownDoc(shell.store.get())?.document ?? null;
  if (document === null) return;
  const name = `${nameOfDoc(shell)}.json`;
  try {
    const content = await shell.saving.begin(name, (options) => shell.client.request("json", { document }, options));
    if (content !== null) saveFile(name, content);
  } catch (error) {
    shell.notify(`Could not export JSON: ${messageOf(error)}`);
  }
}

/** The shown document's name, for a file made from it. */
const nameOfDoc = ({ store }: Shell): string => plainName(shownDoc(store.get())?.input.name ?? "");
