// Properties of control groups: the files of each group that CRIU saves, with their owners.

import type { Values } from "../../decoder/criu/wire/values.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { RecordRow } from "../../model/rows.ts";
import { concatenated } from "../../model/text/text.ts";
import type { Input } from "../table.ts";
import { spec, type Tables } from "../tables.ts";
import { messageOf, type SetReader, take } from "./set-reader.ts";

/** Groups in a forged image can be in each other without end. */
const MOST_LEVELS = 64;

/** PATH_MAX. */
const MOST_PATH = 4096;

interface Place {
  readonly tables: Tables;
  readonly set: SetReader;
  readonly record: RecordRow;
  readonly controllers: Uint8Array;
  readonly threaded: boolean | null;
}

/** Reads the table of the properties of control groups. */
export async function readGroupProperties(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants("cgroupproperties")) return;
  for await (const entry of set.entries("cgroup")) {
    tables.hold("cgroupproperties");
    messageOf(entry, "cgroup_entry")?.each("controllers", (controller) => {
      const controllers = concatenated(
        controller.texts("cnames").flatMap((name, at) => (at === 0 ? [name] : [",", name])),
      );
      const threaded = controller.bool("is_threaded");
      const place = { tables, set, record: entry.record, controllers, threaded };
      controller.each("dirs", (group) => addGroup(place, group, null, MOST_LEVELS));
    });
  }
}

/** Adds a group, its properties, and the groups in it. @param above The path of the group that it is in. */
function addGroup(place: Place, group: Values, above: Uint8Array | null, levels: number): void {
  const name = group.bytes("dir_name") ?? new Uint8Array(0);
  const path = above === null || above.length > MOST_PATH ? name : concatenated([above, "/", name]);
  addRow(place, path, {}, group.nested("dir_perms"));
  group.each("properties", (property) => {
    const row: Record<string, Input> = {};
    take(row, spec("cgroupproperties"), "cgroup_prop_entry", property, place.set.arch);
    addRow(place, path, row, property.nested("perms"));
  });
  if (levels > 0) group.each("children", (child) => addGroup(place, child, path, levels - 1));
}

function addRow(
  { tables, set, record, controllers, threaded }: Place,
  path: Uint8Array,
  property: Readonly<Record<string, Input>>,
  permissions: Values | null,
): void {
  const row: Record<string, Input> = { controllers, path, threaded, ...property };
  take(row, spec("cgroupproperties"), "cgroup_perms", permissions, set.arch);
  tables.add("cgroupproperties", row, NONE, record);
}
