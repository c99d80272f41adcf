// The drawing on the page: folded rows, the switch that unfolds, links, minimap, levels, buttons, legend, pictures.

import { readFileSync } from "node:fs";
import type { Download, Page } from "playwright-core";
import { expect, test } from "vitest";
import { largeImage } from "../support/large-image.ts";
import { accessibilityFaults, drop, openBrowser } from "./support.ts";

const visit = openBrowser();

const open = async (sample: string, more = "") => {
  const { page } = await visit({ fragment: `#sample=${sample}${more}` });
  await tree(page).waitFor({ state: "attached" });
  return page;
};

const tree = (page: Page) => page.locator(".drawing-tree");
const items = (page: Page, text: RegExp) => tree(page).getByRole("treeitem").filter({ hasText: text });
const button = (page: Page, name: RegExp) =>
  page.getByRole("region", { name: "Drawing" }).getByRole("button", { name });
const minimap = (page: Page) => page.locator(".drawing-minimap");

/** The frame of a canvas as the user sees it: its pixels. */
const pixels = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector<HTMLCanvasElement>(".drawing-view canvas")?.toDataURL() ?? "");

/** Waits until the drawing is painted otherwise than `before`. */
const repainted = (page: Page, before: string): Promise<unknown> =>
  page.waitForFunction(
    (old) => document.querySelector<HTMLCanvasElement>(".drawing-view canvas")?.toDataURL() !== old,
    before,
  );

const contentOf = async (download: Download): Promise<Buffer> => readFileSync(await download.path());

test("two images are folded to what changed, and a row, a button, a key and a link unfold them", async () => {
  const page = await open("services");
  const folded = items(page, /^\d+ unchanged, fd /);
  await folded.first().waitFor({ state: "attached" });
  await expect.poll(() => folded.first().getAttribute("aria-expanded")).toBe("false");
  const slots = items(page, /^Fd \d+ of the file table/);
  const before = await slots.count();
  // A folded row opens by itself.
  await folded.first().evaluate((element) => (element as HTMLElement).click());
  await expect.poll(() => slots.count()).toBeGreaterThan(before);
  // The switch opens all, here and side by side, and is in the link.
  await button(page, /Unfold unchanged/).click();
  await button(page, /Fold unchanged/).waitFor();
  await expect.poll(() => items(page, /unchanged, fd/).count()).toBe(0);
  await page.waitForFunction(() => location.hash.includes("rows=all"));
  await expect.poll(() => page.getByRole("checkbox", { name: "Only changes" }).isChecked()).toBe(false);
  await page.keyboard.press("a");
  await items(page, /unchanged, fd/)
    .first()
    .waitFor({ state: "attached" });
  const linked = await open("services", "&rows=all");
  await button(linked, /Fold unchanged/).waitFor();
  await expect.poll(() => items(linked, /unchanged, fd/).count()).toBe(0);
});

test("a selected descriptor names what its file is linked to, and both ends are drawn", async () => {
  const page = await open("services", "&select=31493:50");
  const selected = tree(page).locator("[aria-selected=true]");
  await selected.waitFor({ state: "attached" });
  const live = page.locator(".drawing-live");
  await expect
    .poll(() => live.textContent())
    .toMatch(/watches: fd 10 of 31493 w4-parent.*; watched by: fd 51 of 31493/);
});

test("what was selected in another panel of a phone is in view when the drawing is shown", async () => {
  const { page } = await visit({ fragment: "#sample=httpd", width: 390, height: 600 });
  const panel = (name: string) => page.getByRole("navigation").getByRole("button", { name });
  await panel("Drawing").click();
  await items(page, /httpd-w4/)
    .first()
    .waitFor({ state: "attached" });
  await panel("Changes").click();
  await page.locator(".change").filter({ hasText: "httpd-w4" }).first().click();
  await panel("Drawing").click();
  await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/zoom=1,0,-\d+/);
});

test("a selected descriptor stays in view when the sentence about it takes some of the drawing's height", async () => {
  const { page } = await visit({ fragment: "#sample=services", width: 1024, height: 768 });
  const slot = items(page, /^Fd 50 of the file table/).first();
  await slot.waitFor({ state: "attached" });
  await slot.evaluate((element) => (element as HTMLElement).click());
  await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/zoom=1,0,-\d+/);
});

test("the minimap moves the view, and is there only while the drawing is larger than the view", async () => {
  const page = await open("services", "&rows=all");
  await minimap(page).waitFor();
  const before = await pixels(page);
  await minimap(page).click({ position: { x: 9, y: 90 } });
  await repainted(page, before);
  await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/zoom=1,0,-\d+/);
  await button(page, /^Fit$/).click();
  await minimap(page).waitFor({ state: "hidden" });
  const small = await open("shared-table");
  await minimap(small).waitFor({ state: "hidden" });
});

test("what is below the view is announced, and a click goes there", async () => {
  const page = await open("httpd", "&rows=all");
  const below = button(page, /below/);
  await below.waitFor();
  while ((await below.count()) > 0) {
    const before = await pixels(page);
    await below.click();
    await repainted(page, before);
  }
  await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/zoom=1,0,-\d+/);
});

test("buttons zoom like their keys", async () => {
  const page = await open("server");
  const zoom = () => page.evaluate(() => /zoom=([\d.]+)/.exec(location.hash)?.[1] ?? "1");
  await button(page, /^\+$/).click();
  await expect.poll(zoom).toBe("1.25");
  await button(page, /^−$/).click();
  await expect.poll(zoom).toBe("1");
});

test("the legend folds away and stays away", async () => {
  const page = await open("server");
  const legend = page.getByRole("list", { name: "Legend" });
  await legend.waitFor();
  await button(page, /Legend/).click();
  await legend.waitFor({ state: "detached" });
  await page.reload();
  await tree(page).waitFor({ state: "attached" });
  await expect.poll(() => legend.count()).toBe(0);
  await page.keyboard.press("q");
  await legend.waitFor();
});

test("the legend fits into any width", async () => {
  const page = await open("server");
  await page.getByRole("list", { name: "Legend" }).waitFor();
  for (const width of [200, 320]) {
    const cut = await page.locator(".drawing-legend").evaluate((list, pixels) => {
      list.style.width = `${pixels}px`;
      return [...list.children].filter((item) => item.getBoundingClientRect().width > pixels).length;
    }, width);
    expect(cut).toBe(0);
  }
});

test("the drawing is saved as SVG and as PNG", async () => {
  const page = await open("shared-table");
  const [vector] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("V")]);
  expect(vector.suggestedFilename()).toBe("shared-table.ckpt.drawing.svg");
  const text = (await contentOf(vector)).toString("utf8");
  expect(text).toMatch(/^<svg xmlns=/);
  expect(text).toContain("/dev/pts/0");
  const [picture] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("P")]);
  expect(picture.suggestedFilename()).toBe("shared-table.ckpt.drawing.png");
  expect([...(await contentOf(picture)).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
});

const hash = (page: Page): Promise<string> => page.evaluate(() => location.hash);

/** 30 tables of 1,000 descriptors each. */
const openLarge = async () => {
  const { page } = await visit();
  await drop(page, [{ name: "large.ckpt", bytes: Buffer.concat([...largeImage(30_000)]) }]);
  await items(page, /^Descriptors per file table/).waitFor({ state: "attached" });
  return page;
};

test("zooming opens levels: histograms, tables as bars, slots; the link records where", async () => {
  const page = await openLarge();
  const canvas = page.locator(".drawing-view canvas").first();
  await canvas.dblclick({ position: { x: 60, y: 200 } });
  await items(page, /^File table of \d+ worker-\d+, 1,000 descriptors.*folded: 1,000 files/)
    .first()
    .waitFor({ state: "attached" });
  await expect.poll(() => hash(page)).toMatch(/zoom=1,0,0,bars,\d+/);
  // Keys zoom as far as the level goes, and then to the next one.
  while (!/,words,/.test(await hash(page))) {
    const before = await hash(page);
    await page.keyboard.press("+");
    await expect.poll(() => hash(page)).not.toBe(before);
  }
  await items(page, /^Fd \d+ of the file table/)
    .first()
    .waitFor({ state: "attached" });
  // What is below is a click away.
  const below = items(page, /^▾ [\d,]+ fds below$/);
  const text = await below.textContent();
  await below.evaluate((element) => (element as HTMLElement).click());
  await expect.poll(() => below.textContent()).not.toBe(text);
  // And back.
  await page.keyboard.press("-");
  await expect.poll(() => hash(page)).toMatch(/,bars,/);
  await page.keyboard.press("-");
  // While something is selected, its surroundings are beside the histograms; else the charts.
  await page.keyboard.press("Escape");
  await items(page, /^Descriptors per file table/).waitFor({ state: "attached" });
  await expect.poll(() => hash(page)).not.toContain("zoom=");
});

test("histograms are accessible", async () => {
  expect(await accessibilityFaults(await openLarge())).toEqual([]);
});

for (const theme of ["light", "dark"] as const) {
  test(`a folded comparison with a selection is accessible, ${theme}`, async () => {
    const { page } = await visit({ theme, fragment: "#sample=services&select=31493:50" });
    await tree(page).locator("[aria-selected=true]").waitFor({ state: "attached" });
    expect(await accessibilityFaults(page)).toEqual([]);
  });
}

test("the progress of a drawing is shown only if it takes a while", async () => {
  const page = await open("server");
  const shown = await page.evaluate(async () => {
    const note = document.body.appendChild(document.createElement("p"));
    note.className = "drawing-soon";
    const first = getComputedStyle(note).visibility;
    await Promise.all(note.getAnimations().map(({ finished }) => finished));
    return [first, getComputedStyle(note).visibility];
  });
  expect(shown).toEqual(["hidden", "visible"]);
});

test("the drawing is printed in the colours of paper", async () => {
  const { page } = await visit({ theme: "dark", fragment: "#v=1&sample=httpd" });
  const canvas = page.locator(".drawing-view canvas").first();
  /** The lightness of the canvas at its lower left, right after an event. */
  const after = (event: string): Promise<number> =>
    canvas.evaluate((element, type) => {
      window.dispatchEvent(new Event(type));
      const { width, height } = element as HTMLCanvasElement;
      const context = (element as HTMLCanvasElement).getContext("2d");
      return width === 0 ? -1 : (context?.getImageData(2, height - 2, 1, 1).data[0] ?? -1);
    }, event);
  await expect.poll(() => after("none")).toBe(0x15);
  expect(await after("beforeprint")).toBe(0xff);
  await after("afterprint");
  await expect.poll(() => after("none")).toBe(0x15);
});

test("the drawing is painted again for a screen with other pixels", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  const canvas = page.locator(".drawing-view canvas").first();
  const ratio = () =>
    canvas.evaluate((element) => (element as HTMLCanvasElement).width / Math.floor(element.clientWidth));
  await expect.poll(ratio).toBe(1);
  const session = await page.context().newCDPSession(page);
  for (const deviceScaleFactor of [2, 1.5, 1]) {
    await session.send("Emulation.setDeviceMetricsOverride", {
      width: 1440,
      height: 900,
      deviceScaleFactor,
      mobile: false,
    });
    await expect.poll(ratio).toBeCloseTo(deviceScaleFactor, 1);
  }
});
