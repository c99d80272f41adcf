// The fields of many records, requested from the worker when they come into view and cached.

import { useEffect, useRef, useState } from "react";
import type { Field } from "../model/fields.ts";
import type { RecordRow } from "../model/rows.ts";
import type { DocumentId } from "../worker/protocol.ts";
import { usePage } from "./context.ts";

/** Records in one request, and in the cache. */
const MOST_AT_ONCE = 512;
const MOST_KEPT = 4096;

const NO_FIELDS: readonly Field[] = [];

/**
 * Fetches the fields of `records`.
 *
 * @returns The fields of a record; `null` while they are being fetched, none if they cannot be fetched.
 */
export function useFieldsOf(
  document: DocumentId | null,
  records: readonly RecordRow[],
): (record: RecordRow) => readonly Field[] | null {
  const { shell } = usePage();
  const [, redraw] = useState(0);
  const kept = useRef({ document, fields: new Map<RecordRow, readonly Field[]>() });
  if (kept.current.document !== document) kept.current = { document, fields: new Map() };
  const wanted = records.join();

  useEffect(() => {
    if (document === null || wanted === "") return;
    const control = new AbortController();
    const { fields } = kept.current;
    const missing = wanted
      .split(",")
      .map(Number)
      .filter((record) => !fields.has(record) || fields.get(record) === NO_FIELDS);
    for (const [first, last] of runs(missing)) {
      shell.client.request("fieldsOf", { document, first, last }, { signal: control.signal }).then(
        (response) => {
          for (const [at, each] of response.entries()) fields.set(first + at, each);
          for (const old of fields.keys()) {
            if (fields.size <= MOST_KEPT) break;
            fields.delete(old);
          }
          redraw((n) => n + 1);
        },
        () => {
          if (control.signal.aborted) return;
          // The bytes cannot be read either, and the byte view reports why. The next records in view try again.
          for (let record = first; record <= last; record++) fields.set(record, NO_FIELDS);
          redraw((n) => n + 1);
        },
      );
    }
    return () => control.abort();
  }, [document, wanted, shell]);

  return (record) => kept.current.fields.get(record) ?? null;
}

/** Runs of neighbouring rows, as first and last row: each is one request. */
function runs(rows: readonly RecordRow[]): (readonly [RecordRow, RecordRow])[] {
  const found: [RecordRow, RecordRow][] = [];
  for (const row of rows) {
    const run = found.at(-1);
    if (run !== undefined && row === run[1] + 1 && row - run[0] < MOST_AT_ONCE) run[1] = row;
    else found.push([row, row]);
  }
  return found;
}
