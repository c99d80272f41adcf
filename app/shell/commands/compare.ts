// Two images: step through the changes, side by side, swap; changes as text.

import { otherSide } from "../../model/comparison/side.ts";
import { u32At } from "../../model/read.ts";
import type { ChangesForm } from "../../worker/protocol.ts";
import { PLACES } from "../places.ts";
import { plainName, saveFile } from "../save.ts";
import { groupsOf, hiddenOf, isCompared, isPair, tablesContent } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { NO_FILTERS, NOTHING_ELSE_SHOWN } from "../state.ts";
import { copy, goTo, messageOf } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

export function compareCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  return inGroup("Compare", [
    { id: "next-change", title: "Next change", key: "n", when: isCompared, run: () => shell.stepChange(1) },
    { id: "previous-change", title: "Previous change", key: "p", when: isCompared, run: () => shell.stepChange(-1) },
    {
      id: "go-changes",
      title: "Go to changes",
      key: "C",
      when: isCompared,
      run() {
        store.set({ left: "changes" });
        goTo(shell, "tree", PLACES.changes);
      },
    },
    {
      id: "side-by-side",
      title: "Toggle side by side",
      key: "d",
      when: isCompared,
      run: () => toggleSideBySide(shell),
    },
    {
      id: "only-changes",
      title: "Toggle unchanged",
      key: "a",
      when: isCompared,
      run: () => store.set(({ onlyChanges }) => ({ onlyChanges: !onlyChanges })),
    },
    {
      id: "all-kinds",
      title: "Show all changes",
      key: "K",
      when: (state) => isCompared(state) && hiddenOf(state).includes(1),
      run: () => shell.filterChanges(NO_FILTERS),
    },
    {
      id: "filter-changes",
      title: "Filter changes",
      key: "h",
      when: isCompared,
      run() {
        store.set({ left: "changes", filtersShown: true });
        goTo(shell, "tree", PLACES.changeFilter);
      },
    },
    {
      id: "expected",
      title: "Hide or show expected changes",
      key: "H",
      when: isCompared,
      run: () => shell.filterChanges({ expectedHidden: !store.get().expectedHidden }),
    },
    {
      id: "group-changes",
      title: "Group changes by event or by task",
      key: "G",
      when: isCompared,
      run: () => shell.groupChanges(store.get().groupBy === "event" ? "task" : "event"),
    },
    {
      id: "mark-seen",
      title: "Mark change as seen, and go to the next",
      key: "s",
      when: ({ compared, change }) => compared !== null && change !== null,
      run: () => markSeen(shell),
    },
    {
      id: "hide-seen",
      title: "Hide or show changes marked as seen",
      key: "S",
      when: (state) => isCompared(state) && (state.seen.size > 0 || state.seenHidden),
      run: () => shell.filterChanges({ seenHidden: !store.get().seenHidden }),
    },
    { id: "swap", title: "Swap before and after", key: "x", when: isPair, run: () => void shell.swap() },
    {
      id: "turn",
      title: "Switch to the other image",
      key: "v",
      when: isPair,
      run: () => shell.showSide(otherSide(store.get().side)),
    },
    ...changesAsText(shell),
  ]);
}

/** Marks the selected change as seen, or as not seen if it is; if its event is folded, all changes of the event. */
function markSeen(shell: Shell): void {
  const state = shell.store.get();
  const { compared, change, seen, folded, groupBy } = state;
  const groups = groupsOf(state);
  if (compared === null || change === null || groups === null) return;
  const hidden = hiddenOf(state);
  const event = u32At(groups.eventOf, change);
  const isFolded = groupBy === "event" && !folded.has(event);
  const marked = isFolded ? compared.tools.shownChanges(groups, hidden, event) : Uint32Array.of(change);
  const isSeen = !seen.has(change);
  const next = isSeen ? compared.tools.stepInEvents(groups, hidden, marked.at(-1) ?? change, 1) : -1;
  if (next !== -1) shell.selectChange(next);
  shell.markSeen(marked, isSeen);
}

function toggleSideBySide(shell: Shell): void {
  const state = shell.store.get();
  const isShown = state.tablesShown && tablesContent(state) === "sideBySide";
  shell.store.set({ view: isShown ? "one" : "sideBySide", ...NOTHING_ELSE_SHOWN });
  goTo(shell, "tables", isShown ? PLACES.tables : PLACES.aligned);
}

function changesAsText(shell: Shell): Omit<Command, "group">[] {
  return [
    {
      id: "copy-change",
      title: "Copy change as text",
      key: "c",
      when: ({ compared, change }) => compared !== null && change !== null,
      run() {
        const { compared, change } = shell.store.get();
        if (compared && change !== null)
          void copy(shell, compared.tools.changeSentence(compared.comparison, change), "the change");
      },
    },
    {
      id: "copy-changes",
      title: "Copy changes as Markdown",
      key: "M",
      when: isCompared,
      run() {
        const text = formatChanges(shell, "markdown").then((changes) => changes?.text.text() ?? null);
        void copy(shell, text, "the changes");
      },
    },
    {
      id: "save-changes-markdown",
      title: "Save changes as Markdown",
      key: "m",
      when: isCompared,
      run: () => void saveChanges(shell, "markdown", "md"),
    },
    {
      id: "save-changes-json",
      title: "Save changes as JSON",
      key: "j",
      when: isCompared,
      run: () => void saveChanges(shell, "json", "json"),
    },
    {
      id: "save-changes-csv",
      title: "Save changes as CSV",
      key: "E",
      when: isCompared,
      run: () => void saveChanges(shell, "csv", "csv"),
    },
  ];
}

interface FormattedChanges {
  readonly text: Blob;
  /** For a file, without an extension. */
  readonly name: string;
}

/** The changes as text, except hidden ones. `null`: cancelled, or failed, and the user was notified. */
async function formatChanges(shell: Shell, form: ChangesForm): Promise<FormattedChanges | null> {
  const { docs } = shell.store.get();
  const [before, after] = docs;
  if (!before || !after || before.document === null || after.document === null) return null;
  const names = { before: before.input.name, after: after.input.name };
  try {
    const hidden = hiddenOf(shell.store.get());
    const request = { before: before.document, after: after.document, form, hidden, names };
    const name = `${plainName(names.before)}-to-${plainName(names.after)}`;
    const text = await shell.saving.begin(name, (options) => shell.client.request("changes", request, options));
    return text && { text, name };
  } catch (error) {
    shell.notify(`Could not export the changes: ${messageOf(error)}`);
    return null;
  }
}

async function saveChanges(shell: Shell, form: ChangesForm, extension: string): Promise<void> {
  const changes = await formatChanges(shell, form);
  if (changes !== null) saveFile(`${changes.name}.${extension}`, changes.text);
}
