// The memory view: mappings, bytes with addresses, searches that can be stopped, what a task was started with.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tar } from "../support/tar.ts";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();
const SHOTS = process.env.CKPTSCOPE_SHOTS;

const set = (side: string) =>
  readdirSync(new URL(`../fixtures/criu/r1/${side}/`, import.meta.url)).map((name) => ({
    name,
    bytes: fixture(`criu/r1/${side}/${name}`),
  }));

async function opened(options: Parameters<typeof visit>[0] = {}) {
  const { page, requests } = await visit(options);
  await drop(page, set("before"));
  await page.locator(".workspace, .narrow").first().waitFor();
  return { page, requests };
}

test("shows mappings and bytes, finds a secret, and keeps it out of the link", async () => {
  const { page, requests } = await opened();
  const before = requests.length;
  await page.keyboard.press("Shift+B");
  await page.getByRole("tab", { name: "Memory" }).waitFor();
  await page
    .getByRole("option", { name: /rw-p.*heap/ })
    .first()
    .click();
  await expect.poll(() => page.locator("#memory .hex-row").first().textContent()).toContain("26e07000");
  await page.keyboard.press("Shift+Z");
  await page.keyboard.type("API_TOKEN");
  await page.keyboard.press("Enter");
  const match = page.locator(".memory-item button").first();
  await match.waitFor();
  await expect.poll(() => match.textContent()).toContain("API_TOKEN=tok-5f3c9a");
  await expect
    .poll(() => page.locator(".memory-summary").textContent())
    .toMatch(/^2 matches in 216 KiB; not in the image/);
  await match.click();
  await expect.poll(() => page.locator("#memory mark").filter({ hasText: "API_T" }).count()).toBe(1);
  await expect.poll(() => page.url()).toContain("memory=25572:7ffdfe1e9fcb");
  expect(page.url()).not.toContain("TOKEN");
  // Neither memory nor what was searched for is sent anywhere; the pattern's worker is not needed for text.
  expect(requests.slice(before)).toEqual([]);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/memory.png` });
});

test("saves the bytes of a range, and says what is not in the image", async () => {
  const { page } = await opened();
  await page.keyboard.press("Shift+B");
  await page
    .getByRole("option", { name: /rw-p.*heap/ })
    .first()
    .click();
  await page.keyboard.press(".");
  const range = page.getByRole("textbox", { name: "Range of addresses to save" });
  await expect.poll(() => range.inputValue()).toBe("26e07000-26e29000");
  await range.fill("26e07000-26e09000");
  const [download] = await Promise.all([page.waitForEvent("download"), range.press("Enter")]);
  expect(download.suggestedFilename()).toBe("memory-25572-26e07000-26e09000.bin");
  expect(readFileSync(await download.path()).length).toBe(0x2000);
  await expect.poll(() => page.locator("#save-memory-state").textContent()).toMatch(/^Saved 8 KiB/);
  await range.fill("0-1000");
  await range.press("Enter");
  await expect.poll(() => page.locator("#save-memory-state").textContent()).toBe("Nothing is mapped at 0");
});

test("what Find does not find is searched for in memory, without being typed again", async () => {
  const { page } = await opened();
  await page.keyboard.press("/");
  await page.keyboard.type("API_TOKEN");
  await page.getByRole("button", { name: "Search memory for “API_TOKEN”" }).click();
  await expect.poll(() => page.locator(".memory-item button").count()).toBe(2);
  await expect.poll(() => page.getByRole("searchbox", { name: "Search memory" }).inputValue()).toBe("API_TOKEN");
  expect(page.url()).not.toContain("TOKEN");
});

test("a regular expression that never ends can be stopped, and the page goes on", async () => {
  const { page } = await opened();
  await page.keyboard.press("Shift+Z");
  await page.getByLabel("Search as").selectOption("regex");
  const input = page.getByRole("searchbox", { name: "Search memory" });
  // Backtracks for longer than the universe is old, on any long run of zeros.
  await input.fill("(\\x00+)+\\x01\\x02\\x03\\x04");
  await input.press("Enter");
  const stop = page.getByRole("button", { name: "Stop" });
  await stop.click();
  await expect.poll(() => stop.count()).toBe(0);
  await input.fill("NEEDLE-ACROSS-[A-Z-]+Y");
  await input.press("Enter");
  await expect.poll(() => page.locator(".memory-item button").count()).toBe(2);
});

test("arguments and environment of a task are a click away, and not shown before", async () => {
  const { page } = await opened();
  await page
    .getByRole("tree", { name: /^Tasks/ })
    .getByRole("treeitem", { name: /25572/ })
    .click();
  await page.getByText("Started with").waitFor();
  await expect.poll(() => page.locator("body").textContent()).not.toContain("API_TOKEN");
  // Visible without scrolling: the lists of capabilities come after it.
  const environment = page.locator("details").filter({ hasText: "Environment" }).locator("summary");
  expect((await environment.boundingBox())?.y).toBeLessThan(900);
  await environment.click();
  await page.getByText("API_TOKEN=tok-5f3c9a-not-a-real-secret").waitFor();
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/started.png` });
});

test("a match shows the value after it", async () => {
  const { page } = await opened();
  await page.keyboard.press("Shift+Z");
  const input = page.getByRole("searchbox", { name: "Search memory" });
  await input.fill("API_TOKEN=");
  await input.press("Enter");
  const match = page.locator(".memory-match").first();
  await match.getByText("tok-5f3c9a-not-a-real").waitFor();
  const isCut = await match.locator(".memory-name").evaluate((name) => {
    const range = document.createRange();
    const value = name.querySelector("b + .muted")?.firstChild as Text;
    range.setStart(value, 0);
    range.setEnd(value, "tok-5f3c9a-not-a-real-secret".length);
    return range.getBoundingClientRect().right > name.getBoundingClientRect().right;
  });
  expect(isCut).toBe(false);
});

test("fits narrow and dark screens", async () => {
  for (const [width, height, theme] of [
    [1024, 768, "dark"],
    [390, 844, "light"],
  ] as const) {
    const { page } = await opened({ width, height, theme });
    await page.keyboard.press("Shift+B");
    await page.locator("#memory .hex-row").first().waitFor();
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/memory-${width}.png` });
  }
});

test("two images on a phone: rows of both sides are whole", async () => {
  const { page } = await visit({ width: 390, height: 844 });
  await drop(
    page,
    await Promise.all(
      (["before", "after"] as const).map(async (side) => ({ name: `${side}.tar`, bytes: tar(set(side)) })),
    ),
  );
  await page.locator(".narrow").waitFor();
  await page.locator(".change, .drawing-tree").first().waitFor({ state: "attached" });
  await page.keyboard.press("Shift+B");
  for (const side of ["#memory-before", "#memory-after"]) {
    const grid = page.locator(side);
    await grid.locator(".hex-row").first().waitFor();
    await expect.poll(() => grid.evaluate((each) => each.scrollWidth <= each.clientWidth)).toBe(true);
  }
});

test("two images: which mappings differ, and the bytes of both", async () => {
  const { page } = await visit();
  const files = (["before", "after"] as const).flatMap((side) =>
    set(side).map(({ name, bytes }) => ({ name: `${side}/${name}`, bytes })),
  );
  await drop(page, [
    { name: "before.tar", bytes: tar(files.filter(({ name }) => name.startsWith("before/"))) },
    { name: "after.tar", bytes: tar(files.filter(({ name }) => name.startsWith("after/"))) },
  ]);
  await page.locator(".change").first().waitFor();
  await page.keyboard.press("Shift+B");
  const rows = page.locator(".memory-compare .memory-item button");
  await expect.poll(() => page.locator(".memory-summary").textContent()).toMatch(/^10 mappings differ/);
  await rows.filter({ hasText: "7fdeff3ed000" }).first().click();
  await expect.poll(() => page.locator("#memory-before [aria-selected=true]").textContent()).toMatch(/^7fdeff3f4000/);
  await expect.poll(() => page.locator("#memory-after [aria-selected=true]").textContent()).toMatch(/^7fdeff3f4000/);
  await page.keyboard.press("Escape");
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/memory-compare.png` });
});
