// Which rows of two tables of a resource correspond: those that belong to corresponding tasks and agree in the columns
// that the resource declares as its key. Several rows with one key correspond in their order.

import { NONE } from "../../model/checkpoint.ts";
import { areSameColumns } from "../../model/comparison/difference.ts";
import { type MappingFacts, matchMappings } from "../../model/comparison/match-mappings.ts";
import type { Side } from "../../model/comparison/side.ts";
import type { DetailValue } from "../../model/fields.ts";
import { i32At } from "../../model/read.ts";
import type { ColumnSpec, ResourceSpec } from "../../resources/resource.ts";
import { type Column, cellAt, type ResourceTable } from "../../resources/table.ts";
import type { Compared } from "../pairs/holders.ts";
import { createOverlaps, type Matched } from "../pairs/overlaps.ts";
import { type ComparedColumn, cellComparer, type NamespaceOfRow } from "./compare-cells.ts";
import { tasksWithSameRows } from "./same-rows.ts";
import { haveSameCells } from "./same-tables.ts";
import { isFirstThread, placeOf } from "./tasks-of-rows.ts";

/** The tables of a resource in both images. */
export interface Tables {
  readonly spec: ResourceSpec;
  readonly before: ResourceTable;
  readonly after: ResourceTable;
  /** The columns that are compared. */
  readonly columns: readonly ComparedColumn[];
  readonly namespaceOf: NamespaceOfRow;
  /** Whether equal ids are those of corresponding namespaces. */
  readonly areIdsKept: boolean;
}

/** The rows of two tables that correspond, and the rest. */
interface MatchedTables {
  /** For each key that the table before has. */
  readonly matchings: readonly Matching[];
  /** Rows of the table after whose key the table before does not have. */
  readonly unmatched: readonly number[];
  /** Which of the groups that columns `comparedAs: "group"` name correspond. */
  readonly groups: Matched;
}

/** Matches the rows of two tables; `null`: nothing has changed, as each row is the same as the one at its place. */
export function matchTables(compared: Compared, tables: Tables): MatchedTables | null {
  if (haveSameRows(compared, tables)) return null;
  const { before, after } = groupRows(compared, tables);
  const matchings = [...before].map(([key, rowsBefore]) => {
    const rowsAfter = after.get(key) ?? [];
    after.delete(key);
    return matchRows(tables, rowsBefore, rowsAfter);
  });
  return { matchings, unmatched: [...after.values()].flat(), groups: matchGroups(tables, matchings) };
}

/**
 * Whether two tables agree row by row in all that is compared, and in the tasks and namespaces that rows belong to.
 * Then each row corresponds to the one at its place, and nothing has changed.
 */
function haveSameRows(compared: Compared, tables: Tables): boolean {
  const { spec, before, after, columns, namespaceOf } = tables;
  const keys = spec.key.map((name) => spec.columns.findIndex((column) => column.name === name));
  const isOfNamespace = (column: ComparedColumn): boolean => column.spec.comparedAs === "namespace";
  const values = columns.filter((column) => !isOfNamespace(column)).map(({ at }) => at);
  if (!haveSameCells(before, after, [...keys, ...values])) return false;
  if (areOfSameTasks(compared, tables) && haveSameIds(tables)) return true;
  const others = columns.filter(isOfNamespace);
  for (let row = 0; row < before.count; row++) {
    const [taskBefore, taskAfter] = [i32At(before.task, row), i32At(after.task, row)];
    if ((taskBefore === NONE) !== (taskAfter === NONE)) return false;
    if (namespaceOf("before", row) !== namespaceOf("after", row)) return false;
    if (!others.every(({ isSame }) => isSame(row, row))) return false;
    if (taskBefore === NONE) continue;
    if (placeOf(compared, "before", taskBefore) !== placeOf(compared, "after", taskAfter)) return false;
  }
  return true;
}

/** Whether each row belongs to a task that is in the same row of both images. */
function areOfSameTasks({ pairs: { taskAfter } }: Compared, { before, after }: Tables): boolean {
  if (!areSameColumns(before.task, after.task)) return false;
  for (const task of before.task) if (task !== NONE && taskAfter[task] !== task) return false;
  return true;
}

/** Whether rows name corresponding namespaces, because ids are kept and all cells are equal. */
const haveSameIds = ({ spec, before, after, areIdsKept }: Tables): boolean =>
  areIdsKept && haveSameCells(before, after, [...spec.columns.keys()]);

/** Rows with equal keys: those that correspond, and the rest. */
export interface Matching {
  readonly pairs: readonly (readonly [before: number, after: number])[];
  readonly left: Left;
}

function matchRows(tables: Tables, before: readonly number[], after: readonly number[]): Matching {
  const pairs: (readonly [number, number])[] = [];
  const match = (b: number, a: number): void => void pairs.push([b, a]);
  const isMapping = tables.spec.name === "mappings";
  return { pairs, left: isMapping ? matchByPlace(tables, before, after, match) : inOrder(before, after, match) };
}

/** Matches the groups that rows are in, by the rows that are in them on both sides. */
function matchGroups({ spec, before, after }: Tables, matchings: readonly Matching[]): Matched {
  const overlaps = createOverlaps();
  for (const [at, column] of spec.columns.entries()) {
    if (column.comparedAs !== "group") continue;
    for (const { pairs } of matchings) {
      for (const [b, a] of pairs) {
        const x = groupOf(spec, before, at, b);
        const y = groupOf(spec, after, at, a);
        if (x !== null && y !== null) overlaps.add(x, y, b, b);
      }
    }
  }
  return overlaps.match();
}

/** What identifies the group that a row is in by a column; `null`: it is in none. */
export function groupOf(spec: ResourceSpec, table: ResourceTable, at: number, row: number): string | null {
  const cell = (column: number): DetailValue => cellAt(spec.columns[column] as ColumnSpec, table.columns[column], row);
  const id = cell(at);
  const { groupsOf } = spec.columns[at] as ColumnSpec;
  if (!id) return null;
  return groupsOf === undefined ? String(id) : `${cell(spec.columns.findIndex(({ name }) => name === groupsOf))} ${id}`;
}

/** Rows without a counterpart. */
export type Left = { readonly before: readonly number[]; readonly after: readonly number[] };

function inOrder(before: readonly number[], after: readonly number[], match: (b: number, a: number) => void): Left {
  const count = Math.min(before.length, after.length);
  for (let nth = 0; nth < count; nth++) match(before[nth] as number, after[nth] as number);
  return { before: before.slice(count), after: after.slice(count) };
}

function matchByPlace(
  { spec, before, after }: Tables,
  rowsBefore: readonly number[],
  rowsAfter: readonly number[],
  match: (b: number, a: number) => void,
): Left {
  const facts = (table: ResourceTable): MappingFacts => {
    const of = (name: string): number => spec.columns.findIndex((each) => each.name === name);
    const wide = (name: string) => {
      const column = table.columns[of(name)];
      return (row: number): bigint => (column?.kind === "wide" ? (column.values[row] as bigint) : 0n);
    };
    const nature = ["permissions", "flags"].map((name) => canonical(table.columns[of(name)]));
    const at = { start: wide("start"), end: wide("end"), size: wide("size") };
    return { ...at, nature: (row) => nature.map((text) => text(row)).join() };
  };
  return matchMappings({ before: facts(before), after: facts(after) }, rowsBefore, rowsAfter, match);
}

/**
 * The rows of both sides by key. Leaves out rows of tasks that are on one side only or have ended, which is a change of
 * the task, and rows of tasks that have the same rows on both sides.
 */
function groupRows(compared: Compared, tables: Tables) {
  const { spec, before, after, namespaceOf } = tables;
  const same = sameTasks(compared, tables);
  const keys = spec.key.filter((name) => name !== "pid");
  const numbers = new Map<string, number>();
  const group = (side: Side, table: ResourceTable): Map<string, number[]> => {
    const texts = keys.map((name) => {
      const at = spec.columns.findIndex((each) => each.name === name);
      const text = canonical(table.columns[at], numbers);
      // The first thread of a task corresponds to the first, whatever their ids.
      return name === "tid" ? (row: number) => (isFirstThread(spec, table, row) ? "first" : text(row)) : text;
    });
    const rows = new Map<string, number[]>();
    for (let row = 0; row < table.count; row++) {
      const task = i32At(table.task, row);
      const place = task === NONE ? `namespace ${namespaceOf(side, row)}` : placeOf(compared, side, task);
      if (place === null || (typeof place === "number" && same?.[place] === 1)) continue;
      const key = `${place} ${texts.map((text) => text(row)).join("\0")}`;
      const known = rows.get(key);
      if (known === undefined) rows.set(key, [row]);
      else known.push(row);
    }
    return rows;
  };
  return { before: group("before", before), after: group("after", after) };
}

/** Columns by which mappings are matched. */
const PLACE_OF_MAPPING = ["start", "end", "size", "permissions", "flags"];

/** By task before: 1 if all its rows are the same in both images. `null`: not known. */
function sameTasks(compared: Compared, { spec, before, after, columns }: Tables): Uint8Array | null {
  // Groups are matched by all rows.
  if (columns.some((column) => column.spec.comparedAs === "group")) return null;
  const names = spec.name === "mappings" ? [...spec.key, ...PLACE_OF_MAPPING] : spec.key;
  const keys = names.map((name) => {
    const at = spec.columns.findIndex((column) => column.name === name);
    return cellComparer(spec.columns[at] as ColumnSpec, before.columns[at], after.columns[at]);
  });
  return tasksWithSameRows({
    before,
    after,
    tasks: compared.before.tasks.count,
    placeOf: { before: (task) => placeOf(compared, "before", task), after: (task) => placeOf(compared, "after", task) },
    tests: [...keys, ...columns.map(({ isSame }) => isSame)],
  });
}

/** Longer values are replaced by numbers in keys, in characters. */
const LONGEST_IN_KEY = 4096;

/**
 * A text for each value of a column: equal for equal values of two images. Values that occur again are written once.
 *
 * @param numbers Numbers that stand for long texts, as many rows may have the same path of megabytes.
 */
function canonical(column: Column | undefined, numbers?: Map<string, number>): (row: number) => string {
  if (column === undefined) return () => "";
  switch (column.kind) {
    case "wide":
      return (row) => (column.has[row] === 1 ? String(column.values[row]) : "");
    case "number":
      return (row) => String(column.values[row]);
    case "pooled": {
      const textOf = (value: DetailValue, bytes = ""): string => {
        if (typeof value !== "string" || value.length <= LONGEST_IN_KEY || numbers === undefined) {
          return `${JSON.stringify(value)}${bytes}`;
        }
        const text = bytes || value;
        const number = numbers.get(text) ?? numbers.size;
        numbers.set(text, number);
        // No JSON text begins with #.
        return `${bytes === "" ? "#" : "##"}${number}`;
      };
      const texts = column.pool.map((value, at) => textOf(value, column.bytes[at]));
      return (row) => texts[column.index[row] as number] ?? "";
    }
  }
}
