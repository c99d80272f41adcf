// Requests about memory: bytes with their states, searches in parts, an invalid pattern, what a task was started with.

import { afterEach, expect, test } from "vitest";
import type { Client } from "../../app/worker/client.ts";
import { setSources } from "../support/criu.ts";
import { type Served, served } from "../support/worker.ts";

const open: Served[] = [];
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

async function opened(): Promise<{ client: Client; document: number }> {
  const worker = served();
  open.push(worker);
  const { client } = worker;
  const inputs = setSources("r1/before").map(({ name, read, size }) => ({
    path: name,
    file: new Blob([read(0, size) as Uint8Array<ArrayBuffer>]),
  }));
  const response = await client.request("open", { inputs });
  if ("refused" in response) throw new Error(response.refused);
  return { client, document: response.document };
}

test("mappings, and bytes with the states of their pages", async () => {
  const { client, document } = await opened();
  const memory = await client.request("memory", { document });
  if ("refused" in memory) throw new Error(memory.refused);
  expect(memory.spaces.map(({ number }) => number)).toEqual([25572, 25575]);
  const mapping = memory.mappings.start.indexOf(0x4c0000);
  const { bytes, states } = await client.request("memoryBytes", { document, mapping, offset: 0, length: 1 << 20 });
  expect(bytes.length).toBe(0x6000);
  expect(states).toEqual([
    { start: 0, state: "stored" },
    { start: 0x1000, state: "zero" },
    { start: 0x4000, state: "stored" },
  ]);
});

test("searches continue until they end, and say why a pattern is invalid", async () => {
  const { client, document } = await opened();
  const search = (query: Parameters<typeof client.request<"memorySearch">>[1]["query"], id: number) =>
    client.request("memorySearch", { document, search: id, query, scope: {}, most: 100 });
  const text = { kind: "regex" as const, utf16: false, ignoreCase: false };
  const found = await search({ ...text, text: "NEEDLE-ACROSS[A-Z-]+" }, 1);
  expect(found).toMatchObject({ isEnd: true, isLimited: false, matches: [{ space: 25572 }, { space: 25575 }] });
  expect(await search({ ...text, text: "(" }, 2)).toEqual({ refused: expect.stringContaining("nterminated group") });
  expect(await search({ kind: "strings", utf16: false }, 3)).toMatchObject({ isEnd: expect.any(Boolean) });
});

test("what a task was started with, one part at a time", async () => {
  const { client, document } = await opened();
  expect(await client.request("started", { document, task: 0, what: "cmdline" })).toEqual({
    cmdline: ["./res", "--alpha", "beta gamma", ""],
    environ: null,
    auxv: null,
  });
  const { environ } = await client.request("started", { document, task: 0, what: "environ" });
  expect(environ).toContain("API_TOKEN=tok-5f3c9a-not-a-real-secret");
});
