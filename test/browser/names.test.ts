// Names that a window may have no room for: whole, or shortened once, where they are recognized.

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { encode } from "../../app/encoder/encode.ts";
import { drop, openBrowser } from "./support.ts";

const visit = openBrowser();

const WIDTHS = [1440, 1024, 390] as const;

/** A server whose threads share its file table, with paths of every length. */
function threads(): Uint8Array {
  const names = ["redis-server", "bio_close_file", "bio_aof_fsync", "jemalloc_bg_thd"];
  const paths = Array.from(
    { length: 40 },
    (_, at) => `/srv/${"data/".repeat(at % 7)}${"name-".repeat(1 + (at % 6))}${at}.aof`,
  );
  return Buffer.concat([
    ...encode(
      {
        tasks: names.map((comm, at) => ({
          pid: 22_975 + at,
          tgid: 22_975,
          ppid: at && 22_975,
          comm,
          state: "sleeping",
          fileTable: 0,
        })),
        fileTables: [{ id: 0, fds: paths.map((_, fd) => ({ fd, file: fd, closeOnExec: false })) }],
        files: paths.map((path, id) => ({ id, kind: "generic", path, pos: "0", flags: 2, mode: 31, version: "0" })),
      },
      { dialect: "v23-rc2" },
    ),
  ]);
}

/** In a narrow window, the panel that is shown. */
async function panel(page: Page, name: string): Promise<void> {
  const button = page.getByRole("navigation", { name: "Parts of the page" }).getByRole("button", { name });
  if ((await button.count()) > 0) await button.click();
}

/** The texts of elements that CSS cuts off. */
const cut = (page: Page, selector: string): Promise<string[]> =>
  page
    .locator(selector)
    .evaluateAll((all) =>
      all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent ?? ""),
    );

test.each(WIDTHS)("in a window of %i pixels, no path is cut by its column", async (width) => {
  const { page } = await visit({ width, height: 844 });
  await drop(page, [{ name: "redis.ckpt", bytes: threads() }]);
  await page.locator(".drawing-tree").waitFor({ state: "attached" });
  await panel(page, "Tables");
  await page.locator(".grid-body .path").nth(5).waitFor();
  await expect.poll(() => cut(page, ".grid .path")).toEqual([]);
  await page.getByRole("tab", { name: "Open files" }).click();
  await page.getByRole("grid", { name: "Open files" }).locator(".path").first().waitFor();
  await expect.poll(() => cut(page, ".grid .path")).toEqual([]);
  for (const text of await page.locator(".grid .path").allTextContents()) expect(text).toMatch(/^[^…]*…?[^…]*\.aof$/);
});

test.each(WIDTHS)("in a window of %i pixels, nor one beside another image or in the overview", async (width) => {
  const { page } = await visit({ width, height: 844, fragment: "#v=1&sample=services" });
  await page.locator(".drawing-tree").waitFor({ state: "attached" });
  await panel(page, "Tables");
  await page.locator(".aligned .path").first().waitFor();
  await expect.poll(() => cut(page, ".aligned .path")).toEqual([]);
  await page.goto(page.url().replace(/#.*/, "#v=1&sample=shared-table"));
  await page.reload();
  await page.locator(".drawing-tree").waitFor({ state: "attached" });
  await panel(page, "Overview");
  if (width === 1024) await page.getByRole("button", { name: "Overview" }).click();
  await page.locator(".overview .path").first().waitFor();
  await expect.poll(() => cut(page, ".overview .path")).toEqual([]);
});

test("the names of tasks that share a file table are whole beside the sign of that", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "redis.ckpt", bytes: threads() }]);
  await page.locator(".tree-row").nth(3).waitFor();
  expect(await cut(page, ".tree-comm")).toEqual([]);
  expect(await page.locator(".tree-count").allTextContents()).toEqual(["⇒shared 40", "⇒shared", "⇒shared", "⇒shared"]);
});

test("on a phone the names of two images are whole, and of long ones the end", async () => {
  const { page } = await visit({ width: 390, height: 844, fragment: "#v=1&sample=httpd" });
  await page.locator(".narrow-bar").waitFor();
  expect(await cut(page, ".file-name-start")).toEqual([]);
  await page.keyboard.press("W");
  const [before, after] = ["before", "after"].map((side) => ({
    name: `a-name-that-is-too-long-for-a-phone-${side}.ckpt`,
    bytes: readFileSync(new URL(`../../public/samples/httpd-${side}.ckpt`, import.meta.url)),
  }));
  if (before === undefined || after === undefined) throw new Error("Two files are dropped");
  await drop(page, [before, after]);
  await page.locator(".file-name-end").nth(1).waitFor();
  const ends = page.locator(".file-name-end");
  expect(await ends.allTextContents()).toEqual(["efore.ckpt", "after.ckpt"]);
  for (const end of await ends.all()) {
    const isInside = await end.evaluate(
      (each) => each.getBoundingClientRect().right <= (each.closest(".head-side")?.getBoundingClientRect().right ?? 0),
    );
    expect(isInside).toBe(true);
  }
});

test("the numbers of holders of a change are never on two lines", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  await page.locator(".change .unbroken").first().waitFor();
  const broken = await page.locator(".changes").evaluate((list) => {
    const found: string[] = [];
    for (let width = 160; width < 420; width += 7) {
      (list as HTMLElement).style.width = `${width}px`;
      for (const each of list.querySelectorAll(".unbroken")) {
        if (each.getClientRects().length !== 1) found.push(`${each.textContent} in ${width} pixels`);
      }
    }
    return found;
  });
  expect(broken).toEqual([]);
});

test.each([1440, 1024])("in a window of %i pixels, both byte orders of a double are in view", async (width) => {
  const bytes = readFileSync(new URL("../../public/samples/httpd-before.ckpt", import.meta.url));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lengths = Array.from({ length: bytes.length - 8 }, (_, at) =>
    Math.min(...[true, false].map((little) => String(Number(view.getFloat64(at, little).toPrecision(16))).length)),
  );
  const at = lengths.indexOf(Math.max(...lengths));
  expect(lengths[at]).toBeGreaterThanOrEqual(20);
  const { page } = await visit({ width, height: 844, fragment: "#v=1&sample=httpd" });
  await page.locator(".change").first().waitFor();
  await page.keyboard.press("n");
  await page.keyboard.press("b");
  const grid = page.getByRole("grid", { name: /^Bytes/ });
  await grid.getByRole("row").nth(1).waitFor();
  await page.getByText("before", { exact: true }).first().click();
  await grid.focus();
  await page.keyboard.press("g");
  await page.getByRole("dialog").getByRole("textbox").fill(String(at));
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const numbers = page.locator(".numbers");
  await numbers
    .getByText(/^\S{18,}$/)
    .first()
    .waitFor();
  expect(await numbers.evaluate((each) => each.scrollWidth - each.clientWidth)).toBeLessThanOrEqual(0);
});
