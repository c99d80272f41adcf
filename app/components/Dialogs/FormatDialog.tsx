// The detected format and dialect with the evidence, the image's facts, and the choice of another dialect.

import { dialectsOf } from "../../decoder/dialects.ts";
import { shownValue, stillVisible, visible } from "../../model/text/text.ts";
import { timeText } from "../../model/text/words.ts";
import { shownDoc } from "../../shell/selectors.ts";
import { useApp, usePage } from "../context.ts";
import { closeDialog } from "./close.ts";
import { Modal } from "./Modal.tsx";

export function FormatDialog() {
  const { shell } = usePage();
  const doc = useApp(shownDoc);
  const side = useApp((state) => state.side);
  if (doc === null) return null;
  const { checkpoint, dialect } = doc;
  const { machine, time } = checkpoint;
  const dialects = dialectsOf(checkpoint.format, checkpoint.dialect);
  const own: (readonly [string, string])[] = [
    ["format", checkpoint.format === "criu" ? "CRIU" : "Linux-CR"],
    [
      checkpoint.format === "criu" ? "framing" : "dialect",
      `${checkpoint.dialect}${dialect === null ? "" : " (chosen manually)"}`,
    ],
    ["complete", checkpoint.complete ? "yes" : "no"],
    ["architecture", `${machine.arch ?? "unknown"}, ${machine.littleEndian ? "little" : "big"}-endian`],
    ...(time === null ? [] : [["taken", timeText(time)] as const]),
  ];
  // The image's own value for a label replaces ours.
  const given = new Set(checkpoint.facts.map(({ label }) => label));
  const facts = [
    ...own.filter(([label]) => !given.has(label)),
    ...checkpoint.facts.map((fact) => [fact.label, shownValue(fact)] as const),
  ];
  return (
    <Modal label="Format, evidence and facts" className="format">
      <h2>Format</h2>
      <p>{visible(checkpoint.evidence)}</p>
      <dl>
        {facts.map(([label, value]) => (
          <div className="value" key={`${label} ${value}`}>
            <dt>{visible(label)}</dt>
            <dd className="mono">{stillVisible(value)}</dd>
          </div>
        ))}
      </dl>
      {dialects.length > 1 && (
        <p>
          <label>
            Decode as{" "}
            <select
              value={dialect ?? ""}
              onChange={(event) => void shell.reopen(side, event.target.value === "" ? null : event.target.value)}
            >
              <option value="">detected dialect</option>
              {dialects.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      <p className="dialog-actions">
        <button type="button" onClick={() => closeDialog(shell)}>
          Close
        </button>
      </p>
    </Modal>
  );
}
