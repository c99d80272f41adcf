// Bombs and very long names, in a real page: what could be decoded is shown, and the page stays small. And a page of
// which a part is missing.

import { readdirSync, readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

/** The most memory that the page's process may take, in KiB. */
const LARGEST = 1024 * 1024;

/** The most memory that any renderer of this test's browser had so far, in KiB (Linux). */
function largestRenderer(): number {
  let largest = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer") || !isOurs(Number(pid))) continue;
      const peak = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      largest = Math.max(largest, Number(peak ?? 0));
    } catch {
      // It has ended meanwhile.
    }
  }
  expect(largest, "a renderer was found").toBeGreaterThan(0);
  return largest;
}

/** Whether a process descends from this one: other test files have browsers too. */
function isOurs(pid: number): boolean {
  if (pid === process.pid) return true;
  const parent = Number(/PPid:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  return parent > 1 && isOurs(parent);
}

test.each(["p-pstree-64.tgz", "p-fdinfo-64.tgz"])("%s: a limit is named, and can be raised", async (name) => {
  const { page } = await visit();
  await drop(page, [{ name, bytes: fixture(`hostile/${name}`) }]);
  const banner = page.locator(".banner").getByText(/The limit “(rows|memory)” of .* was reached/);
  await banner.waitFor();
  expect(largestRenderer()).toBeLessThan(LARGEST);
  await expect.poll(() => page.getByRole("button", { name: "Raise the limit" }).isEnabled()).toBe(true);
});

test("a page whose worker cannot be loaded says so, and does not wait for it", async () => {
  const { page } = await visit();
  await page.route(/\/assets\/worker-/, (route) => route.abort());
  await page.reload();
  await page.locator(".app").waitFor();
  await drop(page, [{ name: "before.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
  await page.getByText("could not be loaded, or has stopped. Reload the page.").first().waitFor();
  visit.forgive();
});

test("a page whose worker has ended by itself says so, and does not wait for it", async () => {
  const { page } = await visit();
  await expect.poll(() => page.workers().length).toBe(1);
  // There is no response, as there is no worker any more.
  page
    .workers()[0]
    ?.evaluate(() => self.close())
    .catch(() => {});
  await drop(page, [{ name: "before.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
  await page.getByText("could not be loaded, or has stopped. Reload the page.").first().waitFor();
});

/** Characters of the whole page. */
const textLength = (page: Page): Promise<number> => page.evaluate(() => document.body.innerText.length);

test("a task's name of 15 MB in a link is shown by its beginning and its length", async () => {
  const data = new TextDecoder()
    .decode(fixture("hostile/link-comm15m.txt"))
    .trim()
    .replace(/^.*data=/, "");
  const { page } = await visit({ fragment: `#v=1&data=${data}` });
  await page.getByText("50 TASKS").waitFor();
  await expect.poll(() => textLength(page)).toBeLessThan(100_000);
  expect(largestRenderer()).toBeLessThan(LARGEST);
});

test("a path of 16 MB in an archive is shown by its beginning and its length", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "name16m.tgz", bytes: fixture("hostile/name16m.tgz") }]);
  await page
    .getByText(/… \(16,\d+,\d+ bytes\)/)
    .first()
    .waitFor();
  await expect.poll(() => textLength(page)).toBeLessThan(100_000);
  expect(largestRenderer()).toBeLessThan(LARGEST);
});
