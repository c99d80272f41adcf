// How it is reported that only one of two images has the contents of an unlinked file or a file system.

import { otherSide, type Side } from "../../model/comparison/side.ts";
import type { DetailValue } from "../../model/fields.ts";
import { resourceNamed } from "../../resources/resources.ts";
import { cellAt, type Resources, type ResourceTable } from "../../resources/table.ts";
import { type Compared, isHeld } from "../pairs/holders.ts";

/** What reports a row that is on one side only: a change of its table, a note, or another kind of change. */
export type ReportedAs = "change" | "note" | "elsewhere";

/** Returns what reports a row of the table of contents that has no counterpart. */
export function contentsReporter(compared: Compared, resources: Readonly<Record<Side, Resources>>) {
  const heldFiles = bySide((side) => idsOfHeldFiles(compared[side]));
  const mountPoints = bySide((side) => valuesOf("mounts", resources[side].mounts, "mountpoint"));
  const kinds = bySide((side) => valuesOf("contents", resources[side].contents, "kind"));
  return (side: Side, row: number): ReportedAs => {
    const value = (name: string): DetailValue => valueAt("contents", resources[side].contents, name, row);
    switch (value("kind")) {
      case "unlinked file":
        // The changes of a descriptor, or of the open file, say that it is unlinked.
        return heldFiles(side).has(value("file")) ? "elsewhere" : "change";
      case "tmpfs":
        if (value("name") !== null && !mountPoints(otherSide(side)).has(value("name"))) return "elsewhere";
        // Sets in compressed archives have none: such members are not kept.
        return kinds(otherSide(side)).has("tmpfs") ? "change" : "note";
      default:
        return "change";
    }
  };
}

/** What is made for each side once, when it is needed first. */
function bySide<T>(make: (side: Side) => T): (side: Side) => T {
  const made = new Map<Side, T>();
  return (side) => {
    const known = made.get(side) ?? make(side);
    made.set(side, known);
    return known;
  };
}

function idsOfHeldFiles(checkpoint: Compared[Side]): ReadonlySet<DetailValue> {
  const ids = new Set<DetailValue>();
  const { count, id } = checkpoint.files;
  for (let file = 0; file < count; file++) if (isHeld(checkpoint, file)) ids.add(id[file] as number);
  return ids;
}

function valueAt(resource: string, table: ResourceTable | undefined, name: string, row: number): DetailValue {
  const { columns } = resourceNamed(resource);
  const at = columns.findIndex((column) => column.name === name);
  const column = columns[at];
  return column === undefined ? null : cellAt(column, table?.columns[at], row);
}

/** The values of a column. */
function valuesOf(resource: string, table: ResourceTable | undefined, name: string): ReadonlySet<DetailValue> {
  const values = new Set<DetailValue>();
  for (let row = 0; row < (table?.count ?? 0); row++) values.add(valueAt(resource, table, name, row));
  return values;
}
