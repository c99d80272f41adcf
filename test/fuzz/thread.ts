// The thread that runs inputs. What it is at stands in shared memory, where `watch.ts` reads it even if an input hangs.

import { parentPort } from "node:worker_threads";
import { random } from "../support/random.ts";
import type { Target } from "./target.ts";
import { allTargets } from "./targets.ts";

/** The inputs of a thread. Their seeds are `seed + index`, for every `step`th index from `from` to below `inputs`. */
export interface Job {
  readonly seed: number;
  readonly from: number;
  readonly step: number;
  readonly inputs: number;
  readonly target: string | null;
  /** When to stop, as Date.now(). */
  readonly until: number;
}

/** There are no more targets than this. */
const MOST_TARGETS = 64;

/** Numbers that the thread writes and its watcher reads. */
export interface Shared {
  /** Index of the input that is being run, and of its target. */
  readonly current: Float64Array;
  /** By target: inputs that were run, and the processor time that they took, in milliseconds. */
  readonly inputs: Float64Array;
  readonly time: Float64Array;
  /** By target: the seed of the input that took longest, and its processor time in milliseconds. */
  readonly slowestSeed: Float64Array;
  readonly slowest: Float64Array;
}

/** Memory for `Shared`. */
export const sharedMemory = (): SharedArrayBuffer =>
  new SharedArrayBuffer((2 + 4 * MOST_TARGETS) * Float64Array.BYTES_PER_ELEMENT);

export function sharedIn(memory: SharedArrayBuffer): Shared {
  const column = (nth: number): Float64Array =>
    new Float64Array(memory, (2 + nth * MOST_TARGETS) * Float64Array.BYTES_PER_ELEMENT, MOST_TARGETS);
  const current = new Float64Array(memory, 0, 2);
  return { current, inputs: column(0), time: column(1), slowestSeed: column(2), slowest: column(3) };
}

/** What the thread reports. */
export type Report =
  | { readonly kind: "targets"; readonly names: readonly string[] }
  | { readonly kind: "failure"; readonly target: string; readonly seed: number; readonly message: string }
  | { readonly kind: "end" };

/** Milliseconds of processor time of this process, which runs one thread. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs the inputs of a job. */
export async function runThread(job: Job, memory: SharedArrayBuffer): Promise<void> {
  const post = (report: Report): void => parentPort?.postMessage(report);
  const shared = sharedIn(memory);
  const targets = await allTargets();
  if (targets.length > MOST_TARGETS) throw new Error("too many targets");
  const chosen = [...targets.keys()].filter((at) => job.target === null || targets[at]?.name === job.target);
  if (chosen.length === 0) throw new Error(`There is no target ${job.target}.`);
  post({ kind: "targets", names: targets.map(({ name }) => name) });
  // Each target as often as its share says.
  const turns = chosen.flatMap((at) => Array.from({ length: targets[at]?.share ?? 0 }, () => at));
  for (let index = job.from; index < job.inputs && Date.now() < job.until; index += job.step) {
    const seed = job.seed + index;
    const next = random(seed);
    const at = turns[next(turns.length)] as number;
    const target = targets[at] as Target;
    const begun = processorTime();
    shared.current.set([index, at]);
    try {
      await target.run(next);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      post({ kind: "failure", target: target.name, seed, message });
    }
    const time = processorTime() - begun;
    shared.inputs[at] = (shared.inputs[at] as number) + 1;
    shared.time[at] = (shared.time[at] as number) + time;
    if (time > (shared.slowest[at] as number)) {
      shared.slowest[at] = time;
      shared.slowestSeed[at] = seed;
    }
  }
  post({ kind: "end" });
}
