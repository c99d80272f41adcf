// What hides changes: words, expected changes, changes marked as seen. They act on every view of the comparison.

import { useMemo } from "react";
import { CHANGE_KINDS } from "../../diff/changes.ts";
import { EXPECTED_TITLE, EXPECTED_TITLES } from "../../diff/lists/expected.ts";
import { wordErrors } from "../../diff/lists/filter-words.ts";
import { counted, grouped } from "../../model/text/words.ts";
import { PLACES } from "../../shell/places.ts";
import { hiddenOf } from "../../shell/selectors.ts";
import type { Compared } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { FilterErrors } from "../Tables/FilterErrors.tsx";

export function Filters({ compared }: { compared: Compared }) {
  const { shell } = usePage();
  const words = useApp((state) => state.changeFilter);
  const expectedHidden = useApp((state) => state.expectedHidden);
  const seen = useApp((state) => state.seen);
  const seenHidden = useApp((state) => state.seenHidden);
  const groupBy = useApp((state) => state.groupBy);
  const onlySecurity = useApp((state) => state.onlySecurity);
  const { security, expected } = compared.listed;
  const errors = useMemo(() => wordErrors(words), [words]);
  return (
    <div className="change-filters">
      <input
        id={PLACES.changeFilter}
        type="search"
        className="mono"
        aria-label="Filter changes"
        aria-invalid={errors.length > 0}
        aria-describedby={errors.length > 0 ? "change-filter-errors" : undefined}
        placeholder="filter: nginx -kind:position"
        spellCheck={false}
        autoComplete="off"
        value={words}
        onChange={(event) => shell.filterChanges({ changeFilter: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === "Escape" && words !== "") {
            event.preventDefault();
            shell.filterChanges({ changeFilter: "" });
          } else if (event.key === "ArrowDown" || event.key === "Enter") {
            event.preventDefault();
            document.getElementById(PLACES.changes)?.focus();
          }
        }}
      />
      {errors.length > 0 && <FilterErrors id="change-filter-errors" errors={errors} />}
      {expected > 0 && (
        <label className="kind kind-wide" title={`Expected: ${EXPECTED_TITLES}, which move with every write`}>
          <input
            type="checkbox"
            checked={expectedHidden}
            onChange={() => shell.filterChanges({ expectedHidden: !expectedHidden })}
          />
          Hide expected <span className="muted">{counted(expected, EXPECTED_TITLE, EXPECTED_TITLES)}</span>
        </label>
      )}
      {security > 0 && (
        <label
          className="kind"
          title="Code that is writable or has no file, capabilities and users, listening sockets, seccomp, namespaces"
        >
          <input
            type="checkbox"
            checked={onlySecurity}
            onChange={() => shell.filterChanges({ onlySecurity: !onlySecurity })}
          />
          Only security <span className="kind-count">{grouped(security)}</span>
        </label>
      )}
      {(seen.size > 0 || seenHidden) && (
        <label className="kind">
          <input
            type="checkbox"
            checked={seenHidden}
            onChange={() => shell.filterChanges({ seenHidden: !seenHidden })}
          />
          Hide seen <span className="kind-count">{grouped(seen.size)}</span>
        </label>
      )}
      <fieldset className="group-by">
        <legend className="visually-hidden">Group changes</legend>
        {(["event", "task"] as const).map((each) => (
          <label key={each} className="kind">
            <input
              type="radio"
              name="group-changes"
              checked={groupBy === each}
              onChange={() => shell.groupChanges(each)}
            />
            by {each}
          </label>
        ))}
      </fieldset>
    </div>
  );
}

/** How many changes are hidden, and why: `7 of 10 changes; hidden: 2 by kind, 1 expected`. */
export function useHiddenText({ comparison, listed }: Compared): string {
  const off = useApp((state) => state.off);
  const words = useApp((state) => state.changeFilter);
  const expectedHidden = useApp((state) => state.expectedHidden);
  const seenHidden = useApp((state) => state.seenHidden);
  const onlySecurity = useApp((state) => state.onlySecurity);
  const hidden = useApp(hiddenOf);
  return useMemo(() => {
    const { count: total, byKind: counts } = listed;
    const shown = hidden.reduce((count, each) => count - each, comparison.changes.count);
    if (shown === total) return counted(total, "change");
    const byKind = CHANGE_KINDS.reduce((sum, kind) => sum + (off.includes(kind) ? counts[kind] : 0), 0);
    const reasons = [
      ...(byKind > 0 ? [`${grouped(byKind)} by kind`] : []),
      ...(words.trim() !== "" ? ["by the filter"] : []),
      ...(expectedHidden ? ["expected ones"] : []),
      ...(seenHidden ? ["seen ones"] : []),
      ...(onlySecurity ? ["all but security"] : []),
    ];
    return `${grouped(shown)} of ${counted(total, "change")}; hidden: ${reasons.join(", ")}`;
  }, [comparison, listed, hidden, off, words, expectedHidden, seenHidden, onlySecurity]);
}
