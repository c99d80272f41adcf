// Changes of resources by their index among all changes of a comparison.

import { NONE } from "../../model/checkpoint.ts";
import type { Details } from "../../model/fields.ts";
import { i32At, u8At } from "../../model/read.ts";
import { type Change, isOfResources, kindOf } from "../changes.ts";
import type { Comparison } from "../comparison.ts";
import {
  type ComparedResources,
  type ResourceChange,
  resourceBytes,
  resourceChangeAt,
  resourceEntry,
  resourceKey,
  resourceValue,
} from "../resource-changes.ts";

/**
 * A change of a resource, and the tables it belongs to.
 *
 * @throws RangeError if the change is not one of a resource.
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

/** Whether a change of a resource repeats another change and does not concern security. */
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
    key: exactKey(compared, change),
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
    ...bytesKey("beforeBytes", resourceBytes(compared.before, spec, before, field)),
    ...bytesKey("afterBytes", resourceBytes(compared.after, spec, after, field)),
  };
}

/** The key of the document: text that is not valid UTF-8 also as base64, under its name with `Bytes` appended. */
function exactKey(compared: ComparedResources, change: ResourceChange): Details {
  const { spec, before, after } = change;
  const [resources, row] = before === NONE ? [compared.after, after] : [compared.before, before];
  const entries = Object.entries(resourceKey(compared, change)).map(([name, value]) => ({
    [name]: value,
    ...bytesKey(`${name}Bytes`, resourceBytes(resources, spec, row, name)),
  }));
  return Object.assign({}, ...entries);
}

const bytesKey = <K extends string>(key: K, bytes: string | null): { readonly [key in K]?: string } =>
  (bytes === null ? {} : { [key]: bytes }) as { readonly [key in K]?: string };
