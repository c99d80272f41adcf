// The page without its components: the state and all actions that change it, from documents.ts (open images),
// selection.ts (the selection) and view-link.ts (state ⇄ link).

import { type Link, toFragment } from "../link/link.ts";
import type { Listing } from "../model/listings/column.ts";
import { FIRST_SORT } from "../model/listings/columns.ts";
import type { Client } from "../worker/client.ts";
import { keepView, keptView } from "./kept-view.ts";
import { createLayouts, type Layouts } from "./layouts.ts";
import { isLow, isMedium } from "./narrow.ts";
import { createDocuments, type DocumentActions } from "./opening/documents.ts";
import { pageStorage } from "./opening/link-memory.ts";
import { createOpening } from "./opening/opening.ts";
import { reportMissing } from "./report-missing.ts";
import { createSaving, type Saving } from "./saving.ts";
import { createSelection, type SelectionActions } from "./selection.ts";
import {
  type Failure,
  FIRST_RESOURCE_VIEW,
  firstState,
  type ListingView,
  NOTHING_ELSE_SHOWN,
  type ResourceView,
  type State,
} from "./state.ts";
import { createStore, type Store } from "./store.ts";
import { createWidths, type Widths } from "./tables/widths.ts";
import { linkOf, pendingOf, withLink } from "./view-link.ts";
import { followWords } from "./word-filter.ts";

export interface Shell extends DocumentActions, SelectionActions {
  readonly store: Store<State>;
  readonly client: Client;
  readonly saving: Saving;
  readonly layouts: Layouts;
  readonly widths: Widths;
  /** Whether the page may fetch anything. A report may not. */
  readonly network: boolean;
  /** Shows a listing in the tables panel. */
  showListing(listing: Listing): void;
  /** Shows a listing with a filter. `sort`: the column to sort by, greatest first; absent: as at first. */
  showFiltered(listing: Listing, filter: string, sort?: string): void;
  /** Changes a listing's filter, sorting or columns. */
  setListing(listing: Listing, change: Partial<ListingView>): void;
  /** Changes the filter or sorting of a resource's table. */
  setResource(name: string, change: Partial<ResourceView>): void;
  /** Shows and announces a notice of what was just done. */
  notify(notice: string): void;
  /** Reports why something could not be opened. */
  fail(failure: Failure): void;
  /** Applies a link to the view. Opens nothing. */
  applyLink(link: Link): void;
  /** Reports what a link selects or shows and the open images do not have. */
  reportMissing(link: Link): void;
  /** The link to the current view. */
  link(): Link;
  /** The URL of a link; absent: of the link to the current view. */
  address(link?: Link): string;
}

export function createShell(client: Client, network = true): Shell {
  const first = firstState();
  const view = { sizes: first.sizes, legendShown: !isMedium(), filtersShown: !isLow() };
  const store = createStore({ ...first, ...keptView(pageStorage(), view) });
  keepView(pageStorage(), store);
  const { get, set } = store;
  const opening = createOpening(client, store);
  const layouts = createLayouts(client);
  const widths = createWidths(client);
  followWords(client, store);
  const showListing = (tab: Listing): void =>
    set(({ compared, view }) => ({
      tab,
      ...NOTHING_ELSE_SHOWN,
      panel: "tables",
      tablesShown: true,
      view: compared ? "one" : view,
    }));
  const setResource = (name: string, change: Partial<ResourceView>): void =>
    set(({ resourceViews }) => ({
      resource: name,
      resourceViews: { ...resourceViews, [name]: { ...FIRST_RESOURCE_VIEW, ...resourceViews[name], ...change } },
    }));
  const setListing = (listing: Listing, change: Partial<ListingView>): void =>
    set(({ listings }) => ({ listings: { ...listings, [listing]: { ...listings[listing], ...change } } }));
  return {
    store,
    client,
    network,
    saving: createSaving(store),
    layouts,
    widths,
    ...createDocuments({ client, store, opening, layouts, widths }),
    ...createSelection(store),
    showListing,
    showFiltered(listing, filter, sort) {
      const sorted = sort === undefined ? (FIRST_SORT[listing] ?? null) : { column: sort, descending: true };
      setListing(listing, { filter, sort: sorted, group: null });
      showListing(listing);
    },
    setListing,
    setResource,
    notify: (notice) => set({ notice }),
    fail: (failure) => set({ failure }),
    applyLink: (link) => set((state) => withLink(state, link)),
    reportMissing: (link) => void reportMissing({ client, store }, pendingOf(link)),
    link: () => linkOf(get()),
    address(link = linkOf(get())) {
      const [page = ""] = window.location.href.split("#", 1);
      return `${page}#${toFragment(link)}`;
    },
  };
}
