// Compressed archives in a real browser, which has decompressors of its own.

import { readdirSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const GZIP = fixture("criu/archives-by-hand/w7-podman-before.tar.gz");
const TAR = gunzipSync(GZIP);
const [HALF, REST] = [TAR.subarray(0, TAR.length / 2), TAR.subarray(TAR.length / 2)];

const ZSTD = fixture("criu/archives-by-hand/w7-podman-before.tar.zst");

test.each([
  ["whole", ZSTD, 0],
  ["in a frame after one to be skipped", [Buffer.from("5a2a4d1803000000010203", "hex"), ZSTD], 0],
  ["with bytes after its end", [ZSTD, Buffer.from("garbage")], 1],
  ["with a wrong checksum", [ZSTD.subarray(0, -1), Buffer.of((ZSTD.at(-1) ?? 0) ^ 1)], 1],
])(
  "a tar.zst %s is unpacked by WebAssembly, and by our own code only to say what is wrong",
  async (_, parts, problems) => {
    const bytes = Array.isArray(parts) ? Buffer.concat(parts) : parts;
    const { page } = await visit();
    await drop(page, [{ name: "checkpoint.tar.zst", bytes }]);
    await page.getByRole("tab", { name: "Tasks 2" }).waitFor();
    await page.getByRole("progressbar").waitFor({ state: "detached" });
    await expect.poll(() => page.getByRole("tab", { name: /^Problems/ }).textContent()).toBe(`Problems ${problems}`);
    const [worker] = page.workers();
    const scripts = await worker?.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    expect(scripts?.filter((name) => name.includes("/zstd-module-"))).toHaveLength(1);
    // Our parser, the WebAssembly, and fzstd.
    expect(scripts).toHaveLength(problems === 0 ? 2 : 3);
  },
);

test("the page itself allows no WebAssembly", async () => {
  const { page } = await visit();
  const empty = page.evaluate(async () => {
    await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  });
  await expect(empty).rejects.toThrow("Content Security Policy");
});

test("an image that is alone in its archive has the name of the archive, also beside another one", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "first.tar.gz", bytes: GZIP }]);
  await expect.poll(() => page.locator(".head-name").allTextContents()).toEqual(["first.tar.gz"]);
  await drop(page, [
    { name: "before.tar.gz", bytes: GZIP },
    { name: "after.tar.gz", bytes: fixture("criu/archives-by-hand/w7-podman-after.tar.gz") },
  ]);
  for (const side of ["before", "after"]) {
    await page.getByRole("radio", { name: `${side} ${side}.tar.gz`, exact: true }).waitFor({ state: "attached" });
  }
});

test("files of a set that are dropped one after the other are added to it", async () => {
  const { page } = await visit();
  const file = (name: string) => ({ name, bytes: fixture(`criu/w1/before/${name}`) });
  await drop(page, [file("pstree.img")]);
  await page.getByRole("tab", { name: "Tasks 1" }).waitFor();
  await page.getByRole("tab", { name: "Descriptors 0" }).waitFor();
  for (const name of readdirSync(new URL("../fixtures/criu/w1/before/", import.meta.url))) {
    if (!/^(fdinfo|files|ids)/.test(name)) continue;
    await drop(page, [file(name)]);
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("progressbar").waitFor({ state: "detached" });
  }
  await page.getByRole("tab", { name: /^Descriptors [1-9]/ }).waitFor();
});

test("a value of a resource is whole where there is room for it", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "first.tar.gz", bytes: GZIP }]);
  await page.getByRole("tab", { name: "Resources" }).click();
  await page.getByRole("tab", { name: /^Container/ }).click();
  const id = page.getByRole("gridcell", { name: /^5ca1ab1e/ });
  await id.waitFor();
  expect(await id.evaluate((cell) => cell.scrollWidth <= cell.clientWidth)).toBe(true);
});

test.each([
  ["whole", GZIP, 0],
  [
    "in two members with zeros between and after them",
    [gzipSync(HALF), Buffer.alloc(8), gzipSync(REST), Buffer.alloc(9)],
    0,
  ],
  ["with bytes after its end", [GZIP, Buffer.from("garbage")], 1],
  ["with a wrong checksum", [GZIP.subarray(0, -8), Buffer.alloc(4), GZIP.subarray(-4)], 1],
])("a tar.gz %s shows its tasks, and what is wrong with it", async (_, parts, problems) => {
  const bytes = Array.isArray(parts) ? Buffer.concat(parts) : parts;
  const { page } = await visit();
  await drop(page, [{ name: "checkpoint.tar.gz", bytes }]);
  await page.getByRole("tab", { name: "Tasks 2" }).waitFor();
  await page.getByRole("progressbar").waitFor({ state: "detached" });
  await expect.poll(() => page.getByRole("tab", { name: /^Problems/ }).textContent()).toBe(`Problems ${problems}`);
});
