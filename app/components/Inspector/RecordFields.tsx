// The fields of one record: name, raw value, meaning, and where its bytes are.

import { Fragment, useEffect, useRef } from "react";
import type { Checkpoint } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import { recordLength, recordMember, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { stillVisible, visible } from "../../model/text/text.ts";
import { counted } from "../../model/text/words.ts";
import { fieldAt } from "../../shell/bytes/hex-rows.ts";
import { describe } from "../../shell/objects/describe.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { useApp, usePage } from "../context.ts";
import { recordTitle } from "../record-title.ts";
import { ObjectLink } from "./links.tsx";
import { Section } from "./Section.tsx";
import { useResponse } from "./useResponse.ts";

/** Most fields that are shown; a record with more holds an array, which is better read as bytes. */
const MOST = 400;

interface Props {
  readonly checkpoint: Checkpoint;
  readonly document: DocumentId;
  readonly record: RecordRow;
}

export function RecordFields({ checkpoint, document, record }: Props) {
  const answered = useResponse("fields", { document, record });
  const { records, members } = checkpoint;
  const member = recordMember(records, record);
  const place = members.length > 1 ? ` in ${visible(members[member]?.name ?? "")}` : "";
  const title = recordTitle(records, record);
  const note = `at ${recordOffset(records, record)}${place}, ${recordLength(records, record)} bytes`;
  if (answered.state === "waiting") return null;
  return (
    <Section title={title} note={note}>
      {answered.state === "failed" ? (
        <p className="warn">{answered.message}</p>
      ) : (
        <FieldTable checkpoint={checkpoint} member={member} fields={answered.response} />
      )}
    </Section>
  );
}

interface TableProps {
  readonly checkpoint: Checkpoint;
  /** The member that the fields' offsets are in. */
  readonly member: number;
  readonly fields: readonly Field[];
}

function FieldTable({ checkpoint, member, fields }: TableProps) {
  const current = useApp(({ bytes }) =>
    bytes === null || bytes.member !== member ? null : (fields[fieldAt(fields, bytes.at)] ?? null),
  );
  const currentRow = useRef<HTMLTableRowElement>(null);
  const isFirst = useRef(true);
  // A byte selected among the bytes brings its field into view here, but a new selection begins at its title.
  useEffect(() => {
    if (current !== null && !isFirst.current) currentRow.current?.scrollIntoView({ block: "nearest" });
    isFirst.current = false;
  }, [current]);
  const shown = fields.filter(({ role }) => role !== "padding");
  return (
    <>
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
          {shown.slice(0, MOST).map((field) => (
            <tr
              key={`${field.offset}-${field.name}`}
              ref={field === current ? currentRow : null}
              className={field === current ? "field-current" : undefined}
              aria-current={field === current || undefined}
            >
              <FieldCells checkpoint={checkpoint} member={member} field={field} />
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length > MOST && <p className="muted">{counted(shown.length - MOST, "more field")}</p>}
    </>
  );
}

function FieldCells({ checkpoint, member, field }: { checkpoint: Checkpoint; member: number; field: Field }) {
  const { shell } = usePage();
  const { name, type, role, raw, offset, length, cut } = field;
  return (
    <>
      <th scope="row" title={type}>
        <FieldName name={visible(name)} />
      </th>
      <td>
        {role === "payload" ? <span className="muted">{length} bytes</span> : stillVisible(raw)}
        {cut === true && <span className="warn"> (cut off)</span>}
      </td>
      <td>
        <Meaning checkpoint={checkpoint} field={field} />
      </td>
      <td className="cell-number">
        <button
          type="button"
          className="link"
          aria-label={`Show the bytes of ${visible(name)} at ${offset}`}
          onClick={() => shell.showBytes(member, offset, length)}
        >
          {offset}
        </button>
      </td>
    </>
  );
}

/** A name that can break after each dot. */
function FieldName({ name }: { name: string }) {
  return name.split(/(?<=[.])/).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one name
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function Meaning({ checkpoint, field: { meaning, refers } }: { checkpoint: Checkpoint; field: Field }) {
  if (refers === undefined) return meaning === null ? null : stillVisible(meaning);
  const { word, name } = describe(checkpoint, refers);
  return <ObjectLink {...refers}>{meaning === null ? `${word} ${name}` : stillVisible(meaning)}</ObjectLink>;
}
