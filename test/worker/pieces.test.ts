// Long files made of pieces.

import { afterEach, expect, test, vi } from "vitest";
import type { Progress } from "../../app/decoder/source.ts";
import { blobOf } from "../../app/worker/pieces.ts";

afterEach(() => void vi.restoreAllMocks());

/** A clock on which each look takes longer than a turn of work. */
const slowly = (): void => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 1000));
};

test("the pieces in order, each as it was when it came", async () => {
  const buffer = new Uint8Array(1);
  function* pieces(): Generator<string | Uint8Array> {
    for (buffer[0] = 0x61; buffer[0] < 0x64; buffer[0]++) yield buffer;
    yield "\u20ac";
  }
  const blob = await blobOf(pieces(), "text/plain", { signal: new AbortController().signal, reportProgress() {} });
  expect([await blob.text(), blob.type]).toEqual(["abc\u20ac", "text/plain"]);
});

test("progress is reported, with a size where the share that is done is known", async () => {
  slowly();
  const reported: Progress[] = [];
  const exchange = { signal: new AbortController().signal, reportProgress: (each: Progress) => reported.push(each) };
  await blobOf(["ab", "cd"], "text/plain", exchange);
  await blobOf(["ab"], "text/plain", exchange, () => 0.25);
  expect(reported.map(({ bytes, size }) => [bytes, size])).toEqual([
    [2, 0],
    [4, 0],
    [2, 8],
  ]);
});

test("a request that is cancelled makes no further pieces", async () => {
  slowly();
  const control = new AbortController();
  let made = 0;
  function* pieces(): Generator<string> {
    for (;;) {
      if (++made === 3) control.abort(new Error("enough"));
      yield "piece";
    }
  }
  const making = blobOf(pieces(), "text/plain", { signal: control.signal, reportProgress() {} });
  await expect(making).rejects.toThrow("enough");
  expect(made).toBe(3);
});
