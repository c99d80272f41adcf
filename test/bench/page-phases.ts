// What the benchmark of the page does in it: all that users do with one image and with two.

import type { Locator, Page } from "playwright-core";
import type { Phases } from "./page-tasks.ts";

/** Opens files and waits for what shows that they are open. */
async function open(page: Page, paths: readonly string[], isOpen: Locator): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open…" }).click();
  await (await chooser).setFiles([...paths]);
  await isOpen.waitFor();
  await page.locator(".drawing-tree").waitFor({ state: "attached" });
}

const presses = (page: Page, key: string, times: number) => async () => {
  for (let at = 0; at < times; at++) {
    await page.keyboard.press(key);
    await page.waitForTimeout(100);
  }
};

const settled = (page: Page) => page.locator("[role=grid][aria-busy=false]").waitFor();

/**
 * Replaces the text of a box. What `fill` makes the page do is part of a message of the
 * benchmark, which is not counted.
 */
async function enter(page: Page, box: Locator, text: string): Promise<void> {
  await box.click();
  await page.keyboard.press("Control+A");
  if (text === "") await page.keyboard.press("Delete");
  else await page.keyboard.insertText(text);
}

/** Finds a text, and selects the first result. */
const find = (page: Page, text: string) => async () => {
  await page.keyboard.press("/");
  await page.keyboard.type(text);
  await page.getByText(/^[\d,]+ found/).waitFor();
  await page.keyboard.press("Enter");
};

/** Drags a splitter up and down again. */
async function dragUp(page: Page, label: string, pixels: number): Promise<void> {
  const box = await page.getByRole("separator", { name: label }).boundingBox();
  if (box === null) throw new Error(`${label} is not shown`);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (const up of [0.25, 0.5, 0.75, 1, 0.5, 0]) {
    await page.mouse.move(x, y - up * pixels);
    await page.waitForTimeout(50);
  }
  await page.mouse.up();
}

/** An image whose first open file is held by most of its descriptors. */
export const manyHolders =
  (path: string): Phases =>
  async (page, phase) => {
    await open(page, [path], page.locator("[role=grid]").first());
    const row = (at: number) => page.locator(".grid-body [role=row]").nth(at);
    for (const listing of ["Descriptors", "Open files", "File tables"] as const) {
      await page.getByRole("tab", { name: listing }).click();
      await settled(page);
      await phase(`selected among ${listing.toLowerCase()}`, async () => {
        await row(0).click();
        await page.waitForTimeout(300);
      });
    }
  };

/** One image, with `rows` descriptors. */
export const oneImage =
  (path: string, rows: number): Phases =>
  async (page, phase) => {
    await phase("opened and drawn", async () => {
      await open(page, [path], page.locator(`[role=grid][aria-rowcount='${rows + 1}']`));
      await page.getByRole("progressbar").waitFor({ state: "detached" });
    });
    const row = (at: number) => page.locator(".grid-body [role=row]").nth(at);
    await phase("a descriptor selected", () => row(3).click());
    for (const [listing, kind] of [
      ["Open files", "an open file"],
      ["File tables", "a file table"],
      ["Tasks", "a task"],
    ] as const) {
      await phase(`${kind} selected`, async () => {
        await page.getByRole("tab", { name: listing }).click();
        await settled(page);
        await row(0).click();
      });
    }
    await phase("sorted", async () => {
      await page.getByRole("tab", { name: "Descriptors" }).click();
      for (let times = 0; times < 2; times++) {
        await page.getByRole("columnheader", { name: "Position" }).getByRole("button").click();
        await page.waitForTimeout(300);
        await settled(page);
      }
    });
    const box = page.getByRole("searchbox", { name: /^Filter/ }).first();
    await phase("filtered to a tenth, and all again", async () => {
      await enter(page, box, "log-");
      await page.getByText(/ of [\d,]+ descriptors$/).waitFor();
      await page.locator(".drawing-filter").waitFor();
      await enter(page, box, "");
      await page.locator(".drawing-filter").waitFor({ state: "detached" });
      await settled(page);
      await box.blur();
    });
    await phase("grouped by path", async () => {
      // In a task of the page, as with `enter`.
      await page.getByLabel("Group by").evaluate((select: HTMLSelectElement) =>
        setTimeout(() => {
          select.value = "path";
          select.dispatchEvent(new Event("change", { bubbles: true }));
        }),
      );
      await page.waitForTimeout(300);
      await settled(page);
    });
    await phase("found by a path, and selected", find(page, "file-77"));
    await phase("tables made higher and lower", () => dragUp(page, "Height of the tables", 200));
    await phase("records listed, one selected", async () => {
      await page.getByRole("tab", { name: "Records" }).click();
      await page.waitForTimeout(300);
      await page.locator("[role=row]").nth(4).click();
    });
  };

/** Two images. */
export const twoImages =
  (paths: readonly string[]): Phases =>
  async (page, phase) => {
    const drawing = page.locator(".drawing-tree");
    await phase("opened, compared and drawn", () =>
      open(page, paths, page.getByRole("grid", { name: "Side by side" })),
    );
    await phase("ten changes stepped through", presses(page, "n", 10));
    await phase("everything side by side", presses(page, "a", 1));
    await phase("changes alone again", presses(page, "a", 1));
    await phase("a kind switched off, and on again", async () => {
      const box = page.getByRole("checkbox", { name: /^position/ });
      await box.uncheck();
      await page.waitForTimeout(300);
      await box.check();
    });
    await phase("changes filtered by a word, and all again", async () => {
      const box = page.getByRole("searchbox", { name: "Filter changes" });
      await enter(page, box, "part-7");
      await page.waitForTimeout(300);
      await enter(page, box, "");
      await box.blur();
    });
    await phase("changes by task, and by event again", async () => {
      await page.keyboard.press("G");
      await page.waitForTimeout(300);
      await page.keyboard.press("G");
    });
    await phase("found by a path, and selected", find(page, "file-77"));
    await phase("swapped and drawn", async () => {
      await page.keyboard.press("x");
      await page.getByRole("radio", { name: /^before b-after/ }).waitFor({ state: "attached" });
      await drawing.waitFor({ state: "attached" });
    });
  };
