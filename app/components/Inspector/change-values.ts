// The values of a changed descriptor or task, before and after.

import { BIT_OF_KIND, isOfResources } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { kindAt } from "../../diff/comparison.ts";
import { resourceAt } from "../../diff/describe/resource-at.ts";
import { resourceColumn } from "../../diff/resource-changes.ts";
import { type Checkpoint, commBytes, descriptorCount, NONE } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import { i32At, u16At, u32At } from "../../model/read.ts";
import type { DescriptorRow, TaskRow } from "../../model/rows.ts";
import { shownText } from "../../model/text/text.ts";
import { changedText, shownCell } from "../../resources/words-of.ts";
import { tableUsers } from "../../shell/objects/describe.ts";
import { ALIGNED_COLUMNS, columnChanged, wordsOfDetail } from "../../shell/tables/aligned-cells.ts";

/** A value on each side; `null`: the object is not on that side. */
export interface ChangeValue {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly differs: boolean;
}

/**
 * For a changed descriptor, all its values, changed or not; for a changed task, its name and file table.
 * Values that are empty on both sides are left out.
 */
export function changeValues(comparison: Comparison, change: number): ChangeValue[] {
  const kind = kindAt(comparison, change);
  if (kind === "task-detail" || kind === "file-detail" || kind === "file-linked") {
    const { title, before, after } = wordsOfDetail(comparison, change);
    const detail = { name: title, before, after, differs: true };
    return [detail, ...(kind === "task-detail" ? taskValues : descriptorValues)(comparison, change)];
  }
  if (isOfResources(kind)) return resourceValues(comparison, change);
  const isOfTask = BIT_OF_KIND[kind] === 0;
  return isOfTask ? taskValues(comparison, change) : descriptorValues(comparison, change);
}

/** For a row of a resource, all its values before and after. */
function resourceValues(comparison: Comparison, index: number): ChangeValue[] {
  const { compared, change } = resourceAt(comparison, index);
  const { spec, before, after } = change;
  return spec.columns.flatMap((column) => {
    const text = (side: Side, row: number): string | null =>
      row === NONE ? null : shownCell(column, resourceColumn(compared[side], spec, column), row);
    const [textBefore, textAfter] = [text("before", before), text("after", after)];
    if (!textBefore && !textAfter) return [];
    const values = { before: textBefore, after: textAfter };
    if (textBefore === null || textAfter === null) return [{ name: column.title, ...values, differs: false }];
    if (column === change.column) values.after = changedText(column, textBefore, textAfter);
    const isCompared = column.notCompared === undefined || column === change.column;
    const differs = isCompared && values.before !== values.after;
    return [{ name: column.title, ...values, differs }];
  });
}

type TextOfTask = (checkpoint: Checkpoint, task: TaskRow, comparison: Comparison) => string;

const TASK_VALUES: readonly (readonly [string, TextOfTask])[] = [
  ["name", (checkpoint, task) => shownText(commBytes(checkpoint, task))],
  [
    "descriptors",
    ({ tasks, tables }, task) => {
      const table = i32At(tasks.table, task);
      return table === NONE ? "no file table" : String(descriptorCount(tables, table));
    },
  ],
  [
    "file table of",
    (checkpoint, task, comparison) => {
      const table = i32At(checkpoint.tasks.table, task);
      return table === NONE ? "" : tableUsers(checkpoint, table, 3, comparison);
    },
  ],
];

function taskValues(comparison: Comparison, change: number): ChangeValue[] {
  const { before, after, changes } = comparison;
  const rowBefore: TaskRow = i32At(changes.taskBefore, change);
  const rowAfter: TaskRow = i32At(changes.taskAfter, change);
  return TASK_VALUES.flatMap(([name, textOf]) => {
    const values = {
      before: rowBefore === NONE ? null : textOf(before, rowBefore, comparison),
      after: rowAfter === NONE ? null : textOf(after, rowAfter, comparison),
    };
    if ((values.before ?? values.after ?? "") === "") return [];
    const isOnBoth = values.before !== null && values.after !== null;
    return [{ name, ...values, differs: isOnBoth && values.before !== values.after }];
  });
}

/** The most descriptors of a change whose values are read. */
const MOST_READ = 1000;
/** Distinct values that are listed at most. */
const MOST_NAMED = 3;

/**
 * The distinct texts in order, `yes, no`; `null` if there is none. `more`: there are descriptors that were not read.
 */
function joined(texts: readonly string[], more: boolean): string | null {
  const distinct = [...new Set(texts)];
  if (distinct.length < 2) return distinct[0] ?? null;
  const named = distinct.slice(0, MOST_NAMED).join(", ");
  return more || distinct.length > MOST_NAMED ? `${named}, …` : named;
}

/** Values of all descriptors of a change: those that differ among them are listed. */
function descriptorValues({ before, after, pairs, changes, changed }: Comparison, change: number): ChangeValue[] {
  const [first, end] = [u32At(changes.firstRow, change), u32At(changes.firstRow, change + 1)];
  const read = Array.from(changes.row.subarray(first, Math.min(end, first + MOST_READ)));
  const more = end - first > MOST_READ;
  const rows = read.map((pair) => ({
    bits: u16At(changed, pair),
    before: descriptorOf(pairs.descriptors, "before", pair) as DescriptorRow,
    after: descriptorOf(pairs.descriptors, "after", pair) as DescriptorRow,
  }));
  return ALIGNED_COLUMNS.flatMap((column) => {
    const shown = (text: string): string => (text === "" ? (column.alone ?? "") : text);
    const cells = rows.map((row) => ({
      bits: row.bits,
      before: row.before === NONE ? null : column.text(before, row.before),
      after: row.after === NONE ? null : column.text(after, row.after),
    }));
    if (cells.every((cell) => !cell.before && !cell.after)) return [];
    const textsOf = (side: Side) => cells.flatMap((cell) => (cell[side] === null ? [] : [shown(cell[side])]));
    return [
      {
        name: (column.about ?? column.title).toLowerCase(),
        before: joined(textsOf("before"), more),
        after: joined(textsOf("after"), more),
        differs: cells.some(
          (cell) =>
            cell.before !== null && cell.after !== null && columnChanged(column, cell.bits, cell.before, cell.after),
        ),
      },
    ];
  });
}
