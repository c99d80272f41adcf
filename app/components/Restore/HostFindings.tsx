// What CRIU would refuse on a host, and what would differ, in the order of the restore.

import type { HostFinding } from "../../checks/host/report.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { shortText } from "../../model/text.ts";
import { counted } from "../../model/words.ts";
import type { RestoreResponse } from "../../worker/protocol.ts";
import { SubjectLink } from "../Checks/NeedsOf.tsx";

/** Findings listed at most; more are counted. */
const MOST_LISTED = 200;

const VERDICTS: Readonly<Record<HostFinding["verdict"], readonly [sign: string, word: string]>> = {
  refused: ["✕", "refused"],
  different: ["≠", "different"],
  fine: ["·", "note"],
};

export function HostFindings({ checkpoint, response }: { checkpoint: Checkpoint; response: RestoreResponse }) {
  const { findings, remedies, unlisted } = response;
  if (findings.length === 0) return null;
  const more = findings.length - MOST_LISTED + unlisted.reduce((sum, { count }) => sum + count, 0);
  return (
    <section aria-label="What differs">
      <ol className="restore-findings">
        {findings.slice(0, MOST_LISTED).map((finding, at) => (
          <li key={`${finding.code} ${finding.message}`}>
            <One checkpoint={checkpoint} finding={finding} />
            {finding.code !== findings[at - 1]?.code && (
              <p className="restore-remedy">
                <WithCode text={remedies[finding.code] ?? ""} /> <span className="mono muted">{finding.code}</span>
              </p>
            )}
          </li>
        ))}
      </ol>
      {more > 0 && <p className="muted">and {counted(more, "finding")} more</p>}
    </section>
  );
}

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

function One({ checkpoint, finding }: { checkpoint: Checkpoint; finding: HostFinding }) {
  const [sign, word] = VERDICTS[finding.verdict];
  return (
    <p>
      <span className={`restore-verdict restore-${finding.verdict}`}>
        {sign} {word}
      </span>{" "}
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
    </p>
  );
}
