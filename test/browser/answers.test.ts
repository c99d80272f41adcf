// Answers that would mislead if they were wrong: what is marked as changed, counts and names,
// filters that mean nothing.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { leakyServer } from "../support/leaky-server.ts";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const drawn = (page: Page) => page.locator(".drawing-tree [role=treeitem]");

test("with every kind of change switched off, nothing is marked as changed anywhere", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  await drawn(page)
    .filter({ hasText: /\b(added|removed|changed)$/ })
    .first()
    .waitFor({ state: "attached" });
  // The list of changes is rendered after the drawing.
  const kinds = page.getByRole("group", { name: "Kinds of change" });
  await kinds.waitFor();
  for (const box of await kinds.getByRole("checkbox").all()) await box.uncheck();
  await page.getByText("All 10 changes are hidden by the filters above.").waitFor();
  await drawn(page)
    .filter({ hasText: /\b(added|removed|changed)$/ })
    .first()
    .waitFor({ state: "detached" });
  await page.waitForFunction(
    () => document.querySelectorAll("#aligned :is(.cell-differs, .cell-gone, .cell-added)").length === 0,
  );
  await expect.poll(() => page.locator("#changes-headline").count()).toBe(0);
});

test("a file’s holders are the same number in every view of a comparison", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  const row = page.locator("#aligned [role=row]").filter({ hasText: "error_log" }).first();
  await row.getByText("⟨8⟩").waitFor();
  await row.getByText("⟨7⟩").waitFor();
  await drawn(page)
    .filter({ hasText: /^Open file .*error_log, .*shared by 8 → 7 descriptors/ })
    .first()
    .waitFor({ state: "attached" });
  const list = page.getByRole("tree", { name: "10 changes" });
  await list.getByRole("treeitem").filter({ hasText: "error_log reopened" }).click();
  await list.getByText("⟨8 → 7⟩").first().waitFor();
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.getByText("⟨8⟩").waitFor();
  await inspector.getByText("⟨7⟩").waitFor();
  await inspector.getByText("Position shared by 7 descriptors").waitFor();
  await inspector.getByRole("heading", { name: "Held by 7 descriptors" }).waitFor();
});

test("tasks without pids are called by index, those on one side with that side, and no column is headed pid", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  const list = page.getByRole("tree", { name: "10 changes" });
  await list.getByText("httpd-w2 (index 2 before)").first().waitFor();
  await list.getByText("httpd-w4 (index 1 after)").first().waitFor();
  for (const key of ["1", "3", "4"]) {
    await page.keyboard.press(key);
    await page.getByRole("columnheader", { name: "index" }).first().waitFor();
    await expect.poll(() => page.getByRole("columnheader", { name: "pid", exact: true }).count()).toBe(0);
  }
});

test("the number of open files is the same in the head, the drawing and the tables", async () => {
  for (const sample of ["server", "shared-table"]) {
    const { page } = await visit({ fragment: `#v=1&sample=${sample}` });
    const head = await page
      .getByRole("banner")
      .getByText(/\d+ open files/)
      .first()
      .textContent();
    const count = /(\d+) open files/.exec(head ?? "")?.[1];
    const tab = page.getByRole("tab", { name: /^Open files/ });
    await expect.poll(() => tab.textContent()).toBe(`Open files ${count}`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("V")]);
    const svg = await streamText(await download.createReadStream());
    expect(svg).toMatch(new RegExp(`>${count} OPEN FILES`));
  }
});

async function streamText(stream: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

test("a file of which only the holders changed has no sign of a change of its own", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=services&rows=all" });
  const file = drawn(page)
    .filter({ hasText: /unix stream 230715/ })
    .filter({ hasText: /descriptors? before/ });
  await drawn(page).first().waitFor({ state: "attached" });
  for (const text of await file.allTextContents()) expect(text).not.toMatch(/, changed$/);
});

test("an invalid filter says where it is wrong, and hides nothing", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "server.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
  const grid = page.getByRole("grid", { name: "Descriptors" });
  await grid.waitFor();
  const rows = await grid.getAttribute("aria-rowcount");
  await page.getByRole("searchbox", { name: "Filter descriptors" }).fill("pos:>abc");
  await page.getByText("“abc” is not a number").waitFor();
  await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe(rows);
  await page.getByText("4 descriptors", { exact: true }).first().waitFor();
  await expect.poll(() => page.getByText(/^None of/).count()).toBe(0);
});

test("the task that likely leaks is in view, and a click lists its descriptors", async () => {
  const { page } = await visit({ width: 1440, height: 900 });
  await drop(page, [{ name: "redis.ckpt", bytes: leakyServer(57) }]);
  const line = page.getByRole("button", { name: "1234 redis-server has /var/log/x open 57 times" });
  await line.waitFor();
  const box = await line.boundingBox();
  expect((box?.y ?? 900) + (box?.height ?? 0)).toBeLessThanOrEqual(900);
  await line.click();
  await page.getByText("57 of 59 descriptors", { exact: true }).first().waitFor();
});

test("what changed is one sentence in view, and follows the filters", async () => {
  const { page } = await visit({ width: 1440, height: 900, fragment: "#v=1&sample=httpd" });
  const sentence = page.locator("#changes-headline");
  await sentence.getByText(/httpd-w2 \(index 2 before\) gone; .*error_log reopened by httpd-w3/).waitFor();
  const box = await sentence.boundingBox();
  expect((box?.y ?? 900) + (box?.height ?? 0)).toBeLessThanOrEqual(900);
  await page.getByRole("checkbox", { name: /^task gone/ }).uncheck();
  await expect.poll(() => sentence.textContent()).not.toContain("gone");
});

test("the inspector says which tasks map a file", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "server.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await page.keyboard.press("2");
  await page.getByRole("searchbox", { name: "Filter open files" }).fill("sbin/server");
  await page.getByRole("grid", { name: "Open files" }).getByRole("row").nth(1).click();
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.getByText("(r-xp, rw-p)").waitFor();
  await inspector.getByText("mapped by", { exact: true }).waitFor();
});

test("sizes of panels and marks of seen changes are kept over a reload, and marks can be forgotten", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  const splitter = page.getByRole("separator", { name: "Width of the changes" });
  await splitter.press("ArrowRight");
  const width = await splitter.getAttribute("aria-valuenow");
  await page.keyboard.press("n");
  await page.keyboard.press("s");
  const mark = page.getByText("✓ seen");
  await mark.waitFor();
  await page.waitForFunction(() => localStorage.getItem("ckptscope-seen") !== null);
  await page.reload();
  await mark.waitFor();
  await expect.poll(() => splitter.getAttribute("aria-valuenow")).toBe(width);
  await page.keyboard.press("W");
  await page.getByRole("button", { name: /Forget seen changes|forget all/ }).click();
  await page.getByText("of 1 comparison").waitFor({ state: "detached" });
  await expect.poll(() => page.evaluate(() => localStorage.getItem("ckptscope-seen"))).toBeNull();
});
