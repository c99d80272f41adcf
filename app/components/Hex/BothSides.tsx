// The selection in both images: the fields of its records side by side, with their bytes. Bytes that differ are marked.

import { useEffect, useState } from "react";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { onSide, otherSide } from "../../model/comparison/side.ts";
import type { Field } from "../../model/fields.ts";
import { recordLength, recordMember, recordOffset } from "../../model/records.ts";
import { objectOf, recordOf, type Selection } from "../../model/related.ts";
import type { RecordRow } from "../../model/rows.ts";
import { stillVisible, visible } from "../../model/text/text.ts";
import { andMore } from "../../model/text/words.ts";
import { alignFields, differing, type FieldPair } from "../../shell/bytes/field-pairs.ts";
import { bytesText } from "../../shell/bytes/text.ts";
import { counterpart } from "../../shell/objects/counterpart.ts";
import type { Compared, Doc } from "../../shell/state.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { useApp, usePage } from "../context.ts";
import { recordTitle } from "../record-title.ts";

/** A record of one image; `document` names the image in the worker. */
interface RecordSide {
  readonly checkpoint: Checkpoint;
  readonly document: DocumentId;
  readonly record: RecordRow;
}

/** Bytes of a field that are shown at most. */
const MOST_BYTES = 64;

export function BothSides({ compared, docs }: { compared: Compared; docs: readonly [Doc, Doc] }) {
  const side = useApp((state) => state.side);
  const selection = useApp((state) => state.selection);
  if (selection === null) {
    return <p className="tables-empty">Select an object to see its fields in both images side by side.</p>;
  }
  const here = sideOf(onSide(docs, side) ?? docs[0], selection);
  if (here === null) return <p className="tables-empty">The image has no record of the selection.</p>;
  const object = objectOf((onSide(docs, side) ?? docs[0]).checkpoint, selection);
  const there = object && counterpart(compared.comparison, side, object);
  const opposite = there && sideOf(onSide(docs, otherSide(side)) ?? docs[0], there);
  if (!opposite) {
    return <p className="tables-empty">Nothing in the other image corresponds to the selection.</p>;
  }
  const sides = side === "before" ? ([here, opposite] as const) : ([opposite, here] as const);
  return <FieldsOfBoth key={sides.map(({ document, record }) => `${document}-${record}`).join()} sides={sides} />;
}

function sideOf({ checkpoint, document }: Doc, selection: Selection): RecordSide | null {
  const record = recordOf(checkpoint, selection);
  return document === null || record === NONE ? null : { checkpoint, document, record };
}

interface RecordContents {
  readonly fields: readonly Field[];
  /** The record's bytes from its start, as far as fields are shown. */
  readonly bytes: Uint8Array;
}

/** The fields of two records that correspond, before and after. */
function FieldsOfBoth({ sides }: { sides: readonly [RecordSide, RecordSide] }) {
  const { shell } = usePage();
  const [contents, setContents] = useState<readonly [RecordContents, RecordContents] | string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one request for each pair of records
  useEffect(() => {
    const control = new AbortController();
    const { signal } = control;
    const request = async ({ checkpoint, document, record }: RecordSide): Promise<RecordContents> => {
      const { records } = checkpoint;
      const fields = await shell.client.request("fields", { document, record }, { signal });
      const range = { offset: recordOffset(records, record), length: recordLength(records, record) };
      const member = recordMember(records, record);
      return { fields, bytes: await shell.client.request("bytes", { document, member, ...range }, { signal }) };
    };
    Promise.all(sides.map(request)).then(
      (both) => setContents(both as [RecordContents, RecordContents]),
      (error: unknown) => {
        if (!signal.aborted) setContents(error instanceof Error ? error.message : String(error));
      },
    );
    return () => control.abort();
  }, []);
  if (contents === null) return null;
  if (typeof contents === "string") return <p className="tables-empty warn">{contents}</p>;
  const pairs = alignFields(contents[0].fields, contents[1].fields);
  const names = sides.map(({ checkpoint: { records }, record }) => {
    return `${recordTitle(records, record)} at ${recordOffset(records, record)}`;
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keys must be able to scroll it
    <section className="both-sides" aria-label="Fields of both images" tabIndex={0}>
      <table className="mono">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">before: {names[0]}</th>
            <th scope="col">after: {names[1]}</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the pairs of two records do not change
            <PairRow key={at} pair={pair} sides={sides} contents={contents} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function PairRow({
  pair,
  sides,
  contents,
}: {
  pair: FieldPair;
  sides: readonly [RecordSide, RecordSide];
  contents: readonly [RecordContents, RecordContents];
}) {
  const { name } = pair;
  const bytes = [pair.before, pair.after].map((field, side) => {
    const own = sides[side];
    if (field === null || own === undefined) return null;
    const from = field.offset - recordOffset(own.checkpoint.records, own.record);
    return contents[side]?.bytes.subarray(from, from + field.length) ?? null;
  });
  const changed = differing(bytes[0] ?? null, bytes[1] ?? null);
  return (
    <tr className={changed.length > 0 ? "pair-differs" : undefined}>
      <th scope="row">
        {visible(name)}
        {changed.length > 0 && <span className="pair-sign"> ~</span>}
      </th>
      {[pair.before, pair.after].map((field, side) => (
        <td key={field === null ? `none-${String(side)}` : `${String(side)}-${field.offset}`}>
          {field === null ? (
            <span className="muted">missing</span>
          ) : (
            <>
              <span className="pair-value">
                {stillVisible(field.role === undefined ? field.raw.slice(0, 120) : "")}
              </span>
              <Marked bytes={bytes[side] ?? new Uint8Array(0)} changed={changed} />
            </>
          )}
        </td>
      ))}
    </tr>
  );
}

const hexOf = (bytes: Uint8Array, from: number, to: number): string => bytesText(bytes.subarray(from, to), "hex");

/** Bytes as hex with those that differ marked. `changed`: ranges of such bytes, end exclusive, ascending. */
function Marked({ bytes, changed }: { bytes: Uint8Array; changed: readonly (readonly [number, number])[] }) {
  const shown = bytes.subarray(0, MOST_BYTES);
  const parts: { readonly from: number; readonly to: number; readonly differs: boolean }[] = [];
  let at = 0;
  for (const [from, to] of changed) {
    if (from >= shown.length) break;
    if (from > at) parts.push({ from: at, to: from, differs: false });
    parts.push({ from, to: Math.min(to, shown.length), differs: true });
    at = Math.min(to, shown.length);
  }
  if (at < shown.length) parts.push({ from: at, to: shown.length, differs: false });
  return (
    <span className="pair-bytes">
      {parts.map(({ from, to, differs }) =>
        differs ? (
          <span key={from}>
            {" "}
            <mark>{hexOf(shown, from, to)}</mark>
          </span>
        ) : (
          <span key={from}> {hexOf(shown, from, to)}</span>
        ),
      )}
      {andMore(bytes.length - MOST_BYTES)}
    </span>
  );
}
