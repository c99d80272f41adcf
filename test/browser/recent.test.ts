// Images that were opened before: after a reload, from the list of recent ones, after closing.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const BEFORE = { name: "before.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt"), lastModified: 1000 };
const AFTER = { name: "after.ckpt", bytes: fixture("linux-cr/v23-s1/after.ckpt"), lastModified: 2000 };

/** Lets drops have handles, of copies in the browser's private file system: the test's drops are made by a script. */
const giveHandles = (page: Page): Promise<void> =>
  page.evaluate(() => {
    DataTransferItem.prototype.getAsFileSystemHandle = async function () {
      const file = this.getAsFile() as File;
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle(file.name, { create: true });
      const writable = await handle.createWritable();
      await writable.write(file);
      await writable.close();
      return handle;
    };
  });

const recent = (page: Page) => page.getByRole("region", { name: "Recent images" });

test("a reload offers a dropped image again, with the selection that it had", async () => {
  const { page } = await visit();
  await giveHandles(page);
  await drop(page, [BEFORE]);
  await page.getByRole("grid").getByRole("row").filter({ hasText: "server.log" }).click();
  await page.waitForFunction(() => window.location.hash.includes("select="));
  await page.reload();
  await page.getByRole("button", { name: "Open before.ckpt again" }).click();
  await page
    .getByRole("region", { name: "Inspector" })
    .getByRole("heading", { name: /^3 → .*server\.log$/ })
    .waitFor();
});

test("recent images are listed newest first, open as they were, and can be forgotten", async () => {
  const { page } = await visit();
  await giveHandles(page);
  await drop(page, [BEFORE, AFTER]);
  await page.getByRole("radio", { name: "before before.ckpt" }).waitFor({ state: "attached" });
  await page.keyboard.press("W");
  await recent(page).getByRole("button", { name: "before.ckpt and after.ckpt", exact: true }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await recent(page).getByRole("button", { name: "before.ckpt and after.ckpt", exact: true }).click();
  await page.getByRole("radio", { name: "after after.ckpt" }).waitFor({ state: "attached" });
  await page.keyboard.press("W");
  await giveHandles(page);
  await drop(page, [AFTER]);
  await page.getByRole("grid").waitFor();
  await page.keyboard.press("W");
  await recent(page).getByRole("listitem").nth(1).waitFor();
  await expect.poll(() => recent(page).getByRole("listitem").first().textContent()).toMatch(/^after\.ckpt/);
  await recent(page).getByRole("button", { name: "Forget after.ckpt" }).click();
  await expect.poll(() => recent(page).getByRole("listitem").count()).toBe(1);
  await recent(page).getByRole("button", { name: "forget all" }).click();
  await recent(page).waitFor({ state: "detached" });
  await page.reload();
  await page.getByText("Drop a checkpoint image").waitFor();
  await expect.poll(() => recent(page).count()).toBe(0);
});

test("what was closed or replaced opens again", async () => {
  const { page } = await visit();
  await drop(page, [BEFORE]);
  await page.getByRole("grid").waitFor();
  await page.keyboard.press("W");
  await page.getByRole("status").getByText("Press Back or < to reopen it").waitFor();
  await page.keyboard.press("<");
  await page.getByRole("banner").getByText("before.ckpt").waitFor();
  await drop(page, [AFTER]);
  await page.getByRole("button", { name: "Open instead" }).click();
  await page.getByRole("banner").getByText("after.ckpt").waitFor();
  await page.keyboard.press("<");
  await page.getByRole("banner").getByText("before.ckpt").waitFor();
});

test("without handles nothing is remembered, and the page says which file to drop", async () => {
  const { page } = await visit();
  await page.evaluate(() => Object.assign(DataTransferItem.prototype, { getAsFileSystemHandle: undefined }));
  await drop(page, [BEFORE]);
  await page.getByRole("grid").waitFor();
  await page.reload();
  await page.getByText("Drop or open it again to continue with the same selection and filters.").waitFor();
  await expect.poll(() => recent(page).count()).toBe(0);
});
