// Compressed archives in a real browser, which has decompressors of its own.

import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const GZIP = fixture("criu/archives-by-hand/w7-podman-before.tar.gz");
const TAR = gunzipSync(GZIP);
const [HALF, REST] = [TAR.subarray(0, TAR.length / 2), TAR.subarray(TAR.length / 2)];

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
