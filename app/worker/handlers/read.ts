// Requests that re-read a document's bytes: fields of records, details of open files, bytes.

import { findBytes } from "../../decoder/find-bytes.ts";
import type { Field } from "../../model/fields.ts";
import type { Documents } from "../documents.ts";
import type { Handlers } from "./handler.ts";

/** Most bytes in one response. */
const MAX_BYTES = 1024 * 1024;
/** Most records in one response to `fieldsOf`. */
const MAX_RECORDS = 512;
/** Bytes searched by one `findBytes` request: a few tens of milliseconds. */
const STRETCH = 32 * 1024 * 1024;

export function readHandlers(
  documents: Documents,
): Handlers<"fields" | "fieldsOf" | "details" | "bytes" | "findBytes"> {
  return {
    async fields({ document, record }) {
      return { response: await documents.get(document).fields(record) };
    },
    async fieldsOf({ document, first, last }, { signal }) {
      const image = documents.get(document);
      const response: (readonly Field[])[] = [];
      for (let record = first; record <= last && response.length < MAX_RECORDS; record++) {
        signal.throwIfAborted();
        response.push(await image.fields(record));
      }
      return { response };
    },
    async details({ document, file }) {
      return { response: await documents.get(document).details(file) };
    },
    async bytes({ document, member, offset, length }) {
      const source = documents.get(document).sources[member];
      if (source === undefined) return { response: new Uint8Array(0) };
      // Copied, because the source may return a view of a larger buffer, all of which would be transferred.
      const bytes = new Uint8Array(await source.read(offset, Math.min(length, MAX_BYTES)));
      return { response: bytes, transfer: [bytes.buffer] };
    },
    async findBytes({ document, member, needle, from, most }, { signal }) {
      const source = documents.get(document).sources[member];
      if (source === undefined) return { response: { found: new Float64Array(0), next: null } };
      const response = await findBytes(source, needle, { from, stretch: STRETCH, most, signal });
      return { response, transfer: [response.found.buffer as ArrayBuffer] };
    },
  };
}
