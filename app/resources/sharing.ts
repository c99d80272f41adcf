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
  const fields = Object.entries(FIELDS[format]);
  const rows: (Owner & { readonly kind: string; readonly id: number })[] = [];
  const users = new Map<string, number>();
  return {
    /** @param ids The record with the ids of the task. */
    add(owner: Owner, ids: { number(field: string): number | null }): void {
      for (const [kind, field] of fields) {
        const id = ids.number(field);
        if (id === null || id <= 0) continue;
        rows.push({ ...owner, kind, id });
        users.set(`${kind} ${id}`, (users.get(`${kind} ${id}`) ?? 0) + 1);
      }
    },

    end(): void {
      if (rows.length > 0) tables.hold("sharing");
      for (const { pid, task, record, kind, id } of rows) {
        if ((users.get(`${kind} ${id}`) ?? 0) < 2) continue;
        if (!tables.add("sharing", { pid, kind, id }, task, record)) return;
      }
    },
  };
}
