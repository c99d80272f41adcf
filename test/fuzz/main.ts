// `npm run fuzz`: runs the targets in a thread, and watches it from outside: an input that hangs is found too.
//
//   npm run fuzz -- --inputs 100000 --seed 7 --target linux-cr
//   npm run fuzz -- --minutes 10
//
// A failure names its target and seed: `--target criu --seed 123 --inputs 1` runs that input again. The program goes on
// after a failure, and ends with status 1.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { random } from "../support/random.ts";
import type { Target } from "./target.ts";
import { allTargets } from "./targets.ts";

/** Megabytes of memory that JavaScript may use, and seconds of processor time that one input may take. */
const MEMORY = 512;
const SECONDS = 20;
/** Failures after which it is no use to go on. */
const MOST_FAILURES = 50;

interface Job {
  readonly inputs: number;
  readonly seed: number;
  readonly target: string | null;
  /** When to stop, as Date.now(). */
  readonly until: number;
}

/** What the thread reports: a failure, or now and then how far it is. */
type Report =
  | { readonly kind: "failure"; readonly target: string; readonly seed: number; readonly message: string }
  | {
      readonly kind: "progress";
      readonly input: number;
      readonly counts: Readonly<Record<string, number>>;
      readonly slowest: Slowest;
    }
  | { readonly kind: "end" };

interface Slowest {
  readonly target: string;
  readonly seed: number;
  readonly milliseconds: number;
}

/** Each target as often as its share says. */
const shares = (targets: readonly Target[]): Target[] =>
  targets.flatMap((target) => Array.from({ length: target.share }, () => target));

async function work(job: Job): Promise<void> {
  const post = (report: Report): void => parentPort?.postMessage(report);
  const all = (await allTargets()).filter(({ name }) => job.target === null || name === job.target);
  if (all.length === 0) throw new Error(`There is no target ${job.target}.`);
  const turns = shares(all);
  const counts: Record<string, number> = {};
  let slowest: Slowest = { target: "", seed: 0, milliseconds: 0 };
  for (let input = 0; input < job.inputs && Date.now() < job.until; input++) {
    const seed = job.seed + input;
    const next = random(seed);
    const target = turns[next(turns.length)] as Target;
    const begun = performance.now();
    if (input % 100 === 0) post({ kind: "progress", input, counts, slowest });
    try {
      await target.run(next);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      post({ kind: "failure", target: target.name, seed, message });
    }
    counts[target.name] = (counts[target.name] ?? 0) + 1;
    const milliseconds = performance.now() - begun;
    if (milliseconds > slowest.milliseconds) slowest = { target: target.name, seed, milliseconds };
  }
  post({ kind: "progress", input: Number.NaN, counts, slowest });
  post({ kind: "end" });
}

function options(): Job {
  const { values } = parseArgs({
    options: {
      inputs: { type: "string" },
      minutes: { type: "string" },
      seed: { type: "string" },
      target: { type: "string" },
    },
  });
  const limited = values.inputs !== undefined || values.minutes !== undefined;
  return {
    inputs: values.inputs === undefined ? Number.POSITIVE_INFINITY : Number(values.inputs),
    until: Date.now() + (values.minutes === undefined ? (limited ? 1e12 : 60_000) : Number(values.minutes) * 60_000),
    seed: values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed),
    target: values.target ?? null,
  };
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function watch(job: Job): void {
  const worker = new Worker(fileURLToPath(import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY },
  });
  let progress: Extract<Report, { kind: "progress" }> | null = null;
  let heard = cpuSeconds();
  let failures = 0;
  const end = (message: string): void => {
    const counts = Object.entries(progress?.counts ?? {}).toSorted();
    for (const [name, count] of counts) console.log(`${name.padEnd(14)}${String(count).padStart(9)}`);
    const sum = counts.reduce((all, [, count]) => all + count, 0);
    const { target, seed, milliseconds } = progress?.slowest ?? { target: "", seed: 0, milliseconds: 0 };
    console.log(`${sum} inputs from seed ${job.seed}, ${failures} failures. ${message}`);
    console.log(`Slowest: ${target}, seed ${seed}, ${milliseconds.toFixed(0)} ms.`);
    process.exit(failures === 0 ? 0 : 1);
  };
  worker.on("message", (report: Report) => {
    heard = cpuSeconds();
    if (report.kind === "progress") {
      progress = report;
      if (report.input % 10_000 === 0) console.log(`${report.input} inputs, ${failures} failures`);
    } else if (report.kind === "end") end("");
    else {
      failures++;
      console.error(`${report.target}, seed ${report.seed}: ${report.message}\n`);
      if (failures >= MOST_FAILURES) end("Too many failures.");
    }
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => end("Stopped."));
  worker.on("error", (error) => {
    failures++;
    end(`The thread died after the inputs counted above: ${error.message}`);
  });
  setInterval(() => {
    // Processor time, not time on the clock: the machine may be busy with something else.
    if (cpuSeconds() - heard < SECONDS) return;
    failures++;
    end("An input after the ones counted above hangs.");
  }, 1000).unref();
}

if (isMainThread) watch(options());
else await work(workerData as Job);
