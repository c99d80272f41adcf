// The selection: an object, bytes, a change. Selecting one of the three makes the other two follow.

import { type ChangeKind, mirrored } from "../diff/changes.ts";
import type { ChangeName } from "../diff/lists/about.ts";
import { nameOf, resolve } from "../link/name.ts";
import { onSide, type Side } from "../model/comparison/side.ts";
import { objectOf, type Selection } from "../model/related.ts";
import { byteRange, bytesForSelection, clampToMember, selectionForBytes } from "./bytes/selection.ts";
import { groupsOf, hiddenOf, shownDoc } from "./selectors.ts";
import {
  type ByteSelection,
  type ChangeFilters,
  type Compared,
  type GroupBy,
  NOTHING_ELSE_SHOWN,
  type State,
} from "./state.ts";
import type { Store } from "./store.ts";

export interface SelectionActions {
  /** Selects something in the shown document; `null` clears the selection. */
  select(selection: Selection | null): void;
  /** Selects something in one of two documents, and shows that one. */
  selectIn(side: Side, selection: Selection | null): void;
  /** Shows the document on a side. The same object stays selected if that document has it. */
  showSide(side: Side): void;
  /** Selects bytes and the object that they describe. */
  selectBytes(bytes: ByteSelection): void;
  /** Selects the bytes of a field or record and shows them. */
  showBytes(member: number, offset: number, length: number): void;
  /** Selects a change (index into the comparison's changes), and the object that shows it. */
  selectChange(change: number): void;
  /** Selects the next listed change, or the previous one. Does nothing at the end of the list. */
  stepChange(by: 1 | -1): void;
  /** Switches a kind of change off, or on again. */
  switchKind(kind: ChangeKind): void;
  /** Sets filters of the changes. A selected change that they hide is deselected. */
  filterChanges(filters: Partial<ChangeFilters>): void;
  /** Folds or unfolds a group of changes. */
  fold(group: number): void;
  /** Groups changes by event or by task. */
  groupChanges(groupBy: GroupBy): void;
  /** Marks changes as seen, or as not seen. */
  markSeen(changes: Iterable<number>, isSeen: boolean): void;
}

export function createSelection({ get, set }: Store<State>): SelectionActions {
  const selectChange = (change: number): void => {
    const { compared } = get();
    if (compared) set((state) => withSelection(state, { change, ...selectionOfChange(compared, change) }));
  };

  const filterChanges = (filters: Partial<ChangeFilters>): void =>
    set((state) => {
      const hidden = hiddenOf({ ...state, ...filters });
      return { ...filters, change: state.change !== null && hidden[state.change] === 1 ? null : state.change };
    });

  const selectBytes = (bytes: ByteSelection): void =>
    set((state) => {
      const { side, selection } = state;
      const doc = shownDoc(state);
      const inside = doc && clampToMember(doc.checkpoint, bytes);
      if (!doc || !inside) return {};
      const described = selectionForBytes(doc.checkpoint, inside, selection);
      if (described === selection) return { bytes: inside };
      return { selection: described, ...changeOf(state, described, side), bytes: inside };
    });

  return {
    select(selection) {
      set((state) => withSelection(state, { selection, ...changeOf(state, selection, state.side) }));
    },
    selectIn(side, selection) {
      set((state) => withSelection(state, { side, selection, ...changeOf(state, selection, side) }));
    },
    showSide(side) {
      set((state) => {
        const from = shownDoc(state);
        const to = onSide(state.docs, side);
        if (!from || !to || from === to) return {};
        const name = state.selection && nameOf(from.checkpoint, state.selection);
        const selection = name && resolve(to.checkpoint, name);
        return withSelection(state, { side, selection, ...changeOf(state, selection, side, true) });
      });
    },
    selectBytes,
    showBytes(member, offset, length) {
      selectBytes(byteRange(member, offset, length));
      set({ ...NOTHING_ELSE_SHOWN, bytesShown: true, tablesShown: true, panel: "tables" });
    },
    selectChange,
    stepChange(by) {
      const { compared } = get();
      const groups = groupsOf(get());
      if (compared === null || groups === null) return;
      const next = compared.tools.stepInEvents(groups, hiddenOf(get()), get().change ?? -1, by);
      if (next !== -1) selectChange(next);
    },
    switchKind(kind) {
      const { off } = get();
      filterChanges({ off: off.includes(kind) ? off.filter((each) => each !== kind) : [...off, kind] });
    },
    filterChanges,
    fold(group) {
      set(({ folded }) => {
        const next = new Set(folded);
        if (!next.delete(group)) next.add(group);
        return { folded: next };
      });
    },
    groupChanges(groupBy) {
      if (groupBy !== get().groupBy) set({ groupBy, folded: new Set() });
    },
    markSeen(changes, isSeen) {
      set((state) => {
        const seen = new Set(state.seen);
        for (const change of changes) {
          if (isSeen) seen.add(change);
          else seen.delete(change);
        }
        return { seen };
      });
    },
  };
}

/** A new selection, with its bytes. */
function withSelection(
  state: State,
  selected: Pick<State, "selection" | "change"> & Partial<Pick<State, "side" | "folded">>,
): Partial<State> {
  const doc = shownDoc({ ...state, ...selected });
  const shownBytes = doc === shownDoc(state) ? state.bytes : null;
  return { ...selected, bytes: doc && bytesForSelection(doc.checkpoint, selected.selection, shownBytes) };
}

/**
 * The listed change that is about an object, with its event opened; `null` if there is none. The change that is
 * selected now stays so while the object is the same, and where `isSame`: as long as it concerns the object.
 */
function changeOf(
  state: State,
  selection: Selection | null,
  side: Side,
  isSame = isSelected(state, selection, side),
): Pick<State, "change"> & Partial<Pick<State, "folded">> {
  const { compared, docs, change } = state;
  const doc = onSide(docs, side);
  const ref = doc && selection && objectOf(doc.checkpoint, selection);
  if (!compared || !ref) return { change: null };
  const kept = isSame && change !== null ? change : -1;
  const found = compared.tools.changeAbout(compared.comparison, { side, ref }, hiddenOf(state), kept);
  if (found === -1) return { change: null };
  return found === change ? { change } : { change: found, folded: withOpened(state, found) };
}

/** Whether a selection is the object that is selected already. */
function isSelected(state: State, selection: Selection | null, side: Side): boolean {
  const doc = onSide(state.docs, side);
  const now = side === state.side ? state.selection : null;
  if (!doc || selection === null || now === null) return false;
  const [object, other] = [objectOf(doc.checkpoint, selection), objectOf(doc.checkpoint, now)];
  return object !== null && object.to === other?.to && object.row === other.row;
}

/** The groups that are folded, or unfolded, once the group of a change is open in the list. */
function withOpened(state: State, change: number): State["folded"] {
  const { folded, groupBy } = state;
  const group = groupsOf(state)?.eventOf[change];
  const isSet = groupBy === "event";
  if (group === undefined || folded.has(group) === isSet) return folded;
  const next = new Set(folded);
  if (isSet) next.add(group);
  else next.delete(group);
  return next;
}

/** The object that shows a change, and the side it is on. */
function selectionOfChange({ comparison, tools }: Compared, change: number): Pick<State, "selection" | "side"> {
  const object = tools.objectOfChange(comparison, change);
  return { selection: object?.ref ?? null, side: object?.side ?? "after" };
}

/**
 * Selects the change with a name, and the object that shows it.
 *
 * @param keepSelection Whether to select only the change.
 */
export function withChange(
  { compared, selection, side }: Pick<State, "compared" | "selection" | "side">,
  name: ChangeName | null,
  keepSelection = false,
): Pick<State, "change" | "selection" | "side"> {
  const change = compared && name ? compared.tools.findChange(compared.comparison, name) : -1;
  if (compared === null || change === -1) return { change: null, selection, side };
  return keepSelection ? { change, selection, side } : { change, ...selectionOfChange(compared, change) };
}

/** Selects `wanted` if the shown document has such bytes, else the bytes of the selection. */
export function withBytes(
  state: Pick<State, "docs" | "side" | "selection">,
  wanted: ByteSelection | null,
): Pick<State, "bytes" | "selection"> {
  const { selection } = state;
  const doc = shownDoc(state);
  // An early part of an image may end before these bytes.
  const inside = doc && wanted ? clampToMember(doc.checkpoint, wanted) : null;
  if (doc === null || inside === null) {
    return { selection, bytes: doc && bytesForSelection(doc.checkpoint, selection, null) };
  }
  return { selection: selection ?? selectionForBytes(doc.checkpoint, inside, null), bytes: inside };
}

/** A change of a comparison in the comparison of the swapped images; -1: not found. */
export function mirroredChange(from: Compared | null, to: Compared, change: number): number {
  if (from === null) return -1;
  const name = from.tools.nameOfChange(from.comparison, change);
  return to.tools.findChange(to.comparison, { ...name, kind: mirrored(name.kind) });
}
