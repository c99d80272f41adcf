// Compares the cells of two tables of one resource, column by column.

import { NONE } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import type { DetailValue } from "../../model/fields.ts";
import { i32At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import type { ColumnSpec, ResourceSpec } from "../../resources/resource.ts";
import { type Column, cellAt, type ResourceTable } from "../../resources/table.ts";
import type { placeComparer } from "./compare-places.ts";
import { pooledComparer } from "./same-tables.ts";

/** The task that identifies the namespace of a row; NONE: the row names no namespace, or no task identifies it. */
export type NamespaceOfRow = (side: Side, row: number) => TaskRow;

/** Whether two addresses are of the same code. */
type SamePlace = ReturnType<typeof placeComparer>;

/** A column that is compared. */
export interface ComparedColumn {
  /** Index into ResourceSpec.columns. */
  readonly at: number;
  readonly spec: ColumnSpec;
  /**
   * Whether two rows have the same value in it; ids of namespaces and groups are compared as what they name instead.
   */
  isSame(before: number, after: number): boolean;
}

/**
 * The columns of a resource that are compared.
 *
 * @param namespaceIn Reads the namespaces that rows have in a column.
 * @param isSamePlace Whether two addresses are of the same code.
 */
export const comparedColumns = (
  spec: ResourceSpec,
  before: ResourceTable,
  after: ResourceTable,
  namespaceIn: (column: number) => NamespaceOfRow,
  isSamePlace: SamePlace,
): readonly ComparedColumn[] =>
  spec.columns.flatMap((column, at) => {
    const { name, notCompared, comparedAs } = column;
    const isCompared = (notCompared === undefined || comparedAs !== undefined) && name !== "tid";
    if (!isCompared || spec.key.includes(name)) return [];
    const [cellsBefore, cellsAfter] = [before.columns[at], after.columns[at]];
    const isSame =
      comparedAs === "namespace"
        ? namespaceComparer(column, cellsBefore, cellsAfter, namespaceIn(at))
        : comparedAs === "presence"
          ? presenceComparer(column, cellsBefore, cellsAfter)
          : comparedAs === "place"
            ? addressComparer({ before, after }, at, isSamePlace)
            : cellComparer(column, cellsBefore, cellsAfter);
    return { at, spec: column, isSame };
  });

/**
 * Whether two rows name corresponding namespaces; also true if no task identifies one of them. A missing value counts
 * only where it has a meaning.
 */
function namespaceComparer(
  spec: ColumnSpec,
  before: Column | undefined,
  after: Column | undefined,
  namespaceOf: NamespaceOfRow,
): (b: number, a: number) => boolean {
  return (b, a) => {
    const isNone = cellAt(spec, before, b) === null;
    if (spec.nothing !== undefined && isNone !== (cellAt(spec, after, a) === null)) return false;
    const [x, y] = [namespaceOf("before", b), namespaceOf("after", a)];
    return x === y || x === NONE || y === NONE;
  };
}

/** Whether both rows have a value or neither has. */
const presenceComparer =
  (spec: ColumnSpec, before: Column | undefined, after: Column | undefined) =>
  (b: number, a: number): boolean =>
    (cellAt(spec, before, b) === null) === (cellAt(spec, after, a) === null);

/** Whether both rows have no address, the same one, or one of the same code. */
function addressComparer(
  { before, after }: Readonly<Record<Side, ResourceTable>>,
  at: number,
  isSamePlace: SamePlace,
): (b: number, a: number) => boolean {
  const [x, y] = [before.columns[at], after.columns[at]];
  return (b, a) => {
    if (x?.kind !== "wide" || y?.kind !== "wide" || x.has[b] !== 1 || y.has[a] !== 1) return true;
    const [own, other] = [x.values[b] as bigint, y.values[a] as bigint];
    if (own === other) return true;
    return isSamePlace({ task: i32At(before.task, b), at: own }, { task: i32At(after.task, a), at: other });
  };
}

/** Compares the cells of two rows in a column of two tables by their values. */
export function cellComparer(
  spec: ColumnSpec,
  before: Column | undefined,
  after: Column | undefined,
): (b: number, a: number) => boolean {
  if (before?.kind === "wide" && after?.kind === "wide") {
    return (b, a) => before.has[b] === after.has[a] && before.values[b] === after.values[a];
  }
  if (before?.kind === "number" && after?.kind === "number") {
    return (b, a) => Object.is(before.values[b], after.values[a]);
  }
  if (before?.kind === "pooled" && after?.kind === "pooled") {
    const areSame = pooledComparer(before, after);
    if (!spec.unordered) return areSame;
    return (b, a) => areSame(b, a) || sortedText(cellAt(spec, before, b)) === sortedText(cellAt(spec, after, a));
  }
  return (b, a) => cellAt(spec, before, b) === cellAt(spec, after, a);
}

/** A list as text, for equal lists in any order the same. */
const sortedText = (value: DetailValue): string =>
  JSON.stringify(Array.isArray(value) ? value.map((each) => JSON.stringify(each)).sort() : value);
