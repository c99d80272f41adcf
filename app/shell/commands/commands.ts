// Everything that can be done, once: keys, menus, the palette and the help all read this.

import { changeSentence } from "../../export/changes-text.ts";
import { LISTING_TITLES, LISTINGS } from "../../model/columns.ts";
import { otherSide } from "../../model/side.ts";
import { counted, grouped } from "../../model/words.ts";
import type { ChangesForm } from "../../worker/protocol.ts";
import { type ByteForm, bytesText } from "../bytes-text.ts";
import { sentence } from "../describe.ts";
import { focusElement, focusWhenRendered } from "../focus.ts";
import { rememberLink } from "../hosted.ts";
import { groupImages, pickedFiles } from "../inputs.ts";
import { PLACES } from "../places.ts";
import { shownRows } from "../rows.ts";
import { copyText, listingText, plainName, saveFile } from "../save.ts";
import type { Shell } from "../shell.ts";
import { type Dialog, type Panel, type State, shownDoc } from "../state.ts";
import type { BytesHandle, Command, DrawingHandle } from "./command.ts";

/** Bytes that are copied at most. */
const MAX_COPIED_BYTES = 1024 * 1024;

const isOpen = (state: State): boolean => shownDoc(state) !== null;
const isWhole = (state: State): boolean => shownDoc(state)?.document != null;
const allWhole = ({ docs }: State): boolean => docs.length > 0 && docs.every(({ document }) => document !== null);
const isPair = ({ docs }: State): boolean => docs.length === 2;
const isCompared = ({ compared }: State): boolean => compared !== null;
const always = (): boolean => true;

/** All commands. `drawing.current` and `bytes.current` are there while they are on the page. */
export function createCommands(
  shell: Shell,
  drawing: { readonly current: DrawingHandle | null },
  bytes: { readonly current: BytesHandle | null },
): readonly Command[] {
  const { store } = shell;
  const state = () => store.get();
  const show = (dialog: Dialog) => () => store.set({ dialog });

  const pick = (compare: boolean) => () => {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.onchange = () => shell.receive(groupImages(pickedFiles(input.files ?? [])), compare);
    input.click();
  };

  /** Shows a part of the page and puts the focus there. */
  const goTo = (panel: Panel, place: string) => () => {
    const { treeShown, inspectorShown, tablesShown } = state();
    store.set({
      panel,
      treeShown: treeShown || panel === "tree",
      inspectorShown: inspectorShown || panel === "inspector",
      tablesShown: tablesShown || panel === "tables",
    });
    focusElement(place);
  };

  const copy = async (text: string, what: string): Promise<void> =>
    shell.notify((await copyText(text)) ? `Copied ${what}.` : "The browser does not let the page use the clipboard.");

  const listing = async (separator: "," | "\t"): Promise<Blob | null> => {
    const { tab, listings } = state();
    const doc = shownDoc(state());
    if (doc === null) return null;
    return listingText(
      doc.checkpoint,
      tab,
      listings[tab].columns,
      await shownRows(shell.client, doc, tab, listings[tab]),
      separator,
    );
  };

  const nameOfDoc = (): string => plainName(shownDoc(state())?.input.name ?? "");

  /** The changes as text, without those of kinds that are switched off. */
  const changes = async (form: ChangesForm): Promise<{ readonly text: Blob; readonly name: string } | null> => {
    const { docs, off } = state();
    const [before, after] = docs;
    if (!before || !after || before.document === null || after.document === null) return null;
    const two = { before: before.document, after: after.document };
    const names = { before: before.input.name, after: after.input.name };
    try {
      const text = await shell.client.request("changes", { ...two, form, ignore: off, names });
      return { text, name: `${plainName(names.before)}-to-${plainName(names.after)}` };
    } catch (error) {
      shell.notify(`The changes could not be put into text: ${error instanceof Error ? error.message : error}`);
      return null;
    }
  };

  const saveChanges = (form: ChangesForm, extension: string) => () =>
    void changes(form).then((made) => made && saveFile(`${made.name}.${extension}`, made.text));

  const comparing: readonly Command[] = [
    {
      id: "next-change",
      title: "Next change",
      key: "n",
      group: "Compare",
      when: isCompared,
      run: () => shell.stepChange(1),
    },
    {
      id: "previous-change",
      title: "Previous change",
      key: "p",
      group: "Compare",
      when: isCompared,
      run: () => shell.stepChange(-1),
    },
    {
      id: "go-changes",
      title: "Go to the changes",
      key: "C",
      group: "Compare",
      when: isCompared,
      run: () => {
        store.set({ left: "changes" });
        goTo("tree", PLACES.changes)();
      },
    },
    {
      id: "side-by-side",
      title: "Side by side, or the tables again",
      key: "d",
      group: "Compare",
      when: isCompared,
      run: () => {
        const { view, tablesShown, bytesShown } = state();
        const shown = view === "sideBySide" && tablesShown && !bytesShown;
        store.set({ view: shown ? "one" : "sideBySide", bytesShown: false });
        goTo("tables", shown ? PLACES.tables : PLACES.aligned)();
      },
    },
    {
      id: "only-changes",
      title: "Side by side: only changes, or everything",
      key: "a",
      group: "Compare",
      when: isCompared,
      run: () => store.set(({ onlyChanges }) => ({ onlyChanges: !onlyChanges })),
    },
    {
      id: "all-kinds",
      title: "Show all kinds of change",
      key: "K",
      group: "Compare",
      when: (now) => isCompared(now) && now.off.length > 0,
      run: () => store.set({ off: [] }),
    },
    {
      id: "copy-change",
      title: "Copy the change as a sentence",
      key: "c",
      group: "Compare",
      when: (now) => isCompared(now) && now.change !== null,
      run: () => {
        const { compared, change } = state();
        if (compared && change !== null) void copy(changeSentence(compared.comparison, change), "the change");
      },
    },
    {
      id: "copy-changes",
      title: "Copy the changes as Markdown",
      key: "M",
      group: "Compare",
      when: isCompared,
      run: () => void changes("markdown").then(async (made) => made && copy(await made.text.text(), "the changes")),
    },
    {
      id: "save-changes-markdown",
      title: "Save the changes as Markdown",
      key: "m",
      group: "Compare",
      when: isCompared,
      run: saveChanges("markdown", "md"),
    },
    {
      id: "save-changes-json",
      title: "Save the changes as JSON",
      key: "j",
      group: "Compare",
      when: isCompared,
      run: saveChanges("json", "json"),
    },
    {
      id: "save-changes-csv",
      title: "Save the changes as CSV",
      key: "E",
      group: "Compare",
      when: isCompared,
      run: saveChanges("csv", "csv"),
    },
  ];

  const tabs = LISTINGS.map(
    (tab, at): Command => ({
      id: `tab-${tab}`,
      title: `Show ${LISTING_TITLES[tab].toLowerCase()}`,
      key: String(at + 1),
      group: "Tables",
      when: isOpen,
      run: () => shell.showListing(tab),
    }),
  );

  const copyBytes = (form: ByteForm) => async (): Promise<void> => {
    const { bytes: selection } = state();
    const doc = shownDoc(state());
    if (selection === null || doc === null || doc.document === null) return;
    const { member, anchor, at } = selection;
    const offset = Math.min(anchor, at);
    const length = Math.abs(anchor - at) + 1;
    if (length > MAX_COPIED_BYTES) {
      return shell.notify(
        `${counted(length, "byte")} are too many to copy: select at most ${grouped(MAX_COPIED_BYTES)}.`,
      );
    }
    try {
      const found = await shell.client.request("bytes", { document: doc.document, member, offset, length });
      await copy(bytesText(found, form), counted(found.length, "byte"));
    } catch (error) {
      shell.notify(error instanceof Error ? error.message : String(error));
    }
  };
  const showsBytes = (now: State): boolean => isWhole(now) && now.bytesShown;

  const byteCommands: readonly Command[] = [
    {
      id: "bytes",
      title: "Show the bytes",
      key: "b",
      group: "Bytes",
      when: isOpen,
      run: () => {
        store.set({ bytesShown: true });
        goTo("tables", PLACES.bytes)();
      },
    },
    {
      id: "go-offset",
      title: "Go to offset…",
      key: "g",
      within: PLACES.bytes,
      group: "Bytes",
      when: showsBytes,
      run: show({ kind: "offset" }),
    },
    {
      id: "find-bytes",
      title: "Find bytes or text",
      key: "f",
      within: PLACES.bytes,
      group: "Bytes",
      when: showsBytes,
      run: () => bytes.current?.focusFind(),
    },
    {
      id: "next-bytes",
      title: "Next place that was found",
      key: "n",
      within: PLACES.bytes,
      group: "Bytes",
      when: showsBytes,
      run: () => bytes.current?.step(1),
    },
    {
      id: "previous-bytes",
      title: "Previous place that was found",
      key: "p",
      within: PLACES.bytes,
      group: "Bytes",
      when: showsBytes,
      run: () => bytes.current?.step(-1),
    },
    {
      id: "copy-bytes-hex",
      title: "Copy the bytes as hex",
      key: "mod+c",
      within: PLACES.bytes,
      group: "Bytes",
      when: showsBytes,
      run: () => void copyBytes("hex")(),
    },
    {
      id: "copy-bytes-c",
      title: "Copy the bytes as a C array",
      key: "c",
      within: PLACES.bytes,
      group: "Bytes",
      when: showsBytes,
      run: () => void copyBytes("c")(),
    },
    {
      id: "copy-bytes-base64",
      title: "Copy the bytes as base64",
      key: "y",
      within: PLACES.bytes,
      group: "Bytes",
      when: showsBytes,
      run: () => void copyBytes("base64")(),
    },
  ];

  return [
    { id: "open", title: "Open…", key: "o", group: "Open", when: always, run: pick(false) },
    {
      id: "open-address",
      title: "Open an address…",
      key: "A",
      group: "Open",
      when: () => shell.network,
      run: show({ kind: "address" }),
    },
    { id: "compare", title: "Compare with…", key: "O", group: "Open", when: isWhole, run: pick(true) },
    { id: "close", title: "Close", key: "W", group: "Open", when: isOpen, run: () => shell.close() },
    {
      id: "format",
      title: "Format, evidence and facts…",
      key: "D",
      group: "Open",
      when: isOpen,
      run: show({ kind: "format" }),
    },
    {
      id: "cancel",
      title: "Cancel opening; else look at nothing",
      key: "Escape",
      group: "Open",
      when: (now) => now.opening !== null || now.selection !== null,
      run: () => (state().opening ? shell.cancel() : shell.select(null)),
    },
    {
      id: "swap",
      title: "Swap before and after",
      key: "x",
      group: "Compare",
      when: isPair,
      run: () => void shell.swap(),
    },
    ...comparing,
    {
      id: "turn",
      title: "Look at the other image",
      key: "v",
      group: "Compare",
      when: isPair,
      run: () => shell.showSide(otherSide(state().side)),
    },

    { id: "find", title: "Find…", key: "/", group: "Look", when: isOpen, run: show({ kind: "find" }) },
    {
      id: "go-tree",
      title: "Go to the tasks",
      key: "t",
      group: "Look",
      when: isOpen,
      run: () => {
        store.set({ left: "tasks" });
        goTo("tree", PLACES.tree)();
      },
    },
    {
      id: "go-drawing",
      title: "Go to the drawing",
      key: "g",
      group: "Look",
      when: isOpen,
      run: () => {
        store.set({ panel: "drawing" });
        focusWhenRendered(() => {
          drawing.current?.focus();
          return drawing.current !== null;
        });
      },
    },
    {
      id: "zoom-in",
      title: "Zoom the drawing in",
      key: "+",
      group: "Look",
      when: isOpen,
      run: () => drawing.current?.zoomBy(1.25),
    },
    {
      id: "zoom-out",
      title: "Zoom the drawing out",
      key: "-",
      group: "Look",
      when: isOpen,
      run: () => drawing.current?.zoomBy(0.8),
    },
    {
      id: "zoom-fit",
      title: "The whole drawing; again: its own size",
      key: "0",
      group: "Look",
      when: isOpen,
      run: () => drawing.current?.fit(),
    },
    {
      id: "go-tables",
      title: "Go to the tables",
      key: "l",
      group: "Look",
      when: isOpen,
      run: () => {
        const { bytesShown, view } = state();
        const aligned = view === "sideBySide" && isCompared(state());
        goTo("tables", bytesShown ? PLACES.bytes : aligned ? PLACES.aligned : PLACES.tables)();
      },
    },
    {
      id: "go-inspector",
      title: "Go to the inspector",
      key: "i",
      group: "Look",
      when: isOpen,
      run: goTo("inspector", PLACES.inspector),
    },
    {
      id: "toggle-tree",
      title: "Show or hide the tasks, or the changes",
      key: "T",
      group: "Look",
      when: isOpen,
      run: () => store.set({ treeShown: !state().treeShown }),
    },
    {
      id: "toggle-tables",
      title: "Show or hide the tables",
      key: "L",
      group: "Look",
      when: isOpen,
      run: () => store.set({ tablesShown: !state().tablesShown }),
    },
    {
      id: "toggle-inspector",
      title: "Show or hide the inspector",
      key: "I",
      group: "Look",
      when: isOpen,
      run: () => store.set({ inspectorShown: !state().inspectorShown }),
    },

    ...tabs,
    ...byteCommands,
    {
      id: "filter",
      title: "Filter the table",
      key: "f",
      group: "Tables",
      when: isOpen,
      run: () => {
        shell.showListing(state().tab);
        goTo("tables", PLACES.filter)();
      },
    },
    {
      id: "columns",
      title: "Choose columns",
      key: "k",
      group: "Tables",
      when: (now) => isOpen(now) && now.tab !== "records",
      run: () => {
        shell.showListing(state().tab);
        goTo("tables", "columns")();
        focusWhenRendered(() => {
          const columns = document.getElementById("columns");
          columns?.click();
          return columns !== null;
        });
      },
    },
    {
      id: "clear-filter",
      title: "Clear the table’s filter and order",
      key: "F",
      group: "Tables",
      when: (now) => isOpen(now) && (now.listings[now.tab].filter !== "" || now.listings[now.tab].sort !== null),
      run: () => shell.setListing(state().tab, { filter: "", sort: null }),
    },

    {
      id: "copy",
      title: "Copy what is looked at, as a sentence",
      key: "y",
      group: "Copy and save",
      when: (now) => isOpen(now) && now.selection !== null,
      run: () => {
        const doc = shownDoc(state());
        const { selection } = state();
        if (doc && selection) void copy(sentence(doc.checkpoint, selection), "the sentence");
      },
    },
    {
      id: "copy-table",
      title: "Copy the table, tab-separated",
      key: "Y",
      group: "Copy and save",
      when: isOpen,
      run: () => void listing("\t").then(async (blob) => blob && copy(await blob.text(), "the table")),
    },
    {
      id: "copy-link",
      title: "Copy the link to this view",
      key: "u",
      group: "Copy and save",
      when: (now) => isOpen(now) && now.origin !== null,
      run: () => void copy(shell.address(), "the link").then(() => rememberLink(state().origin)),
    },
    {
      id: "copy-link-inside",
      title: "Copy a link with the image inside…",
      key: "U",
      group: "Copy and save",
      when: allWhole,
      run: show({ kind: "share", into: "link" }),
    },
    {
      id: "save-report",
      title: "Save a report: one HTML file…",
      key: "R",
      group: "Copy and save",
      when: (now) => shell.network && allWhole(now),
      run: show({ kind: "share", into: "report" }),
    },
    {
      id: "save-csv",
      title: "Save the table as CSV",
      key: "e",
      group: "Copy and save",
      when: isOpen,
      run: () => void listing(",").then((blob) => blob && saveFile(`${nameOfDoc()}.${state().tab}.csv`, blob)),
    },
    {
      id: "save-json",
      title: "Save everything as JSON",
      key: "J",
      group: "Copy and save",
      when: isWhole,
      run: () => {
        const doc = shownDoc(state());
        if (doc === null || doc.document === null) return;
        const name = `${nameOfDoc()}.json`;
        shell.client.request("json", { document: doc.document }).then(
          (blob) => saveFile(name, blob),
          (error: unknown) => shell.notify(`JSON could not be made: ${error instanceof Error ? error.message : error}`),
        );
      },
    },

    {
      id: "palette",
      title: "All commands…",
      key: "mod+k",
      group: "Help",
      when: always,
      run: show({ kind: "palette" }),
    },
    { id: "help", title: "Keys and filters", key: "?", group: "Help", when: always, run: show({ kind: "help" }) },
  ];
}
