// The fields of many records, asked from the worker when they come into view and kept for a while.

import { useEffect, useRef, useState } from "react";
import type { Field } from "../model/fields.ts";
import type { DocumentId } from "../worker/protocol.ts";
import { usePage } from "./context.ts";

/** Records whose fields are asked for at once, and kept. */
const MOST_AT_ONCE = 512;
const MOST_KEPT = 4096;

/** Fetches the fields of `records`; answers `null` for those that have not come yet. */
export function useFieldsOf(
  document: DocumentId | null,
  records: readonly number[],
): (record: number) => readonly Field[] | null {
  const { shell } = usePage();
  const [, redraw] = useState(0);
  const kept = useRef({ document, fields: new Map<number, readonly Field[]>() });
  if (kept.current.document !== document) kept.current = { document, fields: new Map() };
  const wanted = records.join();

  useEffect(() => {
    if (document === null || wanted === "") return;
    const control = new AbortController();
    const { fields } = kept.current;
    const missing = wanted
      .split(",")
      .map(Number)
      .filter((record) => !fields.has(record));
    // One question for each run of neighbours.
    for (let from = 0; from < missing.length; ) {
      let to = from;
      while (missing[to + 1] === (missing[to] ?? 0) + 1 && to - from + 1 < MOST_AT_ONCE) to++;
      const [first, last] = [missing[from] ?? 0, missing[to] ?? 0];
      from = to + 1;
      shell.client.request("fieldsOf", { document, first, last }, { signal: control.signal }).then(
        (response) => {
          for (const [at, each] of response.entries()) fields.set(first + at, each);
          for (const old of fields.keys()) {
            if (fields.size <= MOST_KEPT) break;
            fields.delete(old);
          }
          redraw((n) => n + 1);
        },
        // What keeps the fields from being told keeps the bytes from being shown, and is said there.
        () => {},
      );
    }
    return () => control.abort();
  }, [document, wanted, shell]);

  return (record) => kept.current.fields.get(record) ?? null;
}
