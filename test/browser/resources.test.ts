// The tables of resources on the page: what a newcomer looks for, links, and two images.

import { readdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

/** Drops the recorded sets of these sides in one go, each in a folder of its own. */
async function openRecorded(page: Page, ...sides: readonly string[]): Promise<void> {
  const files = sides.flatMap((side) =>
    readdirSync(new URL(`../fixtures/resources/r1/${side}`, import.meta.url)).map((name) => ({
      name: sides.length === 1 ? name : `${side}/${name}`,
      bytes: fixture(`resources/r1/${side}/${name}`),
    })),
  );
  await drop(page, files);
  await page.getByRole("tab", { name: "Resources" }).waitFor();
}

test("the key 7 shows mappings; words find what listens, and who has a capability", async () => {
  const { page } = await visit();
  await openRecorded(page, "before");
  await page.keyboard.press("7");
  await page.getByRole("grid", { name: "Mappings" }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByRole("tab", { name: "Sockets" }).click();
  await page.getByLabel("Filter sockets").fill("listen 28411");
  await page.getByText("1 of 16 rows").waitFor();
  await page.getByRole("gridcell", { name: "127.0.0.1:28411" }).waitFor();
  await page.waitForURL(/resource=sockets&resource\.filter=listen/);

  await page.getByRole("tab", { name: "Credentials" }).click();
  await page.getByLabel("Filter credentials").fill("bounding:CAP_SYS_PTRACE");
  await page.getByText("3 of 4 rows").waitFor();
});

test("the example in a filter can be read", async () => {
  const { page } = await visit();
  await openRecorded(page, "before");
  await page.keyboard.press("7");
  const filter = page.getByLabel("Filter mappings");
  await filter.waitFor();
  const [width, needed] = await filter.evaluate((input: HTMLInputElement) => {
    const context = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
    const style = getComputedStyle(input);
    context.font = style.font;
    const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
    return [input.clientWidth, context.measureText(input.placeholder).width + padding];
  });
  expect(width).toBeGreaterThanOrEqual(needed as number);
});

test("a click on a title sorts, and a click on a row selects its task", async () => {
  const { page } = await visit();
  await openRecorded(page, "before");
  await page.keyboard.press("7");
  const grid = page.getByRole("grid", { name: "Mappings" });
  await grid.getByRole("button", { name: "size" }).click();
  await grid.getByRole("button", { name: "size" }).click();
  await page.waitForURL(/resource\.sort=-size/);
  await grid.getByRole("row").nth(1).getByRole("gridcell", { name: "8388608" }).waitFor();
  await grid.getByRole("row").nth(1).click();
  await page.waitForURL(/select=2557[25]/);
});

test("a click on a row about a descriptor selects that", async () => {
  const { page } = await visit();
  await openRecorded(page, "before");
  await page.keyboard.press("7");
  await page.getByRole("tab", { name: /^Sockets/ }).click();
  const sockets = page.getByRole("grid", { name: "Sockets" }).getByRole("row");
  await sockets.nth(1).click();
  const [pid, fd] = await sockets.nth(1).getByRole("gridcell").allTextContents();
  await page.waitForURL(new RegExp(`select=${pid}:${fd}(&|$)`));
});
