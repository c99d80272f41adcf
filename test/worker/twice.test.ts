// The same request twice has the same response: a response that is transferred to the page takes nothing from what the
// worker keeps.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DocumentId, RequestKind, Requests } from "../../app/worker/protocol.ts";
import { setSources } from "../support/criu.ts";
import { served } from "../support/worker.ts";

const { client, close } = served();
afterAll(close);

async function open(set: string): Promise<DocumentId> {
  const inputs = setSources(set).map(({ name, read, size }) => ({
    path: name,
    file: new Blob([read(0, size) as Uint8Array<ArrayBuffer>]),
  }));
  const response = await client.request("open", { inputs });
  if ("refused" in response) throw new Error(response.refused);
  return response.document;
}

let document: DocumentId;
let pair: { readonly before: DocumentId; readonly after: DocumentId };
beforeAll(async () => {
  document = await open("r1/before");
  pair = { before: document, after: await open("r1/after") };
});

/** Kinds that open or close something, or go on where the last request ended. */
type Stateful = "find" | "open" | "close" | "facts" | "memorySearch" | "memoryDiff";
type Repeatable = Exclude<RequestKind, Stateful>;

const order = { listing: "descriptors", column: "pos", descending: true, filter: "" } as const;
const requests: { readonly [K in Repeatable]: () => Requests[K]["request"] } = {
  fields: () => ({ document, record: 0 }),
  fieldsOf: () => ({ document, first: 0, last: 9 }),
  details: () => ({ document, file: 0 }),
  bytes: () => ({ document, member: 0, offset: 0, length: 100 }),
  findBytes: () => ({ document, member: 0, needle: Uint8Array.of(0), from: 0, most: 10 }),
  widths: () => ({ document }),
  order: () => ({ document, order }),
  table: () => ({ document, order, columns: ["fd", "path"], separator: "," }),
  lines: () => ({ document, order }),
  layout: () => ({ document }),
  subset: () => ({ document, listing: "descriptors", filter: "kind:regular" }),
  resources: () => ({ document }),
  mappers: () => ({ document, file: 0 }),
  recordLinks: () => ({ document }),
  orderResource: () => ({
    document,
    resource: "mappings",
    order: { filter: "", column: "start", descending: true },
  }),
  resourceTable: () => ({
    document,
    resource: "mappings",
    order: { filter: "", column: "start", descending: true },
    separator: ",",
  }),
  overview: () => ({ document }),
  check: () => ({ document }),
  restore: () => ({ document, facts: null }),
  restoreTable: () => ({ document, facts: null }),
  pack: () => ({ documents: [document], names: ["a"], leaveOut: "nothing" }),
  report: () => ({
    page: '<script type="application/octet-stream" id="images"></script>',
    piece: Uint8Array.of(1, 2, 3),
  }),
  json: () => ({ document }),
  memory: () => ({ document }),
  memoryBytes: () => ({ document, mapping: 0, offset: 0, length: 100 }),
  started: () => ({ document, task: 0, what: "cmdline" }),
  diff: () => pair,
  unmatched: () => ({ ...pair, words: "kind:position" }),
  headline: () => ({ ...pair, hidden: new Uint8Array(0) }),
  marks: () => ({ ...pair, names: ["a", "b"], changes: Uint32Array.of(0, 1) }),
  marked: () => ({ ...pair, marks: ["0"] }),
  union: () => pair,
  unionWithout: () => ({ ...pair, hidden: new Uint8Array(0) }),
  changes: () => ({ ...pair, form: "csv", hidden: new Uint8Array(0), names: { before: "a", after: "b" } }),
};

async function asked(kind: Repeatable): Promise<unknown> {
  // `requests[kind]` is the request of `kind`, which its type cannot express.
  const response: unknown = await client.request(kind, requests[kind]() as never);
  return response instanceof Blob ? response.text() : response;
}

describe("a request", () => {
  test.each(Object.keys(requests) as Repeatable[])("%s has the same response again", async (kind) => {
    const once = await asked(kind);
    expect(once).not.toHaveProperty("refused");
    expect(await asked(kind)).toEqual(once);
  });
});
