// Filters the records by kind.

import { useDeferredValue, useMemo } from "react";
import { grouped } from "../../model/text/words.ts";
import type { Doc } from "../../shell/state.ts";
import { kindCounts, kindFilter, kindOfFilter } from "../../shell/tables/record-words.ts";
import { useApp, usePage } from "../context.ts";

export function KindFilter({ doc: { checkpoint } }: { doc: Doc }) {
  const { shell } = usePage();
  const filter = useApp((state) => state.listings.records.filter);
  // Millions of records are counted in a task of their own, after the list is shown.
  const counted = useDeferredValue(checkpoint, null);
  const kinds = useMemo(() => (counted === null ? [] : kindCounts(counted)), [counted]);
  const chosen = kindOfFilter(filter);
  return (
    <select
      className="mono records-kinds"
      aria-label="Kind of record"
      value={kinds.some(({ name }) => name === chosen) ? (chosen ?? "") : ""}
      onChange={({ target: { value } }) =>
        shell.setListing("records", { filter: value === "" ? "" : kindFilter(value) })
      }
    >
      <option value="">all kinds</option>
      {kinds.map(({ name, count: many }) => (
        <option key={name} value={name}>
          {name} ({grouped(many)})
        </option>
      ))}
    </select>
  );
}
