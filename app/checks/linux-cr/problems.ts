// The decoder's problems as findings: which rule each of them breaks.

import type { Checkpoint } from "../../model/checkpoint.ts";
import { NONE, type Problem } from "../../model/checkpoint.ts";
import { lastRecordFrom, recordOffset } from "../../model/records.ts";
import type { FindingList } from "../finding.ts";

/** Rule by code of problem; `null`: the checks find the fault themselves, or it is not a fault of the image. */
export const RULE_OF_PROBLEM: Readonly<Record<string, string | null>> = {
  "record-length": "H1",
  "unknown-record": "H1",
  "not-a-record": "H1",
  "file-without-objref": "H1",
  "table-without-objref": "H1",
  "descriptor-outside-table": "H1",
  "objects-without-task": "H1",
  "name-without-file": "H1",
  "repeated-record": "H1",
  truncated: "H41",
  "error-record": "H42",
  "bytes-after-tail": "bytes-after-tail",
  "close-on-exec-value": null,
  "comm-cut": null,
  "comm-length": null,
  "comm-missing": null,
  "descriptor-count": null,
  "descriptor-order": null,
  "descriptor-value": null,
  "descriptor-without-file": null,
  "descriptors-missing": null,
  "descriptors-unannounced": null,
  "dialect-doubt": null,
  "epoll-without-file": null,
  "file-type": null,
  "object-type": null,
  "objref-repeated": null,
  "objref-value": null,
  "path-cut": null,
  "path-length": null,
  "path-missing": null,
  "path-nul": null,
  "pids-length": null,
  "pipe-length": null,
  "tail-magic": null,
  "task-count": null,
  "task-without-table": null,
};

/** After a breach of these rules the rest of the stream is unreliable. */
const BREAKS = ["H1", "H16", "H41", "H42"];

/** The rule that a problem breaks, where it is; `null`: none. */
function ruleOf(checkpoint: Checkpoint, problem: Problem): { code: string; record: number } | null {
  const code = RULE_OF_PROBLEM[problem.code];
  if (code === null || code === undefined) return null;
  const { records } = checkpoint;
  const record = problem.offset === null ? NONE : lastRecordFrom(records, 0, problem.offset);
  const name = record === NONE ? "" : records.kinds[records.kind[record] as number]?.name;
  return { code: problem.code === "record-length" && name === "FILE" ? "H16" : code, record };
}

/** Whether the decoder found the stream damaged or cut off. */
export const isBroken = (checkpoint: Checkpoint): boolean =>
  !checkpoint.complete ||
  checkpoint.problems.some((problem) => BREAKS.includes(ruleOf(checkpoint, problem)?.code ?? ""));

/** Adds the decoder's problems, except those whose codes findings have explained. */
export function addProblems(list: FindingList, checkpoint: Checkpoint, explained: ReadonlySet<string>): void {
  for (const problem of checkpoint.problems) {
    if (explained.has(problem.code)) continue;
    if (RULE_OF_PROBLEM[problem.code] === undefined) addArchiveProblem(list, problem);
    const rule = ruleOf(checkpoint, problem);
    if (rule === null) continue;
    const { offset } = problem;
    const message =
      problem.code === "error-record" ? positionExplained(checkpoint, problem, rule.record) : problem.message;
    const start = rule.record === NONE ? 0 : recordOffset(checkpoint.records, rule.record);
    const within = offset === null ? -1 : offset - start;
    const field = within === 4 ? "len" : within === 0 && rule.code === "H1" ? "type" : null;
    list.add(rule.code, message, { record: rule.record === NONE ? null : rule.record, field, offset });
  }
}

/** What the record before an ERROR implies about its -EBADF: how far a file's dump got (Linux checkpoint/files.c). */
const BAD_FILE: Readonly<Record<string, string>> = {
  OBJREF: "The file has no operation for checkpoints: it is of a kind that this version cannot dump.",
  FILE: "The file's path is outside the root of the dump.",
  FILE_TABLE: "The descriptor was closed while the dump ran.",
  FILE_DESC: "The descriptor was closed while the dump ran.",
};

/** The message of an ERROR record, with the meaning of -EBADF by its position. */
function positionExplained({ records }: Checkpoint, { message }: Problem, record: number): string {
  if (!/-9(?!\d)/.test(message)) return message;
  let row = record;
  const nameOf = (at: number): string => records.kinds[records.kind[at] as number]?.name ?? "";
  while (row > 0 && nameOf(row) !== "ERROR") row--;
  const reason = row > 0 ? BAD_FILE[nameOf(row - 1)] : undefined;
  return reason === undefined ? message : `${message}. ${reason}`;
}

/** Adds a problem of the archive around the image, unless it is a note. */
function addArchiveProblem(list: FindingList, { severity, message, offset }: Problem): void {
  if (severity === "note") return;
  list.add("archive-damaged", message, { record: null, field: null, offset }, undefined, severity);
}
