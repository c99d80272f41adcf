// The tables: sorting, filters, columns, keys, copying.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const open = async (page: Page): Promise<void> => {
  await drop(page, [{ name: "server.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
};

/** The texts of one column, from the top. */
const column = (page: Page, title: string): Promise<string[]> =>
  page.getByRole("grid").evaluate((grid, wanted) => {
    const titles = [...grid.querySelectorAll("[role=columnheader]")].map((header) => header.textContent ?? "");
    const at = titles.findIndex((each) => each.startsWith(wanted));
    const rows = [...grid.querySelectorAll(".grid-body [role=row]")];
    return rows.map((row) => row.querySelectorAll("[role=gridcell]")[at]?.textContent ?? "");
  }, title);

test("clicking a column’s title sorts ascending, then descending, then not", async () => {
  const { page } = await visit();
  await open(page);
  const header = page.getByRole("columnheader", { name: "fd" });
  await header.getByRole("button").click();
  await header.getByRole("button").click();
  await expect.poll(() => header.getAttribute("aria-sort")).toBe("descending");
  await expect.poll(() => column(page, "fd")).toEqual(["3", "2", "1", "0"]);
  await header.getByRole("button").click();
  await expect.poll(() => column(page, "fd")).toEqual(["0", "1", "2", "3"]);
});

test("a filter keeps matching rows, and an empty result offers to clear it", async () => {
  const { page } = await visit();
  await open(page);
  await page.keyboard.press("f");
  await page.keyboard.type("shared:no");
  await page.getByText("1 of 4 descriptors", { exact: true }).waitFor();
  await expect.poll(() => column(page, "fd")).toEqual(["3"]);
  await page.getByRole("searchbox").fill("no such thing");
  await page.getByText(/None of 4 descriptors matches no such thing/).waitFor();
  for (const long of ["x".repeat(100), "x".repeat(10_000)]) {
    await page.setViewportSize({ width: long.length === 100 ? 390 : 1440, height: 844 });
    await page.getByRole("searchbox").fill(long);
    await page.getByText(long.length === 100 ? `matches ${long}.` : "matches the filter.").waitFor();
    const { right } = await page.getByText(/None of 4/).evaluate((element) => element.getBoundingClientRect());
    expect(right).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
  await page.getByRole("button", { name: "Clear filter" }).click();
  await page.getByText("4 descriptors").last().waitFor();
});

test("a column is added from the list of columns", async () => {
  const { page } = await visit();
  await open(page);
  await expect.poll(() => page.getByRole("columnheader", { name: "Version" }).count()).toBe(0);
  await page.keyboard.press("k");
  await page.getByRole("checkbox", { name: /^Version/ }).check();
  await page.getByRole("columnheader", { name: "Version" }).waitFor();
  const counted = async () => Number(await page.getByRole("grid").getAttribute("aria-colcount"));
  await expect.poll(counted).toBe(await page.getByRole("columnheader").count());
});

test("keys move through the rows, mark them and copy them", async () => {
  const { page } = await visit();
  await open(page);
  await page.keyboard.press("l");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Inspector" }).getByRole("heading", { name: /^3 →/ }).waitFor();
  await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("Control+c");
  await page.getByText("Copied 2 rows").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const [titles, ...rows] = copied.trimEnd().split("\n");
  expect(titles?.split("\t").slice(0, 3)).toEqual(["pid", "comm", "fd"]);
  expect(rows.map((row) => row.split("\t")[2])).toEqual(["2", "3"]);
});

for (const width of [1440, 1024]) {
  for (const sample of ["shared-table", "services"]) {
    test(`all columns of ${sample} fit at first, ${width} pixels wide, their numbers and titles whole`, async () => {
      const { page } = await visit({ width, height: 900, fragment: `#sample=${sample}` });
      await page.locator(".tabs").first().waitFor();
      await page.keyboard.press("1");
      const grid = page.getByRole("grid", { name: "Descriptors" });
      await grid.getByRole("row").nth(1).click();
      if (width > 1200) await page.getByRole("region", { name: "Inspector" }).waitFor();
      else await page.getByRole("button", { name: "Tables" }).click();
      const { beyond, cut } = await grid.evaluate((element) => ({
        beyond: element.scrollWidth - element.clientWidth,
        cut: [...element.querySelectorAll(".grid-title button, .cell-number")]
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ textContent }) => textContent),
      }));
      expect({ beyond, cut }).toEqual({ beyond: 0, cut: [] });
    });
  }
}

test("a column that gave up room is resized from the width that it has", async () => {
  const { page } = await visit({ width: 1024, fragment: "#sample=shared-table" });
  const title = page.getByRole("columnheader", { name: "Flags" });
  const box = await title.boundingBox();
  if (box === null) throw new Error("No column");
  await page.mouse.move(box.x + box.width - 2, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 18, box.y + 8);
  await page.mouse.up();
  const width = async () => Math.round((await title.boundingBox())?.width ?? 0);
  await expect.poll(width).toBe(Math.round(box.width) + 20);
});

test("open files with most holders come first", async () => {
  const { page } = await visit();
  await open(page);
  await page.keyboard.press("2");
  await page.getByRole("grid", { name: "Open files" }).waitFor();
  await expect.poll(async () => (await column(page, "Holders")).map(Number)).toEqual([3, 1, 0]);
});

test("rows are grouped by path with counts, and a group opens by the keys", async () => {
  const { page } = await visit();
  await open(page);
  await page.getByLabel("Group by").selectOption("path");
  const grid = page.getByRole("grid");
  await grid.getByRole("row").filter({ hasText: "3 Path: " }).waitFor();
  await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("3");
  await page.keyboard.press("l");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => column(page, "fd")).toEqual(["", "0", "1", "2", ""]);
  await page.waitForFunction(() => window.location.hash.includes("group=path"));
  await page.keyboard.press("F");
  await page.waitForFunction(() => !window.location.hash.includes("group="));
  await expect.poll(() => column(page, "fd")).toEqual(["0", "1", "2", "3"]);
});

test("a filter reaches the drawing, which says so", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=shared-table&filter=queue" });
  await page.getByText("Only 1 of 7 descriptors drawn: the table is filtered").waitFor();
  const drawn = page.locator(".drawing-tree");
  await expect.poll(() => drawn.textContent()).toContain("/var/spool/queue");
  await expect.poll(() => drawn.textContent()).not.toContain("/dev/pts/0");
  // What is selected in the part is selected in the whole.
  await drawn
    .locator("[role=treeitem]")
    .filter({ hasText: /^Fd 3/ })
    .first()
    .evaluate((item) => (item as HTMLElement).click());
  await page
    .getByRole("region", { name: "Inspector" })
    .getByRole("heading", { name: "3 → /var/spool/queue" })
    .waitFor();
  await page.getByRole("status").getByRole("button", { name: "Draw all" }).click();
  await drawn.filter({ hasText: "/dev/pts/0" }).waitFor({ state: "attached" });
});

test("a selected open file marks all its descriptors", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=shared-table&select=file:0:0" });
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await page.waitForFunction(
    () => document.querySelectorAll(".grid-body .row-related, .grid-body .row-selected").length === 4,
  );
});

test("z copies the descriptors of the filtered rows as lsof prints them", async () => {
  const { page } = await visit();
  await open(page);
  await page.getByRole("searchbox").fill("fd:3");
  await page.getByText("1 of 4 descriptors", { exact: true }).waitFor();
  await page.getByRole("searchbox").press("Enter");
  await page.keyboard.press("z");
  await page.getByText("Copied the descriptors").waitFor();
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).trimEnd().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^COMMAND\s+PID\s+FD\s+TYPE\s+POS\s+FLAGS\s+SHARED NAME$/);
  expect(lines[1]).toMatch(/^server\s+4242\s+3u .*\/var\/log\/app\/server\.log/);
});

test("a key of the filter is completed", async () => {
  const { page } = await visit();
  await open(page);
  const box = page.getByRole("searchbox");
  await box.fill("fd:3 clo");
  await page.locator("#filter-completions").getByText("cloexec:").waitFor();
  await box.press("Tab");
  await expect.poll(() => box.inputValue()).toBe("fd:3 cloexec:");
  await page.keyboard.type("no");
  await page.getByText("1 of 4 descriptors", { exact: true }).waitFor();
  // With nothing to complete, Tab goes on.
  await box.press("Tab");
  await expect.poll(() => box.evaluate((element) => element === document.activeElement)).toBe(false);
});

test("a table is saved as CSV", async () => {
  const { page } = await visit();
  await open(page);
  const download = page.waitForEvent("download");
  await page.keyboard.press("e");
  const file = await download;
  expect(file.suggestedFilename()).toBe("server.ckpt.descriptors.csv");
});

test("an empty table says why", async () => {
  const { page } = await visit();
  await open(page);
  await page.keyboard.press("6");
  await page.getByText("No problems found: the whole image was decoded.").waitFor();
});

test("the grid reports its number of rows and columns", async () => {
  const { page } = await visit();
  await open(page);
  const grid = page.getByRole("grid");
  await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("5");
  await expect.poll(() => grid.getByRole("row").nth(1).getAttribute("aria-rowindex")).toBe("2");
});
