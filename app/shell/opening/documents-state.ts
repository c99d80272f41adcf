// The state of the page when the documents that it shows change: opened, compared, swapped or closed.

import { mirrored } from "../../diff/changes.ts";
import { nameOf, resolve } from "../../link/name.ts";
import { onSide, otherSide, type Side } from "../../model/comparison/side.ts";
import { mirroredChange, withBytes, withChange } from "../selection.ts";
import { shownDoc } from "../selectors.ts";
import type { Compared, Docs, Origin, State } from "../state.ts";

/** What is open now, to be opened again after it is closed or replaced. */
export const wasOpen = ({ docs, origin }: State): Partial<State> =>
  docs.length === 0 ? {} : { wasOpen: { inputs: docs.map(({ input }) => input), origin } };

/** What closing an image ends. A dialog about a closed image would not be shown, but would still take all keys. */
export const NOTHING_ASKED = { opening: null, dialog: null } as const satisfies Partial<State>;

export const NOTHING_OPEN = {
  docs: [],
  origin: null,
  side: "before",
  selection: null,
  bytes: null,
  compared: null,
  order: null,
  change: null,
} as const satisfies Partial<State>;

/** The view of images that take the place of others. */
export const NEW_VIEW = {
  bannerHidden: false,
  swapped: false,
  order: null,
  left: "changes",
  zoom: null,
  requestedZoom: null,
} as const satisfies Partial<State>;

/**
 * The state with these documents in place of others. The selection is kept if the new documents come from the same
 * input; the selection of a pending link takes precedence.
 *
 * @param sideOfTwo The side to show if there are two; by default, the side that is shown now.
 */
export function shown(
  state: State,
  docs: Docs,
  origin: Origin,
  compared: Compared | null,
  sideOfTwo: Side = state.pending.side ?? (state.docs.length === 2 ? state.side : "after"),
): Partial<State> {
  const { pending } = state;
  const from = shownDoc(state);
  const side = docs.length < 2 ? "before" : sideOfTwo;
  const to = onSide(docs, side) ?? docs[0];
  const isSameInput =
    from !== null && from.input.files === to?.input.files && (from.input.set ?? "") === (to.input.set ?? "");
  const name = pending.select ?? (isSameInput && state.selection ? nameOf(from.checkpoint, state.selection) : null);
  const selection = to && name ? resolve(to.checkpoint, name) : null;
  const isDecoded = to !== undefined && to.document !== null;
  const documents = {
    docs,
    origin,
    side,
    selection,
    compared,
    change: null,
    seen: NOTHING,
    folded: NOTHING,
    failure: null,
    // An early part may not have the link's selection yet.
    pending: {
      ...pending,
      select: selection !== null && isDecoded ? null : pending.select,
      bytes: isDecoded && (compared !== null || docs.length === 1) ? null : pending.bytes,
      side: compared === null ? pending.side : null,
      change: compared === null ? pending.change : null,
    },
  };
  const bytes = pending.bytes ?? (isSameInput ? state.bytes : null);
  if (compared === null) return { ...documents, ...withBytes(documents, bytes) };
  const withSelectedChange = { ...documents, ...withChange(documents, changeName(state), selection !== null) };
  return { ...withSelectedChange, ...withBytes(withSelectedChange, bytes) };
}

const NOTHING: ReadonlySet<number> = new Set();

/** The name of the change in the pending link, or else of the selected one. */
function changeName({ pending, compared, change }: State) {
  if (pending.change !== null) return pending.change;
  return compared && change !== null ? compared.tools.nameOfChange(compared.comparison, change) : null;
}

const isFound = (change: number): boolean => change !== -1;

/** The state with before and after swapped. The mirrored change stays selected: of an added task, the removed one. */
export function swapped(state: State, compared: Compared): Partial<State> {
  const { docs, side, selection, change } = state;
  const [before, after] = docs;
  if (!before || !after) return {};
  const name =
    state.compared && change !== null ? state.compared.tools.nameOfChange(state.compared.comparison, change) : null;
  return {
    docs: [after, before],
    compared,
    swapped: !state.swapped,
    // The user has decided.
    order: null,
    seen: new Set([...state.seen].map((each) => mirroredChange(state.compared, compared, each)).filter(isFound)),
    folded: NOTHING,
    ...withChange({ compared, selection, side: otherSide(side) }, name && { ...name, kind: mirrored(name.kind) }),
  };
}
