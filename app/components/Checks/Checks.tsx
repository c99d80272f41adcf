// The findings of the checks, by rule: what a restart of the image would refuse or get wrong. Each links to its bytes.

import type { Finding } from "../../checks/finding.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import type { Doc } from "../../shell/state.ts";
import { usePage } from "../context.ts";
import { useResponse } from "../Inspector/useResponse.ts";
import { NeedsOf, SubjectLink } from "./NeedsOf.tsx";
import "./Checks.css";
import { counted, grouped } from "../../model/text/words.ts";

/** Findings listed for one rule; more are counted. */
const MOST_LISTED = 50;

/** Checks an image that has been decoded completely. */
export function Checks({ doc }: { doc: Doc }) {
  if (doc.document === null) return null;
  // A report or a link with the image inside has no records to check.
  if (doc.checkpoint.records.count === 0) return null;
  return <Answered key={doc.document} checkpoint={doc.checkpoint} document={doc.document} />;
}

function Answered({ checkpoint, document }: { checkpoint: Checkpoint; document: number }) {
  const answered = useResponse("check", { document });
  return (
    <section className="checks" aria-label="Would it restart?">
      <h2>Would it restart?</h2>
      {answered.state === "waiting" && <p className="muted">Checking…</p>}
      {answered.state === "failed" && <p>{answered.message}</p>}
      {answered.state === "answered" &&
        (answered.response.findings.findings.length === 0 ? (
          <p>No problems found. What depends on the target kernel was not checked.</p>
        ) : (
          <Groups checkpoint={checkpoint} {...answered.response} />
        ))}
      {answered.state === "answered" && answered.response.findings.needs !== undefined && (
        <NeedsOf checkpoint={checkpoint} needs={answered.response.findings.needs} />
      )}
    </section>
  );
}

function Groups({
  checkpoint,
  findings,
  titles,
}: {
  checkpoint: Checkpoint;
  findings: { findings: readonly Finding[] };
  titles: Readonly<Record<string, string>>;
}) {
  const codes = [...new Set(findings.findings.map(({ code }) => code))];
  const groups = codes.map((code) => [code, findings.findings.filter((finding) => finding.code === code)] as const);
  return groups.map(([code, group]) => (
    <details key={code} open={codes.length <= 12}>
      <summary>
        <span className="mono">{code}</span> <span className={`check-${group[0]?.severity}`}>{group[0]?.severity}</span>{" "}
        {titles[code]} <span className="muted">{counted(group.length, "finding")}</span>
      </summary>
      <ul>
        {group.slice(0, MOST_LISTED).map((finding) => (
          <li key={`${finding.offset} ${finding.field} ${finding.message}`}>
            <FindingLine checkpoint={checkpoint} finding={finding} />
          </li>
        ))}
        {group.length > MOST_LISTED && <li className="muted">and {grouped(group.length - MOST_LISTED)} more</li>}
      </ul>
    </details>
  ));
}

/** A finding: its place, as a button that selects its record, its message and its subject. */
export function FindingLine({ checkpoint, finding }: { checkpoint: Checkpoint; finding: Finding }) {
  const { record, field, offset, errno, message } = finding;
  const { shell } = usePage();
  const place = [offset === null ? "" : `at ${offset}`, field ?? ""].filter((part) => part !== "").join(", ");
  return (
    <>
      {record === null ? (
        <span className="mono muted">{place}</span>
      ) : (
        <button type="button" className="link mono" onClick={() => shell.select({ to: "record", row: record })}>
          {place}
        </button>
      )}{" "}
      {message}
      {errno !== null && <span className="mono muted"> {errno}</span>}{" "}
      <SubjectLink checkpoint={checkpoint} subject={finding} />
    </>
  );
}
