// Which tasks map an open file, or another one of the same path.

import { type Checkpoint, HAS, NONE, nameBytes, USE } from "../model/checkpoint.ts";
import { i32At, u8At, u32At } from "../model/read.ts";
import type { FileRow, TaskRow } from "../model/rows.ts";
import { sameBytes } from "../model/text/text.ts";
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

/** Most mappers to list, and most open files to search for among the mappings. */
const MOST = 1000;

/**
 * An open file and others of its path that may be mapped. CRIU gives the mappings of a file an open file of their own.
 * Compares the paths of all open files.
 */
export function maybeMapped(checkpoint: Checkpoint, file: FileRow): FileRow[] {
  const { files, format } = checkpoint;
  // Linux-CR's decoder does not mark mapped files.
  const isCandidate = (row: FileRow): boolean => format !== "criu" || (u8At(files.use, row) & USE.mapping) !== 0;
  const found = isCandidate(file) ? [file] : [];
  if ((u8At(files.has, file) & HAS.path) === 0) return found;
  const path = nameBytes(checkpoint, file);
  for (let row = 0; row < files.count && found.length < MOST; row++) {
    if (row === file || u32At(files.nameLength, row) !== path.length || !isCandidate(row)) continue;
    if ((u8At(files.has, row) & HAS.path) !== 0 && sameBytes(nameBytes(checkpoint, row), path)) found.push(row);
  }
  return found;
}

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
