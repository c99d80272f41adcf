import { afterAll, describe, expect, test, vi } from "vitest";
import type { Progress } from "../../app/decoder/source.ts";
import { CHANGE_KINDS } from "../../app/diff/changes.ts";
import { CHANGED } from "../../app/graph/order/graph.ts";
import { pack } from "../../app/link/pack.ts";
import type { DocumentId } from "../../app/worker/protocol.ts";
import { bigDescription, encodeAll } from "../support/images.ts";
import { NGINX } from "../support/nginx.ts";
import { fixtureBytes } from "../support/open.ts";
import { checkpointOf, type State } from "../support/state.ts";
import { served } from "../support/worker.ts";

const { client, close } = served();
afterAll(close);

/** NGINX with its files at other positions. */
const MOVED: State = { ...NGINX, files: NGINX.files.map((file) => ({ ...file, pos: (file.pos ?? 0n) + 1n })) };

const packed = (name: string, state: State = NGINX) => ({
  path: name,
  file: new Blob([pack(checkpointOf(state), name)]),
});

async function open(name: string, state?: State): Promise<DocumentId> {
  const response = await client.request("open", { inputs: [packed(name, state)] });
  if ("refused" in response) throw new Error(response.refused);
  return response.document;
}

describe("the worker", () => {
  test("opens an image under an id of its own", async () => {
    const response = await client.request("open", { inputs: [packed("a")] });
    expect(response).toMatchObject({ checkpoint: { tasks: { count: NGINX.tasks.length } } });
    expect(await open("b")).not.toBe(await open("b"));
  });
  test("limits what an image takes, and more where the limit was raised", async () => {
    const path = "p-pstree-64.tgz";
    const inputs = [{ path, file: new Blob([new Uint8Array(fixtureBytes(`hostile/${path}`))]) }];
    const limited = await client.request("open", { inputs });
    if ("refused" in limited) throw new Error(limited.refused);
    const { problems, records } = limited.checkpoint;
    const limit = problems.find((problem) => problem.limit !== undefined)?.limit ?? "";
    expect(["rows", "memory"]).toContain(limit);
    const raised = await client.request("open", { inputs, raised: { [limit]: 2 } });
    if ("refused" in raised) throw new Error(raised.refused);
    expect(raised.checkpoint.records.count).toBeGreaterThan(records.count);
  });
  test("reports which of several images are summarised, from none to all but the last", async () => {
    const bytes = new Uint8Array(fixtureBytes("linux-cr/v23-s1/before.ckpt"));
    const inputs = ["a.ckpt", "b.ckpt", "c.ckpt"].map((path) => ({ path, file: new Blob([bytes]) }));
    const shares: number[] = [];
    const onProgress = (progress: Progress) => shares.push(progress.bytes / progress.size);
    expect(await client.request("find", { inputs }, { onProgress })).toMatchObject({ count: 3 });
    expect(shares.map((share) => Math.round(3 * share))).toEqual([0, 1, 2]);
  });
  test("refuses a file that is not an image", async () => {
    const response = await client.request("open", { inputs: [{ path: "empty", file: new Blob([]) }] });
    expect(response).toEqual({ refused: "empty is empty." });
  });
  test("fails a request for a document that was closed", async () => {
    const document = await open("a");
    await client.request("close", { document });
    await expect(client.request("layout", { document })).rejects.toThrow(/Something went wrong in ckptscope/);
  });
  test("returns the same changes after a comparison as without one", async () => {
    const pair = { before: await open("a"), after: await open("b") };
    const request = { ...pair, form: "csv", hidden: new Uint8Array(0), names: { before: "a", after: "b" } } as const;
    const first = await (await client.request("changes", request)).text();
    await client.request("diff", pair);
    expect(await (await client.request("changes", request)).text()).toBe(first);
  });
});

test("sends early parts only of an image that takes long", async () => {
  const { bytes } = encodeAll(bigDescription({ tasks: 1, descriptorsPerTask: 30_000 }), { dialect: "v23-rc2" });
  const partsAt = async (milliseconds: number): Promise<number> => {
    let parts = 0;
    let clock = 0;
    const now = vi.spyOn(performance, "now").mockImplementation(() => {
      clock += milliseconds;
      return clock;
    });
    await client.request(
      "open",
      { inputs: [{ path: "a", file: new Blob([bytes.slice()]) }] },
      {
        onPart: ({ complete }) => {
          expect(complete).toBe(false);
          parts++;
        },
      },
    );
    now.mockRestore();
    return parts;
  };
  expect(await partsAt(1)).toBe(0);
  expect(await partsAt(1000)).toBe(1);
});

test("leaves hidden changes out of the drawing of two images, and draws them again", async () => {
  const pair = { before: await open("a"), after: await open("b", MOVED) };
  const whole = await client.request("union", pair);
  const none = new Uint8Array((await client.request("diff", pair)).differences.changes.count);
  expect(none.length).toBeGreaterThan(0);
  const without = await client.request("unionWithout", { ...pair, hidden: none.map(() => 1) });
  expect([...without.change.file].filter((change) => change === CHANGED)).toEqual([]);
  const again = await client.request("unionWithout", { ...pair, hidden: none });
  expect([...again.change.file]).toContain(CHANGED);
  expect(again.change).toEqual(whole.both.change);
  expect(again.fileBefore).toEqual(whole.graph.descriptors.fileBefore);
});

test("says which changes do not match words", async () => {
  const pair = { before: await open("a"), after: await open("b", MOVED) };
  const { changes } = (await client.request("diff", pair)).differences;
  const position = [...changes.kind].map((kind) => (CHANGE_KINDS[kind] === "file-pos" ? 0 : 1));
  expect(position).toContain(0);
  expect([...(await client.request("unmatched", { ...pair, words: "kind:position" }))]).toEqual(position);
});

test("says in one sentence what changed and is not hidden, and leaves the events to the next request", async () => {
  const pair = { before: await open("a"), after: await open("b", MOVED) };
  const { differences, events } = await client.request("diff", pair);
  const none = new Uint8Array(differences.changes.count);
  expect(await client.request("headline", { ...pair, hidden: none })).toMatch(/\.$/);
  expect(await client.request("headline", { ...pair, hidden: none.fill(1) })).toBe("");
  expect((await client.request("diff", pair)).events).toEqual(events);
});

describe("a cancelled request", () => {
  test("rejects with the signal's reason", async () => {
    const control = new AbortController();
    const opening = client.request("open", { inputs: [packed("a")] }, { signal: control.signal });
    control.abort(new Error("not needed any more"));
    await expect(opening).rejects.toThrow("not needed any more");
  });
  test("is not sent if the signal was aborted before", async () => {
    await expect(
      client.request("open", { inputs: [packed("a")] }, { signal: AbortSignal.abort(new Error("too late")) }),
    ).rejects.toThrow("too late");
  });
});
