// One line of the records: a member, a record or a field.

import type { Line } from "../../shell/tables/outline.ts";
import { type Cells, COLUMNS } from "./record-cells.ts";

interface LineProps {
  readonly line: Line;
  readonly index: number;
  /** Pixels from the top of the lines. */
  readonly top: number;
  /** Depth in the tree, from 0. */
  readonly depth: number;
  readonly cells: Cells;
  readonly selected: boolean;
  readonly active: boolean;
  /** Undefined for a line that has nothing to open. */
  readonly open: boolean | undefined;
  onClick(): void;
  onDoubleClick(): void;
  onToggle(): void;
}

export function RecordLine(props: LineProps) {
  const { line, index, top, depth, cells, selected, active, open, onClick, onDoubleClick, onToggle } = props;
  const [title, ...others] = cells;
  // The name of a member takes the room of two columns.
  const isMember = line.kind === "member";
  return (
    <div
      id={`record-line-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-level={depth + 1}
      aria-selected={selected}
      {...(open !== undefined && { "aria-expanded": open })}
      className={[`grid-row records-${line.kind}`, selected && "row-selected", active && "row-active"]
        .filter(Boolean)
        .join(" ")}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
    >
      <div
        role="gridcell"
        aria-colindex={1}
        aria-colspan={isMember ? 2 : undefined}
        className="grid-cell"
        style={{ paddingLeft: 4 + depth * 14 }}
        title={title}
      >
        <span
          className="records-toggle"
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
        >
          {open === undefined ? "" : open ? "▾" : "▸"}
        </span>
        {title}
      </div>
      {others.map((text, at) =>
        at === 0 && isMember ? null : (
          <div
            key={COLUMNS[at + 1]?.id}
            role="gridcell"
            aria-colindex={at + 2}
            className={COLUMNS[at + 1]?.numeric ? "grid-cell cell-number" : "grid-cell"}
            title={text.length > 24 ? text : undefined}
          >
            {text}
          </div>
        ),
      )}
    </div>
  );
}
