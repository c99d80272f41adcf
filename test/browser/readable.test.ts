// What a person reads in a window of any size: whole sentences about the selection, the text beside the bytes, no doubt
// about the order of equal images; and every dialog and state that keys lead to, for screen readers.

import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { layoutFaults } from "./layout-faults.ts";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

/** In a narrow window, the panel that is shown. */
async function panel(page: Page, name: string): Promise<void> {
  const button = page.getByRole("navigation", { name: "Parts of the page" }).getByRole("button", { name });
  if ((await button.count()) > 0) await button.click();
}

for (const width of [1440, 390]) {
  test(`the sentence about the selection is whole, at ${width} pixels`, async () => {
    const { page } = await visit({ width, height: 844, fragment: "#v=1&sample=shared-table" });
    await page.locator(".drawing-tree").waitFor({ state: "attached" });
    await panel(page, "Tables");
    await page.locator(".grid-body [role=row]").nth(1).click();
    await panel(page, "Drawing");
    const status = page.locator(".drawing-status");
    await expect.poll(() => status.textContent()).toMatch(/^Fd 1 of .*, shared by 4 descriptors$/);
    const cut = await status.evaluate((element) =>
      [element, ...element.querySelectorAll("p")].some(
        (each) =>
          each.scrollWidth > each.clientWidth + 1 ||
          each.scrollHeight > each.clientHeight + 1 ||
          each.getBoundingClientRect().bottom > window.innerHeight,
      ),
    );
    expect(cut).toBe(false);
  });
}

test("the object under the pointer is described without moving the drawing", async () => {
  const { page } = await visit({ width: 1440, fragment: "#v=1&sample=shared-table" });
  await page.locator(".drawing-tree").waitFor({ state: "attached" });
  const canvas = page.locator(".drawing canvas").first();
  const before = await canvas.boundingBox();
  await canvas.hover({ position: { x: 40, y: 40 } });
  const pointed = page.locator(".drawing-status p").last();
  await expect.poll(() => pointed.textContent()).toMatch(/^Task worker \(index 0\), shares its file table/);
  expect(await canvas.boundingBox()).toEqual(before);
});

for (const width of [1440, 1280]) {
  test(`the text beside the bytes is in view with the inspector open, at ${width} pixels`, async () => {
    const { page } = await visit({ width, height: 900, fragment: "#v=1&sample=httpd" });
    await page.locator(".change").first().waitFor();
    await page.keyboard.press("n");
    await page.getByRole("region", { name: "Inspector" }).waitFor();
    await page.keyboard.press("b");
    const grid = page.getByRole("grid", { name: /^Bytes/ });
    await grid.getByRole("row").nth(1).waitFor();
    await expect
      .poll(() =>
        grid.evaluate((element) => {
          const text = element.querySelector(".hex-body .hex-text")?.getBoundingClientRect();
          return text !== undefined && text.width > 0 && text.right <= element.getBoundingClientRect().right;
        }),
      )
      .toBe(true);
  });
}

test("two copies of one file have no order to be unsure about", async () => {
  const { page } = await visit();
  const bytes = fixture("criu/archives-by-hand/w7-podman-before.tar");
  await drop(page, [
    { name: "x.tar", bytes },
    { name: "y.tar", bytes },
  ]);
  await page.getByText("no changes").waitFor();
  await expect.poll(() => page.getByText("order unsure").count()).toBe(0);
  await expect.poll(() => page.getByText("Which image is earlier is not certain").count()).toBe(0);
});

/** Adds what is wrong with what is shown now, each with where it is. */
async function look(page: Page, what: string, faults: string[]): Promise<void> {
  for (const fault of await accessibilityFaults(page)) faults.push(`${what}: ${fault}`);
  for (const fault of await layoutFaults(page)) faults.push(`${what}: ${fault}`);
}

async function lookAtDialog(page: Page, key: string, faults: string[]): Promise<void> {
  await page.keyboard.press(key);
  await page.getByRole("dialog").waitFor();
  await look(page, `the dialog of ${key}`, faults);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

test("every tab is accessible at full width, where the panels with the first headings are gone", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  await page.locator(".change").first().waitFor();
  await page.getByRole("button", { name: "Full width" }).click();
  await page.locator(".change").first().waitFor({ state: "detached" });
  const faults: string[] = [];
  const tabs = page.getByRole("tablist", { name: "Tables" }).getByRole("tab");
  for (const tab of await tabs.all()) {
    await tab.click();
    await page.locator(".tables-panel").waitFor();
    for (const fault of await accessibilityFaults(page)) faults.push(`${await tab.textContent()}: ${fault}`);
  }
  expect(faults).toEqual([]);
});

describe.each([
  { width: 390, theme: "dark" },
  { width: 1440, theme: "light" },
] as const)("with $width pixels, $theme", ({ width, theme }) => {
  const compare = async (): Promise<Page> => {
    const { page } = await visit({ width, height: 844, theme, fragment: "#v=1&sample=httpd" });
    await page.locator(".change, .narrow-bar").first().waitFor();
    return page;
  };

  test.each(["?", "/", "Control+k", "A", "U"])("the dialog of %s is accessible and whole", async (key) => {
    const page = await compare();
    const faults: string[] = [];
    await lookAtDialog(page, key, faults);
    expect(faults).toEqual([]);
  });

  test("so are the dialog of an offset, a change that was seen, and the empty page after that", async () => {
    const page = await compare();
    const faults: string[] = [];
    await page.keyboard.press("n");
    await page.keyboard.press("s");
    await panel(page, "Changes");
    await page.locator(".change-seen").first().waitFor();
    await look(page, "a change that was seen", faults);
    await page.keyboard.press("b");
    await page.getByRole("grid", { name: /^Bytes/ }).waitFor();
    await lookAtDialog(page, "g", faults);
    await page.keyboard.press("W");
    await page.getByRole("button", { name: "Forget seen changes" }).waitFor();
    await look(page, "the empty page after changes were seen", faults);
    expect(faults).toEqual([]);
  });
});

test("with forced colours the drawing has the system's, and a frame is around what is selected", async () => {
  const { page } = await visit({ theme: "dark", fragment: "#v=1&sample=shared-table" });
  await page.locator(".drawing-tree").waitFor({ state: "attached" });
  const colours = (): Promise<number[]> =>
    page.locator(".drawing-view canvas:not(.drawing-minimap)").evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      const pixels = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
      const opaque = new Uint32Array(pixels.buffer).filter((pixel) => pixel >>> 24 === 0xff);
      return [...new Set(opaque)].sort();
    });
  const own = await colours();
  await page.emulateMedia({ forcedColors: "active", colorScheme: "dark" });
  await expect.poll(colours).not.toEqual(own);
  // Text and lines differ from what is behind them.
  expect((await colours()).length).toBeGreaterThan(2);
  const row = page.locator(".grid-body [role=row]").nth(1);
  await row.click();
  await expect.poll(() => row.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid");
});

test("a comparison is printed with its panels, in light colours, although paper is narrow", async () => {
  const { page } = await visit({ theme: "dark" });
  await drop(page, [
    { name: "before.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") },
    { name: "after.ckpt", bytes: fixture("linux-cr/v23-s1/after.ckpt") },
  ]);
  await page.getByRole("grid").first().waitFor();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setViewportSize({ width: 700, height: 1000 });
  await page.locator("#panel-tree").waitFor();
  await page.getByRole("grid").first().waitFor();
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
});
