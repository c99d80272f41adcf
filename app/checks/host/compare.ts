// Compares what an image demands with the facts of a host. Pure: the facts may be of any machine.

import { shortText, shownText, stillVisible } from "../../model/text/text.ts";
import { MOST_PER_CODE } from "../finding.ts";
import type { NeededOption } from "../needs.ts";
import type { Rule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { compareFile, compareName, recordedText, USE_WORDS } from "./compare-files.ts";
import {
  compareDescriptors,
  compareFeature,
  compareFileSystem,
  compareLimit,
  compareLock,
  compareMachine,
  comparePid,
  comparePty,
  compareSecurity,
  compareTerminal,
} from "./compare-machine.ts";
import {
  addressText,
  compareAddress,
  compareInterface,
  compareLoopback,
  compareSocketName,
} from "./compare-network.ts";
import type { Demand, Demands } from "./demand.ts";
import type { Actual, Compare, Compared, Difference } from "./difference.ts";
import { shownFact } from "./facts.ts";
import { type Host, type HostOptions, openHost, shownName } from "./host.ts";
import { optionDifferences } from "./options.ts";
import { privilegesOf } from "./privileges.ts";
import {
  GROUPS,
  type Group,
  type HostFinding,
  type HostReport,
  type HostRow,
  MOST_ROWS,
  type RowState,
  verdictOf,
} from "./report.ts";
import { HOST_RULES } from "./rules.ts";

/** How the demands of one kind are shown and compared. */
interface KindOf<D extends Demand> {
  readonly group: Group;
  readonly what: (demand: D) => string;
  readonly use: (demand: D) => string;
  readonly recorded: (demand: D) => string;
  readonly compare: Compare<D>;
}

type Kinds = { readonly [K in Demand["kind"]]: KindOf<Extract<Demand, { kind: K }>> };

const KINDS: Kinds = {
  loopback: {
    group: "network",
    what: () => "interface lo",
    use: () => "CRIU's start-up checks",
    recorded: () => "up",
    compare: compareLoopback,
  },
  machine: {
    group: "machine",
    what: () => "architecture",
    use: () => "code of the tasks",
    recorded: ({ arch, release }) => (release === null ? arch : `${arch}, ${shownFact(release)}`),
    compare: compareMachine,
  },
  feature: {
    group: "machine",
    what: ({ flag }) => `processor feature ${flag}`,
    use: () => "registers",
    recorded: ({ isLacking }) => (isLacking === true ? "missing" : "there"),
    compare: compareFeature,
  },
  security: {
    group: "machine",
    what: ({ module }) => `security module ${module}`,
    use: ({ profile }) => `profile ${shownFact(profile)}`,
    recorded: () => "loaded",
    compare: compareSecurity,
  },
  filesystem: {
    group: "files",
    what: ({ name }) => `file system ${name}`,
    use: ({ at }) => `mounted on ${shownText(at)}`,
    recorded: () => "known to the kernel",
    compare: compareFileSystem,
  },
  pid: {
    group: "processes",
    what: ({ as, id }) => `${as === "task" ? "pid" : as} ${id}`,
    use: ({ as }) => as,
    recorded: () => "free",
    compare: comparePid,
  },
  descriptors: {
    group: "limits",
    what: ({ highest }) => `descriptors up to ${highest}`,
    use: () => "file table",
    recorded: ({ highest }) => String(highest),
    compare: compareDescriptors,
  },
  limit: {
    group: "limits",
    what: ({ resource }) => resource,
    use: () => "resource limit",
    recorded: ({ hard }) => (hard === null ? "unlimited" : String(hard)),
    compare: compareLimit,
  },
  file: {
    group: "files",
    what: ({ path }) => shownText(path),
    use: ({ use, mapping, isWritten, isAppended }) =>
      mapping !== undefined && (use === "mapped" || use === "executable")
        ? `${USE_WORDS[use]} at ${mapping.start}-${mapping.end}`
        : isWritten && use === "open"
          ? `open for ${isAppended ? "appending" : "writing"}`
          : USE_WORDS[use],
    recorded: recordedText,
    compare: compareFile,
  },
  name: {
    group: "files",
    what: ({ path }) => shownText(path),
    use: () => "name of an unlinked file",
    recorded: () => "free",
    compare: compareName,
  },
  address: {
    group: "network",
    what: (demand) => `${demand.protocol} ${addressText(demand)}${demand.remote === null ? "" : ` → ${demand.remote}`}`,
    use: ({ isListening, remote }) => (isListening ? "listening" : remote === null ? "bound" : "connected"),
    recorded: () => "free",
    compare: compareAddress,
  },
  interface: {
    group: "network",
    what: ({ name }) => `interface ${shortText(stillVisible(name))}`,
    use: () => "a socket is bound to it",
    recorded: () => "exists",
    compare: compareInterface,
  },
  "socket-name": {
    group: "network",
    what: ({ path }) => `unix ${shownName(path)}`,
    use: ({ as }) => (as === "peer" ? "connected to" : "bound"),
    recorded: ({ as }) => (as === "peer" ? "bound by another process" : "free"),
    compare: compareSocketName,
  },
  pty: {
    group: "terminals",
    what: ({ index }) => `/dev/pts/${index}`,
    use: () => "pseudo-terminal",
    recorded: () => "free",
    compare: comparePty,
  },
  terminal: {
    group: "terminals",
    what: ({ index }) => `the terminal of criu, for /dev/pts/${index}`,
    use: () => "its master is outside the image",
    recorded: () => "a terminal",
    compare: compareTerminal,
  },
  lock: {
    group: "locks",
    what: ({ lock, path }) => `${lock} on ${shownText(path)}`,
    use: ({ isWrite }) => (isWrite ? "write lock" : "read lock"),
    recorded: () => "free",
    compare: compareLock,
  },
};

/** Demands whose paths are looked up in the root directory of the tasks. */
const IN_ROOT: ReadonlySet<Demand["kind"]> = new Set(["file", "name", "lock"]);

const CRIU_RULES: ReadonlyMap<string, Rule> = new Map(
  HOST_RULES.filter(({ format }) => format === "criu").map((rule) => [rule.code, rule]),
);
const LINUX_CR_RULES: ReadonlyMap<string, Rule> = new Map(
  HOST_RULES.filter(({ format }) => format === "linux-cr").map((rule) => [rule.code, rule]),
);

/** What an image needs of a host, compared with facts, or listed if there are none. */
export function compareHost(
  format: Rule["format"],
  demands: Demands,
  needed: readonly NeededOption[],
  options: HostOptions,
): HostReport {
  const host = options.facts === undefined ? null : openHost(options.facts, options);
  const facts = host?.facts;
  const rules = format === "criu" ? CRIU_RULES : LINUX_CR_RULES;
  const list = createList(rules);
  for (const difference of optionDifferences(needed, options.restoreOptions)) list.add(difference, difference.subject);
  const isElsewhere = host !== null && demands.hasOwnRoot && host.facts.made.root === null;
  if (isElsewhere) list.add(ROOT_UNKNOWN, {});
  const counts = emptyCounts();
  const [notable, plain]: [HostRow[], HostRow[]] = [[], []];
  for (const demand of demands.list) {
    const { group, compare } = KINDS[demand.kind] as KindOf<Demand>;
    const isSkipped = host === null || (isElsewhere && IN_ROOT.has(demand.kind));
    const compared = isSkipped ? NOT_KNOWN : compare(demand, host);
    const { differences } = compared;
    const findings =
      differences.length === 0
        ? NO_FINDINGS
        : differences.flatMap((difference) => findingOf(rules, difference, demands.subject(demand)));
    const state = findings.length > 0 ? worstOf(findings) : compared.actual === null ? "unknown" : "same";
    counts[group][state]++;
    for (const finding of findings) list.push(finding);
    const kept = findings.length > 0 ? notable : plain;
    if (kept.length >= MOST_ROWS) continue;
    const actual = textOf(compared.actual, demand, host);
    kept.push(rowOf(demand, demands.subject(demand), actual, state, findings));
  }
  if (host !== null) addPartial(list, host, counts, isElsewhere);
  const listed = list.finish();
  return {
    host:
      facts === undefined ? null : { name: shownFact(facts.made.host ?? "unnamed host"), at: shownFact(facts.made.at) },
    rows: [...notable, ...plain],
    counts,
    ...listed,
    verdict: verdictOf(listed.findings, rules),
    privileges: format === "criu" ? privilegesOf(demands, facts ?? null) : [],
  };
}

const ROOT_UNKNOWN: Difference = {
  code: "host-root-unknown",
  message:
    "The tasks have a root directory of their own; the facts describe this machine's root, so paths were not compared.",
  recorded: "a root of their own",
  actual: "/",
};

function emptyCounts(): Record<Group, Record<RowState, number>> {
  const zero = () => ({ same: 0, unknown: 0, note: 0, different: 0, refused: 0 });
  return Object.fromEntries(GROUPS.map((group) => [group, zero()])) as Record<Group, Record<RowState, number>>;
}

/** One note for everything that could not be compared. */
function addPartial(list: List, host: Host, counts: HostReport["counts"], isElsewhere: boolean): void {
  const missing = GROUPS.filter((group) => counts[group].unknown > 0 && !(isElsewhere && group === "files"));
  if (missing.length === 0) return;
  const parts = missing.map((group) => `${counts[group].unknown} of ${group}`).join(", ");
  const message = `Not compared, because the facts of ${shownFact(host.facts.made.host ?? "the host")} lack them: ${parts}.`;
  list.add({ code: "host-facts-partial", message, recorded: parts, actual: "not known" }, {});
}

const NO_FINDINGS: readonly HostFinding[] = [];
const NOT_KNOWN: Compared<Demand> = { actual: null, differences: [] };

const worstOf = (findings: readonly HostFinding[]): RowState =>
  findings.some(({ verdict }) => verdict === "refused")
    ? "refused"
    : findings.some(({ verdict }) => verdict === "different")
      ? "different"
      : "note";

/** What a host has, as text. */
const textOf = (actual: Actual<Demand>, demand: Demand, host: Host | null): string | null =>
  typeof actual !== "function" ? actual : host === null ? null : actual(demand, host);

function rowOf(
  demand: Demand,
  subject: Subject,
  actual: string | null,
  state: RowState,
  findings: readonly HostFinding[],
): HostRow {
  const kind = KINDS[demand.kind] as KindOf<Demand>;
  return {
    group: kind.group,
    what: kind.what(demand),
    use: kind.use(demand),
    recorded: kind.recorded(demand),
    actual,
    state,
    subject,
    findings,
  };
}

const VERDICTS = { error: "refused", warning: "different", note: "fine" } as const;

/** Empty: the format has no such rule, so its restore does not care. */
function findingOf(
  rules: ReadonlyMap<string, Rule>,
  { code, message, severity, recorded, actual, option }: Difference,
  subject: Subject,
): HostFinding[] {
  const outcomes = rules.get(code)?.outcomes ?? [];
  const outcome = severity === undefined ? outcomes[0] : outcomes.find((each) => each.severity === severity);
  if (outcome === undefined) return [];
  const { pid, task, fd, file } = subject;
  return [
    {
      code,
      severity: outcome.severity,
      message,
      errno: outcome.errno,
      record: null,
      field: null,
      offset: null,
      recorded,
      actual,
      verdict: VERDICTS[outcome.severity],
      ...(option === undefined ? {} : { option }),
      ...(pid === undefined ? {} : { pid }),
      ...(task === undefined ? {} : { task }),
      ...(fd === undefined ? {} : { fd }),
      ...(file === undefined ? {} : { file }),
    },
  ];
}

/** Findings as they are made, counted by code. */
interface List {
  add(difference: Difference, subject: Subject): void;
  push(finding: HostFinding): void;
  finish(): Pick<HostReport, "findings" | "unlisted">;
}

function createList(rules: ReadonlyMap<string, Rule>): List {
  const findings: HostFinding[] = [];
  const counts = new Map<string, number>();
  const push = (finding: HostFinding): void => {
    const count = (counts.get(finding.code) ?? 0) + 1;
    counts.set(finding.code, count);
    if (count <= MOST_PER_CODE) findings.push(finding);
  };
  return {
    add(difference, subject) {
      for (const finding of findingOf(rules, difference, subject)) push(finding);
    },
    push,
    finish: () => ({
      findings,
      unlisted: [...counts]
        .filter(([, count]) => count > MOST_PER_CODE)
        .map(([code, count]) => ({ code, count: count - MOST_PER_CODE })),
    }),
  };
}
