// The service worker, run with caches of this test's own.

import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";

const SOURCE = readFileSync(new URL("../../app/offline/service-worker.js", import.meta.url), "utf8");
const SCOPE = "https://host/ckptscope/";

/** The caches of a browser: by name, the contents of files by their addresses. */
type Kept = Map<string, Map<string, string>>;

/** Starts a version of the worker, as an update does. `served`: what the server has, by paths in the scope. */
function start(kept: Kept, version: string, files: readonly string[], served: ReadonlyMap<string, string>) {
  const handlers = new Map<string, (event: unknown) => void>();
  const fetched = (address: string) => served.get(address.slice(SCOPE.length)) ?? "404";
  const open = async (name: string) => {
    const cache = kept.get(name) ?? new Map<string, string>();
    kept.set(name, cache);
    return {
      match: async (address: string) => cache.get(address),
      addAll: async (all: readonly { url: string }[]) => {
        for (const { url } of all) cache.set(url, fetched(url));
      },
    };
  };
  runInNewContext(SOURCE.replace('"VERSION"', JSON.stringify(version)).replace('["FILES"]', JSON.stringify(files)), {
    self: {
      registration: { scope: SCOPE },
      addEventListener: (type: string, handler: (event: unknown) => void) => handlers.set(type, handler),
      skipWaiting: async () => {},
      clients: { claim: async () => {} },
    },
    caches: { open, keys: async () => [...kept.keys()], delete: async (name: string) => kept.delete(name) },
    fetch: async ({ url }: { url: string }) => fetched(url),
    Request: class {
      readonly url: string;
      constructor(url: URL) {
        this.url = url.href;
      }
    },
    URL,
  });
  const wait = async (type: string): Promise<void> => {
    let done: unknown;
    handlers.get(type)?.({ waitUntil: (promise: unknown) => (done = promise) });
    await done;
  };
  return {
    async update() {
      await wait("install");
      await wait("activate");
    },
    /** What the page gets for a file; `null`: the worker leaves the request to the browser. */
    async request(path: string) {
      let response: unknown = null;
      const request = { method: "GET", mode: "cors", url: SCOPE + path };
      handlers.get("fetch")?.({ request, respondWith: (promise: unknown) => (response = promise) });
      return response === null ? null : await response;
    },
  };
}

const server = (...files: readonly string[]) => new Map(files.map((file) => [file, `contents of ${file}`]));

test("a page of the last version gets the parts of it that it has not loaded yet", async () => {
  const kept: Kept = new Map();
  const [first, second] = [
    ["index.html", "assets/a-1.js"],
    ["index.html", "assets/a-2.js"],
  ] as const;
  await start(kept, "1", first, server(...first)).update();
  const worker = start(kept, "2", second, server(...second));
  await worker.update();
  expect(await worker.request("assets/a-1.js")).toBe("contents of assets/a-1.js");
  expect(await worker.request("assets/a-2.js")).toBe("contents of assets/a-2.js");
});

test("versions before the last one are not kept", async () => {
  const kept: Kept = new Map([["another page's", new Map()]]);
  for (const version of ["1", "2", "3"]) {
    const files = [`assets/a-${version}.js`];
    await start(kept, version, files, server(...files)).update();
  }
  expect([...kept.keys()]).toEqual(["another page's", "ckptscope-2", "ckptscope-3"]);
});

test("images are left to the browser, and what no version has is fetched", async () => {
  const worker = start(new Map(), "1", ["index.html"], server("index.html", "assets/new.js"));
  await worker.update();
  expect(await worker.request("images/before.ckpt")).toBeNull();
  expect(await worker.request("assets/new.js")).toBe("contents of assets/new.js");
});
