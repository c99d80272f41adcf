// The recorded verdicts of CRIU 4.2 on running processes, and what `check --pid` has to say of each.

import { expect } from "vitest";
import { checkDump } from "../../app/checks/dump/check.ts";
import { parseCriuOptions } from "../../app/checks/dump/criu-options.ts";
import type { DumpFacts } from "../../app/checks/dump/facts.ts";
import type { DumpFinding } from "../../app/checks/dump/findings.ts";
import recorded from "../fixtures/dump-verdicts/dump.json" with { type: "json" };

/** One record: a process, options of criu dump, and what it did. */
export type Verdict = (typeof recorded)[number];

/** Cases that say nothing about the process, or that it does not show, with the reason. */
const UNTOLD: Readonly<Record<string, string>> = {
  thread_creds: "refused for want of CAP_SYS_RESOURCE on the machine of the record, whatever the process",
  no_such_pid: "there is no process to read",
};

export const VERDICTS: readonly Verdict[] = recorded.filter(
  (record) => record.verdict !== "not tried" && !Object.hasOwn(UNTOLD, record.case),
);

/** Records by case. */
export const CASES: ReadonlyMap<string, readonly Verdict[]> = grouped();

function grouped(): Map<string, Verdict[]> {
  const cases = new Map<string, Verdict[]>();
  for (const record of VERDICTS) cases.set(record.case, [...(cases.get(record.case) ?? []), record]);
  return cases;
}

/** What CRIU stopped at. A number is a descriptor; `child`: the process below the root. */
type Subject = number | "mapping" | "root" | "child";

/** By case, from one.c and the log. Devices, and what is not listed, are descriptor 3. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  map_uring: "mapping",
  map_perf: "mapping",
  shm: "mapping",
  hugetlb: "mapping",
  hugetlb_shared: "mapping",
  unix_out_dgram: 4,
  tcp_finwait: 4,
  pipe_packet: 4,
  ptraced_out: "root",
  vfork: "root",
  self_zombie: "root",
  proc_shared_vm: "child",
  proc_shared_fs: "child",
  proc_shared_sighand: "child",
  ns_pid_child: "child",
  ns_time: "root",
  overlay_file: 0,
  overlay_copied_up: 0,
  "shell job jobleader: DUMP without --shell-job": 0,
};

/** The connection of a client in the tree is what is left once waiting connections are skipped. */
const subjectOf = ({ case: name, options }: Verdict): Subject =>
  name === "tcp_inflight" && options.includes("--skip-in-flight") ? 4 : (SUBJECTS[name] ?? 3);

/** Compares what the checks say of a process with what CRIU did. */
export function expectVerdict(facts: DumpFacts, record: Verdict): void {
  const { findings } = checkDump(facts, optionsOf(record));
  const errors = findings.filter(({ severity }) => severity === "error");
  if (record.verdict === "refused") {
    expect(errors.map((finding) => placeOf(facts, finding))).toContain(subjectOf(record));
  } else {
    expect(findings.filter(({ severity }) => severity !== "note")).toEqual([]);
  }
}

function placeOf({ tasks }: DumpFacts, { pid, fd, range }: DumpFinding): Subject {
  if (fd !== undefined) return fd;
  if (range !== undefined) return "mapping";
  return pid === tasks[0]?.pid ? "root" : "child";
}

function optionsOf({ options }: Verdict) {
  const words = options.replace(/--ghost-limit /, "--ghost-limit=").split(" ");
  const parsed = parseCriuOptions(words.filter((word) => word.startsWith("--")).join(","));
  if ("wrong" in parsed) throw new Error(parsed.wrong);
  return parsed;
}
