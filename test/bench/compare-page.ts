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

const SMALL: BigImage = { tasks: 4, descriptorsPerTask: 250, dialect: "seed" };
const LARGE: BigImage = { tasks: 1000, descriptorsPerTask: 1000, dialect: "seed" };

/** The longest task of each phase, in milliseconds, with a small pair beside a large one: what is the machine's share. */
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
  const pair = (options: BigImage): string[] => [
    write(`a-before-${options.tasks}.ckpt`, options),
    write(`b-after-${options.tasks}.ckpt`, { ...options, moved: 4096, movedEvery: 90 }),
  ];
  const { server, address } = await serveFolder(page);
  const browser = await chromium.launch({ executablePath: await browserPath(), args: ["--no-sandbox"] });
  const measured = async (options: BigImage): Promise<Map<string, number>> => {
    const opened = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    try {
      return await phases(opened, address, pair(options));
    } finally {
      await opened.close();
    }
  };
  try {
    const small = await measured(SMALL);
    for (const [phase, longest] of await measured(LARGE)) {
      tell(
        `The page, two images of 1000 × 1000 descriptors: ${phase}`,
        `${longest <= AIM ? "no task over" : `longest task ${longest} ms, aimed at`} ${AIM} ms; with 4 × 250: ${small.get(phase)} ms`,
      );
    }
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

async function phases(page: Page, address: string, paths: readonly string[]): Promise<Map<string, number>> {
  page.setDefaultTimeout(90_000);
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask" });
  });
  await page.goto(address);
  await page.getByText("Drop a checkpoint image").waitFor();
  const longest = new Map<string, number>();
  const phase = async (title: string, run: () => Promise<unknown>): Promise<void> => {
    await page.evaluate(() => void (window as unknown as { longTasks: number[] }).longTasks.splice(0));
    await run();
    await page.waitForTimeout(300);
    const tasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
    longest.set(title, Math.round(Math.max(0, ...tasks)));
  };
  const presses = (key: string, times: number) => async () => {
    for (let at = 0; at < times; at++) {
      await page.keyboard.press(key);
      await page.waitForTimeout(100);
    }
  };
  const drawing = page.locator(".drawing-tree");
  await phase("opened, compared and drawn", async () => {
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Open…" }).click();
    await (await chooser).setFiles([...paths]);
    await page.getByRole("grid", { name: "Side by side" }).waitFor();
    await drawing.waitFor({ state: "attached" });
  });
  await phase("ten changes stepped through", presses("n", 10));
  await phase("everything side by side", presses("a", 1));
  await phase("changes alone again", presses("a", 1));
  await phase("a kind switched off, and on again", async () => {
    const box = page.getByRole("checkbox", { name: /^position/ });
    await box.uncheck();
    await page.waitForTimeout(300);
    await box.check();
  });
  await phase("swapped and drawn", async () => {
    await page.keyboard.press("x");
    await page.getByRole("radio", { name: /^before b-after/ }).waitFor({ state: "attached" });
    await drawing.waitFor({ state: "attached" });
  });
  return longest;
}
