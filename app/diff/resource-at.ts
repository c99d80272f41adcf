// Changes of resources by their index among all changes of a comparison.

import { i32At, u8At } from "../model/read.ts";
import { type Change, isOfResources, kindOf } from "./changes.ts";
import type { Comparison } from "./comparison.ts";
import {
  type ComparedResources,
  type ResourceChange,
  resourceChangeAt,
  resourceEntry,
  resourceKey,
  resourceValue,
} from "./resource-changes.ts";

/**
 * A change of a resource, and the tables it belongs to.
 *
 * @throws RangeError if the change is none of a resource.
 */
export function resourceAt(
  { changes, resources }: Comparison,
  index: number,
): { readonly compared: ComparedResources; readonly change: ResourceChange } {
  if (resources === null) throw new RangeError("Resources were not compared");
  return { compared: resources, change: resourceChangeAt(resources, i32At(changes.key, index)) };
}

/** Whether a change concerns security: see security.ts. */
export const isSecurityAt = (comparison: Comparison, index: number): boolean =>
  isOfResources(kindOf(u8At(comparison.changes.kind, index))) && resourceAt(comparison, index).change.isSecurity;

/** Whether a change of a resource says what another change says, and does not concern security. */
export function isRepeatedAt(comparison: Comparison, index: number): boolean {
  if (!isOfResources(kindOf(u8At(comparison.changes.kind, index)))) return false;
  const { isSecurity, isRepeated } = resourceAt(comparison, index).change;
  return isRepeated && !isSecurity;
}

/** A change of a resource in the document's form. */
export function resourceDocument(
  comparison: Comparison,
  index: number,
  kind: "resource-added" | "resource-removed" | "resource-changed",
): Change {
  const { compared, change } = resourceAt(comparison, index);
  const { spec, before, after, column, isSecurity } = change;
  const common = {
    resource: spec.name,
    key: resourceKey(compared, change),
    ...(isSecurity && { security: true as const }),
  };
  if (kind !== "resource-changed") return { kind, ...common, entry: resourceEntry(compared, change) };
  const field = column?.name ?? "";
  return {
    kind,
    ...common,
    field,
    before: resourceValue(compared.before, spec, before, field),
    after: resourceValue(compared.after, spec, after, field),
  };
}
