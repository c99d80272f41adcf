// Watches the thread that runs inputs from outside: an input that hangs, or that exhausts the memory, is a failure too,
// after which a new thread goes on with the next input.

import { Worker } from "node:worker_threads";
import type { Failure, Tally } from "./tally.ts";
import { type Job, processorTime, type Report, sharedIn, sharedMemory } from "./thread.ts";

/** Megabytes of memory that JavaScript may use, and seconds of processor time that one input may take. */
const MEMORY = 512;
const SECONDS = 20;
/** After this many dead threads, continuing is pointless. */
const MOST_DEATHS = 20;

/** A job that is being run. */
export interface Watched {
  /** What was counted so far. */
  tally(): Tally;
  /** Settles when all inputs were run, or when it was stopped. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Runs a job in a thread, which is the program `file` with the job as its data. */
export function watch(job: Job, file: string, onFailure: (failure: Failure) => void): Watched {
  const memory = sharedMemory();
  const shared = sharedIn(memory);
  let names: readonly string[] = [];
  let worker: Worker | null = null;
  let deaths = 0;
  let resolve: () => void = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });

  const start = (from: number): void => {
    shared.current.set([-1, 0]);
    const thread = new Worker(file, {
      workerData: { job: { ...job, from }, memory },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY },
    });
    worker = thread;
    thread.on("message", (report: Report) => {
      if (report.kind === "targets") names = report.names;
      else if (report.kind === "failure") onFailure(report);
      else resolve();
    });
    thread.on("error", (error) => {
      if (worker === thread) died(`The thread died: ${error.message}`);
    });
  };
  const died = (message: string): void => {
    const [index = -1, target = 0] = shared.current;
    worker?.terminate();
    worker = null;
    onFailure({ target: names[target] ?? "", seed: job.seed + index, message });
    if (index < 0 || ++deaths >= MOST_DEATHS) resolve();
    else start(index + job.step);
  };

  let last = -1;
  let since = processorTime();
  const timer = setInterval(() => {
    // Processor time, not time on the clock: the machine may be busy with something else.
    if (shared.current[0] !== last) {
      last = shared.current[0] ?? -1;
      since = processorTime();
    } else if (last >= 0 && processorTime() - since > SECONDS * 1000) {
      since = processorTime();
      died("The input hangs.");
    }
  }, 500);
  start(job.from);
  return {
    tally: () =>
      Object.fromEntries(
        names.flatMap((name, at) => {
          const [inputs = 0, time = 0] = [shared.inputs[at], shared.time[at]];
          const [slowest = 0, slowestSeed = 0] = [shared.slowest[at], shared.slowestSeed[at]];
          return inputs === 0 ? [] : [[name, { inputs, time, slowest, slowestSeed }]];
        }),
      ),
    ended: promise.then(async () => {
      clearInterval(timer);
      await worker?.terminate();
    }),
    stop: () => resolve(),
  };
}
