// An image with a million descriptors: every row can be reached, sorted, filtered and found.

import { mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { largeImage } from "../support/large-image.ts";
import { openBrowser } from "./support.ts";

const visit = openBrowser();
const folder = mkdtempSync(join(tmpdir(), "ckptscope-million-"));
const path = join(folder, "million.ckpt");

beforeAll(() => {
  const file = openSync(path, "w");
  for (const piece of largeImage(1_000_000)) writeSync(file, piece);
});
afterAll(() => rmSync(folder, { recursive: true }));

const active = (page: Page) => page.locator(".grid .row-active");
const settled = (page: Page) => page.locator("[role=grid][aria-busy=false]").waitFor();

test("a million descriptors can be scrolled, sorted, filtered and found", async () => {
  const { page } = await visit();
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("o");
  await (await chooser).setFiles(path);
  const grid = page.getByRole("grid", { name: "Descriptors" });
  await page.locator("[role=grid][aria-rowcount='1000001']").waitFor();
  await page.getByRole("progressbar").waitFor({ state: "detached" });

  await page.keyboard.press("l");
  await page.keyboard.press("End");
  await active(page).getByText("worker-999").waitFor();
  await expect.poll(() => active(page).getAttribute("aria-rowindex")).toBe("1000001");
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => active(page).getAttribute("aria-rowindex")).toBe("1000000");

  // The wheel scrolls by rows, however long the list is.
  await grid.evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2;
  });
  const first = () => page.locator(".grid-body [role=row]").first().getAttribute("aria-rowindex").then(Number);
  await expect.poll(async () => Math.abs((await first()) - 500_000)).toBeLessThan(20_000);
  const before = await first();
  await grid.hover();
  await page.mouse.wheel(0, 220);
  await expect.poll(first).toBe(before + 10);

  await page.getByRole("columnheader", { name: "Position" }).getByRole("button").click();
  await page.getByRole("columnheader", { name: "Position" }).getByRole("button").click();
  await settled(page);
  await page.keyboard.press("l");
  await page.keyboard.press("Home");
  await active(page).getByText("4095995904").waitFor();

  await page.getByRole("searchbox").fill("fd:999 worker-99");
  await page.getByText("11 of 1,000,000 descriptors", { exact: true }).waitFor();

  await page.getByRole("searchbox").fill("");
  await page.getByRole("searchbox").blur();
  await page.keyboard.press("/");
  await page.keyboard.type("/999999/");
  await page.getByText("1 found").waitFor();
  await page.keyboard.press("Enter");
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.getByRole("heading", { name: "/srv/data/999999/file.db" }).waitFor();
});
