// The bytes of an image in place of the tables: the rows, the meaning of the byte under the cursor, and navigation.

import { memo, useImperativeHandle, useState } from "react";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { recordAt, recordLength, recordOffset } from "../../model/records.ts";
import { visible } from "../../model/text/text.ts";
import { counted } from "../../model/text/words.ts";
import { fieldAt } from "../../shell/bytes/hex-rows.ts";
import { LARGEST_NUMBER } from "../../shell/bytes/numbers.ts";
import { byteRange } from "../../shell/bytes/selection.ts";
import { byteSentence, describeByte } from "../../shell/bytes/words.ts";
import { PLACES } from "../../shell/places.ts";
import type { ByteSelection, Doc } from "../../shell/state.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { BothSides } from "./BothSides.tsx";
import { FindBar } from "./FindBar.tsx";
import { type Fetched, HexGrid } from "./HexGrid.tsx";
import { Numbers } from "./Numbers.tsx";
import { useFindBytes } from "./useFindBytes.ts";
import "./Hex.css";

const START: ByteSelection = { member: 0, anchor: 0, at: 0 };

export function Bytes({ doc }: { doc: Doc }) {
  const docs = useApp((state) => state.docs);
  const compared = useApp((state) => state.compared);
  const isPair = docs.length === 2 && compared !== null;
  const [both, setBoth] = useState(false);
  const { checkpoint, document } = doc;
  return (
    <div id="tables-panel" role="tabpanel" aria-labelledby="tab-bytes" className="tables-panel">
      {isPair && (
        <div className="tables-bar">
          <label>
            <input type="checkbox" checked={both} onChange={(event) => setBoth(event.target.checked)} /> Fields of both
            images side by side
          </label>
        </div>
      )}
      {document === null ? (
        <p className="tables-empty">The image is still being decoded. Its bytes are shown when that is done.</p>
      ) : checkpoint.members.every(({ size }) => size === 0) ? (
        <p className="tables-empty">The image has no bytes.</p>
      ) : isPair && both ? (
        <BothSides compared={compared} docs={docs} />
      ) : (
        <BytesOf key={document} checkpoint={checkpoint} document={document} />
      )}
    </div>
  );
}

function BytesOf({ checkpoint, document }: { checkpoint: Checkpoint; document: DocumentId }) {
  const { shell, bytes: control } = usePage();
  const selection = useApp((state) => state.bytes) ?? START;
  const { member, at } = selection;
  const size = checkpoint.members[member]?.size ?? 0;
  const search = useFindBytes(document, member, size);
  const select = (next: ByteSelection) => shell.selectBytes(next);

  const step = (by: 1 | -1) => {
    const { finding } = search;
    const { found = [], length = 0 } = finding ?? {};
    const from = Math.min(selection.anchor, selection.at);
    const next = by === 1 ? found.findIndex((offset) => offset > from) : found.findLastIndex((offset) => offset < from);
    // Wraps around.
    const place = found[next === NONE ? (by === 1 ? 0 : found.length - 1) : next];
    if (place !== undefined) select(byteRange(member, place, length));
    else shell.notify(finding === null ? "No search yet: press F to search" : "No matches");
  };
  useImperativeHandle(control, () => ({
    focusFind: () => globalThis.document.getElementById(PLACES.findBytes)?.focus(),
    step,
  }));

  return (
    <>
      <div className="tables-bar">
        {checkpoint.members.length > 1 && (
          <Members
            checkpoint={checkpoint}
            member={member}
            onMember={(next) => select({ member: next, anchor: 0, at: 0 })}
          />
        )}
        <FindBar
          search={search}
          cursor={at}
          from={Math.min(selection.anchor, at)}
          onFound={(offset, length) => select(byteRange(member, offset, length))}
          onStep={step}
        />
        <CommandButton id="go-offset">Go to…</CommandButton>
        <span className="hex-copy">
          Copy <CommandButton id="copy-bytes-hex">hex</CommandButton>
          <CommandButton id="copy-bytes-c">C</CommandButton>
          <CommandButton id="copy-bytes-base64">base64</CommandButton>
        </span>
      </div>
      <div className="hex-main">
        <HexGrid key={member} checkpoint={checkpoint} document={document} selection={selection} onSelect={select}>
          {(fetched) => <AtCursor checkpoint={checkpoint} selection={selection} fetched={fetched} onSelect={select} />}
        </HexGrid>
      </div>
    </>
  );
}

interface AtCursorProps {
  readonly checkpoint: Checkpoint;
  readonly selection: ByteSelection;
  readonly fetched: Fetched;
  onSelect(selection: ByteSelection): void;
}

/** The record and field under the cursor, and the numbers that begin there. */
function AtCursor({ checkpoint, selection, fetched, onSelect }: AtCursorProps) {
  const { records } = checkpoint;
  const { member, anchor, at } = selection;
  const record = recordAt(checkpoint.records, member, at);
  const fields = record === NONE ? null : fetched.fieldsOf(record);
  const field = fields?.[fieldAt(fields, at)] ?? null;
  const words = describeByte(checkpoint, record, field, at);
  const bytes = fetched.pages.read(at, LARGEST_NUMBER);
  const selected = Math.abs(anchor - at) + 1;
  const range = (offset: number, length: number) => onSelect(byteRange(member, offset, length));
  return (
    <>
      <Numbers bytes={bytes ?? new Uint8Array(0)} littleEndian={checkpoint.machine.littleEndian} />
      <p className="hex-status mono">
        {fetched.pages.fault !== null && <span className="warn">{fetched.pages.fault} </span>}
        {record === NONE ? (
          words.record
        ) : (
          <button
            type="button"
            className="link"
            title="Select the record’s bytes"
            onClick={() => range(recordOffset(records, record), recordLength(records, record))}
          >
            {words.record}
          </button>
        )}
        {words.field !== "" && ", "}
        {field === null ? (
          words.field
        ) : (
          <button
            type="button"
            className="link"
            title="Select the field’s bytes"
            onClick={() => range(field.offset, field.length)}
          >
            {words.field}
          </button>
        )}{" "}
        <span className="muted">{words.place}</span>
        {words.value !== "" && <>: {words.value}</>}
        {selected > 1 && <span className="hex-selected muted">{counted(selected, "byte")} selected</span>}
      </p>
      <p id="byte-words" className="visually-hidden" aria-live="polite">
        {byteSentence(words, bytes?.[0] ?? null)}
      </p>
    </>
  );
}

/** Chooses the file of a set. */
const Members = memo(function Members({
  checkpoint,
  member,
  onMember,
}: {
  checkpoint: Checkpoint;
  member: number;
  onMember(member: number): void;
}) {
  return (
    <select
      className="mono hex-members"
      aria-label="Member"
      value={member}
      onChange={(event) => onMember(Number(event.target.value))}
    >
      {checkpoint.members.map(({ name, size }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a member is its index
        <option key={at} value={at} disabled={size === 0}>
          {visible(name)} ({counted(size, "byte")})
        </option>
      ))}
    </select>
  );
}, sameMembers);

function sameMembers(
  before: { checkpoint: Checkpoint; member: number },
  after: { checkpoint: Checkpoint; member: number },
) {
  return before.checkpoint === after.checkpoint && before.member === after.member;
}
