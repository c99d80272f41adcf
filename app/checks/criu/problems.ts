// The decoder's problems as findings: which rule each of them breaks.

import { isUnusableMember } from "../../decoder/criu/walk/missing-members.ts";
import type { Checkpoint, Problem } from "../../model/checkpoint.ts";
import { NONE } from "../../model/checkpoint.ts";
import { recordAt, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import type { FindingList } from "../finding.ts";

/** Rule by code of problem; `null`: not a fault. Problems that are not listed concern the archive around the set. */
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
  limit: "image-damaged",
  "extra-entry": "image-damaged",
  "duplicate-pid": null,
  "missing-file": "file-missing",
  "bad-descriptor": "descriptor-number",
  "duplicate-file-id": "file-repeated",
  "file-without-id": "file-undescribed",
  "file-without-body": "file-undescribed",
  "task-without-pid": "task-without-pid",
  "empty-member": "image-damaged",
  "orphan-core": "core-without-task",
  "pre-dump": "pre-dump",
  "newer-version": "version-newer",
  "missing-parent": "parent-set-missing",
  "missing-parent-pages": "pages-missing",
  "missing-entries": null,
  "unknown-member": null,
  "newer-criu": null,
};

/** Problems of the container's description, which takes no part in a restore. */
const NOT_OF_RESTORE: ReadonlySet<string> = new Set(["bad-metadata"]);

/** The row of the record that begins at `offset` of `member`; NONE if there is none. */
function recordFrom({ records }: Checkpoint, member: number, offset: number): RecordRow {
  const row = recordAt(records, member, offset);
  return row !== NONE && recordOffset(records, row) === offset ? row : NONE;
}

/** Whether entries were lost with a damaged image: others may refer to them. */
export const isDamaged = ({ problems }: Checkpoint): boolean =>
  problems.some(({ code }) => RULE_OF_PROBLEM[code] === "image-damaged");

/** Whether a problem says that a file table is missing. If a task names the table, the checks report it themselves. */
export const isMissingTable = ({ code, message }: Problem): boolean =>
  code === "missing-member" && message.startsWith("fdinfo-");

/**
 * Whether a problem says that a network namespace lacks its settings, without which
 * read_net_ns_img() in criu/net.c goes on.
 */
const isMissingNetwork = ({ code, message }: Problem): boolean =>
  code === "missing-member" && message.startsWith("netns-");

/**
 * Adds the decoder's problems.
 *
 * @param tablesReported Whether missing file tables have been reported already.
 */
export function addProblems(list: FindingList, checkpoint: Checkpoint, tablesReported: boolean): void {
  const { records, files } = checkpoint;
  const damaged = isDamaged(checkpoint);
  for (const problem of checkpoint.problems) {
    let code = RULE_OF_PROBLEM[problem.code];
    if (code === undefined) {
      addArchiveProblem(list, problem);
      continue;
    }
    if (code === null) continue;
    if (isMissingTable(problem)) {
      if (tablesReported) continue;
      code = "table-missing";
    }
    // If no open file is known, or some were lost, that is reported already.
    if (problem.code === "missing-file" && (files.count === 0 || damaged)) continue;
    // It is reported as damaged.
    if (isUnusableMember(problem)) continue;
    const { member, offset, message } = problem;
    const record = offset === null || member === undefined ? NONE : recordFrom(checkpoint, member, offset);
    const struct = record === NONE ? null : records.kinds[records.kind[record] as number]?.struct;
    let field: string | null = null;
    if (problem.code === "missing-file") {
      field = struct === "fdinfo_entry" ? "id" : "orig_id";
      if (struct === "fdinfo_entry") code = "descriptor-without-file";
    }
    const place = { record: record === NONE ? null : record, field, offset };
    const severity = isMissingNetwork(problem) ? "warning" : undefined;
    list.add(code, message, member === undefined ? place : { ...place, member }, undefined, severity);
  }
}

/** Adds a problem of the archive around the set, unless it is a note. */
function addArchiveProblem(list: FindingList, { code, severity, message, offset }: Problem): void {
  if (severity === "note" || NOT_OF_RESTORE.has(code)) return;
  list.add("archive-damaged", message, { record: null, field: null, offset }, undefined, severity);
}
