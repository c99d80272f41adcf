// Two images: the list of changes, the drawing of both, side by side, and the selection that they share.

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const dropPair = async (page: Page, name: string): Promise<void> => {
  await drop(page, [
    { name: "before.ckpt", bytes: fixture(`linux-cr/${name}/before.ckpt`), lastModified: 1000 },
    { name: "after.ckpt", bytes: fixture(`linux-cr/${name}/after.ckpt`), lastModified: 2000 },
  ]);
  await page.getByRole("grid", { name: "Side by side" }).waitFor();
  await page.locator(".drawing-tree").waitFor({ state: "attached" });
  // By task, every change has a row of its own.
  await page.keyboard.press("G");
  await list(page).getByRole("treeitem", { level: 2 }).first().waitFor();
};

const list = (page: Page) => page.locator("#changes");
const selectedChange = (page: Page) => list(page).locator("[role=treeitem][aria-selected=true]");
const selectedLine = (page: Page) => page.locator("#aligned [role=row][aria-selected=true]");
const drawn = (page: Page) => page.locator(".drawing-tree [role=treeitem][aria-selected=true]");
const inspector = (page: Page) => page.getByRole("region", { name: "Inspector" });
const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
const expected = (name: string): { kind: string }[] =>
  JSON.parse(readFileSync(new URL(`../fixtures/linux-cr/${name}/expected.json`, import.meta.url), "utf8")).changes;

for (const name of ["seed-one", "v16-s2", "v16-s3", "v16-s4"]) {
  test(`n steps through all changes of ${name}, and selects each in every view`, async () => {
    const { page } = await visit();
    await dropPair(page, name);
    const changes = expected(name);
    expect(changes.length).toBeGreaterThan(6);
    for (let at = 0; at < changes.length; at++) {
      await page.keyboard.press("n");
      await list(page).locator(`#change-${at}[aria-selected=true]`).waitFor();
      await expect.poll(() => selectedChange(page).count()).toBe(1);
      const sentence = await selectedChange(page).getAttribute("title");
      await expect.poll(() => inspector(page).getByRole("heading", { level: 2 }).first().textContent()).toBe(sentence);
      await drawn(page).waitFor({ state: "attached" });
      await expect.poll(() => drawn(page).count(), { message: sentence ?? "" }).toBe(1);
      await selectedLine(page).waitFor();
      await expect.poll(() => selectedLine(page).count(), { message: sentence ?? "" }).toBe(1);
    }
    // At the end n stays; p goes back.
    await page.keyboard.press("n");
    await expect.poll(() => selectedChange(page).getAttribute("id")).toBe(`change-${changes.length - 1}`);
    await page.keyboard.press("p");
    await list(page)
      .locator(`#change-${changes.length - 2}[aria-selected=true]`)
      .waitFor();
  });
}

test("the list, the drawing and side by side each select a change in every view", async () => {
  const { page } = await visit();
  await dropPair(page, "v23-s1");
  await list(page).getByRole("treeitem", { level: 2 }).filter({ hasText: "position" }).first().click();
  const sentence = (await selectedChange(page).getAttribute("title")) ?? "";
  expect(sentence).toMatch(/^pid \d+ fd \d+ .*: position \d+ → \d+$/);
  await drawn(page).waitFor({ state: "attached" });
  await expect.poll(() => drawn(page).textContent()).toContain("→");

  await page.locator("#aligned").getByRole("row").filter({ hasText: "added" }).first().click();
  await inspector(page)
    .getByRole("heading", { name: /: opened$/ })
    .waitFor();
  await expect.poll(() => selectedChange(page).textContent()).toContain("opened");

  // Selecting something unchanged clears the selected change.
  await page.getByRole("checkbox", { name: "only changes" }).uncheck();
  await page.locator("#aligned .line-section").first().click();
  await inspector(page)
    .getByRole("heading", { name: /^of \d+/ })
    .waitFor();
  await expect.poll(() => selectedChange(page).count()).toBe(0);

  // An open file whose position and flags changed, from the drawing's hidden tree: the flags come first.
  await page
    .locator(".drawing-tree [role=treeitem]")
    .filter({ hasText: /^Open file.*position \d+ → \d+/ })
    .first()
    .evaluate((item) => (item as HTMLElement).click());
  await inspector(page)
    .getByRole("heading", { name: /server\.log: flags / })
    .waitFor();
});

test("x swaps before and after and mirrors the selected change", async () => {
  const { page } = await visit();
  await dropPair(page, "v23-s1");
  await list(page).getByRole("treeitem", { level: 2 }).filter({ hasText: "opened" }).click();
  const opened = await selectedChange(page).getAttribute("title");
  await page.keyboard.press("x");
  await page.getByRole("radio", { name: "before after.ckpt" }).waitFor({ state: "attached" });
  await selectedChange(page).waitFor();
  await expect.poll(() => selectedChange(page).getAttribute("title")).toBe(opened?.replace(/opened$/, "closed"));
  // In two columns, or in one where two have no room.
  await selectedLine(page)
    .filter({ hasText: /closed|not open after/ })
    .waitFor();
  await page.keyboard.press("x");
  await page.getByRole("radio", { name: "before before.ckpt" }).waitFor({ state: "attached" });
  await expect.poll(() => selectedChange(page).getAttribute("title")).toBe(opened);
});

test("a kind that is switched off is left out of the list, side by side and the steps of n", async () => {
  const { page } = await visit();
  await dropPair(page, "v16-s4");
  const all = expected("v16-s4");
  const positions = all.filter(({ kind }) => kind === "file-pos").length;
  const kind = page.getByRole("checkbox", { name: `position ${positions}` });
  await kind.uncheck();
  const hidden = `hidden: ${positions} by kind`;
  await page.getByText(`${all.length - positions} of ${all.length} changes; ${hidden}`, { exact: true }).waitFor();
  await expect.poll(() => list(page).getByRole("treeitem", { level: 2 }).count()).toBe(all.length - positions);
  await page.keyboard.press("n");
  await expect.poll(() => selectedChange(page).textContent()).not.toContain("position");
  for (const box of await page.getByRole("group", { name: "Kinds of change" }).getByRole("checkbox").all()) {
    if (await box.isChecked()) await box.uncheck();
  }
  await page.getByText(`All ${all.length} changes are hidden by the filters above.`).waitFor();
  await page.keyboard.press("K");
  await page.getByText(`${all.length} changes`, { exact: true }).first().waitFor();
});

test("changes are copied as a sentence or Markdown and saved as JSON or CSV, without kinds switched off", async () => {
  const { page } = await visit();
  await dropPair(page, "v23-s1");
  await page.keyboard.press("n");
  await page.keyboard.press("c");
  await page.getByText("Copied the change").waitFor();
  await expect.poll(() => clipboard(page)).toBe(await selectedChange(page).getAttribute("title"));
  await page.getByRole("checkbox", { name: /^flags/ }).uncheck();
  await page.keyboard.press("M");
  await page.getByText("Copied the changes").waitFor();
  const markdown = await clipboard(page);
  expect(markdown).toMatch(/^# Changes from `before\.ckpt` to `after\.ckpt`/);
  expect(markdown).not.toContain("file-flags");
  const saved = async (key: string): Promise<{ name: string; text: string }> => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press(key)]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
  };
  const json = await saved("j");
  expect(json.name).toBe("before.ckpt-to-after.ckpt.json");
  const wanted = expected("v23-s1").filter(({ kind }) => kind !== "file-flags");
  const kinds = (changes: readonly { kind: string }[]) => changes.map(({ kind }) => kind);
  expect(kinds(JSON.parse(json.text).changes)).toEqual(kinds(wanted));
  const csv = await saved("E");
  expect(csv.text.split("\r\n")).toHaveLength(wanted.length + 2);
  expect((await saved("m")).text).toBe(markdown);
});

test("changes are listed by event, in whole sentences, and an event opens to its changes", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  const event = list(page).getByRole("treeitem").filter({ hasText: "error_log reopened by httpd-w3" });
  await event.waitFor();
  await expect.poll(() => event.textContent()).toContain("position 15000 → 15400 in 3 tasks");
  const cut = await list(page)
    .getByRole("treeitem")
    .evaluateAll(
      (items) =>
        items.filter((item) => item.scrollWidth > item.clientWidth || item.scrollHeight > item.clientHeight + 1).length,
    );
  expect(cut, "rows that are cut off").toBe(0);
  await expect.poll(() => event.getAttribute("aria-expanded")).toBe("false");
  await event.click();
  await expect.poll(() => event.getAttribute("aria-expanded")).toBe("true");
  await expect.poll(() => list(page).getByRole("treeitem", { level: 2 }).count()).toBe(3);
  await selectedChange(page).filter({ hasText: "error_log" }).waitFor();
  // Rows are as high as their text: none covers another.
  const boxes = await list(page)
    .getByRole("treeitem")
    .evaluateAll((items) =>
      items
        .map((item) => item.getBoundingClientRect())
        .map(({ top, bottom }) => ({ top, bottom }))
        .sort((a, b) => a.top - b.top),
    );
  for (const [at, { top }] of boxes.entries()) expect(top).toBeGreaterThanOrEqual((boxes[at - 1]?.bottom ?? 0) - 1);
});

test("every filter of changes acts on the list, the drawing and side by side alike, and says what it hides", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  const marked = page.locator("#aligned .cell-differs, #aligned .cell-gone, #aligned .cell-added");
  const drawnChanges = page.locator(".drawing-tree [role=treeitem]").filter({ hasText: /\b(added|removed|changed)$/ });
  await drawnChanges.first().waitFor({ state: "attached" });
  await marked.first().waitFor();
  await page.getByRole("checkbox", { name: /^Hide expected 3/ }).check();
  await page.getByText("7 of 10 changes; hidden: expected ones", { exact: true }).waitFor();
  await page.waitForFunction(
    () =>
      ![...document.querySelectorAll("#aligned .cell-differs")].some((cell) => cell.textContent?.startsWith("90112")),
  );
  await page
    .locator(".drawing-tree [role=treeitem]")
    .filter({ hasText: /position \d+ → \d+/ })
    .first()
    .waitFor({ state: "detached" });
  await page.keyboard.press("h");
  await page.keyboard.type("page4 -task:nobody");
  await page.waitForFunction(() => window.location.hash.includes("changes=page4"));
  await page.getByText(/^0 of 10 changes; hidden: by the filter, expected ones$/).waitFor();
  await page.waitForFunction(
    () => document.querySelectorAll("#aligned .cell-differs, #aligned .cell-gone, #aligned .cell-added").length === 0,
  );
  await drawnChanges.first().waitFor({ state: "detached" });
  await page.getByRole("searchbox", { name: "Filter changes" }).fill("pid:x");
  await page.getByText("“x” is not a number").waitFor();
  await page.getByRole("searchbox", { name: "Filter changes" }).press("Escape");
  await page.getByText("7 of 10 changes; hidden: expected ones", { exact: true }).waitFor();
});

test("s marks a change as seen and goes on, S hides what was seen", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  await list(page).getByRole("treeitem").first().waitFor();
  await page.keyboard.press("n");
  await page.keyboard.press("s");
  await list(page).getByText("✓ seen").waitFor();
  await page.keyboard.press("S");
  await page.getByText("9 of 10 changes; hidden: seen ones", { exact: true }).waitFor();
  await list(page).getByText("httpd-w4").waitFor({ state: "detached" });
});

test("unchanged rows are folded, unfold on a click, and all show after a", async () => {
  const { page } = await visit();
  await page.goto(`${page.url()}#v=1&sample=httpd`);
  await page.reload();
  const grid = page.getByRole("grid", { name: "Side by side" });
  await grid.waitFor();
  const rows = () => grid.getAttribute("aria-rowcount").then(Number);
  const before = await rows();
  const fold = grid.getByRole("row").filter({ hasText: "6 descriptors only before" });
  await fold.click();
  await fold.waitFor({ state: "detached" });
  await expect.poll(() => rows()).toBe(before + 5);
  await page.keyboard.press("a");
  await expect.poll(() => page.getByRole("checkbox", { name: "only changes" }).isChecked()).toBe(false);
  await grid.getByRole("row").filter({ hasText: "descriptors only" }).waitFor({ state: "detached" });
});

test("the URL records a comparison: the change, kinds switched off, the view, the order", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd&by=task" });
  await page.getByRole("grid", { name: "Side by side" }).waitFor();
  await page.getByRole("checkbox", { name: /^position/ }).uncheck();
  await page.keyboard.press("x");
  await page.getByRole("radio", { name: "before httpd-after.ckpt" }).waitFor({ state: "attached" });
  await list(page).getByRole("treeitem", { level: 2 }).filter({ hasText: "page3.html" }).click();
  const sentence = await selectedChange(page).getAttribute("title");
  await page.keyboard.press("a");
  await page.keyboard.press("d");
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await page.waitForFunction(() => window.location.hash.includes("view=one"));
  await page.reload();
  await selectedChange(page).waitFor();
  await expect.poll(() => selectedChange(page).getAttribute("title")).toBe(sentence);
  await page.getByRole("radio", { name: "before httpd-after.ckpt" }).waitFor({ state: "attached" });
  await expect.poll(() => page.getByRole("checkbox", { name: /^position/ }).isChecked()).toBe(false);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await page.keyboard.press("d");
  await page.getByRole("grid", { name: "Side by side" }).waitFor();
  await expect.poll(() => page.getByRole("checkbox", { name: "only changes" }).isChecked()).toBe(false);
});

test("comparing an image with itself says what was compared", async () => {
  const { page } = await visit();
  const bytes = fixture("linux-cr/v23-s1/before.ckpt");
  await drop(page, [{ name: "one.ckpt", bytes }]);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await drop(page, [{ name: "same.ckpt", bytes }]);
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByText(/^Nothing changed: 1 task and 4 descriptors are the same before and after/).waitFor();
  await page.getByRole("row").filter({ hasText: "4 unchanged" }).waitFor();
});

test("a truncated image says where it ends, and changes that this could explain are marked uncertain", async () => {
  const { page } = await visit();
  const bytes = fixture("linux-cr/v16-s2/after.ckpt");
  await drop(page, [
    { name: "before.ckpt", bytes: fixture("linux-cr/v16-s2/before.ckpt"), lastModified: 1 },
    { name: "cut.ckpt", bytes: bytes.subarray(0, Math.floor(bytes.length / 2)), lastModified: 2 },
  ]);
  await page
    .getByRole("status")
    .getByText(/^After ends at byte \d+: changes .* marked uncertain/)
    .waitFor();
  await page.keyboard.press("G");
  await list(page).getByText("uncertain").first().waitFor();
});

test("changed details and links are in the list, the drawing, side by side and the inspector", async () => {
  const { page } = await visit();
  await dropPair(page, "diff-blind");
  const count = list(page).getByRole("treeitem", { level: 2 }).filter({ hasText: "count 1 → 42" });
  await count.click();
  await inspector(page)
    .getByRole("heading", { name: /fd 8 eventfd: count 1 → 42$/ })
    .waitFor();
  await expect.poll(() => drawn(page).textContent()).toMatch(/eventfd.*changed$/);
  await expect.poll(() => selectedLine(page).textContent()).toContain("count 1");
  await page.waitForFunction(() => window.location.hash.includes("change=file-detail:20183:8:count"));
  // The other end is a link that selects it.
  await list(page).getByRole("treeitem", { level: 2 }).filter({ hasText: "other end fd 4 → fd 6" }).click();
  await inspector(page).getByText("Linked to").waitFor();
  await inspector(page)
    .getByRole("button", { name: /^20183 \S+ fd 6$/ })
    .click();
  await inspector(page)
    .getByRole("heading", { name: /^6 → pipe/ })
    .waitFor();
  // Switched off, they are marked nowhere.
  await page.getByRole("checkbox", { name: /^detail/ }).uncheck();
  await page.getByRole("checkbox", { name: /^link/ }).uncheck();
  await page.waitForFunction(() => document.querySelectorAll("#aligned .cell-differs").length === 0);
  await page
    .locator(".drawing-tree [role=treeitem]")
    .filter({ hasText: /changed$/ })
    .first()
    .waitFor({ state: "detached" });
});

test("closed descriptors are not drawn while their kind is switched off", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  await page.locator("#aligned").waitFor();
  const removed = page.locator(".drawing-tree [role=treeitem]").filter({ hasText: /, removed$/ });
  await removed.first().waitFor({ state: "attached" });
  for (const kind of [/^closed/, /^task gone/, /^path/, /^file shared/]) {
    await page.getByRole("checkbox", { name: kind }).uncheck();
  }
  await removed.first().waitFor({ state: "detached" });
  await page.getByText(/not drawn: their changes are hidden/).waitFor();
  await expect.poll(() => page.locator("#aligned .cell-gone").count()).toBe(0);
});

test("in a window of 1024 pixels the comparison is one column, and nothing is cut off", async () => {
  const { page } = await visit({ width: 1024, height: 768 });
  await dropPair(page, "v23-s1");
  await page.keyboard.press("n");
  await page.getByRole("columnheader", { name: "before → after" }).waitFor();
  await page.getByRole("button", { name: "Inspector", exact: true }).click();
  await inspector(page).getByRole("heading", { level: 2 }).first().waitFor();
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll("button, h2, [role=tab]")]
      .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
      .map((element) => element.textContent),
  );
  expect(cut).toEqual([]);
});

test("either side is closed, a single image offers to compare, and side by side fills the window", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  await page.locator("#aligned").waitFor();
  await page.getByRole("button", { name: "Full width" }).click();
  await page.locator(".drawing-panel").waitFor({ state: "detached" });
  const width = await page.locator("#aligned").evaluate((grid) => grid.getBoundingClientRect().width);
  expect(width).toBeGreaterThan(1400);
  await page.waitForFunction(() => window.location.hash.includes("hide=tree,drawing"));
  await page.getByRole("button", { name: "Exit full width" }).click();
  await page.locator(".drawing-panel").waitFor();
  await page.getByRole("button", { name: "Close the image before" }).click();
  await page.getByRole("banner").getByText("httpd-after.ckpt").waitFor();
  await expect.poll(() => page.getByRole("button", { name: "Compare with…" }).isEnabled()).toBe(true);
  // It can be taken back.
  await page.keyboard.press("<");
  await page.getByRole("radio", { name: "before httpd-before.ckpt" }).waitFor({ state: "attached" });
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Replace the image after…" }).click();
  const bytes = fixture("linux-cr/v16-s4/after.ckpt");
  await (await chooser).setFiles([{ name: "other.ckpt", mimeType: "", buffer: Buffer.from(bytes) }]);
  await page.getByRole("radio", { name: "after other.ckpt" }).waitFor({ state: "attached" });
});

test("find covers both images", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  await page.locator("#aligned").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("httpd-w2");
  const option = page.getByRole("option").filter({ hasText: "only before" });
  await option.waitFor();
  await page.keyboard.press("Enter");
  await inspector(page)
    .getByRole("heading", { name: /httpd-w2/ })
    .first()
    .waitFor();
});

test("unrelated images are compared with a note", async () => {
  const { page } = await visit();
  await drop(page, [
    { name: "a.ckpt", bytes: fixture("linux-cr/seed-one/before.ckpt"), lastModified: 1 },
    { name: "b.ckpt", bytes: fixture("linux-cr/v23-s1/after.ckpt"), lastModified: 2 },
  ]);
  await page.getByRole("status").getByText("The dialects differ: seed before, v23-rc2 after.").waitFor();
  await list(page).getByRole("treeitem").first().waitFor();
});

for (const theme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    test(`is accessible with two images, ${theme}, ${width} × ${height}`, async () => {
      const { page } = await visit({ theme, width, height, fragment: "#v=1&sample=httpd&change=file-path:3:5" });
      const faults = () => accessibilityFaults(page);
      if (width < 800) {
        for (const panel of ["Changes", "Drawing", "Tables", "Inspector"]) {
          await page.getByRole("navigation").getByRole("button", { name: panel }).click();
          expect(await faults(), panel).toEqual([]);
        }
        await page.getByRole("navigation").getByRole("button", { name: "Tables" }).click();
        await page.getByRole("columnheader", { name: "before → after" }).waitFor();
      } else {
        await selectedLine(page).waitFor();
        expect(await faults()).toEqual([]);
        await page.keyboard.press("a");
        await page.keyboard.press("t");
        expect(await faults()).toEqual([]);
      }
    });
  }
}
