// State ⇄ link: makes links from the state, and applies links to it.

import { type ChoiceLink, HIDABLE, type Link, type ListingLink, zoomLink } from "../link/link.ts";
import { nameOf, resolve } from "../link/name.ts";
import { onSide, type Side } from "../model/comparison/side.ts";
import { LISTINGS, type Listing } from "../model/listings/column.ts";
import { FIRST_SORT, isFirstSort } from "../model/listings/columns.ts";
import { withBytes, withChange } from "./selection.ts";
import { shownDoc } from "./selectors.ts";
import {
  type Doc,
  FIRST_RESOURCE,
  FIRST_RESOURCE_VIEW,
  firstColumns,
  firstListings,
  type ListingView,
  NOTHING_PENDING,
  type PendingLink,
  type State,
} from "./state.ts";

/** The parts of a link that are about its images. */
export function pendingOf({ select, bytes, change, side, memory, resource, order, first, second }: Link): PendingLink {
  return {
    select: select ?? null,
    bytes: bytes ? { member: bytes.member, anchor: bytes.from, at: bytes.to } : null,
    change: change ?? null,
    side: side ?? null,
    memory: memory ?? null,
    resource: resource?.name ?? null,
    swapped: order === "swapped",
    choices: [first, second],
  };
}

/** The state with the view that a link describes. Opens nothing: parts that need other images become pending. */
export function withLink(state: State, link: Link): Partial<State> {
  const pending = pendingOf(link);
  const view = viewOf(link);
  const { docs, compared } = state;
  const side: Side = docs.length === 2 ? (pending.side ?? "after") : "before";
  const doc = onSide(docs, side);
  if (doc === undefined) return { ...view, pending };
  const selection = pending.select && resolve(doc.checkpoint, pending.select);
  const selected = { docs, ...withChange({ compared, selection, side }, pending.change, selection !== null) };
  const { swapped, choices } = pending;
  return {
    ...view,
    ...selected,
    ...withBytes(selected, pending.bytes),
    pending: { ...NOTHING_PENDING, swapped, choices },
  };
}

/** The parts of a link's view that do not depend on the images. */
function viewOf(link: Link): Partial<State> {
  const tab = link.tab ?? "descriptors";
  const listings = firstListings();
  for (const listing of LISTINGS) {
    const other = link.others?.[listing];
    if (other !== undefined) listings[listing] = listingView(listing, other);
  }
  listings[tab] = listingView(tab, link);
  const hidden = link.hide ?? [];
  return {
    tab,
    listings,
    bytesShown: link.bytes !== undefined && link.memory === undefined,
    restoreShown: link.show === "restore" && link.memory === undefined,
    memory: link.memory ?? null,
    memoryShown: link.memory !== undefined,
    resourcesShown: link.resource !== undefined && link.memory === undefined,
    ...resourceOf(link),
    onlySecurity: link.only === "security",
    requestedZoom: link.zoom ?? null,
    zoomedAt: undefined,
    treeShown: !hidden.includes("tree"),
    drawingShown: !hidden.includes("drawing"),
    tablesShown: !hidden.includes("tables"),
    inspectorShown: !hidden.includes("inspector"),
    off: link.off ?? [],
    changeFilter: link.changes ?? "",
    expectedHidden: link.expected === "hidden",
    groupBy: link.by ?? "event",
    view: link.view ?? "sideBySide",
    onlyChanges: link.rows !== "all",
  };
}

/** The table of a resource that a link shows. */
function resourceOf({ resource }: Link): Partial<State> {
  if (resource === undefined) return { resource: FIRST_RESOURCE, resourceViews: {} };
  const { name, filter, sort } = resource;
  return {
    resource: name,
    resourceViews: { [name]: { filter: filter ?? "", sort: sort === "none" ? null : (sort ?? null) } },
  };
}

function resourceLink({ resourcesShown, resource, resourceViews }: State): Link {
  if (!resourcesShown) return {};
  const { filter, sort } = resourceViews[resource] ?? FIRST_RESOURCE_VIEW;
  return { resource: { name: resource, ...(filter && { filter }), ...(sort && { sort }) } };
}

function listingView(listing: Listing, { filter, sort, columns, group }: ListingLink): ListingView {
  return {
    filter: filter ?? "",
    sort: sort === "none" ? null : (sort ?? FIRST_SORT[listing] ?? null),
    columns: columns ?? firstColumns(listing),
    group: group ?? null,
  };
}

/** The link to the current view. Leaves out defaults. */
export function linkOf(state: State): Link {
  const { origin, tab, listings, zoom } = state;
  const position = zoom && zoomLink(zoom);
  const isZoomed =
    position !== null && (position.k !== 1 || position.x !== 0 || position.y !== 0 || position.level !== undefined);
  const others = otherListings(state);
  const hide = HIDABLE.filter((panel) => !state[`${panel}Shown`]);
  return {
    ...origin,
    ...(origin !== null && choicesOf(state)),
    ...selectionOf(state),
    ...(tab !== "descriptors" && { tab }),
    ...listingLink(tab, listings[tab]),
    ...(state.restoreShown && { show: "restore" as const }),
    ...resourceLink(state),
    ...(Object.keys(others).length > 0 && { others }),
    ...comparisonOf(state),
    ...(shownDoc(state) !== null && isZoomed && { zoom: position }),
    ...(hide.length > 0 && { hide }),
  };
}

/** The choices with which the images were opened. */
function choicesOf({ docs, swapped }: State): Link {
  const [first, second] = (swapped ? docs.toReversed() : docs).map(choiceOf);
  return { ...(first && { first }), ...(second && { second }), ...(swapped && { order: "swapped" as const }) };
}

/** The user's choices for a document. */
function choiceOf({ dialect, input: { set } }: Doc): ChoiceLink | null {
  return dialect !== null || set !== undefined ? { ...(dialect && { dialect }), ...(set && { set }) } : null;
}

/** The selection; until the images are open, that of the last link. */
function selectionOf(state: State): Link {
  const { selection, compared, change: selected, pending } = state;
  const doc = shownDoc(state);
  const select = doc && selection ? nameOf(doc.checkpoint, selection) : pending.select;
  const change =
    compared && selected !== null ? compared.tools.nameOfChange(compared.comparison, selected) : pending.change;
  const bytes =
    state.bytesShown && !state.memoryShown ? (state.bytes ?? pending.bytes ?? { member: 0, anchor: 0, at: 0 }) : null;
  return {
    ...(select && { select }),
    ...(change && { change }),
    ...(state.memoryShown && { memory: state.memory ?? NO_PLACE }),
    ...(bytes && { bytes: { member: bytes.member, from: bytes.anchor, to: bytes.at } }),
  };
}

/** Memory is shown, and no place in it is chosen: its start. */
const NO_PLACE = { space: 0, address: "0" };

/** The view of a comparison. */
function comparisonOf(state: State): Link {
  const { docs, side, off, changeFilter, expectedHidden, onlySecurity, groupBy, view, onlyChanges } = state;
  if (docs.length !== 2) return {};
  return {
    ...(side === "before" && { side }),
    ...(off.length > 0 && { off }),
    ...(changeFilter !== "" && { changes: changeFilter }),
    ...(expectedHidden && { expected: "hidden" as const }),
    ...(onlySecurity && { only: "security" as const }),
    ...(groupBy === "task" && { by: groupBy }),
    ...(view === "one" && { view }),
    ...(!onlyChanges && { rows: "all" as const }),
  };
}

/** The views of the other listings, as far as they differ from the default. */
function otherListings({ tab, listings }: State): Partial<Record<Listing, ListingLink>> {
  const others: Partial<Record<Listing, ListingLink>> = {};
  for (const listing of LISTINGS) {
    const other = listingLink(listing, listings[listing]);
    if (listing !== tab && Object.keys(other).length > 0) others[listing] = other;
  }
  return others;
}

/** The difference of a listing's view from the default. */
function listingLink(listing: Listing, { filter, sort, columns, group }: ListingView): ListingLink {
  return {
    ...(filter && { filter }),
    ...(!isFirstSort(listing, sort) && { sort: sort ?? "none" }),
    ...(group !== null && { group }),
    ...(columns.join() !== firstColumns(listing).join() && { columns }),
  };
}
