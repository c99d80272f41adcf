// Which tasks map an open file.

import { NONE } from "../model/checkpoint.ts";
import { i32At } from "../model/read.ts";
import type { TaskRow } from "../model/rows.ts";
import { resourceNamed } from "./resources.ts";
import { cellAt, type ResourceTable } from "./table.ts";

/** The mappings of one file in one task. */
export interface Mapper {
  readonly task: TaskRow;
  /** The file's id. */
  readonly file: number;
  /** `r-xp`, each once, in the order of their addresses. */
  readonly permissions: readonly string[];
}

/** Mappers that are listed. */
const MOST = 1000;

/**
 * The tasks that map any of the given files, in the order of the table of mappings.
 *
 * @param ids Their ids in the image.
 */
export function mappersOf(mappings: ResourceTable, ids: ReadonlySet<number>): Mapper[] {
  const { columns } = resourceNamed("mappings");
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const [fileAt, permissionsAt] = [at("file"), at("permissions")];
  const files = mappings.columns[fileAt];
  const spec = columns[permissionsAt];
  const found = new Map<string, Omit<Mapper, "permissions"> & { readonly permissions: string[] }>();
  if (files?.kind !== "number" || spec === undefined) return [];
  for (let row = 0; row < mappings.count; row++) {
    const file = files.values[row] as number;
    const task = i32At(mappings.task, row);
    if (!ids.has(file) || task === NONE) continue;
    const key = `${task} ${file}`;
    const mapper = found.get(key) ?? { task, file, permissions: [] as string[] };
    if (!found.has(key)) {
      if (found.size === MOST) break;
      found.set(key, mapper);
    }
    const permissions = cellAt(spec, mappings.columns[permissionsAt], row);
    if (typeof permissions === "string" && !mapper.permissions.includes(permissions)) {
      mapper.permissions.push(permissions);
    }
  }
  return [...found.values()];
}
