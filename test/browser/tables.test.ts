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
  expect(await header.getAttribute("aria-sort")).toBe("descending");
  expect(await column(page, "fd")).toEqual(["3", "2", "1", "0"]);
  await header.getByRole("button").click();
  expect(await column(page, "fd")).toEqual(["0", "1", "2", "3"]);
});

test("a filter keeps matching rows, and an empty result offers to clear it", async () => {
  const { page } = await visit();
  await open(page);
  await page.keyboard.press("f");
  await page.keyboard.type("shared:no");
  await page.getByText("1 of 4 descriptors").waitFor();
  expect(await column(page, "fd")).toEqual(["3"]);
  await page.getByRole("searchbox").fill("no such thing");
  await page.getByText(/None of 4 descriptors matches/).waitFor();
  await page.getByRole("button", { name: "Clear filter" }).click();
  await page.getByText("4 descriptors").last().waitFor();
});

test("a column is added from the list of columns", async () => {
  const { page } = await visit();
  await open(page);
  expect(await page.getByRole("columnheader", { name: "Version" }).count()).toBe(0);
  await page.keyboard.press("k");
  await page.getByRole("checkbox", { name: /^Version/ }).check();
  await page.getByRole("columnheader", { name: "Version" }).waitFor();
  expect(Number(await page.getByRole("grid").getAttribute("aria-colcount"))).toBe(
    await page.getByRole("columnheader").count(),
  );
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
  expect(await grid.getAttribute("aria-rowcount")).toBe("5");
  expect(await grid.getByRole("row").nth(1).getAttribute("aria-rowindex")).toBe("2");
});
