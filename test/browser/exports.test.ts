// Files and texts that take long to make: each shows its progress, and Escape cancels it.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const before = { name: "before.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt"), lastModified: 1000 };
const after = { name: "after.ckpt", bytes: fixture("linux-cr/v23-s1/after.ckpt"), lastModified: 2000 };

const EXPORTS = ["json", "table", "resourceTable", "lines", "changes", "restoreTable", "pack", "report"];

interface Held {
  /** Delivers the responses that were held, and those to come. */
  release(): void;
}
declare global {
  var held: Held;
}

/**
 * Has the worker take forever to make files: their responses are held, and there is progress until they are cancelled.
 */
async function holdExports(page: Page): Promise<void> {
  await page.evaluate((kinds) => {
    const { postMessage } = Worker.prototype;
    const ids = new Set<number>();
    const waiting: (() => void)[] = [];
    let isHeld = true;
    const watched = new WeakSet<Worker>();
    const watch = (worker: Worker): void => {
      watched.add(worker);
      const deliver = worker.onmessage?.bind(worker);
      const half = (id: number) => ({ id, kind: "progress", progress: { bytes: 1024, size: 2048, objects: 0 } });
      worker.onmessage = (event) => {
        if (!isHeld || !ids.has(event.data.id)) deliver?.(event);
        else if (event.data.kind === "response") waiting.push(() => deliver?.(event));
      };
      // Time passes in the worker, not in the test: a worker that is neither busy nor heard of has ended.
      setInterval(() => {
        if (isHeld) for (const id of ids) deliver?.(new MessageEvent("message", { data: half(id) }));
      }, 100);
    };
    Worker.prototype.postMessage = function (this: Worker, message: { id: number; kind: string }) {
      if (!watched.has(this)) watch(this);
      if (kinds.includes(message.kind)) ids.add(message.id);
      else if (message.kind === "cancel") ids.delete(message.id);
      postMessage.call(this, message);
    };
    globalThis.held = {
      release() {
        isHeld = false;
        for (const each of waiting.splice(0)) each();
      },
    };
  }, EXPORTS);
}

const saving = (page: Page) => page.getByRole("region", { name: "Saving" });

/** Expects that what keys begin shows its progress, and that Escape ends it without a file or a text. */
async function expectCancelled(page: Page, begin: () => Promise<void>): Promise<void> {
  await begin();
  await saving(page)
    .getByText(/1 KiB of 2 KiB/)
    .waitFor();
  expect(await saving(page).getByRole("progressbar").getAttribute("value")).toBe("1024");
  await page.keyboard.press("Escape");
  await saving(page).waitFor({ state: "detached" });
}

/** Expects that a file is saved, after which any other one would have been. */
async function expectSaved(page: Page, begin: () => Promise<void>): Promise<void> {
  const downloads: string[] = [];
  page.on("download", (download) => downloads.push(download.suggestedFilename()));
  await page.evaluate(() => globalThis.held.release());
  const [download] = await Promise.all([page.waitForEvent("download"), begin()]);
  expect(downloads).toEqual([download.suggestedFilename()]);
  expect(await page.getByText(/^Copied/).count()).toBe(0);
}

test("the files and texts of an image", async () => {
  const { page } = await visit();
  await drop(page, [before]);
  await page.locator("[role=grid][aria-busy=false]").waitFor();
  await holdExports(page);
  const press = (key: string) => () => page.keyboard.press(key);
  // Table as CSV and as text, lines, JSON.
  for (const key of ["e", "Y", "z", "J"]) await expectCancelled(page, press(key));
  await page.keyboard.press("7");
  await page.locator("#resources:focus-within").waitFor();
  for (const key of ["e", "Y"]) await expectCancelled(page, press(key));
  await page.keyboard.press("w");
  await page.locator("#restore:focus-within").waitFor();
  await expectCancelled(page, press("e"));
  await expectSaved(page, press("J"));
});

test("the changes between two images", async () => {
  const { page } = await visit();
  await drop(page, [before, after]);
  await page.locator("#changes-headline").waitFor();
  await holdExports(page);
  for (const key of ["m", "j", "E", "M"]) await expectCancelled(page, () => page.keyboard.press(key));
  await expectSaved(page, () => page.keyboard.press("m"));
});

test("a report", async () => {
  const { page } = await visit();
  await drop(page, [before, after]);
  await page.locator("#changes-headline").waitFor();
  await page.keyboard.press("R");
  const dialog = page.getByRole("dialog", { name: "Save a report" });
  const save = dialog.getByRole("button", { name: "Save report" });
  await expect.poll(() => save.isEnabled()).toBe(true);
  await holdExports(page);
  await expectCancelled(page, () => save.click());
  // Packing shows its progress in the dialog, which Escape closes.
  await page.keyboard.press("R");
  await expect.poll(() => dialog.getByRole("progressbar", { name: "Packing" }).getAttribute("value")).toBe("1024");
  expect(await save.isDisabled()).toBe(true);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.evaluate(() => globalThis.held.release());
  await page.keyboard.press("R");
  await expect.poll(() => save.isEnabled()).toBe(true);
  await expectSaved(page, () => save.click());
});
