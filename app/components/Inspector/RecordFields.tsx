// The fields of one record: name, raw value, what it means, and where its bytes are.

import { useEffect, useRef } from "react";
import { recordMember } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import type { Selection } from "../../model/related.ts";
import { visible } from "../../model/text.ts";
import { describe } from "../../shell/describe.ts";
import { fieldAt } from "../../shell/hex-rows.ts";
import type { Doc } from "../../shell/state.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { useApp, usePage } from "../context.ts";
import { Section } from "./Section.tsx";
import { useResponse } from "./useResponse.ts";

/** Fields shown at most; what has more is an array to be looked at in the bytes. */
const MOST = 400;

export function RecordFields({ doc, document, record }: { doc: Doc; document: DocumentId; record: number }) {
  const { shell } = usePage();
  const answered = useResponse("fields", { document, record });
  const row = useRef<HTMLTableRowElement>(null);
  const current = useApp(({ bytes }) => {
    if (bytes === null || answered.state !== "answered") return null;
    if (bytes.member !== recordMember(doc.checkpoint.records, record)) return null;
    return answered.response[fieldAt(answered.response, bytes.at)] ?? null;
  });
  // What is chosen among the bytes is brought into view here.
  useEffect(() => {
    if (current !== null) row.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const { records, members } = doc.checkpoint;
  const kind = records.kinds[records.kind[record] ?? 0];
  const member = members.length > 1 ? ` in ${visible(members[recordMember(records, record)]?.name ?? "")}` : "";
  const title = visible(kind?.name ?? "Record");
  const note = `at ${records.offset[record] ?? 0}${member}, ${records.length[record] ?? 0} bytes`;
  if (answered.state === "waiting") return null;
  if (answered.state === "failed") {
    return (
      <Section title={title} note={note}>
        <p className="warn">{answered.message}</p>
      </Section>
    );
  }
  const told = answered.response.filter(({ role }) => role !== "padding");
  return (
    <Section title={title} note={note}>
      <table className="fields mono">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Raw</th>
            <th scope="col">Meaning</th>
            <th scope="col" className="cell-number">
              Offset
            </th>
          </tr>
        </thead>
        <tbody>
          {told.slice(0, MOST).map((field) => (
            <tr
              key={`${field.offset}-${field.name}`}
              ref={field === current ? row : null}
              className={field === current ? "field-current" : undefined}
              aria-current={field === current || undefined}
            >
              <th scope="row" title={field.type}>
                {visible(field.name)}
              </th>
              <td>
                {field.role === "payload" ? <span className="muted">{field.length} bytes</span> : visible(field.raw)}
              </td>
              <td>
                <Meaning doc={doc} field={field} onLook={(selection) => shell.select(selection)} />
              </td>
              <td className="cell-number">
                <button
                  type="button"
                  className="link"
                  aria-label={`Bytes of ${visible(field.name)} at ${field.offset}`}
                  onClick={() => shell.showBytes(recordMember(records, record), field.offset, field.length)}
                >
                  {field.offset}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {told.length > MOST && <p className="muted">{told.length - MOST} more fields.</p>}
    </Section>
  );
}

function Meaning({ doc, field, onLook }: { doc: Doc; field: Field; onLook(selection: Selection): void }) {
  const { meaning, refers } = field;
  if (refers === undefined) return meaning === null ? null : visible(meaning);
  const described = describe(doc.checkpoint, refers);
  return (
    <button type="button" className="link" onClick={() => onLook(refers)}>
      {meaning === null ? `${described.word} ${described.name}` : visible(meaning)}
    </button>
  );
}
