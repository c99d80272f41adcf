// Small things that were once in the way: where the help opens, what a notice covers, how text breaks, one count of
// holders, whole values of changed flags.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { leakyServer } from "../support/leaky-server.ts";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

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
  await expect.poll(() => dialog.evaluate((element) => element.scrollTop)).toBe(0);
  await dialog.getByRole("heading").first().waitFor();
});

for (const width of [1440, 1024, 390]) {
  test(`a notice covers nothing that can be clicked, at ${width} pixels`, async () => {
    const { page } = await visit({ width, height: 844, fragment: "#v=1&sample=httpd" });
    await page.locator(".change, .narrow-bar").first().waitFor();
    await page.keyboard.press("n");
    await page.keyboard.press("y");
    const notice = page.locator(".notice").filter({ hasText: "Copied" });
    await notice.waitFor();
    const covered = await notice.evaluate((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const xs = Array.from({ length: 20 }, (_, at) => left + ((right - left) * (at + 0.5)) / 20);
      const ys = [top + 1, (top + bottom) / 2, bottom - 1];
      // The pointer passes through the notice, so this is what is below it.
      const below = xs.flatMap((x) => ys.map((y) => document.elementFromPoint(x, y)));
      return below
        .map((each) => each?.closest("button, a, input, select, summary, label, canvas, [role=row], [role=treeitem]"))
        .filter((each) => each != null)
        .map((each) => each.outerHTML.slice(0, 100));
    });
    const { innerHeight, bottom } = await notice.evaluate((element) => ({
      innerHeight: window.innerHeight,
      bottom: element.getBoundingClientRect().bottom,
    }));
    expect(bottom).toBeLessThanOrEqual(innerHeight);
    expect(covered).toEqual([]);
  });
}

test("a notice makes room for what appears where it is and can be clicked", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  await page.locator(".change").first().waitFor();
  await page.keyboard.press("n");
  await page.keyboard.press("y");
  const notice = page.locator(".notice").filter({ hasText: "Copied" });
  await notice.waitFor();
  const isCovered = await page.evaluate(() => {
    const place = document.querySelector(".notice")?.getBoundingClientRect() as DOMRect;
    const button = document.body.appendChild(document.createElement("button"));
    const { left, top, width, height } = place;
    Object.assign(button.style, { position: "fixed", left: `${left}px`, top: `${top}px`, width: `${width}px` });
    Object.assign(button.style, { height: `${height}px` });
    return new Promise<boolean>((done) => {
      const look = (): void => {
        const now = document.querySelector(".notice")?.getBoundingClientRect();
        if (now === undefined) done(true);
        else if (now.left >= left + width || left >= now.right || now.top >= top + height || top >= now.bottom)
          done(false);
        else requestAnimationFrame(look);
      };
      look();
    });
  });
  expect(isCovered).toBe(false);
});

test("u says how to share a dropped image, U makes a link with it inside", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("u");
  await page.getByText("press Shift+U for a link with the image inside").waitFor();
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
  await expect.poll(() => drawn.textContent()).toMatch(/3 descriptors/);
  await page.keyboard.press("2");
  const row = page.getByRole("grid", { name: "Open files" }).locator("[role=row][aria-selected=true]");
  await expect.poll(() => row.getByRole("gridcell").allTextContents()).toContain("3");
});

test("changed flags are shown whole beside each other", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=services" });
  const changed = page.locator("#aligned .cell-differs").filter({ hasText: "nonblock" }).first();
  await changed.waitFor();
  await expect.poll(() => changed.evaluate((cell) => cell.scrollWidth <= cell.clientWidth)).toBe(true);
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

/** The part of an element that is within the window and within what it scrolls in. */
const isWhole = (element: Element): boolean => {
  const box = element.getBoundingClientRect();
  let scroller: Element | null = element.parentElement;
  while (scroller !== null && getComputedStyle(scroller).overflowY === "visible") scroller = scroller.parentElement;
  const around = (scroller ?? document.documentElement).getBoundingClientRect();
  return box.top >= around.top - 1 && box.bottom <= around.bottom + 1 && box.bottom <= window.innerHeight + 1;
};

test("each selection is shown from its title, above its raw fields, which are closed", async () => {
  const { page } = await visit({ height: 500 });
  await openServer(page);
  const inspector = page.getByRole("region", { name: "Inspector" });
  await page.getByRole("grid").getByRole("row").nth(1).click();
  await inspector.getByRole("heading", { name: /^0 →/ }).waitFor();
  await expect
    .poll(() => inspector.getByRole("button", { name: /^Raw fields/ }).getAttribute("aria-expanded"))
    .toBe("false");
  await inspector.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.getByRole("grid").getByRole("row").nth(4).click();
  const title = inspector.getByRole("heading", { name: /^3 →/ });
  await title.waitFor();
  await expect.poll(() => title.evaluate(isWhole)).toBe(true);
  const last = await inspector.evaluate((element) => element.lastElementChild?.textContent);
  expect(last).toMatch(/Raw fields/);
});

test("the selected change is in view, however long the list is", async () => {
  const { page } = await visit();
  await drop(page, [
    { name: "before.ckpt", bytes: leakyServer(3) },
    { name: "after.ckpt", bytes: leakyServer(300) },
  ]);
  await page.getByRole("radio", { name: "by task" }).check();
  const list = page.getByRole("tree", { name: "297 changes" });
  await list.waitFor();
  const selected = list.locator("[role=treeitem][aria-selected=true]");
  for (const key of ["p", "p", "n", "n"]) {
    await page.keyboard.press(key);
    await selected.waitFor();
    await expect.poll(() => selected.evaluate(isWhole)).toBe(true);
  }
});

test("a comparison without a selection has the whole width, and nothing stands empty beside it", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=services" });
  const table = page.locator("#aligned");
  await table.waitFor();
  const box = await table.boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeGreaterThan(1400);
  await expect.poll(() => page.getByRole("region", { name: /Inspector|Overview/ }).count()).toBe(0);
});

test("several loose images are a choice, not an error", async () => {
  const { page } = await visit();
  await drop(
    page,
    ["a", "b", "c"].map((name) => ({ name: `${name}.ckpt`, bytes: fixture("linux-cr/v23-s1/before.ckpt") })),
  );
  const dialog = page.getByRole("dialog", { name: "Choose images" });
  await dialog.getByText("3 images found").waitFor();
  await expect.poll(() => dialog.getByRole("checkbox").count()).toBe(3);
  await expect.poll(() => page.getByRole("alert").count()).toBe(0);
});

test("a file that is not an image does not keep one dropped with it from opening", async () => {
  const { page } = await visit();
  await drop(page, [
    { name: "good.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") },
    { name: "bad.ckpt", bytes: new Uint8Array(64) },
  ]);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await page.getByText("1 other file ignored: bad.ckpt is nothing but zeros").waitFor();
});

test("the instructions on the empty page need no checkout", async () => {
  const { page } = await visit();
  const commands = await page.locator(".empty code, .empty .mono").allTextContents();
  expect(commands).toEqual(["npm install -g ckptscope", "ckptscope dump PID -o before.ckpt"]);
});

test("no text of the drawing is drawn over another, with descriptors of six digits too", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "wide.ckpt", bytes: leakyServer(5, 123_450) }]);
  await page.getByRole("grid", { name: "Descriptors" }).getByText("123454").waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("V")]);
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) parts.push(part as Buffer);
  // The page's own policy allows no markup that is made later.
  await page.goto("about:blank");
  await page.setContent(Buffer.concat(parts).toString("utf8"));
  const over = await page.evaluate(() => {
    const texts = [...document.querySelectorAll("text")].map((text) => ({
      text: text.textContent,
      box: text.getBoundingClientRect(),
    }));
    return texts.flatMap((a, at) =>
      texts
        .slice(at + 1)
        .filter(({ box }) => box.left < a.box.right - 1 && a.box.left < box.right - 1)
        .filter(({ box }) => box.top < a.box.bottom - 3 && a.box.top < box.bottom - 3)
        .map((b) => `${a.text} | ${b.text}`),
    );
  });
  await expect.poll(() => page.locator("text").count()).toBeGreaterThan(10);
  expect(over).toEqual([]);
});

test("text breaks between words only, where a word fits", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=services" });
  await page.locator(".change").first().click();
  await page.getByRole("region", { name: "Inspector" }).waitFor();
  const broken = await page.evaluate(() =>
    [...document.querySelectorAll(".app *")]
      .filter((element) => getComputedStyle(element).wordBreak === "break-all" && element.textContent !== "")
      .map((element) => element.className),
  );
  expect(broken).toEqual([]);
});

test("the bytes show a selected record with what follows it", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("5");
  await page.getByRole("searchbox", { name: "Filter records" }).fill("FILE_DESC");
  await page.locator(".tables-panel [role=row]").nth(3).click();
  await page.keyboard.press("b");
  const grid = page.getByRole("grid", { name: /^Bytes/ });
  await grid.waitFor();
  const rows = await grid.getByRole("row").evaluateAll((all) =>
    all.map((row) => ({
      top: row.getBoundingClientRect().top,
      selected: row.querySelector(".byte-cursor") !== null,
    })),
  );
  const bottom = await grid.evaluate((element) => element.getBoundingClientRect().bottom);
  const first = rows.find(({ selected }) => selected);
  expect(first).toBeDefined();
  expect(rows.filter(({ top }) => top > (first?.top ?? 0) && top < bottom - 20).length).toBeGreaterThanOrEqual(2);
});

test("a set is named by the CRIU that can have written it", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=services" });
  const head = page.getByRole("banner");
  await head.getByText("CRIU 4.2 or later").first().waitFor();
  await expect.poll(() => head.textContent()).not.toMatch(/v1\.1/);
});

test("findings say what was found, and one of a thing is singular", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=failed-dump&tab=problems" });
  await page.getByRole("tabpanel").getByText(/ERROR/).first().waitFor();
  const text = await page.locator(".app").innerText();
  expect(text).not.toMatch(/There is no |^error: No /im);
  expect(text).not.toMatch(
    /\b1 (?:tasks|file tables|descriptors|open files|changes|problems|errors|warnings|notes)\b/i,
  );
});

for (const theme of ["light", "dark"] as const) {
  test(`dialogs and menus are accessible, ${theme}`, async () => {
    const { page } = await visit({ theme, fragment: "#v=1&sample=server" });
    await page.getByRole("grid", { name: "Descriptors" }).waitFor();
    const faults: string[] = [];
    const look = async (what: string) => {
      for (const fault of await accessibilityFaults(page)) faults.push(`${what}: ${fault}`);
    };
    for (const key of ["?", "/", "Control+k"]) {
      await page.keyboard.press(key);
      await page.getByRole("dialog").waitFor();
      await look(`the dialog of ${key}`);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    for (const menu of ["Actions", "Columns"]) {
      await page.locator("summary").filter({ hasText: menu }).first().click();
      await page.locator("details[open] li").first().waitFor();
      await look(menu);
      await page.keyboard.press("Escape");
    }
    await page.locator(".head-format").click();
    await page.getByRole("dialog").waitFor();
    await look("the dialog of the format");
    await page.keyboard.press("Escape");
    for (const tab of ["Problems", "Records", "Memory", "Bytes", "Restore", "Resources"]) {
      await page.getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
      await page.locator(`[role=tab][aria-selected=true]`).filter({ hasText: tab }).first().waitFor();
      await look(tab);
    }
    expect(faults).toEqual([]);
  });
}

for (const [width, height] of [
  [1440, 900],
  [1024, 768],
] as const) {
  test(`the change of a link is in view once the page is complete, ${width} × ${height}`, async () => {
    const { page } = await visit({ width, height, fragment: "#v=1&sample=httpd&change=file-path:3:5" });
    await page
      .locator("#changes-headline")
      .getByText(/httpd-w2 \(index 2 before\) gone/)
      .waitFor();
    const selected = page.locator("#changes [aria-selected=true]");
    await expect
      .poll(() =>
        selected.evaluate((row) => {
          const list = row.closest("[role=tree]")?.getBoundingClientRect();
          const { top, bottom } = row.getBoundingClientRect();
          return list !== undefined && top >= list.top - 1 && bottom <= list.bottom + 1;
        }),
      )
      .toBe(true);
  });
}
