// The tasks that use an open file other than by a descriptor: as their executable, directory or root.

import { type Checkpoint, NONE, USE } from "../../model/checkpoint.ts";
import { valueBytes } from "../../model/detail-store.ts";
import { u8At, u16At, u32At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { encodeText, sameBytes } from "../../model/text/text.ts";

/** Details of tasks that are open files, with what a task uses each as. */
export const TASK_FILES = {
  exe: "executable",
  cwd: "working directory",
  root: "root",
} as const;

export interface FileUse {
  /** `executable` */
  readonly as: string;
  readonly tasks: readonly TaskRow[];
}

/** Tasks that are listed for each use. */
const MOST = 1000;

const ANY = USE.executable | USE.workingDirectory | USE.root;

/** Which tasks use a file, and as what. Searches all details of tasks, which is fast enough for a selection. */
export function usesOf({ files, taskDetails }: Checkpoint, file: FileRow): FileUse[] {
  if (file === NONE || (u8At(files.use, file) & ANY) === 0) return [];
  const wanted = encodeText(String(file));
  /** By value: whether it is the file. Equal values have one index. */
  const isFile = new Map<number, boolean>();
  const isTheFile = (value: number): boolean => {
    const known = isFile.get(value) ?? sameBytes(valueBytes(taskDetails, value), wanted);
    isFile.set(value, known);
    return known;
  };
  return Object.entries(TASK_FILES).flatMap(([name, as]) => {
    const key = taskDetails.keys.indexOf(name);
    const tasks: TaskRow[] = [];
    for (let at = 0; key !== -1 && at < taskDetails.count && tasks.length < MOST; at++) {
      if (u16At(taskDetails.key, at) === key && isTheFile(u32At(taskDetails.value, at))) {
        tasks.push(u32At(taskDetails.row, at));
      }
    }
    return tasks.length === 0 ? [] : [{ as, tasks }];
  });
}
