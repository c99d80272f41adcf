// The built page in a browser, and the longest task on its main thread while something is done in it, in wall-clock
// time and in processor time (a busy machine stretches only the first).

import { existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { servePage } from "../../cli/http/page.ts";
import { browserPath } from "../support/browser.ts";

/** Milliseconds. */
export interface Longest {
  readonly clock: number;
  readonly processor: number;
}

/** Does something in the page and measures it under a title. */
export type Phase = (title: string, run: () => Promise<unknown>) => Promise<void>;

/** What is done in a page, in phases. */
export type Phases = (page: Page, phase: Phase) => Promise<void>;

/** What the measurements run in. */
export interface Bench {
  /** Writes a file; returns its path. */
  write(name: string, chunks: Iterable<Uint8Array>): string;
  /** Runs in a new page that has nothing open. */
  inPage<T>(run: (page: Page) => Promise<T>): Promise<T>;
  /** The longest task of each phase in a new page. */
  longest(phases: Phases): Promise<ReadonlyMap<string, Longest>>;
}

/** Runs with the built page; returns false if there is none. */
export async function withPage(run: (bench: Bench) => Promise<void>): Promise<boolean> {
  const built = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");
  if (!existsSync(join(built, "index.html"))) return false;
  const folder = mkdtempSync(join(tmpdir(), "ckptscope-bench-"));
  const { address, close } = await servePage(built);
  const browser = await chromium.launch({ executablePath: await browserPath(), args: ["--no-sandbox"] });
  const inPage: Bench["inPage"] = async (runIn) => {
    // Caching for offline use begins two seconds after the page is loaded: in any phase, or in none.
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
    try {
      page.setDefaultTimeout(90_000);
      await page.goto(address);
      await page.getByText("Drop a checkpoint image").waitFor();
      return await runIn(page);
    } finally {
      await page.close();
    }
  };
  try {
    await run({
      write(name, chunks) {
        const path = join(folder, name);
        const file = openSync(path, "w");
        for (const chunk of chunks) writeSync(file, chunk);
        return path;
      },
      inPage,
      longest: (phases) => inPage((page) => longestOf(browser, page, phases)),
    });
  } finally {
    await browser.close();
    await close();
    rmSync(folder, { recursive: true });
  }
  return true;
}

async function longestOf(browser: Browser, page: Page, phases: Phases): Promise<ReadonlyMap<string, Longest>> {
  const longest = new Map<string, Longest>();
  await phases(page, async (title, run) => {
    await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
    await run();
    await page.waitForTimeout(300);
    longest.set(title, longestTask((await browser.stopTracing()).toString()));
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
  readonly ts: number;
  readonly args: {
    readonly name?: string;
    readonly chrome_mojo_event_info?: { readonly mojo_interface_tag?: string };
  };
}

/** Whether an event is a message of the benchmark itself, such as a search for an element by its role. */
const isOfBenchmark = ({ args }: TraceEvent): boolean =>
  args.chrome_mojo_event_info?.mojo_interface_tag === "blink.mojom.DevToolsSession";

/** The longest task of the page's main thread in a Chromium trace. */
function longestTask(trace: string): Longest {
  const events = (JSON.parse(trace) as { traceEvents: TraceEvent[] }).traceEvents;
  const thread = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent): boolean => name === "thread_name" && args.name === "CrRendererMain";
  const main = new Set(events.filter(isMain).map(thread));
  const own = events.filter(isOfBenchmark);
  // Finding elements by their roles can take longer in a large page than what is measured.
  const isPages = (task: TraceEvent): boolean =>
    !own.some(
      (event) => thread(event) === thread(task) && event.ts >= task.ts && event.ts <= task.ts + (task.dur ?? 0),
    );
  const isTask = ({ ph, name }: TraceEvent): boolean => ph === "X" && name.endsWith("RunTask");
  const tasks = events.filter((event) => isTask(event) && main.has(thread(event)) && isPages(event));
  const most = (of: (task: TraceEvent) => number | undefined): number =>
    Math.round(tasks.reduce((longest, task) => Math.max(longest, of(task) ?? 0), 0) / 1000);
  return { clock: most(({ dur }) => dur), processor: most(({ tdur }) => tdur) };
}
