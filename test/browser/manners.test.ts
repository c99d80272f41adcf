// Small things that were once in the way: where the help opens, what a notice covers, how text breaks, one count of
// holders, whole values of changed flags.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const openServer = async (page: Page): Promise<void> => {
  await drop(page, [{ name: "server.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
};

test("the help opens at its top", async () => {
  const { page } = await visit();
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keys and filters" });
  await dialog.waitFor();
  expect(await dialog.evaluate((element) => element.scrollTop)).toBe(0);
  await dialog.getByRole("heading").first().waitFor();
});

test("a notice covers no row and no panel", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.getByRole("grid").getByRole("row").nth(1).click();
  await page.keyboard.press("y");
  const notice = page.getByRole("status").filter({ hasText: "Copied the selection" });
  const box = await notice.boundingBox();
  const panels = await page.getByRole("main").boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual((panels?.y ?? 0) + 1);
});

test("u says how to share a dropped image, U makes a link with it inside", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("u");
  await page.getByText("press U for a link with the image inside").waitFor();
  await page.keyboard.press("U");
  await page.getByRole("dialog", { name: "A link with the image inside" }).waitFor();
});

test("a file's number of holders is the same in every view", async () => {
  const { page } = await visit();
  await openServer(page);
  const overview = page.getByRole("region", { name: "Overview" });
  await overview.getByRole("button").filter({ hasText: "⟨3⟩" }).first().click();
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.getByText("shared by 3 descriptors").waitFor();
  await inspector.getByText("3 descriptors", { exact: true }).waitFor();
  const drawn = page.locator(".drawing-tree [role=treeitem][aria-selected=true]");
  expect(await drawn.textContent()).toMatch(/3 descriptors/);
  await page.keyboard.press("2");
  const row = page.getByRole("grid", { name: "Open files" }).locator("[role=row][aria-selected=true]");
  expect(await row.getByRole("gridcell").allTextContents()).toContain("3");
});

test("changed flags are shown whole beside each other", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=services" });
  const changed = page.locator("#aligned .cell-differs").filter({ hasText: "nonblock" }).first();
  await changed.waitFor();
  expect(await changed.evaluate((cell) => cell.scrollWidth <= cell.clientWidth)).toBe(true);
});

for (const width of [1440, 1024, 390]) {
  test(`no button, tab or heading is cut off at ${width} pixels`, async () => {
    const { page } = await visit({ width, height: 800, fragment: "#v=1&sample=shared-table" });
    await page.getByRole("main").waitFor();
    await page.locator(".tabs, .narrow-bar").first().waitFor();
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll("button, [role=tab], h2, h3")]
        .filter((element) => element.getClientRects().length > 0 && element.closest(".grid-head") === null)
        .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
        .map((element) => element.textContent),
    );
    expect(cut).toEqual([]);
  });
}
