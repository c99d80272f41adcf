// The box with a table's filter: explains its errors and completes keys and values. Tab takes the first completion.

import { type KeyboardEvent, useState } from "react";
import { LISTING_TITLES, type Listing } from "../../model/listings/column.ts";
import type { FilterError } from "../../model/listings/filter.ts";
import { completions } from "../../model/listings/filter-complete.ts";
import { PLACES } from "../../shell/places.ts";
import { usePage } from "../context.ts";

const PLACEHOLDERS: Readonly<Record<Listing, string>> = {
  descriptors: "filter: nginx fd:3 kind:socket shared:yes",
  files: "filter: /var/log shared:yes pos:>4096",
  tables: "filter: shared:yes fds:>100",
  tasks: "filter: nginx state:zombie",
  records: "filter: OBJREF offset:>4096",
  problems: "filter: severity:error",
};

interface Props {
  readonly listing: Listing;
  readonly filter: string;
  readonly errors: readonly FilterError[];
}

export function FilterBox({ listing, filter, errors }: Props) {
  const { shell } = usePage();
  const [isFocused, setFocused] = useState(false);
  const set = (text: string): void => shell.setListing(listing, { filter: text });
  // A single letter is the beginning of too many words.
  const offered = isFocused && /[^\s"]{2}$/.test(filter) ? completions(listing, filter) : [];
  const [first] = offered;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && filter !== "") set("");
    else if (event.key === "Tab" && !event.shiftKey && first !== undefined) set(first);
    else if (event.key === "ArrowDown" || event.key === "Enter") document.getElementById(PLACES.tables)?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <span className="filter-box">
      <input
        id={PLACES.filter}
        type="search"
        className="mono"
        aria-label={`Filter ${LISTING_TITLES[listing].toLowerCase()}`}
        aria-invalid={errors.length > 0}
        aria-describedby={errors.length > 0 ? "filter-errors" : "filter-completions"}
        placeholder={PLACEHOLDERS[listing]}
        spellCheck={false}
        autoComplete="off"
        value={filter}
        onChange={(event) => set(event.target.value)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={onKeyDown}
      />
      <span id="filter-completions" className="filter-completions mono" hidden={offered.length === 0}>
        {offered.map((each) => (
          <button
            key={each}
            type="button"
            className="plain"
            tabIndex={-1}
            // The box keeps the focus.
            onMouseDown={(event) => {
              event.preventDefault();
              set(each);
            }}
          >
            {each.slice(filter.search(/[^\s]*$/))}
          </button>
        ))}
        <kbd>Tab</kbd>
      </span>
    </span>
  );
}
