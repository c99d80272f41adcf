// All resources, in the order in which they are listed.

import type { ColumnSpec, ResourceSpec } from "./resource.ts";
import { FILE_RESOURCES } from "./specs/files.ts";
import { MEMORY_RESOURCES } from "./specs/memory.ts";
import { SYSTEM_RESOURCES } from "./specs/system.ts";
import { TASK_RESOURCES } from "./specs/tasks.ts";

/** Every resource. Their order is that of tabs, of `show --resources` and of docs/resources.md. */
export const RESOURCES: readonly ResourceSpec[] = [
  ...TASK_RESOURCES,
  ...MEMORY_RESOURCES,
  ...FILE_RESOURCES,
  ...SYSTEM_RESOURCES,
];

/** The names of the resources that are compared. */
export const COMPARED_RESOURCES: readonly string[] = RESOURCES.filter(({ compared }) => compared !== "nothing").map(
  ({ name }) => name,
);

const byName: ReadonlyMap<string, ResourceSpec> = new Map(RESOURCES.map((spec) => [spec.name, spec]));

/**
 * The resource with a name.
 *
 * @throws RangeError if there is none.
 */
export function resourceNamed(name: string): ResourceSpec {
  const spec = byName.get(name);
  if (spec === undefined) throw new RangeError(`There is no resource ${name}`);
  return spec;
}

/** Whether a word names a resource. */
export const isResource = (name: string): boolean => byName.has(name);

/**
 * A column of a resource.
 *
 * @throws RangeError if there is none.
 */
export function columnNamed(spec: ResourceSpec, name: string): ColumnSpec {
  const found = spec.columns.find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`${spec.name} has no column ${name}`);
  return found;
}
