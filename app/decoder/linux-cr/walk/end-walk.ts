// The end of the walk: reports what is missing, sets the tasks' pids, and collects facts about the image as a whole.

import { NONE } from "../../../model/checkpoint.ts";
import type { Head } from "../../builder.ts";
import { endTable } from "../handlers/on-file-table.ts";
import { reportUnexplained } from "../handlers/on-stream.ts";
import { closeTask } from "../handlers/on-tasks.ts";
import { UNKNOWN } from "./kinds.ts";
import { taskPids } from "./pids.ts";
import { report, type Walk } from "./walk.ts";

/** Reports what is missing from the image, and sets the tasks' pids. */
export function endWalk(walk: Walk): void {
  const { builder, source, pos, kinds, recognition } = walk;
  endTable(walk);
  closeTask(walk);
  setPids(walk);
  const left = source.size - pos;
  reportUnexplained(walk);
  if (walk.ended) {
    if (left > 0) {
      report(walk, "note", "bytes-after-tail", `${left} bytes follow the end of the image; they are ignored.`, pos);
    }
  } else if (walk.errorRecord === NONE && !walk.faulted) {
    const where = left > 0 ? `inside the header of a record, of which it has ${left} bytes` : "before its TAIL record";
    report(walk, "error", "truncated", `The image ends ${where}.`, pos);
  }
  if (left > 0) builder.addGap(pos, left, isCutHeader(walk, left) ? cutKind(walk) : kinds.lost, 0);
  const doubt = recognition.doubt ?? doubtOfName(walk);
  if (doubt !== null) report(walk, "warning", "dialect-doubt", `The dialect is not certain. ${doubt}`, 0);
}

/** The doubt about a name that depends on records which a cut image may have lost; `null`: there is none. */
const doubtOfName = ({ dialect, ended, epollOrEventfdMet }: Walk): string | null =>
  ended || finalName(dialect.name, epollOrEventfdMet) === dialect.name
    ? null
    : `It can be ${dialect.name}: the image ends before its first epoll or eventfd.`;

/** Whether the image ends inside a record's header, after the type. */
const isCutHeader = ({ ended, faulted }: Walk, left: number): boolean => !ended && !faulted && left >= 4 && left < 8;

/** The kind of a record of whose header only the type is left. */
function cutKind({ window, pos, littleEndian, kinds }: Walk): number {
  const at = pos - window.start;
  if (at < 0 || at + 4 > window.bytes.length) return kinds.lost;
  const kind = kinds.byType[window.view.getUint32(at, littleEndian)] ?? UNKNOWN;
  return kind === UNKNOWN ? kinds.lost : kind;
}

/** Sets each task's pids: the n-th entry is the n-th task's. */
function setPids(walk: Walk): void {
  const { pids, littleEndian } = walk;
  const { tasks } = walk.builder;
  if (pids.entries === null) return;
  taskPids(pids, littleEndian, tasks.count).forEach(({ pid, ppid, tgid, pgid, sid }, row) => {
    tasks.pid[row] = pid;
    tasks.ppid[row] = ppid;
    tasks.tgid[row] = tgid;
    tasks.pgid[row] = pgid;
    tasks.sid[row] = sid;
  });
  if (walk.ended && pids.announced !== null && tasks.count !== pids.announced) {
    const what = `The image announces ${pids.announced} tasks and has ${tasks.count}.`;
    report(walk, "warning", "task-count", what, null);
  }
}

/** Properties of the image as a whole, as far as it has been decoded. */
export function headOf(walk: Walk): Head {
  const { recognition, source, kinds } = walk;
  return {
    format: "linux-cr",
    dialect: finalName(walk.dialect.name, walk.epollOrEventfdMet),
    evidence: recognition.evidence,
    complete: walk.complete,
    machine: recognition.machine,
    time: walk.time,
    facts: [...walk.facts],
    members: [{ name: source.name, size: source.size }],
    recordKinds: [...kinds.list],
    objectTypes: walk.objectTypes,
  };
}

/** These two dialects differ only in epoll and eventfd; an image without either gets the name of the older. */
const finalName = (name: string, epollOrEventfdMet: boolean): string =>
  name === "v19-dev-20091104" && !epollOrEventfdMet ? "v19-dev-20091025" : name;
