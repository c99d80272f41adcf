// A row of a grid and its cells.

import type { Cell as TableCell } from "@tanstack/react-table";
import type { MouseEvent } from "react";
import type { Column, Listing } from "../../model/listings/column.ts";
import { COLUMNS } from "../../model/listings/columns.ts";
import { grouped } from "../../model/text/words.ts";
import { Path } from "../Path.tsx";
import { alignment, type features, fewPids, type ShownRow } from "./grid-columns.ts";

interface Props {
  readonly listing: Listing;
  readonly shown: ShownRow;
  readonly cells: readonly TableCell<typeof features, ShownRow, unknown>[];
  /** Value of grid-template-columns. */
  readonly template: string;
  /** How many characters a path has room for; null: not known yet. */
  readonly pathRoom: number | null;
  /** `selected`: the row is the selection. `related`: it is the table of the selected task, and so on. */
  readonly relation: "selected" | "related" | null;
  /** Among the rows to copy. */
  readonly marked: boolean;
  /** The row that the keys act on. */
  readonly active: boolean;
  onClick(event: MouseEvent, at: number): void;
}

export function GridRow({ listing, shown, cells, template, pathRoom, relation, marked, active, onClick }: Props) {
  const { at, top } = shown;
  const classes = ["grid-row", relation && `row-${relation}`, marked && "row-marked", active && "row-active"];
  return (
    <div
      id={`row-${at}`}
      role="row"
      aria-rowindex={at + 2}
      aria-selected={relation === "selected" || marked}
      className={classes.filter(Boolean).join(" ")}
      style={{ transform: `translateY(${top}px)`, gridTemplateColumns: template }}
      onClick={(event) => onClick(event, at)}
    >
      {cells.map((cell, index) => (
        <Cell
          key={cell.id}
          index={index}
          column={COLUMNS[listing].find(({ id }) => id === cell.column.id)}
          text={cell.getValue() as string}
          pathRoom={pathRoom}
        />
      ))}
    </div>
  );
}

/** Longer texts get a tooltip, because the column may cut them off. */
const SHORT = 6;

interface CellProps extends Pick<Props, "pathRoom"> {
  readonly column: Column | undefined;
  readonly text: string;
  readonly index: number;
}

function Cell({ column, text, index, pathRoom }: CellProps) {
  if (column === undefined) return null;
  const quiet = text === "no" && column.yes !== undefined;
  const shared = (text === "yes" && column.id === "shared") || (column.id === "holders" && Number(text) > 1);
  const shown = column.isCount && text !== "" ? grouped(Number(text)) : text;
  const severity = column.id === "severity" ? ` severity-${text}` : "";
  return (
    <div
      role="gridcell"
      aria-colindex={index + 1}
      className={`grid-cell${alignment(column)}${quiet ? " muted" : ""}${shared ? " shared" : ""}${severity}`}
      title={text.length > SHORT ? text : undefined}
    >
      {column.id === "path" ? <Path path={text} room={pathRoom} /> : column.id === "pid" ? fewPids(text) : shown}
    </div>
  );
}
