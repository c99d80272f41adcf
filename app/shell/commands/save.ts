// Copy and save tables and whole images.

import type { Separator } from "../../export/tables/delimited.ts";
import { plainName, saveFile } from "../save.ts";
import { areAllDecoded, isDecoded, isOpen, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { copy, messageOf, saveMade } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

export function saveCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  return inGroup("Copy and save", [
    {
      id: "copy-table",
      title: "Copy table (tab-separated)",
      key: "Y",
      when: isOpen,
      run() {
        const text = tableFile(shell, "\t").then((file) => file?.content.text() ?? null);
        void copy(shell, text, "the table");
      },
    },
    {
      id: "copy-lines",
      title: "Copy descriptors as lsof-like text",
      key: "z",
      when: isDecoded,
      run: () => void copy(shell, descriptorsAsLines(shell), "the descriptors"),
    },
    {
      id: "save-csv",
      title: "Save table as CSV",
      key: "e",
      when: isOpen,
      async run() {
        const file = await tableFile(shell, ",");
        if (file !== null) saveFile(file.name, file.content);
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

/** The table as a file; `null` after saying why, or if making it was cancelled. */
async function tableFile(shell: Shell, separator: Separator): Promise<{ name: string; content: Blob } | null> {
  const { listings, tab, ...state } = shell.store.get();
  const view = listings[tab];
  const doc = shownDoc(state);
  if (doc === null) return null;
  const name = `${nameOfDoc(shell)}.${tab}.csv`;
  try {
    const { tableText } = await import("../tables/table-text.ts");
    const content = await shell.saving.begin(name, (options) =>
      tableText(shell.client, doc, tab, view, separator, options),
    );
    return content && { name, content };
  } catch (error) {
    shell.notify(`Could not export the table: ${messageOf(error)}`);
    return null;
  }
}

/** The descriptors that go with the rows of the current listing; `null` after saying why, or if it was cancelled. */
async function descriptorsAsLines(shell: Shell): Promise<string | null> {
  const { listings, tab, ...state } = shell.store.get();
  const view = listings[tab];
  const document = shownDoc(state)?.document ?? null;
  if (document === null) return null;
  try {
    const { descriptorLines } = await import("../tables/table-text.ts");
    const text = await shell.saving.begin("the descriptors", (options) =>
      descriptorLines(shell.client, document, tab, view, options),
    );
    return text && (await text.text());
  } catch (error) {
    shell.notify(`Could not list the descriptors: ${messageOf(error)}`);
    return null;
  }
}

async function saveJson(shell: Shell): Promise<void> {
  const document = shownDoc(shell.store.get())?.document ?? null;
  if (document === null) return;
  await saveMade(shell, `${nameOfDoc(shell)}.json`, (options) => shell.client.request("json", { document }, options));
}

/** The shown document's name, for a file made from it. */
const nameOfDoc = ({ store }: Shell): string => plainName(shownDoc(store.get())?.input.name ?? "");
