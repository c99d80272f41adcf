// The column titles of side by side.

import { SIDES, type Side } from "../../model/comparison/side.ts";
import type { AlignedColumn } from "../../shell/tables/aligned-cells.ts";

interface TitlesProps {
  readonly columns: readonly AlignedColumn[];
  /** A single column, before → after, instead of two sides. */
  readonly one: boolean;
  readonly template: string;
  /** Whether the values are below the path. */
  readonly isStacked: boolean;
  /** Pixels that the columns need. */
  readonly least: number;
}

export function Titles({ columns, one, isStacked, template, least }: TitlesProps) {
  const [before, after] = SIDES.map((side) => columns.map((column) => <Title key={column.id} {...{ column, side }} />));
  return (
    <div role="rowgroup" className="grid-head" style={{ minWidth: least }}>
      <div role="row" aria-rowindex={1} className="grid-row" style={{ gridTemplateColumns: template }}>
        <div role="columnheader" className="aligned-title cell-number">
          fd
        </div>
        {one ? (
          <>
            <div role="columnheader" className="aligned-title">
              {isStacked ? "Path, before → after" : "Path"}
            </div>
            {!isStacked && (
              <div role="columnheader" className="aligned-title">
                before → after
              </div>
            )}
          </>
        ) : (
          <>
            {before}
            <span className="aligned-middle" />
            {after}
          </>
        )}
      </div>
    </div>
  );
}

/** A title, and its side for screen readers. The meaning of a sign is in its tooltip. */
function Title({ column: { title, about, numeric }, side }: { column: AlignedColumn; side: Side }) {
  return (
    <div role="columnheader" className={numeric ? "aligned-title cell-number" : "aligned-title"}>
      {about === undefined ? (
        title
      ) : (
        <>
          <span aria-hidden="true" title={about}>
            {title}
          </span>
          <span className="visually-hidden">{about}</span>
        </>
      )}
      <span className="visually-hidden"> {side}</span>
    </div>
  );
}
