// What a restore of the image needs: options, privileges, and things of the host, compared with facts of one if there
// are any. Each leads to its object in the drawing and the tables.

import { useEffect } from "react";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { counted, grouped } from "../../model/text/words.ts";
import { PLACES } from "../../shell/places.ts";
import type { Doc } from "../../shell/state.ts";
import type { RestoreResponse } from "../../worker/protocol.ts";
import { FindingLine } from "../Checks/Checks.tsx";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { useResponse } from "../Inspector/useResponse.ts";
import { Compared } from "./Compared.tsx";
import { HostFindings } from "./HostFindings.tsx";
import { Options } from "./Options.tsx";
import "./Restore.css";

export function Restore({ doc }: { doc: Doc }) {
  const host = useApp((state) => state.host);
  const { document, checkpoint } = doc;
  return (
    <div id="tables-panel" role="tabpanel" aria-labelledby="tab-restore" className="tables-panel">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the keyboard */}
      <section id={PLACES.restore} className="restore" aria-label="Restore" tabIndex={0}>
        {document === null ? (
          <p className="muted">The image is still being decoded.</p>
        ) : checkpoint.records.count === 0 ? (
          <p className="muted">A link or a report has no records to check. Open the image itself.</p>
        ) : (
          <Answered key={`${document} ${host?.facts}`} doc={doc} document={document} facts={host?.facts ?? null} />
        )}
      </section>
    </div>
  );
}

interface AnsweredProps {
  readonly doc: Doc;
  readonly document: number;
  readonly facts: number | null;
}

function Answered({ doc, document, facts }: AnsweredProps) {
  const { shell } = usePage();
  const answered = useResponse("restore", { document, facts });
  const count = answered.state === "answered" ? errorsOf(answered.response) : null;
  useEffect(() => {
    if (count !== null) shell.store.set({ restoreErrors: { document, facts, count } });
  }, [shell, document, facts, count]);
  if (answered.state === "waiting") return <p className="muted">Comparing…</p>;
  if (answered.state === "failed") return <p>{answered.message}</p>;
  const { response } = answered;
  const { checkpoint } = doc;
  return (
    <>
      <Summary response={response} />
      {response.inImage.count > 0 && <InImage checkpoint={checkpoint} response={response} />}
      <HostFindings checkpoint={checkpoint} response={response} />
      <Options checkpoint={checkpoint} response={response} />
      <Compared checkpoint={checkpoint} response={response} />
    </>
  );
}

/** What a restore would fail with: errors of the image, and what was refused of a host. */
const errorsOf = ({ inImage, counts }: RestoreResponse): number =>
  Object.values(counts).reduce((sum, { refused }) => sum + refused, inImage.errors);

const VERDICT_CLASSES = {
  refused: "restore-refused",
  uncertain: "restore-different",
  different: "restore-different",
  none: undefined,
};

/** The verdict in a sentence, and where it is from. */
function Summary({ response: { host, verdict, counts, command } }: { response: RestoreResponse }) {
  const total = (state: "same" | "unknown" | "note" | "different" | "refused"): number =>
    Object.values(counts).reduce((sum, count) => sum + count[state], 0);
  if (host === null) {
    return (
      <header className="restore-head">
        <p>
          <strong>Would it restore on another machine?</strong> Make the facts there and drop them on this page:
        </p>
        <p className="mono restore-command">ckptscope facts --for IMAGE -o host.json</p>
        <p>
          <CommandButton id="open-facts">Open facts…</CommandButton>
        </p>
      </header>
    );
  }
  const who = command === null ? "The kernel" : "CRIU";
  const sentence = {
    refused: `${who} would refuse to restore it on ${host.name}.`,
    uncertain: `${who} might refuse to restore it on ${host.name}: see the warnings.`,
    different: `${who} would restore it on ${host.name}, but the result would differ.`,
    none: `Nothing was found that would make ${who} refuse it on ${host.name}.`,
  }[verdict];
  return (
    <header className="restore-head">
      <p>
        <strong className={VERDICT_CLASSES[verdict]}>{sentence}</strong>{" "}
        <span className="muted">
          {grouped(total("refused"))} refused, {grouped(total("different"))} different, {grouped(total("same"))} as
          recorded, {grouped(total("unknown"))} not known; facts of {host.at}
        </span>
      </p>
      <p>
        <CommandButton id="open-facts">Open other facts…</CommandButton>{" "}
        <CommandButton id="close-facts">Remove facts</CommandButton>{" "}
        <CommandButton id="save-restore">CSV</CommandButton>
        <span className="visually-hidden" aria-live="polite">
          {sentence}
        </span>
      </p>
    </header>
  );
}

interface InImageProps {
  readonly checkpoint: Checkpoint;
  readonly response: Pick<RestoreResponse, "inImage" | "rules">;
}

/** What the checks report about the image itself, whatever the host. Problems are what decoding reports. */
export function InImage({ checkpoint, response: { inImage, rules } }: InImageProps) {
  const { shell } = usePage();
  const { count, some } = inImage;
  const isDecoded = checkpoint.problems.length === 0;
  return (
    <section className="restore-group" aria-label="Findings in the image">
      <h2>
        {isDecoded ? "The image was decoded without problems, but its checks report" : "The checks of the image report"}{" "}
        {count === 1 ? "a finding" : counted(count, "finding")}:
      </h2>
      <ul>
        {some.map((finding) => (
          <li key={`${finding.code} ${finding.offset} ${finding.field} ${finding.message}`}>
            <span className="mono">{finding.code}</span>{" "}
            <span className={`check-${finding.severity}`}>{finding.severity}</span> {rules[finding.code]?.title}:{" "}
            <FindingLine checkpoint={checkpoint} finding={finding} />
          </li>
        ))}
        {count > some.length && <li className="muted">and {grouped(count - some.length)} more</li>}
      </ul>
      <p>
        <button type="button" className="link" onClick={() => shell.showListing("problems")}>
          Show all findings
        </button>
      </p>
    </section>
  );
}
