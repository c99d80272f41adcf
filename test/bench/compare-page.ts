// The page while it compares two images of a million descriptors, one in a hundred changed: the longest task on its
// main thread in each phase. Wants the page to be built (`npm run build`).

import { existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { serveFolder } from "../../cli/page-server.ts";
import { browserPath } from "../support/browser.ts";
import { type BigImage, bigImage } from "../support/images.ts";
import { tell } from "./measure.ts";

/** Milliseconds that no task of the main thread is to exceed. */
const AIM = 50;

export async function comparePage(): Promise<void> {
  const page = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");
  if (!existsSync(join(page, "index.html"))) return tell("The page comparing", "not measured: npm run build first");
  const folder = mkdtempSync(join(tmpdir(), "ckptscope-bench-"));
  const write = (name: string, options: BigImage): string => {
    const path = join(folder, name);
    const file = openSync(path, "w");
    for (const chunk of bigImage(options)) writeSync(file, chunk);
    return path;
  };
  const options: BigImage = { tasks: 1000, descriptorsPerTask: 1000, dialect: "seed" };
  const paths = [write("a-before.ckpt", options), write("b-after.ckpt", { ...options, moved: 4096, movedEvery: 90 })];
  const { server, address } = await serveFolder(page);
  const browser = await chromium.launch({ executablePath: await browserPath(), args: ["--no-sandbox"] });
  try {
    await phases(await browser.newPage({ viewport: { width: 1440, height: 900 } }), address, paths);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

async function phases(page: Page, address: string, paths: readonly string[]): Promise<void> {
  page.setDefaultTimeout(180_000);
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask" });
  });
  await page.goto(address);
  await page.getByText("Drop a checkpoint image").waitFor();
  const phase = async (title: string, run: () => Promise<unknown>): Promise<void> => {
    const start = performance.now();
    await page.evaluate(() => void (window as unknown as { longTasks: number[] }).longTasks.splice(0));
    await run();
    await page.waitForTimeout(300);
    const tasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
    const longest = Math.round(Math.max(0, ...tasks));
    const verdict =
      longest <= AIM ? "no task over" : `${tasks.length} tasks, the longest ${longest} ms, aimed at at most`;
    tell(`${title}, ${Math.round(performance.now() - start)} ms`, `${verdict} ${AIM} ms`);
  };
  const presses = (key: string, times: number) => async () => {
    for (let at = 0; at < times; at++) {
      await page.keyboard.press(key);
      await page.waitForTimeout(100);
    }
  };
  const drawing = page.locator(".drawing-tree");
  await phase("1,000,000 descriptors twice: opened, compared and drawn", async () => {
    const chooser = page.waitForEvent("filechooser");
    await page.keyboard.press("o");
    await (await chooser).setFiles([...paths]);
    await page.getByRole("grid", { name: "Side by side" }).waitFor();
    await drawing.waitFor({ state: "attached" });
  });
  await phase("Ten changes stepped through", presses("n", 10));
  await phase("Everything side by side, instead of changes alone", presses("a", 1));
  await phase("Changes alone again", presses("a", 1));
  await phase("A kind switched off, and on again", async () => {
    const box = page.getByRole("checkbox", { name: /^position/ });
    await box.uncheck();
    await page.waitForTimeout(300);
    await box.check();
  });
  await phase("Swapped and drawn", async () => {
    await page.keyboard.press("x");
    await page.getByRole("radio", { name: "before b-after.ckpt" }).waitFor({ state: "attached" });
    await drawing.waitFor({ state: "attached" });
  });
}
