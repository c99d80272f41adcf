// The tables: switch listings, filter, choose columns.

import { LISTING_TITLES, LISTINGS } from "../../model/listings/column.ts";
import { FIRST_SORT, isFirstSort } from "../../model/listings/columns.ts";
import { PLACES } from "../places.ts";
import { isOpen } from "../selectors.ts";
import { goTo } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

export function tableCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  const tabs = LISTINGS.map((listing, index) => ({
    id: `tab-${listing}`,
    title: `Show ${LISTING_TITLES[listing].toLowerCase()}`,
    key: String(index + 1),
    when: isOpen,
    run: () => shell.showListing(listing),
  }));
  return inGroup("Tables", [
    ...tabs,
    {
      id: "filter",
      title: "Filter table",
      key: "f",
      when: isOpen,
      run() {
        shell.showListing(store.get().tab);
        goTo(shell, "tables", PLACES.filter);
      },
    },
    {
      id: "columns",
      title: "Choose columns",
      key: "k",
      // Records are shown as a tree with fixed columns.
      when: (state) => isOpen(state) && state.tab !== "records",
      run() {
        shell.showListing(store.get().tab);
        goTo(shell, "tables", PLACES.columns, (columns) => columns.click());
      },
    },
    {
      id: "clear-filter",
      title: "Clear filter, sorting and groups",
      key: "F",
      when(state) {
        const { filter, sort, group } = state.listings[state.tab];
        return isOpen(state) && (filter !== "" || group !== null || !isFirstSort(state.tab, sort));
      },
      run() {
        const { tab } = store.get();
        shell.setListing(tab, { filter: "", sort: FIRST_SORT[tab] ?? null, group: null });
      },
    },
  ]);
}
