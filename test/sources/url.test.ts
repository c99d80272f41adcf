// Hosted images: what is fetched, and what is said when it cannot be. The host counts.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Progress, type Source } from "../../app/decoder/source.ts";
import { sameBytes } from "../../app/model/text/text.ts";
import { openHosted } from "../../app/sources/url.ts";
import { type Host, host } from "../support/hosting.ts";
import { bigImage, withPages } from "../support/images.ts";
import { fixtureBytes } from "../support/open.ts";

const LARGE = 3_000_001;
const large = new Uint8Array(LARGE).map((_, at) => (at * 31 + (at >> 8)) & 255);

let server: Host;
beforeAll(async () => {
  const chunks = [...bigImage({ tasks: 10, descriptorsPerTask: 100 })];
  const image = new Uint8Array(Buffer.concat(chunks));
  server = await host({
    small: bytesSource("small", fixtureBytes("linux-cr/v23-s1/before.ckpt")),
    large: bytesSource("large", large),
    empty: bytesSource("empty", new Uint8Array(0)),
    gib: withPages("gib", image, 262_144),
  });
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const open = (path: string, options = {}): Promise<Source> => openHosted("it", server.url + path, options);
const failure = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => new Error("nothing failed"),
    (reason: unknown) => reason as Error,
  );
  expect(error.name).toBe("SourceError");
  return error.message;
};

describe("with range requests", () => {
  test("reads any part, each block once", async () => {
    const source = await open("good/large");
    expect(source.size).toBe(LARGE);
    for (const [offset, length] of [
      [0, 10],
      [65_530, 20],
      [1_000_000, 100_000],
      [1_050_000, 3],
      [LARGE - 5, 100],
      [LARGE, 5],
    ] as const) {
      expect(await source.read(offset, length)).toEqual(large.subarray(offset, offset + length));
    }
    const count = server.requests.length;
    await source.read(1_000_000, 100_000);
    expect(server.requests.length).toBe(count);
  });

  test("asks once for what is asked for twice at a time", async () => {
    const source = await open("good/large");
    server.reset();
    const parts = await Promise.all([1, 2, 3].map(() => source.read(2_000_000, 50_000)));
    expect(parts[2]).toEqual(large.subarray(2_000_000, 2_050_000));
    expect(server.requests.length).toBe(1);
  });

  test("reads ahead while reading goes on in sequence, and not after a jump", async () => {
    const source = await open("good/large");
    server.reset();
    for (let at = 0; at < LARGE; at += 20_000) {
      expect(sameBytes(await source.read(at, 20_000), large.subarray(at, at + 20_000))).toBe(true);
    }
    expect(server.requests.length).toBeLessThan(40);
    expect(server.sent()).toBeLessThanOrEqual(LARGE);
    const jumping = await open("good/large");
    server.reset();
    for (let at = 200_000; at < LARGE; at += 300_000) await jumping.read(at, 100);
    expect(server.sent()).toBeLessThan(10 * 2 * 16_384 + 1);
  });

  test("passes large reads by its cache", async () => {
    const source = await openHosted("gib", `${server.url}good/gib`);
    const part = await source.read(100 * 2 ** 20, 20 * 2 ** 20);
    expect(part.length).toBe(20 * 2 ** 20);
    expect(server.requests.length).toBe(2);
  });

  test("needs neither Content-Range nor ETag to be seen", async () => {
    // Node sees all headers; a browser does not.
    const hiding = async (url: string, init: RequestInit) => {
      const response = await fetch(url, init);
      const seen = new Headers();
      for (const name of ["content-length", "content-type", "last-modified"]) {
        const value = response.headers.get(name);
        if (value !== null) seen.set(name, value);
      }
      return new Response(response.body, { status: response.status, headers: seen });
    };
    const source = await open("terse/large", { fetch: hiding });
    expect(source.size).toBe(LARGE);
    expect(await source.read(1_000_000, 10)).toEqual(large.subarray(1_000_000, 1_000_010));
    expect(server.requests).toContain("HEAD /terse/large");
    server.reset();
    const small = await open("terse/small", { fetch: hiding });
    expect(small.size).toBe(fixtureBytes("linux-cr/v23-s1/before.ckpt").length);
    expect(server.requests.length).toBe(1);
    server.reset();
    const mute = await open("mute/large", { fetch: hiding });
    expect(await mute.read(2_000_000, 10)).toEqual(large.subarray(2_000_000, 2_000_010));
  });

  test("an empty file is empty", async () => {
    expect((await open("good/empty")).size).toBe(0);
    expect((await open("whole/empty")).size).toBe(0);
  });

  test("fetches at most 1 % of a 1 GiB image with 1,000 objects", async () => {
    const source = await open("good/gib");
    expect(source.size).toBeGreaterThan(2 ** 30);
    const image = await openImage([source]);
    if ("refused" in image) throw new Error(image.refused);
    expect(image.checkpoint.complete).toBe(true);
    expect(image.checkpoint.descriptors.count).toBe(1000);
    expect(server.sent()).toBeLessThan(source.size / 100);
  });
});

describe("without range requests", () => {
  test("streams the whole file once, with progress", async () => {
    const seen: Progress[] = [];
    const source = await open("whole/large", { onProgress: (progress: Progress) => seen.push(progress) });
    expect(await source.read(1_000_000, 10)).toEqual(large.subarray(1_000_000, 1_000_010));
    expect(server.requests.length).toBe(1);
    expect(seen.at(-1)).toEqual({ bytes: LARGE, size: LARGE, objects: 0 });
  });

  test("can be cancelled", async () => {
    const control = new AbortController();
    const opening = open("endless/large", {
      signal: control.signal,
      onProgress: () => control.abort(new Error("enough")),
    });
    await expect(opening).rejects.toThrow("enough");
  });

  test("does not load more than a limit", async () => {
    expect(await failure(open("whole/large", { wholeLimit: 2 ** 20 }))).toMatch(
      /does not support range requests.*1 MiB/,
    );
  });
});

describe("errors are reported with their cause", () => {
  test.each([
    ["missing/small", /^127\.0\.0\.1:\d+ has no small at this address \(404\)\. Check the address\.$/],
    ["forbidden/small", /\(403\).*signed address/],
    ["busy/small", /overloaded or failing \(503\)/],
    ["html/small", /a web page instead of an image/],
  ])("%s", async (path, sentence) => {
    expect(await failure(open(path))).toMatch(sentence);
  });

  test("a host that is not there", async () => {
    expect(await failure(openHosted("x", "http://127.0.0.1:1/x"))).toMatch(/^127\.0\.0\.1:1 cannot be reached/);
  });

  test("a file that changes between two reads", async () => {
    const source = await open("changing/large");
    await source.read(1_000_000, 10);
    expect(await failure(Promise.resolve(source.read(2_000_000, 10)))).toMatch(/large was changed on .* Open it again/);
    expect(await failure(Promise.resolve(source.read(0, 10)))).toMatch(/was changed/);
  });

  test("a connection that breaks once is retried, and twice is reported", async () => {
    const flaky = await open("flaky/large");
    for (let at = 100_000; at < LARGE; at += 500_000) {
      expect(await flaky.read(at, 100)).toEqual(large.subarray(at, at + 100));
    }
    server.reset();
    const broken = await open("broken/large");
    expect(await failure(Promise.resolve(broken.read(1_000_000, 10)))).toMatch(/broke.* again on the second try/);
  });

  test("a response with another range than requested", async () => {
    const source = await open("shifted/large");
    expect(await failure(Promise.resolve(source.read(1_000_000, 10)))).toMatch(/the wrong range/);
  });

  /** A response that came from another address than was requested. */
  const redirectedTo = (url: string, response = new Response("x", { status: 206 })): Response =>
    Object.defineProperties(response, { redirected: { value: true }, url: { value: url } });

  test.each(["http://192.168.0.1/x", "https://other.example/x", "https://example.org:444/x"])(
    "a redirect to another host: %s",
    async (to) => {
      const opened = openHosted("x", "https://example.org/x", { fetch: async () => redirectedTo(to) });
      const message = await failure(opened);
      expect(message).toContain(
        `to another host, ${new URL(to).host}. Open that address itself if you trust it: ${to}`,
      );
    },
  );

  test("a redirect to another host after the first response", async () => {
    let count = 0;
    const source = await open("good/large", {
      fetch: async (url: string, init: RequestInit) =>
        count++ === 0 ? await fetch(url, init) : redirectedTo("http://10.0.0.1/x", await fetch(url, init)),
    });
    expect(await failure(Promise.resolve(source.read(1_000_000, 10)))).toMatch(/another host, 10\.0\.0\.1/);
  });

  test("no redirect on the same host", async () => {
    expect((await open("redirect/small")).size).toBeGreaterThan(0);
  });
});

test("sends no cookies and no referrer, and keeps nothing in the browser's cache", async () => {
  const seen: RequestInit[] = [];
  await open("good/small", {
    fetch: (url: string, init: RequestInit) => {
      seen.push(init);
      return fetch(url, init);
    },
  });
  expect(seen[0]).toMatchObject({ credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" });
  expect(server.headers[0]).not.toHaveProperty("if-range");
});
