// The page while it compares two images of a million descriptors, one in a hundred changed: the longest task on its
// main thread in each phase, in wall-clock time and in processor time (a busy machine stretches only the first).
// Needs a build (`npm run build`).

import { existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { servePage } from "../../cli/http/page.ts";
import { browserPath } from "../support/browser.ts";
import { type BigImage, bigImage } from "../support/images.ts";
import { print } from "./measure.ts";

/** Target for the longest task of the main thread, in milliseconds. */
const AIM = 50;

const SMALL: BigImage = { tasks: 4, descriptorsPerTask: 250, dialect: "seed" };
const LARGE: BigImage = { tasks: 1000, descriptorsPerTask: 1000, dialect: "seed" };

/** Milliseconds. */
interface Longest {
  readonly clock: number;
  readonly processor: number;
}

const text = ({ clock, processor }: Longest): string => `${clock} ms, ${processor} ms of processor time`;

/** The longest task of each phase, for a large pair and for a small one, which shows the machine's own share. */
export async function comparePage(): Promise<void> {
  const page = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");
  if (!existsSync(join(page, "index.html"))) return print("The page comparing", "not measured: npm run build first");
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
  const { address, close } = await servePage(page);
  const browser = await chromium.launch({ executablePath: await browserPath(), args: ["--no-sandbox"] });
  const measured = async (options: BigImage): Promise<Map<string, Longest>> => {
    const opened = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    try {
      return await phases(browser, opened, address, pair(options));
    } finally {
      await opened.close();
    }
  };
  try {
    const small = await measured(SMALL);
    for (const [phase, longest] of await measured(LARGE)) {
      const alone = small.get(phase);
      print(
        `The page, two images of 1000 × 1000 descriptors: ${phase}`,
        `longest task ${text(longest)}, target ${AIM} ms${alone ? `; with 4 × 250: ${text(alone)}` : ""}`,
      );
    }
  } finally {
    await browser.close();
    await close();
    rmSync(folder, { recursive: true });
  }
}

async function phases(
  browser: Browser,
  page: Page,
  address: string,
  paths: readonly string[],
): Promise<Map<string, Longest>> {
  page.setDefaultTimeout(90_000);
  await page.goto(address);
  await page.getByText("Drop a checkpoint image").waitFor();
  const longest = new Map<string, Longest>();
  const phase = async (title: string, run: () => Promise<unknown>): Promise<void> => {
    await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
    await run();
    await page.waitForTimeout(300);
    longest.set(title, longestTask((await browser.stopTracing()).toString()));
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

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of wall-clock time and of processor time. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** The longest task of the page's main thread in a Chromium trace. */
function longestTask(trace: string): Longest {
  const events = (JSON.parse(trace) as { traceEvents: TraceEvent[] }).traceEvents;
  const thread = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent): boolean => name === "thread_name" && args.name === "CrRendererMain";
  const main = new Set(events.filter(isMain).map(thread));
  const tasks = events.filter((event) => event.ph === "X" && event.name.endsWith("RunTask") && main.has(thread(event)));
  const most = (of: (task: TraceEvent) => number | undefined): number =>
    Math.round(tasks.reduce((longest, task) => Math.max(longest, of(task) ?? 0), 0) / 1000);
  return { clock: most(({ dur }) => dur), processor: most(({ tdur }) => tdur) };
}
