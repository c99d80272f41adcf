// Compares the tables of resources of two images: collects the changes of rows that correspond, and the rows that are on
// one side only.

import { NONE } from "../../model/checkpoint.ts";
import { SIDES, type Side } from "../../model/comparison/side.ts";
import type { DetailValue } from "../../model/fields.ts";
import { writtenOutside } from "../../model/outside.ts";
import { i32At } from "../../model/read.ts";
import type { ColumnSpec, ResourceSpec } from "../../resources/resource.ts";
import { RESOURCES } from "../../resources/resources.ts";
import { cellAt, type Resources, type ResourceTable } from "../../resources/table.ts";
import type { Note } from "../changes.ts";
import type { Compared } from "../pairs/holders.ts";
import { keepIds, type NamespaceTasks, namespaceTask } from "../pairs/match-namespaces.ts";
import type { Matched } from "../pairs/overlaps.ts";
import type { ResourceChanges } from "../resource-changes.ts";
import type { Collector } from "./collect-changes.ts";
import { comparedColumns, type NamespaceOfRow } from "./compare-cells.ts";
import { placeComparer } from "./compare-places.ts";
import { contentsReporter, type ReportedAs } from "./contents-on-one-side.ts";
import { groupOf, type Left, matchTables, type Tables } from "./match-rows.ts";
import { countedRows, cutNotes, lackingNotes } from "./resource-notes.ts";
import { isSecurityChange, type Values } from "./security.ts";
import { isFirstThread, threadReporter } from "./tasks-of-rows.ts";

/** A resource of both images. */
interface Pair extends Tables {
  /** Index into RESOURCES. */
  readonly index: number;
  /** Which of the groups that columns `comparedAs: "group"` name correspond. */
  readonly groups: Matched;
  /** By side, how many rows lack a value that the other image has. */
  readonly unrecorded: Readonly<Record<Side, Map<ColumnSpec, number>>>;
}

/** Collects the changes. */
interface Collecting {
  readonly reportedContents: ReturnType<typeof contentsReporter>;
  readonly reportedThread: ReturnType<typeof threadReporter>;
  readonly compared: Compared;
  readonly collector: Collector;
  readonly changes: { readonly [name in Exclude<keyof ResourceChanges, "count">]: number[] };
}

/** Compares the tables that both images hold, and notes those that only one does. */
export function compareResources(
  compared: Compared,
  resources: Readonly<Record<Side, Resources>>,
  namespaces: NamespaceTasks,
  collector: Collector,
): { readonly changes: ResourceChanges; readonly notes: readonly Note[] } {
  const collecting: Collecting = {
    reportedContents: contentsReporter(compared, resources),
    reportedThread: threadReporter(compared, resources),
    compared,
    collector,
    changes: { resource: [], before: [], after: [], column: [], security: [], repeated: [] },
  };
  const lacking: Record<Side, string[]> = { before: [], after: [] };
  const isSamePlace = placeComparer(resources);
  const areIdsKept = keepIds(namespaces);
  for (const [index, spec] of RESOURCES.entries()) {
    const [before, after] = [resources.before[spec.name], resources.after[spec.name]];
    if (spec.compared === "nothing" || before === undefined || after === undefined) continue;
    const namespaceIn = (column: number) => namespaceReader(spec, column, { before, after }, namespaces);
    if (before.held && after.held) {
      const columns = comparedColumns(spec, before, after, namespaceIn, isSamePlace);
      const namespaceOf = namespaceIn(namespaceColumn(spec));
      const unrecorded = { before: new Map<ColumnSpec, number>(), after: new Map<ColumnSpec, number>() };
      const tables = { spec, before, after, columns, namespaceOf, areIdsKept };
      const left = comparePair(collecting, { ...tables, index, unrecorded });
      for (const side of SIDES) {
        for (const [{ title }, rows] of unrecorded[side]) lacking[side].push(`${title} (${countedRows(rows, spec)})`);
      }
      if (left.before > 0) lacking.after.push(countedRows(left.before, spec));
      if (left.after > 0) lacking.before.push(countedRows(left.after, spec));
    } else if (before.count > 0) lacking.after.push(spec.title);
    else if (after.count > 0) lacking.before.push(spec.title);
  }
  const { changes } = collecting;
  return {
    changes: {
      count: changes.resource.length,
      resource: Uint8Array.from(changes.resource),
      before: Int32Array.from(changes.before),
      after: Int32Array.from(changes.after),
      column: Int32Array.from(changes.column),
      security: Uint8Array.from(changes.security),
      repeated: Uint8Array.from(changes.repeated),
    },
    notes: [...lackingNotes(lacking), ...cutNotes(resources)],
  };
}

/** Compares two tables. Returns how many rows on one side only a note has to count. */
function comparePair(collecting: Collecting, tables: Omit<Pair, "groups">): Record<Side, number> {
  const count = { before: 0, after: 0 };
  const matched = matchTables(collecting.compared, tables);
  if (matched === null) return count;
  const { matchings, unmatched, groups } = matched;
  const pair = { ...tables, groups };
  const onOneSide = (left: Left): void => {
    for (const row of left.before) if (addOnOneSide(collecting, pair, row, NONE) === "note") count.before++;
    for (const row of left.after) if (addOnOneSide(collecting, pair, NONE, row) === "note") count.after++;
  };
  for (const { pairs, left } of matchings) {
    for (const [b, a] of pairs) compareRows(collecting, pair, b, a);
    onOneSide(left);
  }
  onOneSide({ before: [], after: unmatched });
  return count;
}

/** The column with the namespace that rows belong to; NONE: there is none. */
const namespaceColumn = ({ columns }: ResourceSpec): number => {
  const own = columns.findIndex(({ name }) => name === "namespace");
  return own === NONE ? columns.findIndex(({ comparedAs }) => comparedAs === "namespace") : own;
};

/** @param at The column with the namespaces. */
function namespaceReader(
  spec: ResourceSpec,
  at: number,
  tables: Readonly<Record<Side, ResourceTable>>,
  namespaces: NamespaceTasks,
): NamespaceOfRow {
  const column = spec.columns[at];
  if (column === undefined) return () => NONE;
  const kindAt = spec.namespace === undefined ? spec.columns.findIndex(({ name }) => name === "kind") : NONE;
  const kindOf = (table: ResourceTable, row: number): DetailValue =>
    spec.namespace ?? cellAt(spec.columns[kindAt] as ColumnSpec, table.columns[kindAt], row);
  return (side, row) => {
    const table = tables[side];
    return namespaceTask(namespaces, side, kindOf(table, row), cellAt(column, table.columns[at], row));
  };
}

function compareRows(collecting: Collecting, pair: Pair, before: number, after: number): void {
  const { before: x, after: y } = collecting.compared;
  const sameFormat = x.format === y.format;
  const sameWriter = writtenOutside(x) === writtenOutside(y);
  for (const { at, spec, isSame } of pair.columns) {
    const values = valuesAt(pair, at, before, after);
    if (spec.comparedAs === "group" ? isSameGroup(pair, at, before, after) : isSame(before, after)) continue;
    const lacksOne = values.before === null || values.after === null;
    if (!sameFormat && lacksOne) continue;
    if (addUnrecorded(pair, spec, before, after)) continue;
    if (!sameWriter && lacksOne) continue;
    addChange(collecting, pair, before, after, at);
  }
}

const valuesAt = (pair: Pair, at: number, before: number, after: number): Record<Side, DetailValue> => {
  const spec = pair.spec.columns[at] as ColumnSpec;
  return {
    before: cellAt(spec, pair.before.columns[at], before),
    after: cellAt(spec, pair.after.columns[at], after),
  };
};

/** Counts a value that one of the images does not record; false if both do. */
function addUnrecorded(pair: Pair, column: ColumnSpec, before: number, after: number): boolean {
  const { recordedWith } = column;
  if (recordedWith === undefined) return false;
  const at = pair.spec.columns.findIndex(({ name }) => name === recordedWith);
  const values = valuesAt(pair, at, before, after);
  const lacking = SIDES.filter((side) => values[side] === null);
  const [side] = lacking;
  if (side === undefined || lacking.length > 1) return false;
  const counts = pair.unrecorded[side];
  counts.set(column, (counts.get(column) ?? 0) + 1);
  return true;
}

/** Whether two rows are in groups that correspond, or in none. */
function isSameGroup(pair: Pair, at: number, before: number, after: number): boolean {
  const { spec, groups } = pair;
  const [x, y] = [groupOf(spec, pair.before, at, before), groupOf(spec, pair.after, at, after)];
  return x !== null && y !== null ? groups.before.get(x) === groups.after.get(y) : x === y;
}

/** Adds a row that is on one side only, unless another kind of change or a note reports it. */
function addOnOneSide(collecting: Collecting, pair: Pair, before: number, after: number): ReportedAs {
  const as = reportedAs(collecting, pair, before, after);
  if (as === "change") addChange(collecting, pair, before, after, NONE);
  return as;
}

function reportedAs(
  { reportedContents, reportedThread }: Collecting,
  { spec, before: x, after: y }: Pair,
  before: number,
  after: number,
): ReportedAs {
  switch (spec.compared) {
    case undefined:
      return "change";
    case "noted":
      return before === NONE ? reportedThread(spec, y, after) : reportedThread(spec, x, before);
    case "recorded":
      return "note";
    case "unless reported":
      return before === NONE ? reportedContents("after", after) : reportedContents("before", before);
    default:
      return "elsewhere";
  }
}

function addChange(
  { compared, collector, changes }: Collecting,
  pair: Pair,
  before: number,
  after: number,
  at: number,
): void {
  const { spec, index } = pair;
  const values = (table: ResourceTable, row: number): Values | null =>
    row === NONE
      ? null
      : (name): DetailValue => {
          const column = spec.columns.findIndex((each) => each.name === name);
          return cellAt(spec.columns[column] as ColumnSpec, table.columns[column], row);
        };
  const column = spec.columns[at]?.name ?? null;
  const security = isSecurityChange(spec.name, values(pair.before, before), values(pair.after, after), column);
  const taskOf = (side: Side, row: number): number => (row === NONE ? NONE : i32At(pair[side].task, row));
  const [taskBefore, taskAfter] = [taskOf("before", before), taskOf("after", after)];
  const { pairs } = compared;
  const kind = before === NONE ? "resource-added" : after === NONE ? "resource-removed" : "resource-changed";
  const lacksOther = before === NONE ? !compared.before.complete : after === NONE && !compared.after.complete;
  const isUnknown = isUnknownIn(compared, pair, before, after, at);
  const cut = before === NONE ? pair.before.cut : after === NONE && pair.after.cut;
  collector.addResource(kind, {
    taskBefore: taskBefore === NONE && taskAfter !== NONE ? i32At(pairs.taskBefore, taskAfter) : taskBefore,
    taskAfter: taskAfter === NONE && taskBefore !== NONE ? i32At(pairs.taskAfter, taskBefore) : taskAfter,
    fd: spec.scope === "descriptor" ? fdOf(pair, before, after) : NONE,
    change: changes.resource.length,
    rank: security ? (spec.name === "mappings" ? 0 : 1) : 2,
    uncertain: lacksOther || cut || isUnknown,
  });
  changes.resource.push(index);
  changes.before.push(before);
  changes.after.push(after);
  changes.column.push(at);
  changes.security.push(security ? 1 : 0);
  changes.repeated.push(isRepeated(pair, before, after, at) ? 1 : 0);
}

/** By table: the kinds of rows that have a name, in a column, unless the member that has it is missing. */
const NAMED_KINDS: Readonly<Record<string, { readonly kinds: ReadonlySet<DetailValue>; readonly by: string }>> = {
  mappings: { kinds: new Set(["file", "memfd", "sysv", "device", "socket"]), by: "path" },
  contents: { kinds: new Set(["unlinked file", "tmpfs"]), by: "name" },
};

/**
 * Whether a change may be an effect of what an incomplete image lacks: a value that it does not have, the task that a
 * row belongs to, or a name by which rows are matched.
 */
function isUnknownIn(
  { before: x, after: y }: Compared,
  pair: Pair,
  before: number,
  after: number,
  at: number,
): boolean {
  const { spec } = pair;
  const complete = { before: x.complete, after: y.complete };
  if (complete.before && complete.after) return false;
  if (at !== NONE) {
    // An image that records the absence of a value is certain.
    if (spec.columns[at]?.recordedWith !== undefined) return false;
    const values = valuesAt(pair, at, before, after);
    return SIDES.some((side) => !complete[side] && values[side] === null);
  }
  const side: Side = before === NONE ? "after" : "before";
  const [table, row] = before === NONE ? [pair.after, after] : [pair.before, before];
  if (spec.scope !== "image" && i32At(table.task, row) === NONE) return !complete[side];
  const named = NAMED_KINDS[spec.name];
  if (named === undefined) return false;
  const cell = (name: string): DetailValue => {
    const column = spec.columns.findIndex((each) => each.name === name);
    return cellAt(spec.columns[column] as ColumnSpec, table.columns[column], row);
  };
  return named.kinds.has(cell("kind")) && cell(named.by) === null;
}

/** Whether another kind of change reports the same: of sockets all, of credentials those of first threads. */
function isRepeated({ spec, before, after }: Pair, rowBefore: number, rowAfter: number, at: number): boolean {
  if (spec.repeats === undefined || spec.columns[at]?.repeats === "never") return false;
  if (spec.repeats === "always") return true;
  return rowBefore === NONE ? isFirstThread(spec, after, rowAfter) : isFirstThread(spec, before, rowBefore);
}

function fdOf({ spec, before, after }: Pair, rowBefore: number, rowAfter: number): number {
  const at = spec.columns.findIndex(({ name }) => name === "fd");
  const [table, row] = rowBefore === NONE ? [after, rowAfter] : [before, rowBefore];
  const column = table.columns[at];
  return column?.kind === "number" ? (column.values[row] as number) : NONE;
}
