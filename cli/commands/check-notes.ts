// What `dump --check` and `watch --check` also report: what would make CRIU refuse to dump the same processes.

import { NO_OPTIONS } from "../../app/checks/dump/criu-options.ts";
import { type DumpFinding, dumpRule } from "../../app/checks/dump/findings.ts";
import { shortText } from "../../app/model/text/text.ts";
import { readStat } from "../dump/processes.ts";
import { takeCheck } from "./check-pid.ts";
import { placeOf } from "./check-pid-text.ts";

/** What has changed since the last check. */
export interface CheckChanges {
  /** Refusals that are new, and those that no longer hold. */
  readonly added: readonly DumpFinding[];
  readonly removed: readonly DumpFinding[];
}

/** Checks processes repeatedly. */
export function createCheckWatch(pids: readonly number[]): () => Promise<CheckChanges> {
  let before: ReadonlyMap<string, DumpFinding> = new Map();
  return async () => {
    const now = new Map<string, DumpFinding>();
    for (const pid of pids) {
      for (const finding of await findingsOf(pid)) {
        if (finding.severity === "error") now.set(`${finding.code} ${placeOf(finding)}`, finding);
      }
    }
    const added = [...now].filter(([key]) => !before.has(key)).map(([, finding]) => finding);
    const removed = [...before].filter(([key]) => !now.has(key)).map(([, finding]) => finding);
    before = now;
    return { added, removed };
  };
}

/** The findings about a process; none if it has ended. @throws CliError if it may not be read. */
async function findingsOf(pid: number): Promise<readonly DumpFinding[]> {
  try {
    return (await takeCheck(pid, NO_OPTIONS, false)).findings;
  } catch (error) {
    if (readStat(pid) === null) return [];
    throw error;
  }
}

/** `CRIU would refuse pid 10 fd 3: … (dump-tcp; --tcp-established accepts it)`. */
export function refusalText(finding: DumpFinding): string {
  const { code, message } = finding;
  const [option] = dumpRule(code).options ?? [];
  const more = option === undefined ? code : `${code}; ${option} accepts it`;
  return `CRIU would refuse ${placeOf(finding)}: ${shortText(message)} (${more})`;
}
