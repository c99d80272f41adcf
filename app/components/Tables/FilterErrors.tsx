// Why terms of a filter are invalid, shown below its box.

import type { FilterError } from "../../model/listings/filter.ts";

export function FilterErrors({ id, errors }: { id: string; errors: readonly FilterError[] }) {
  return (
    <p id={id} className="filter-errors" aria-live="polite">
      {errors.map(({ term, message }) => (
        <span key={term}>
          <span className="mono">{term}</span>: {message}.{" "}
        </span>
      ))}
    </p>
  );
}
