// The column titles of the records. Clicking one sorts ascending, then descending, then not at all.

import type { ListingView } from "../../shell/state.ts";
import { usePage } from "../context.ts";
import { COLUMNS } from "./record-cells.ts";

const ARROWS = { ascending: " ↑", descending: " ↓", none: "" } as const;

export function RecordsHead({ sort }: Pick<ListingView, "sort">) {
  const { shell } = usePage();
  const sortBy = (column: string): void => {
    const next =
      sort?.column !== column ? { column, descending: false } : sort.descending ? null : { column, descending: true };
    shell.setListing("records", { sort: next });
  };
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1} className="grid-row">
        {COLUMNS.map(({ id, title, sorts, numeric }) => {
          const sorted = sort?.column !== id ? "none" : sort.descending ? "descending" : "ascending";
          return (
            <div
              key={id}
              role="columnheader"
              aria-sort={sorts ? sorted : undefined}
              className={numeric ? "grid-title cell-number" : "grid-title"}
            >
              {sorts ? (
                <button type="button" className="plain" title="Click to sort" onClick={() => sortBy(id)}>
                  {title}
                  <span aria-hidden="true">{ARROWS[sorted]}</span>
                </button>
              ) : (
                <span className="records-title">{title}</span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
