// The bytes of an image in the tables' place: the rows, what the byte under the cursor is, and ways to get about.

import { memo, useImperativeHandle, useState } from "react";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { recordAt } from "../../model/related.ts";
import { visible } from "../../model/text.ts";
import { byteRange } from "../../shell/byte-selection.ts";
import { byteSentence, describeByte } from "../../shell/byte-words.ts";
import { fieldAt } from "../../shell/hex-rows.ts";
import { LARGEST_NUMBER } from "../../shell/numbers.ts";
import { PLACES } from "../../shell/places.ts";
import type { ByteSelection, Doc } from "../../shell/state.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { useNarrow } from "../Workspace/useNarrow.ts";
import { BothSides } from "./BothSides.tsx";
import { FindBar } from "./FindBar.tsx";
import { HexGrid, type Seen } from "./HexGrid.tsx";
import { Numbers } from "./Numbers.tsx";
import { useFindBytes } from "./useFindBytes.ts";
import "./Hex.css";
import { counted } from "../../model/words.ts";

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
        <p className="tables-empty">The image is still being decoded; its bytes can be seen when that is done.</p>
      ) : checkpoint.members.every(({ size }) => size === 0) ? (
        <p className="tables-empty">The image holds no bytes.</p>
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
  const width = useNarrow() ? 8 : 16;
  const search = useFindBytes(document, member, size);
  const select = (next: ByteSelection) => shell.selectBytes(next);

  const step = (by: 1 | -1) => {
    const { finding } = search;
    const { found = [], length = 0 } = finding ?? {};
    const from = Math.min(selection.anchor, selection.at);
    const next = by === 1 ? found.findIndex((offset) => offset > from) : found.findLastIndex((offset) => offset < from);
    // From the last to the first, and back.
    const place = found[next === NONE ? (by === 1 ? 0 : found.length - 1) : next];
    if (place !== undefined) select(byteRange(member, place, length));
    else shell.notify(finding === null ? "Nothing was searched for." : "Nothing was found.");
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
        <HexGrid
          key={`${member}-${width}`}
          checkpoint={checkpoint}
          document={document}
          selection={selection}
          width={width}
          onSelect={select}
        >
          {(seen) => <Under checkpoint={checkpoint} selection={selection} seen={seen} onSelect={select} />}
        </HexGrid>
      </div>
    </>
  );
}

interface UnderProps {
  readonly checkpoint: Checkpoint;
  readonly selection: ByteSelection;
  readonly seen: Seen;
  onSelect(selection: ByteSelection): void;
}

/** What is under the cursor: its record and field in words, and the numbers that begin there. */
function Under({ checkpoint, selection, seen, onSelect }: UnderProps) {
  const { records } = checkpoint;
  const { member, anchor, at } = selection;
  const record = recordAt(checkpoint, member, at);
  const fields = record === NONE ? null : seen.fieldsOf(record);
  const field = fields?.[fieldAt(fields, at)] ?? null;
  const words = describeByte(checkpoint, record, field, at);
  const bytes = seen.pages.read(at, LARGEST_NUMBER);
  const selected = Math.abs(anchor - at) + 1;
  const range = (offset: number, length: number) => onSelect(byteRange(member, offset, length));
  return (
    <>
      <Numbers bytes={bytes ?? new Uint8Array(0)} littleEndian={checkpoint.machine.littleEndian} />
      <p className="hex-status mono">
        {seen.pages.fault !== null && <span className="warn">{seen.pages.fault} </span>}
        {record === NONE ? (
          words.record
        ) : (
          <button
            type="button"
            className="link"
            title="Select the record’s bytes"
            onClick={() => range(records.offset[record] ?? 0, records.length[record] ?? 1)}
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

/** Which file of a set is shown. */
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
