// Everything on the page can be read: no text is cut off, covered, outside the window or too pale, in windows of three
// sizes, in both themes, with one image and with two, with and without a selection.

import { readdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { otherHost } from "../support/host-facts.ts";
import { layoutFaults } from "./layout-faults.ts";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const SIZES = [
  { width: 1440, height: 900, theme: "light" },
  { width: 1440, height: 900, theme: "dark" },
  { width: 1024, height: 768, theme: "light" },
  { width: 390, height: 844, theme: "dark" },
] as const;

const painted = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Adds the faults of what is shown now, each with where it is. */
async function look(page: Page, what: string, faults: string[]): Promise<void> {
  // A message is over the bar at the top for some seconds.
  await page.locator(".notice").waitFor({ state: "detached" });
  await painted(page);
  for (const fault of await layoutFaults(page)) faults.push(`${what}: ${fault}`);
}

/** In a narrow window, the panel that is shown. */
async function panel(page: Page, name: string): Promise<void> {
  const button = page.getByRole("navigation", { name: "Parts of the page" }).getByRole("button", { name });
  if ((await button.count()) > 0) await button.click();
}

const isNarrow = (page: Page): boolean => (page.viewportSize()?.width ?? 0) <= 800;

test.each(SIZES)("nothing is cut off at $width × $height, $theme: the empty page", async (size) => {
  const { page } = await visit(size);
  await page.getByText("Drop a checkpoint image").waitFor();
  await page.getByText("A shared file table").waitFor();
  const faults: string[] = [];
  await look(page, "empty", faults);
  expect(faults).toEqual([]);
});

const SINGLE = ["shared-table", "server", "failed-dump"];
const PAIRS = ["httpd", "services"];

test.each(SIZES)("nothing is cut off at $width × $height, $theme: one image", async (size) => {
  const faults: string[] = [];
  for (const sample of SINGLE) {
    const { page } = await visit({ ...size, fragment: `#sample=${sample}` });
    await page.locator(".drawing-tree").waitFor({ state: "attached" });
    await look(page, sample, faults);
    await panel(page, "Tables");
    await page.locator(".grid-body [role=row]").first().click();
    for (const name of isNarrow(page) ? ["Tree", "Drawing", "Tables", "Inspector"] : [""]) {
      await panel(page, name);
      await look(page, `${sample}, selected, ${name}`, faults);
    }
    await page.close();
  }
  expect(faults).toEqual([]);
});

test.each(SIZES)("nothing is cut off at $width × $height, $theme: two images", async (size) => {
  const faults: string[] = [];
  for (const sample of PAIRS) {
    const { page } = await visit({ ...size, fragment: `#sample=${sample}` });
    await page.locator(".drawing-tree").waitFor({ state: "attached" });
    for (let step = 0; step < 3; step++) {
      for (const name of isNarrow(page) ? ["Changes", "Drawing", "Tables", "Inspector"] : [""]) {
        await panel(page, name);
        await look(page, `${sample}, ${step} changes further, ${name}`, faults);
      }
      await page.keyboard.press("n");
    }
    await page.close();
  }
  expect(faults).toEqual([]);
});

const filesOf = (folder: string) =>
  readdirSync(new URL(`../fixtures/${folder}`, import.meta.url)).map((name) => ({
    name,
    bytes: fixture(`${folder}/${name}`),
  }));

test.each(SIZES)("nothing is cut off at $width × $height, $theme: resources, memory, restore", async (size) => {
  const faults: string[] = [];
  const { page } = await visit(size);
  await drop(page, filesOf("criu/verdicts/files"));
  await page.locator(".drawing-tree").waitFor({ state: "attached" });
  await panel(page, "Tables");
  for (const [name, ready] of [
    ["Resources", ".resource-about"],
    ["Memory", ".memory-main, .tables-empty"],
    ["Restore", ".restore-table, .restore-head"],
  ] as const) {
    await page.getByRole("tab", { name }).click();
    await page.locator(ready).first().waitFor();
    await look(page, name, faults);
  }
  await drop(page, [{ name: "host.json", bytes: new TextEncoder().encode(JSON.stringify(otherHost())) }]);
  await page.getByText("CRIU would refuse to restore it on other.", { exact: false }).first().waitFor();
  await look(page, "Restore with facts", faults);
  expect(faults).toEqual([]);
});

test.each([SINGLE, PAIRS])("a window 200 px wide does not scroll sideways: %s", async (sample) => {
  const { page } = await visit({ width: 200, height: 844, fragment: `#sample=${sample}` });
  const panels = page.getByRole("navigation", { name: "Parts of the page" }).getByRole("button");
  await panels.first().waitFor();
  for (let at = 0; at < (await panels.count()); at++) {
    await panels.nth(at).click();
    await painted(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `panel ${at}`).toBe(200);
  }
});
