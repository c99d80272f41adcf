// Changes of resources: which rows of the tables of two images differ. describe.ts reads them out.

import { NONE } from "../model/checkpoint.ts";
import type { DetailValue } from "../model/fields.ts";
import { i32At, u8At } from "../model/read.ts";
import type { ColumnSpec, ResourceSpec } from "../resources/resource.ts";
import { RESOURCES } from "../resources/resources.ts";
import { cellAt, cellBytes, entryAt, type Resources } from "../resources/table.ts";

/** Changes of resources as columns, in no particular order: Changes.key says where each is listed. */
export interface ResourceChanges {
  readonly count: number;
  /** Index into RESOURCES. */
  readonly resource: Uint8Array;
  /** Row of the table before, and after; NONE: the row is on the other side only. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** Index into ResourceSpec.columns of the column that differs; NONE: a row on one side only. */
  readonly column: Int32Array;
  /** 1: the change allows something new: see security.ts. */
  readonly security: Uint8Array;
  /** 1: another kind of change reports it as well. */
  readonly repeated: Uint8Array;
}

/** The tables of two images, how they differ, and which namespaces and mounts in them correspond. */
export interface ComparedResources {
  readonly before: Resources;
  readonly after: Resources;
  readonly changes: ResourceChanges;
}

/** A change of a resource: of one column, or of a whole row (`column` is then `null`). */
export interface ResourceChange {
  readonly spec: ResourceSpec;
  readonly before: number;
  readonly after: number;
  readonly column: ColumnSpec | null;
  readonly isSecurity: boolean;
  readonly isRepeated: boolean;
}

/**
 * Change `index` of a comparison's resources.
 *
 * @throws RangeError if there is no such change.
 */
export function resourceChangeAt({ changes }: ComparedResources, index: number): ResourceChange {
  const spec = index < 0 || index >= changes.count ? undefined : RESOURCES[u8At(changes.resource, index)];
  if (spec === undefined) throw new RangeError(`No change of resources has the index ${index}`);
  return {
    spec,
    before: i32At(changes.before, index),
    after: i32At(changes.after, index),
    column: spec.columns[i32At(changes.column, index)] ?? null,
    isSecurity: u8At(changes.security, index) === 1,
    isRepeated: u8At(changes.repeated, index) === 1,
  };
}

/** The value of a column in a row of one side's table; `null` if the row is not on that side. */
export function resourceValue(resources: Resources, spec: ResourceSpec, row: number, name: string): DetailValue {
  const at = spec.columns.findIndex((each) => each.name === name);
  const column = spec.columns[at];
  return row === NONE || column === undefined ? null : cellAt(column, resources[spec.name]?.columns[at], row);
}

/** The exact bytes of the same in base64, if it is a text that is not valid UTF-8. */
export const resourceBytes = (resources: Resources, spec: ResourceSpec, row: number, name: string): string | null =>
  row === NONE ? null : cellBytes(resourceColumn(resources, spec, { name }), row);

/** The column of a table of one side. */
export const resourceColumn = (
  resources: Resources,
  { name, columns }: ResourceSpec,
  { name: column }: Pick<ColumnSpec, "name">,
) => resources[name]?.columns[columns.findIndex((each) => each.name === column)];

/** The columns that say which row is meant: those by which rows are matched, and for mappings the address. */
const keyColumns = ({ key, places = [] }: ResourceSpec): readonly string[] => [...places, ...key];

/** Which row a change is about, as `key` of the document: from the image before, if the row is in it. */
export function resourceKey(compared: ComparedResources, change: ResourceChange): Record<string, DetailValue> {
  const { spec, before, after } = change;
  const [resources, row] = before === NONE ? [compared.after, after] : [compared.before, before];
  const names = spec.columns.map(({ name }) => name).filter((name) => keyColumns(spec).includes(name));
  return Object.fromEntries(names.map((name) => [name, resourceValue(resources, spec, row, name)]));
}

/** The whole row of a change that is on one side only. */
export function resourceEntry(compared: ComparedResources, { spec, before, after }: ResourceChange) {
  const [resources, row] = before === NONE ? [compared.after, after] : [compared.before, before];
  const table = resources[spec.name];
  return table === undefined ? {} : entryAt(spec, table, row);
}
