// What tasks share besides open files: the ids of their memory, directories and signal handlers, which tasks that share
// them have in common.

import type { Format } from "../model/checkpoint.ts";
import type { RecordRow, TaskRow } from "../model/rows.ts";
import type { Tables } from "./tables.ts";

/** By format, the fields that have the id of each kind: of task_kobj_ids_entry, and of TASK_OBJS. */
const FIELDS = {
  criu: { memory: "vm_id", directories: "fs_id", "signal handlers": "sighand_id" },
  "linux-cr": { memory: "mm_objref", directories: "fs_objref", "signal handlers": "sighand_objref" },
} as const;

/** A task of the image. */
interface Owner {
  readonly pid: number;
  readonly task: TaskRow;
  readonly record: RecordRow;
}

/** Takes the ids of one task after the other; then adds rows for those that several tasks have. */
export function createSharing(tables: Tables, format: Format) {
  const kinds = Object.entries(FIELDS[format]).map(([kind, field]) => ({
    kind,
    field,
    /** How many tasks have an id. */
    users: new Map<number, number>(),
  }));
  const owners: Owner[] = [];
  /** The ids of each owner, in the order of `kinds`; NaN: it has none. */
  const ids: number[] = [];
  let isHeld = false;
  let isShared = false;
  return {
    /** @param record The record with the ids of the task. */
    add(owner: Owner, record: { number(field: string): number | null }): void {
      owners.push(owner);
      for (const { field, users } of kinds) {
        const id = record.number(field);
        const isKnown = id !== null && id > 0;
        ids.push(isKnown ? id : Number.NaN);
        if (!isKnown) continue;
        const others = users.get(id) ?? 0;
        users.set(id, others + 1);
        isHeld = true;
        if (others > 0) isShared = true;
      }
    },

    end(): void {
      if (isHeld) tables.hold("sharing");
      if (!isShared) return;
      for (const [row, { pid, task, record }] of owners.entries()) {
        for (const [at, { kind, users }] of kinds.entries()) {
          const id = ids[row * kinds.length + at] as number;
          if ((users.get(id) ?? 0) < 2) continue;
          if (!tables.add("sharing", { pid, kind, id }, task, record)) return;
        }
      }
    },
  };
}
