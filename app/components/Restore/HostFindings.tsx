// What CRIU would refuse on a host, and what would differ: grouped by what to do about it.

import type { HostFinding } from "../../checks/host/report.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { shortText } from "../../model/text/text.ts";
import { counted, grouped } from "../../model/text/words.ts";
import type { RestoreResponse } from "../../worker/protocol.ts";
import { SubjectLink } from "../Checks/NeedsOf.tsx";

/** Findings of one group that are listed at first, and at most; more are counted. */
const FEW_LISTED = 8;
const MOST_LISTED = 200;

type Verdict = HostFinding["verdict"];

/** Worst first. */
const VERDICTS: Readonly<Record<Verdict, readonly [sign: string, word: string]>> = {
  refused: ["✕", "refused"],
  different: ["≠", "different"],
  fine: ["·", "note"],
};
const RANKS = Object.keys(VERDICTS);
const rankOf = ({ verdict }: Group): number => RANKS.indexOf(verdict);

/** The findings of one rule. */
interface Group {
  readonly code: string;
  /** The worst of its findings. */
  readonly verdict: Verdict;
  readonly findings: readonly HostFinding[];
}

/** The findings by rule: refusals first, otherwise in the order of the restore. */
function groupsOf(findings: readonly HostFinding[]): Group[] {
  const byCode = new Map<string, HostFinding[]>();
  for (const finding of findings) {
    const known = byCode.get(finding.code);
    if (known === undefined) byCode.set(finding.code, [finding]);
    else known.push(finding);
  }
  const groups = Array.from(byCode, ([code, own]) => {
    const verdict = own.reduce<Verdict>(
      (worst, each) => (RANKS.indexOf(each.verdict) < RANKS.indexOf(worst) ? each.verdict : worst),
      "fine",
    );
    return { code, verdict, findings: own };
  });
  return groups.sort((a, b) => rankOf(a) - rankOf(b));
}

export function HostFindings({ checkpoint, response }: { checkpoint: Checkpoint; response: RestoreResponse }) {
  const { findings, unlisted } = response;
  if (findings.length === 0) return null;
  return (
    <section aria-label="What differs">
      {groupsOf(findings).map((group) => (
        <OneGroup
          key={group.code}
          checkpoint={checkpoint}
          group={group}
          rule={response.rules[group.code]}
          unlisted={unlisted.find(({ code }) => code === group.code)?.count ?? 0}
        />
      ))}
    </section>
  );
}

interface GroupProps {
  readonly checkpoint: Checkpoint;
  readonly group: Group;
  readonly rule: RestoreResponse["rules"][string] | undefined;
  /** How many more findings the rule has. */
  readonly unlisted: number;
}

function OneGroup({ checkpoint, group: { code, verdict, findings }, rule, unlisted }: GroupProps) {
  const listed = findings.slice(0, MOST_LISTED);
  const [first, rest] = [listed.slice(0, FEW_LISTED), listed.slice(FEW_LISTED)];
  const more = findings.length - listed.length + unlisted;
  const lines = (some: readonly HostFinding[]) => (
    <ul>
      {some.map((finding) => (
        <li key={`${finding.message} ${finding.pid} ${finding.task} ${finding.fd} ${finding.file}`}>
          <One checkpoint={checkpoint} finding={finding} verdict={verdict} />
        </li>
      ))}
    </ul>
  );
  return (
    <div className="restore-group">
      <h2>
        <VerdictText verdict={verdict} /> {rule?.title} <span className="mono muted restore-code">{code}</span>
      </h2>
      <p>
        <strong>What to do:</strong> <WithCode text={rule?.remedy ?? ""} />
      </p>
      {lines(first)}
      {rest.length > 0 && (
        <details>
          <summary>{grouped(rest.length)} more like this</summary>
          {lines(rest)}
        </details>
      )}
      {more > 0 && <p className="muted">and {counted(more, "finding")} more that are not listed</p>}
    </div>
  );
}

const VerdictText = ({ verdict }: { verdict: Verdict }) => (
  <span className={`restore-verdict restore-${verdict}`}>{VERDICTS[verdict].join(" ")}</span>
);

/** A sentence with commands between backticks. */
const WithCode = ({ text }: { text: string }) =>
  text.split("`").map((part, at) =>
    at % 2 === 1 ? (
      <span key={part} className="mono">
        {part}
      </span>
    ) : (
      part
    ),
  );

interface OneProps {
  readonly checkpoint: Checkpoint;
  readonly finding: HostFinding;
  /** That of its group, which need not be repeated. */
  readonly verdict: Verdict;
}

function One({ checkpoint, finding, verdict }: OneProps) {
  return (
    <>
      {finding.verdict !== verdict && (
        <>
          <VerdictText verdict={finding.verdict} />{" "}
        </>
      )}
      {shortText(finding.message)}{" "}
      <span className="mono restore-values">
        {shortText(finding.recorded)} → {shortText(finding.actual)}
      </span>{" "}
      {finding.option !== undefined && (
        <>
          fine with <span className="mono">{finding.option}</span>{" "}
        </>
      )}
      <SubjectLink checkpoint={checkpoint} subject={finding} />
    </>
  );
}
