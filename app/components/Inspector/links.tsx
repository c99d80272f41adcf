// Links from the inspector to other objects, and lists of them.

import { Fragment, type ReactNode, useState } from "react";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { Selection } from "../../model/related.ts";
import type { DescriptorRow, TaskRow } from "../../model/rows.ts";
import { andMore, grouped } from "../../model/text/words.ts";
import { tableUsers, taskName } from "../../shell/objects/describe.ts";
import { useComparison, usePage } from "../context.ts";
import { Wrapped } from "../Wrapped.tsx";

/** A link that selects an object. */
export function ObjectLink({ to, row, children }: Selection & { children: ReactNode }) {
  const { shell } = usePage();
  return (
    <button type="button" className="link mono" onClick={() => shell.select({ to, row } as Selection)}>
      {typeof children === "string" ? <Wrapped text={children} /> : children}
    </button>
  );
}

export function TaskLink({ checkpoint, task }: { checkpoint: Checkpoint; task: TaskRow }) {
  return (
    <ObjectLink to="task" row={task}>
      {taskName(checkpoint, task, useComparison())}
    </ObjectLink>
  );
}

/** A link to a descriptor, under the name of one task that has it: `412 nginx fd 3`. */
export function DescriptorLink({ checkpoint, descriptor }: { checkpoint: Checkpoint; descriptor: DescriptorRow }) {
  const { descriptors } = checkpoint;
  return (
    <ObjectLink to="descriptor" row={descriptor}>
      {`${tableUsers(checkpoint, u32At(descriptors.table, descriptor), 1, useComparison())} fd ${i32At(descriptors.fd, descriptor)}`}
    </ObjectLink>
  );
}

interface ListProps {
  /** Rows of the objects. */
  readonly rows: Uint32Array;
  show(row: number): ReactNode;
}

/** Rows that an inline list writes out. */
export const FEW = 5;

interface InlineListProps extends ListProps {
  /** How many rows there are, if `rows` are only the first of them. */
  readonly count?: number;
  readonly end?: string;
}

/** The first few of some rows in a sentence, how many more there are, and `end`, the sign after the list. */
export function InlineList({ rows, count = rows.length, show, end = "" }: InlineListProps) {
  const more = andMore(count - FEW);
  const shown = rows.subarray(0, FEW);
  const after = (at: number): string => (at < shown.length - 1 ? "," : more === "" ? end : "");
  return (
    <>
      {Array.from(shown, (row, at) => (
        <Fragment key={row}>
          {at > 0 && " "}
          <span className="inline-item">
            {show(row)}
            {after(at)}
          </span>
        </Fragment>
      ))}
      {more !== "" && more + end}
    </>
  );
}

/** Rows that a list shows before a button offers more. */
export const STEP = 50;

interface SteppedListProps extends Pick<ListProps, "show"> {
  readonly count: number;
  /** The row of the object at an index below `count`. */
  rowAt(at: number): number;
}

/** A list that grows one step at a time, as a file can have a million holders. */
export function SteppedList({ count, rowAt, show }: SteppedListProps) {
  const [shown, setShown] = useState(STEP);
  return (
    <>
      <ul className="stepped">
        {Array.from({ length: Math.min(count, shown) }, (_, at) => rowAt(at)).map((row) => (
          <li key={row}>{show(row)}</li>
        ))}
      </ul>
      <MoreButton total={count} shown={shown} onMore={setShown} />
    </>
  );
}

/** The button below a list that is not shown to its end. */
export function MoreButton({ total, shown, onMore }: { total: number; shown: number; onMore(shown: number): void }) {
  if (total <= shown) return null;
  return (
    <button type="button" onClick={() => onMore(shown + STEP)}>
      Show {Math.min(STEP, total - shown)} more of {grouped(total - shown)}
    </button>
  );
}
