// What the decoder says is wrong with a set, as findings: which rule each of its problems breaks.

import { baseName } from "../../decoder/criu/member-names.ts";
import type { Checkpoint, Problem } from "../../model/checkpoint.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { FindingList } from "../finding.ts";

/** Rule by code of problem; `null`: no fault of the set itself. What is not here comes from an archive around it. */
export const RULE_OF_PROBLEM: Readonly<Record<string, string | null>> = {
  "missing-member": "member-missing",
  "duplicate-member": "member-twice",
  "wrong-magic": "image-damaged",
  "short-member": "image-damaged",
  "unreadable-member": "image-damaged",
  "shortened-member": "image-damaged",
  "truncated-entry": "image-damaged",
  "truncated-data": "image-damaged",
  "oversized-entry": "image-damaged",
  "damaged-entry": "image-damaged",
  "missing-file": "file-missing",
  "bad-descriptor": "descriptor-number",
  "duplicate-file-id": "file-repeated",
  "file-without-id": "file-undescribed",
  "file-without-body": "file-undescribed",
  "task-without-pid": "task-without-pid",
};

/** The row of the record that begins at `offset` of `member`; NONE if there is none. */
function recordAt({ records }: Checkpoint, member: number, offset: number): number {
  let low = 0;
  let high = records.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const own = records.member[middle] ?? 0;
    if (own < member || (own === member && (records.offset[middle] as number) < offset)) low = middle + 1;
    else high = middle;
  }
  return low < records.count && (records.member[low] ?? 0) === member && records.offset[low] === offset ? low : NONE;
}

/** Whether entries were lost with a damaged image: what others name may have been among them. */
export const isDamaged = ({ problems }: Checkpoint): boolean =>
  problems.some(({ code }) => RULE_OF_PROBLEM[code] === "image-damaged");

/** Whether a problem says that a file table is missing; the checks find that themselves where a task names it. */
const isMissingTable = ({ code, message }: Problem): boolean =>
  code === "missing-member" && message.startsWith("fdinfo-");

/**
 * Adds the decoder's problems.
 *
 * @param tablesTold Whether missing file tables are told already.
 */
export function addProblems(list: FindingList, checkpoint: Checkpoint, tablesTold: boolean): void {
  const { records, files, members } = checkpoint;
  const damaged = isDamaged(checkpoint);
  const names = new Set(members.map(({ name }) => baseName(name)));
  for (const problem of checkpoint.problems) {
    let code = RULE_OF_PROBLEM[problem.code];
    if (code === null || code === undefined) continue;
    if (isMissingTable(problem)) {
      if (tablesTold) continue;
      code = "table-missing";
    }
    // Where no open file is known, or some were lost, nothing else need be said.
    if (problem.code === "missing-file" && (files.count === 0 || damaged)) continue;
    // A file that is there and cannot be read is told as damaged.
    if (problem.code === "missing-member" && names.has(problem.message.split(" is missing")[0] ?? "")) continue;
    const { member, offset, message } = problem;
    const record = offset === null || member === undefined ? NONE : recordAt(checkpoint, member, offset);
    const struct = record === NONE ? null : records.kinds[records.kind[record] as number]?.struct;
    let field: string | null = null;
    if (problem.code === "missing-file") {
      field = struct === "fdinfo_entry" ? "id" : "orig_id";
      if (struct === "fdinfo_entry") code = "descriptor-without-file";
    }
    const place = { record: record === NONE ? null : record, field, offset };
    list.add(code, message, member === undefined ? place : { ...place, member });
  }
}
