// Converts between a row of a checkpoint and its name in links.

import { type Checkpoint, NONE, nameBytes, taskCount, taskNumber } from "../model/checkpoint.ts";
import { recordAt, recordMember, recordOffset } from "../model/records.ts";
import type { Selection } from "../model/related.ts";
import { encodeText, sameBytes, visibleText } from "../model/text/text.ts";
import type { Name } from "./link.ts";

/** The name of a selection; `null` if it has none that is meaningful in another dump. */
export function nameOf(checkpoint: Checkpoint, selection: Selection): Name | null {
  const { tasks, tables, descriptors, files, records } = checkpoint;
  const taskOf = (table: number): number | null => {
    const task = taskCount(tables, table) > 0 ? tables.task[tables.firstTask[table] ?? 0] : undefined;
    return task === undefined ? null : taskNumber(tasks, task);
  };
  switch (selection.to) {
    case "task":
      return { to: "task", task: taskNumber(tasks, selection.row) };
    case "table": {
      const task = taskOf(selection.row);
      return task === null ? null : { to: "table", task };
    }
    case "descriptor": {
      const task = taskOf(descriptors.table[selection.row] ?? NONE);
      return task === null ? null : { to: "descriptor", task, fd: descriptors.fd[selection.row] ?? 0 };
    }
    case "file": {
      const first = files.firstHolder[selection.row] ?? 0;
      if (first < (files.firstHolder[selection.row + 1] ?? 0)) {
        const holder = files.holder[first] ?? 0;
        const task = taskOf(descriptors.table[holder] ?? NONE);
        if (task !== null) return { to: "file", task, fd: descriptors.fd[holder] ?? 0 };
      }
      const path = visibleText(nameBytes(checkpoint, selection.row));
      return path === "" ? null : { to: "path", path };
    }
    case "record":
      return {
        to: "record",
        member: recordMember(records, selection.row),
        offset: recordOffset(records, selection.row),
      };
  }
}

/** The row that a name means in this checkpoint; `null` if there is none. */
export function resolve(checkpoint: Checkpoint, name: Name): Selection | null {
  const { tasks, tables, descriptors, files } = checkpoint;
  const taskRow = (number: number): number => {
    const byPid = tasks.pid.indexOf(number);
    return byPid !== NONE ? byPid : number < tasks.count && tasks.pid[number] === NONE ? number : NONE;
  };
  switch (name.to) {
    case "task": {
      const row = taskRow(name.task);
      return row === NONE ? null : { to: "task", row };
    }
    case "table": {
      const row = tasks.table[taskRow(name.task)] ?? NONE;
      return row === NONE ? null : { to: "table", row };
    }
    case "descriptor":
    case "file": {
      const table = tasks.table[taskRow(name.task)] ?? NONE;
      if (table === NONE) return null;
      const from = tables.first[table] ?? 0;
      const at = descriptors.fd.subarray(from, tables.first[table + 1] ?? from).indexOf(name.fd);
      if (at === NONE) return null;
      if (name.to === "descriptor") return { to: "descriptor", row: from + at };
      const row = descriptors.file[from + at] ?? NONE;
      return row === NONE ? null : { to: "file", row };
    }
    case "path": {
      // Most names are shown as they are; only escapes need the slow way.
      const bytes = encodeText(name.path);
      const escapes = name.path.includes("\\");
      for (let row = 0; row < files.count; row++) {
        const own = nameBytes(checkpoint, row);
        if (escapes ? visibleText(own) === name.path : sameBytes(own, bytes)) return { to: "file", row };
      }
      return null;
    }
    case "record": {
      const row = recordAt(checkpoint.records, name.member, name.offset);
      return row === NONE ? null : { to: "record", row };
    }
  }
}
