// The heading of a group of rows: the value that they have in common, and how many they are.

import type { MouseEvent } from "react";
import { grouped } from "../../model/text/words.ts";
import type { ShownRow } from "./grid-columns.ts";

interface Props {
  readonly shown: ShownRow;
  readonly value: string;
  readonly count: number;
  readonly open: boolean;
  readonly marked: boolean;
  readonly active: boolean;
  onClick(event: MouseEvent, at: number): void;
}

export function GroupRow({ shown: { at, top }, value, count, open, marked, active, onClick }: Props) {
  const classes = ["grid-row grid-group", marked && "row-marked", active && "row-active"];
  return (
    <div
      id={`row-${at}`}
      role="row"
      aria-rowindex={at + 2}
      className={classes.filter(Boolean).join(" ")}
      style={{ transform: `translateY(${top}px)` }}
      title={value}
      onClick={(event) => onClick(event, at)}
    >
      <div role="gridcell" aria-expanded={open} className="grid-cell">
        <span aria-hidden="true">{open ? "▾" : "▸"} </span>
        <span className="grid-group-count">{grouped(count)}</span> {value}
      </div>
    </div>
  );
}
