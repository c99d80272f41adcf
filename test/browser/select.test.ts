// The selection is the same in every view, in links, and after a reload.

import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const openServer = async (page: Page): Promise<void> => {
  await drop(page, [{ name: "server.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
};

const row = (page: Page, text: string) => page.getByRole("grid").getByRole("row").filter({ hasText: text });
const inspector = (page: Page) => page.getByRole("region", { name: "Inspector" });

test("the head shows the image and its format, the format dialog the evidence", async () => {
  const { page } = await visit();
  await openServer(page);
  const head = page.getByRole("banner");
  await head.getByText("server.ckpt").waitFor();
  await head.getByText("4 descriptors").waitFor();
  await head.getByRole("button", { name: /Linux-CR/ }).click();
  const dialog = page.getByRole("dialog", { name: "Format, evidence and facts" });
  await expect.poll(() => dialog.textContent()).toMatch(/dialect\s*v23-rc2/);
  await dialog.getByLabel("Decode as").selectOption("v23-pids");
  await head.getByText("(manual)").waitFor();
});

test("selecting a row of the table selects it in the drawing, the tree and the inspector", async () => {
  const { page } = await visit();
  await openServer(page);
  await row(page, "/var/log/app/server.log").click();
  const drawing = page.getByRole("region", { name: "Drawing" });
  await drawing.locator("[role=treeitem][aria-selected=true]").waitFor({ state: "attached" });
  await expect.poll(() => drawing.locator("[role=treeitem][aria-selected=true]").textContent()).toContain("3");
  await inspector(page).getByRole("heading", { name: "3 → /var/log/app/server.log" }).waitFor();
  expect(
    await page
      .getByRole("tree", { name: /^Tasks/ })
      .locator(".row-related")
      .textContent(),
  ).toContain("server");
});

test("links of the inspector lead from a descriptor to its file, table and task", async () => {
  const { page } = await visit();
  await openServer(page);
  await row(page, "/var/log/app/server.log").click();
  await inspector(page).getByRole("button", { name: "/var/log/app/server.log" }).first().click();
  await inspector(page).getByText("Held by").waitFor();
  const text = await inspector(page).textContent();
  expect(text).toMatch(/position\s*4096 0x1000/);
  expect(text).toContain("O_RDWR O_APPEND O_LARGEFILE");
  expect(text).toContain("0102002");
  await inspector(page)
    .getByRole("button", { name: /^4242 server$/ })
    .click();
  await inspector(page).getByRole("heading", { name: "of 4242 server" }).waitFor();
  await inspector(page).getByRole("button", { name: "4242 server", exact: true }).click();
  await inspector(page).getByRole("heading", { name: "4242 server", exact: true }).waitFor();
  const selected = page.getByRole("tree", { name: /^Tasks/ }).locator("[role=treeitem][aria-selected=true]");
  await expect.poll(() => selected.textContent()).toContain("4242");
});

test("the inspector shows the record’s fields with their offsets, once they are opened", async () => {
  const { page } = await visit();
  await openServer(page);
  await row(page, "/var/log/app/server.log").click();
  await inspector(page).getByRole("button", { name: "/var/log/app/server.log" }).first().click();
  await expect.poll(() => inspector(page).getByRole("table").count()).toBe(0);
  await inspector(page)
    .getByRole("button", { name: /^Raw fields/ })
    .click();
  const field = inspector(page).getByRole("row").filter({ hasText: "f_pos" }).first();
  await expect.poll(() => field.textContent()).toMatch(/4096/);
  expect(Number((await field.getByRole("cell").last().textContent())?.trim())).toBeGreaterThan(0);
});

test("a descriptor that shares an open file lists who shares its position", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.getByRole("grid").getByRole("row").nth(1).click();
  await inspector(page)
    .getByText(/Position shared with/)
    .waitFor();
  await inspector(page).getByRole("button", { name: "4242 server fd 1" }).click();
  await inspector(page).getByRole("heading", { name: /^1 →/ }).waitFor();
});

test("the selection and filter survive a reload once the file is dropped again", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("2");
  await page.getByRole("searchbox", { name: "Filter open files" }).fill("log");
  await row(page, "/var/log/app/server.log").click();
  await page.waitForFunction(() => window.location.hash.includes("select="));
  expect(new URL(page.url()).hash).toBe("#v=1&select=file:4242:3&tab=files&filter=log");
  await page.reload();
  await page.getByText("Drop a checkpoint image").waitFor();
  await page
    .getByRole("status")
    .filter({ hasText: /The page was reloaded, which closed server\.ckpt/ })
    .waitFor();
  await openFiles(page);
  await inspector(page).getByRole("heading", { name: "/var/log/app/server.log" }).waitFor();
  await expect.poll(() => page.getByRole("searchbox").inputValue()).toBe("log");
});

const openFiles = async (page: Page): Promise<void> => {
  await drop(page, [{ name: "server.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
  await page.getByRole("grid", { name: "Open files" }).waitFor();
};

test("the URL records the sample and the selection, and a reload restores both", async () => {
  const { page } = await visit();
  await page.getByRole("region", { name: "Samples" }).getByRole("button").last().click();
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await page.getByRole("grid").getByRole("row").nth(1).click();
  const heading = inspector(page).getByRole("heading").first();
  const name = await heading.textContent();
  await page.waitForFunction(() => /sample=.+&select=/.test(window.location.hash));
  await page.reload();
  await heading.filter({ hasText: name ?? "" }).waitFor();
  await expect.poll(() => heading.textContent()).toBe(name);
});

test("a view without an image that is put into the address is applied to the open one", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.evaluate(() => {
    window.location.hash = "#v=1&select=file:4242:3&tab=files";
  });
  await inspector(page).getByRole("heading", { name: "/var/log/app/server.log" }).waitFor();
  await page.getByRole("grid", { name: "Open files" }).waitFor();
  await page.getByRole("banner").getByText("server.ckpt").waitFor();
  // The view of a link that was opened first is not one of these: Back leads to where its image was waited for.
  await page.goto("about:blank");
  await page.goto(`${inject("pageUrl")}#v=1&tab=files`);
  await openFiles(page);
  await page.goBack();
  await page.getByText("Drop a checkpoint image").waitFor();
});

test("back and forward walk through selections before they leave the image", async () => {
  const { page } = await visit();
  await openServer(page);
  const heading = inspector(page).getByRole("heading", { level: 2 });
  for (const fd of [0, 3]) {
    await page
      .getByRole("grid")
      .getByRole("row")
      .nth(fd + 1)
      .click();
    await page.waitForFunction((wanted) => window.location.hash.includes(`select=4242:${wanted}`), fd);
  }
  await heading.filter({ hasText: /^3 →/ }).waitFor();
  await page.goBack();
  await heading.filter({ hasText: /^0 →/ }).waitFor();
  await page.goForward();
  await heading.filter({ hasText: /^3 →/ }).waitFor();
  await page.goBack();
  await page.goBack();
  await heading.waitFor({ state: "detached" });
  await page.getByRole("banner").getByText("server.ckpt").waitFor();
  await page.goBack();
  await page.getByText("Drop a checkpoint image").waitFor();
});

test("back returns to the empty page, forward to the image", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.goBack();
  await page.getByText("Drop a checkpoint image").waitFor();
  await page.goForward();
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await page.getByRole("banner").getByText("server.ckpt").waitFor();
});

test("two files dropped together are compared, the older one as before", async () => {
  const { page } = await visit();
  await drop(page, [
    { name: "b.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt"), lastModified: 2000 },
    { name: "a.ckpt", bytes: fixture("linux-cr/v23-s1/after.ckpt"), lastModified: 3000 },
  ]);
  await page.getByRole("radio", { name: "before b.ckpt" }).waitFor({ state: "attached" });
  await page.keyboard.press("x");
  await page.getByRole("radio", { name: "before a.ckpt" }).waitFor({ state: "attached" });
});

test("a file dropped on an open image asks whether to compare", async () => {
  const { page } = await visit();
  await openServer(page);
  await drop(page, [{ name: "later.ckpt", bytes: fixture("linux-cr/v23-s1/after.ckpt") }]);
  const dialog = page.getByRole("dialog", { name: "Compare or open instead" });
  await dialog.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByRole("radio", { name: "after later.ckpt" }).waitFor({ state: "attached" });
  await page.getByRole("radio", { name: "before server.ckpt" }).waitFor({ state: "attached" });
});

test("a truncated image shows what was decoded and says that it is incomplete", async () => {
  const { page } = await visit();
  const bytes = fixture("linux-cr/v23-s1/before.ckpt");
  await drop(page, [{ name: "cut.ckpt", bytes: bytes.subarray(0, bytes.length - 700) }]);
  await page.getByRole("banner").getByText("incomplete").waitFor();
  await page.getByRole("button", { name: "Show all problems" }).click();
  await page.getByRole("grid", { name: "Problems" }).getByRole("row").filter({ hasText: "error" }).first().waitFor();
});

for (const theme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    test(`is accessible with an image open, ${theme}, ${width} × ${height}`, async () => {
      const { page } = await visit({ theme, width, height });
      await drop(page, [{ name: "server.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
      if (width < 800) {
        for (const panel of ["Drawing", "Tree", "Tables", "Inspector"]) {
          await page.getByRole("navigation").getByRole("button", { name: panel }).click();
          if (panel === "Tables") await row(page, "server.log").click();
          expect(await accessibilityFaults(page), panel).toEqual([]);
        }
      } else {
        await row(page, "server.log").click();
        await inspector(page)
          .getByRole("heading", { name: /server\.log/ })
          .waitFor();
        expect(await accessibilityFaults(page)).toEqual([]);
        for (const key of ["?", "Control+k", "/", "D"]) {
          await page.keyboard.press(key);
          await page.getByRole("dialog").waitFor();
          expect(await accessibilityFaults(page), key).toEqual([]);
          await page.keyboard.press("Escape");
          await page.getByRole("dialog").waitFor({ state: "detached" });
        }
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}

test("a descriptor that leads elsewhere shows that change in the inspector, the list and side by side", async () => {
  const { page } = await visit();
  await drop(page, [
    { name: "before.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt"), lastModified: 1000 },
    { name: "after.ckpt", bytes: fixture("linux-cr/v23-s1/after.ckpt"), lastModified: 2000 },
  ]);
  await page.locator("#aligned .line-pair").first().waitFor();
  const heading = inspector(page).getByRole("heading", { level: 2 }).first();
  const listed = page.locator("#changes [role=treeitem][aria-selected=true]");
  const line = page.locator("#aligned [role=row][aria-selected=true]");
  const item = (text: RegExp) => page.locator(".drawing-tree [role=treeitem]").filter({ hasText: text });
  const click = (text: RegExp) =>
    item(text)
      .first()
      .evaluate((each) => (each as HTMLElement).click());

  // First the change of sharing that lists it, which must not stay.
  await click(/^Fd 1 of .*leads to tty/);
  await expect.poll(() => heading.textContent()).toContain("shared one open file, now lead to 2");
  await click(/^Fd 0 of .*leads to \/dev\/null/);
  const moved = "pid 4242 fd 0: tty:[pts/3] → /dev/null (flags -O_RDWR, mode -WRITE)";
  await expect.poll(() => heading.textContent()).toBe(moved);
  await expect.poll(() => listed.getAttribute("title")).toBe(moved);
  await expect.poll(() => line.textContent()).toMatch(/^~(changed )?0.*\/dev\/null/);
  // Nor for its open file.
  await click(/^Open file \/dev\/null/);
  await expect.poll(() => heading.textContent()).toBe(moved);
  await expect.poll(() => line.textContent()).toMatch(/^~(changed )?0.*\/dev\/null/);
});

test("selecting an object opens the event of its change in the list", async () => {
  const { page } = await visit();
  await drop(page, [
    { name: "before.ckpt", bytes: fixture("linux-cr/v16-s2/before.ckpt"), lastModified: 1000 },
    { name: "after.ckpt", bytes: fixture("linux-cr/v16-s2/after.ckpt"), lastModified: 2000 },
  ]);
  const headings = page.locator("#changes [role=treeitem][aria-expanded]");
  await headings.first().waitFor();
  expect(await page.locator("#changes [role=treeitem][aria-expanded=true]").count()).toBe(0);
  await page.locator("#aligned .line-pair").filter({ hasText: "/dev/null" }).first().click();
  // The first change of its event: its row is shown, not only the heading.
  const listed = page.locator("#changes [role=treeitem][aria-selected=true]");
  await expect.poll(() => listed.getAttribute("title")).toMatch(/fd 0 \/dev\/null: flags \+O_WRONLY$/);
});
