// Every export of the worker is made in pieces: it reports progress, and ends when its request is cancelled.

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Progress } from "../../app/decoder/source.ts";
import { toLinkText } from "../../app/link/bundle.ts";
import { pack } from "../../app/link/pack.ts";
import type { DocumentId, RequestKind, Requests } from "../../app/worker/protocol.ts";
import { setSources } from "../support/criu.ts";
import { checkpointOf, type State, type StateFile } from "../support/state.ts";
import { served } from "../support/worker.ts";

const { client, close } = served();
afterAll(close);
afterEach(() => void vi.restoreAllMocks());

/** A state of some thousand rows. @param pos The position of each file. */
function state(pos: bigint): State {
  const files = Array.from(
    { length: 9000 },
    (_, at): StateFile => ({ kind: "regular", path: `/srv/data/${at}/file.db`, pos, details: { state: `${at}` } }),
  );
  return {
    tasks: [{ pid: 1, comm: "one", table: 0 }],
    tables: [files.map((_, at) => ({ fd: at, file: at }))],
    files,
  };
}

async function open(name: string, pos: bigint): Promise<DocumentId> {
  const file = new Blob([pack(checkpointOf(state(pos)), name)]);
  const response = await client.request("open", { inputs: [{ path: name, file }] });
  if ("refused" in response) throw new Error(response.refused);
  return response.document;
}

let document: DocumentId;
let after: DocumentId;
/** With members to check, and with resources. */
let set: DocumentId;
beforeAll(async () => {
  const inputs = setSources("w4/before").map(({ name, read, size }) => ({
    path: name,
    file: new Blob([read(0, size) as Uint8Array<ArrayBuffer>]),
  }));
  const opened = await client.request("open", { inputs });
  if ("refused" in opened) throw new Error(opened.refused);
  set = opened.document;
  document = await open("before", 1n);
  after = await open("after", 2n);
  // Compared now, so that only the export is cancelled.
  await client.request("diff", { before: document, after });
});

const order = { listing: "descriptors", column: null, descending: false, filter: "" } as const;
const changes = (form: "json" | "markdown" | "csv") => () => ({
  ...{ before: document, after, form, hidden: new Uint8Array(0), names: { before: "a", after: "b" } },
});
const page = '<script type="application/octet-stream" id="images"></script>';

/** Requests for exports, and whether the worker knows how much of them is done. */
const exports: readonly [name: string, kind: RequestKind, request: () => unknown, isMeasured: boolean][] = [
  ["an image as JSON", "json", () => ({ document }), false],
  ["a table", "table", () => ({ document, order, columns: ["fd", "path"], separator: "," }), true],
  ["lines", "lines", () => ({ document, order }), false],
  ["changes as JSON", "changes", changes("json"), true],
  ["changes as Markdown", "changes", changes("markdown"), true],
  ["changes as CSV", "changes", changes("csv"), true],
  [
    ...(["a table of resources", "resourceTable"] as const),
    () => ({
      document: set,
      resource: "mappings",
      order: { filter: "", column: null, descending: false },
      separator: ",",
    }),
    true,
  ],
  ["what a restore compares", "restoreTable", () => ({ document: set, facts: null }), false],
  ["packed images", "pack", () => ({ documents: [document, after], names: ["a", "b"], leaveOut: "nothing" }), true],
  ["a report", "report", () => ({ page, piece: new Uint8Array(2 << 20) }), false],
];

/** A clock on which each look takes longer than a turn of work. */
function slowly(): void {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 1000));
}

async function contentOf(response: unknown): Promise<string> {
  return response instanceof Blob ? response.text() : toLinkText(response as Uint8Array<ArrayBuffer>);
}

const ask = (kind: RequestKind, request: unknown, options = {}): Promise<unknown> =>
  // The request belongs to the kind, which the types of `exports` do not say.
  client.request(kind, request as Requests[typeof kind]["request"] as never, options);

describe.each(exports)("%s", (_, kind, request, isMeasured) => {
  test("is the same with progress as at once", async () => {
    const once = await contentOf(await ask(kind, request()));
    expect(once.length).toBeGreaterThan(100);
    slowly();
    const reported: Progress[] = [];
    const made = await ask(kind, request(), { onProgress: (each: Progress) => reported.push(each) });
    expect(await contentOf(made)).toBe(once);
    expect(reported.length).toBeGreaterThan(2);
    const bytes = reported.map((each) => each.bytes);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    if (isMeasured) expect(reported.slice(1).every((each) => each.size >= each.bytes)).toBe(true);
  });

  test("ends when it is cancelled", async () => {
    slowly();
    const control = new AbortController();
    let reports = 0;
    const onProgress = (): void => {
      reports++;
      control.abort(new Error("cancelled"));
    };
    await expect(ask(kind, request(), { signal: control.signal, onProgress })).rejects.toThrow("cancelled");
    expect(reports).toBe(1);
    // The worker is free for others.
    await client.request("overview", { document });
  });
});
