// The head of a grid: a title for each column that sorts and resizes it.

import type { Header } from "@tanstack/react-table";
import type { KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import type { Checkpoint } from "../../model/checkpoint.ts";
import type { Listing } from "../../model/listings/column.ts";
import { COLUMNS, columnTitle } from "../../model/listings/columns.ts";
import { alignment, type features, MIN_WIDTH, type ShownRow } from "./grid-columns.ts";

/** Pixels that an arrow key makes a column wider or narrower. */
const RESIZE_STEP = 8;

type GridHeader = Header<typeof features, ShownRow, unknown>;

interface Props {
  readonly checkpoint: Checkpoint;
  readonly listing: Listing;
  readonly headers: readonly GridHeader[];
  /** Value of grid-template-columns. */
  readonly template: string;
  /** Pixels of all columns. */
  readonly width: number;
  onResize(column: string, width: number): void;
}

/** Pixels of the column that a part of its title belongs to. */
const widthOf = (part: Element): number => Math.round(part.parentElement?.getBoundingClientRect().width ?? 0);

export function GridHead({ checkpoint, listing, headers, template, width, onResize }: Props) {
  return (
    <div role="rowgroup" className="grid-head" style={{ minWidth: width }}>
      <div role="row" aria-rowindex={1} className="grid-row" style={{ gridTemplateColumns: template }}>
        {headers.map((header, at) => (
          <Title key={header.id} {...{ checkpoint, listing, header, onResize }} index={at} />
        ))}
      </div>
    </div>
  );
}

interface TitleProps extends Pick<Props, "checkpoint" | "listing" | "onResize"> {
  readonly header: GridHeader;
  readonly index: number;
}

const ARIA_SORT = { asc: "ascending", desc: "descending" } as const;
const ARROWS = { asc: " ↑", desc: " ↓" } as const;

function Title({ checkpoint, listing, header, index, onResize }: TitleProps) {
  const column = COLUMNS[listing].find(({ id }) => id === header.column.id);
  const sorted = header.column.getIsSorted();
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? -RESIZE_STEP : event.key === "ArrowRight" ? RESIZE_STEP : 0;
    if (!event.shiftKey || step === 0) return;
    event.preventDefault();
    onResize(header.column.id, Math.max(MIN_WIDTH, widthOf(event.currentTarget) + step));
  };
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={sorted ? ARIA_SORT[sorted] : "none"}
      className={column ? `grid-title${alignment(column)}` : "grid-title"}
    >
      <button
        type="button"
        className="plain"
        title={`${column?.about ?? ""}. Click to sort; press Shift with an arrow key to resize.`}
        onClick={header.column.getToggleSortingHandler()}
        onKeyDown={onKeyDown}
      >
        {column && columnTitle(checkpoint, column)}
        <span aria-hidden="true">{sorted ? ARROWS[sorted] : ""}</span>
      </button>
      <span
        className="grid-resize"
        aria-hidden="true"
        onPointerDown={(event) => {
          // Dragging starts from the width that the column has, which may be less than its size.
          const now = widthOf(event.currentTarget);
          flushSync(() => onResize(header.column.id, now));
          (header.getResizeHandler() as (event: unknown) => void)(event);
        }}
      />
    </div>
  );
}
