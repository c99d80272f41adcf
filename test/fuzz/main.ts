// `npm run fuzz`: runs the targets until a time or a number of inputs is reached.
//
//   npm run fuzz -- --inputs 100000 --seed 7 --target linux-cr
//   npm run fuzz -- --minutes 10 --workers 2 --log fuzz.jsonl
//
// A failure names its target and seed: `--target criu --seed 123 --inputs 1` runs that input again. The program goes on
// after a failure, and ends with status 1. Each worker is a process of its own, so that the processor time of an input
// can be measured.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, workerData } from "node:worker_threads";
import { createLog, type Failure, inputsOf, type Tally, tallyText, together } from "./tally.ts";
import { type Job, runThread } from "./thread.ts";
import { watch } from "./watch.ts";

/** Of failures that look alike, these are printed. */
const MOST_ALIKE = 3;
/** Milliseconds between two lines of progress, or of the log. */
const INTERVAL = 60_000;

interface Options {
  readonly job: Job;
  readonly workers: number;
  readonly log: string | null;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      inputs: { type: "string" },
      minutes: { type: "string" },
      seed: { type: "string" },
      target: { type: "string" },
      workers: { type: "string" },
      log: { type: "string" },
    },
  });
  const { inputs, minutes = inputs === undefined ? "1" : undefined, seed, target = null, workers = "1" } = values;
  const job = {
    seed: seed === undefined ? Date.now() % 2 ** 31 : Number(seed),
    from: 0,
    step: Number(workers),
    inputs: inputs === undefined ? Number.MAX_SAFE_INTEGER : Number(inputs),
    target,
    until: minutes === undefined ? Number.MAX_SAFE_INTEGER : Date.now() + Number(minutes) * 60_000,
  };
  const isNumber = (value: number): boolean => Number.isFinite(value) && value >= 0;
  if (!isNumber(job.seed) || !(job.step >= 1) || !isNumber(job.inputs) || !isNumber(job.until)) {
    throw new Error("--inputs, --minutes, --seed and --workers are numbers");
  }
  return { job, workers: job.step, log: values.log ?? null };
}

/** What a worker sends. */
type Message = { readonly failure: Failure } | { readonly tally: Tally };

const FILE = fileURLToPath(import.meta.url);

/** Runs the job that the main process sends. */
function work(): void {
  const send = (message: Message): void => void process.send?.(message);
  // The main process says when to stop.
  process.on("SIGINT", () => {});
  process.once("message", (job: Job) => {
    const watched = watch(job, FILE, (failure) => send({ failure }));
    const timer = setInterval(() => send({ tally: watched.tally() }), 1000);
    for (const event of ["SIGTERM", "disconnect"] as const) process.on(event, watched.stop);
    void watched.ended.then(() => {
      clearInterval(timer);
      send({ tally: watched.tally() });
      process.disconnect();
    });
  });
}

async function main({ job, workers, log }: Options): Promise<void> {
  const failures: Failure[] = [];
  const alike = new Map<string, number>();
  const onFailure = (failure: Failure): void => {
    failures.push(failure);
    const { target, seed, message } = failure;
    const kind = `${target} ${message.split("\n")[0]?.replace(/\d+/g, "0")}`;
    const count = (alike.get(kind) ?? 0) + 1;
    alike.set(kind, count);
    if (count <= MOST_ALIKE) console.error(`${target}, seed ${seed}: ${message}\n`);
  };
  const tallies: Tally[] = [];
  const children = Array.from({ length: workers }, (_, nth): ChildProcess => {
    const child = fork(FILE, [], { env: { ...process.env, CKPTSCOPE_FUZZ_WORKER: "1" } });
    child.on("message", (message: Message) => {
      if ("failure" in message) onFailure(message.failure);
      else tallies[nth] = message.tally;
    });
    child.send({ ...job, from: nth });
    return child;
  });
  const ended = children.map((child) => new Promise((resolve) => child.on("exit", resolve)));
  let isStopped = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      isStopped = true;
      for (const child of children) child.kill("SIGTERM");
    });
  }
  const write = log === null ? () => {} : createLog(log, job.seed);
  const counted = (): string => `${inputsOf(together(tallies))} inputs, ${failures.length} failures`;
  const timer = setInterval(() => {
    console.log(counted());
    write(together(tallies), failures);
  }, INTERVAL);
  await Promise.all(ended);
  clearInterval(timer);
  write(together(tallies), failures);
  console.log(tallyText(together(tallies)));
  for (const [kind, count] of alike) console.log(`${count} × ${kind}`);
  console.log(`${counted()}, from seed ${job.seed}.${isStopped ? " Stopped." : ""}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

if (!isMainThread) await runThread(workerData.job as Job, workerData.memory as SharedArrayBuffer);
else if (process.env.CKPTSCOPE_FUZZ_WORKER === "1") work();
else await main(options());
