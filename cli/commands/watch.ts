// ckptscope watch PID...

import { setTimeout as sleep } from "node:timers/promises";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import type { ChangeKind } from "../../app/diff/changes.ts";
import { changeAt } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { filterChanges } from "../../app/diff/lists/filter.ts";
import type { Description, TaskDescription } from "../../app/encoder/description.ts";
import { encode } from "../../app/encoder/encode.ts";
import { jsonText, visible } from "../../app/model/text/text.ts";
import type { WATCH } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import type { Kcmp } from "../dump/kcmp.ts";
import type { Live } from "../dump/live.ts";
import { isOver, readStat } from "../dump/processes.ts";
import { type DumpRequest, dumpRequest, kcmpFor, requireProcesses, takeLive } from "../dump/take.ts";
import { CliError } from "../error.ts";
import type { Io } from "../io.ts";
import { type CheckChanges, createCheckWatch, refusalText } from "./check-notes.ts";
import { createGrowth, type Growth } from "./watch-growth.ts";
import { foldedSentences } from "./watch-text.ts";

/** What to print, and when. */
export interface WatchOptions {
  /** Milliseconds between two samples. */
  readonly every: number;
  readonly only?: readonly ChangeKind[];
  readonly ignore?: readonly ChangeKind[];
  /** JSON lines instead of sentences. */
  readonly jsonl?: boolean;
  /** Print what grew instead of what changed. */
  readonly growth?: Growth;
  /** Also what would make CRIU refuse to dump the processes. */
  readonly check?: boolean;
}

export async function run({ operands, options }: ArgumentsOf<typeof WATCH>, io: Io): Promise<number> {
  const { only, ignore, jsonl, growing, threshold } = options;
  if (growing !== undefined && growing < 1) throw new CliError("--growing: expected at least 1 sample");
  const watched: WatchOptions = {
    every: parseInterval(options.every),
    jsonl,
    check: options.check,
    // The names of kinds were checked when the arguments were parsed.
    ...(only === undefined ? {} : { only: only as readonly ChangeKind[] }),
    ...(ignore === undefined ? {} : { ignore: ignore as readonly ChangeKind[] }),
    ...(growing === undefined ? {} : { growth: createGrowth(growing, Math.max(1, threshold ?? 1)) }),
  };
  return await watchProcesses(dumpRequest(operands, options), watched, io);
}

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, "": 1000 };
const SHORTEST = 10;

/** `1s`, `500ms`, `2m` in milliseconds; a bare number is seconds. @throws CliError for anything else. */
function parseInterval(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|)$/.exec(text) ?? [];
  const milliseconds = number === "" ? Number.NaN : Number(number) * (MILLISECONDS[unit] as number);
  if (Number.isNaN(milliseconds)) {
    throw new CliError(`--every: '${visible(text)}' is not an interval; use one such as 1s or 500ms`);
  }
  if (milliseconds < SHORTEST) throw new CliError(`--every: '${text}' is too short; the shortest is ${SHORTEST}ms`);
  return milliseconds;
}

/**
 * Reads processes at an interval and prints what changed. Resolves to the exit status, 0, when all processes have
 * ended, the reader of the output has gone away, or `signal` aborts.
 */
export async function watchProcesses(
  request: DumpRequest,
  options: WatchOptions,
  io: Io,
  signal?: AbortSignal,
): Promise<number> {
  const kcmp = await kcmpFor(request);
  requireProcesses(request);
  const starts = new Map(request.pids.map((pid) => [pid, readStat(pid)?.start]));
  const stopped = (): boolean => signal?.aborted === true;
  let before: Image | null = null;
  const look = options.check === true ? createCheckWatch(request.pids) : null;
  while (!stopped()) {
    const live = await takeRunning(request, starts, kcmp);
    if (live === null || live.description.tasks.length === 0) {
      await io.print(options.jsonl ? `${jsonText({ time: isoTime(), ended: true })}\n` : `${clock()} ended\n`);
      break;
    }
    if (options.growth !== undefined) {
      if (!(await printGrowth(options.growth, live.description, options, io))) break;
    } else {
      const after = await imageOf(live);
      if (before !== null && !(await printChanges(before, after, options, io))) break;
      before = after;
    }
    if (look !== null && !(await printRefusals(look, options, io))) break;
    await sleep(options.every, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
  return 0;
}

/** Prints the changes; false once the reader has gone away. */
async function printChanges(before: Image, after: Image, options: WatchOptions, io: Io): Promise<boolean> {
  const comparison = diff(before.checkpoint, after.checkpoint);
  const indices = filterChanges(comparison, options);
  const time = options.jsonl ? isoTime() : clock();
  const lines = options.jsonl
    ? Array.from(indices, (index) => jsonText({ time, ...changeAt(comparison, index) }))
    : foldedSentences(comparison, indices).map((sentence) => `${time} ${sentence}`);
  for (const line of lines) if (!(await io.print(`${line}\n`))) return false;
  return true;
}

/** Prints what CRIU would refuse now, and what it no longer would; false once the reader has gone away. */
async function printRefusals(look: () => Promise<CheckChanges>, options: WatchOptions, io: Io): Promise<boolean> {
  const { added, removed } = await look();
  const lines = options.jsonl
    ? [...added.map((refused) => ({ refused })), ...removed.map((accepted) => ({ accepted }))].map((change) =>
        jsonText({ time: isoTime(), ...change }),
      )
    : [...added.map(refusalText), ...removed.map((finding) => `no longer: ${refusalText(finding)}`)].map(
        (text) => `${clock()} ${text}`,
      );
  for (const line of lines) if (!(await io.print(`${line}\n`))) return false;
  return true;
}

/** Prints what has grown; false once the reader has gone away. */
async function printGrowth(growth: Growth, sample: Description, options: WatchOptions, io: Io): Promise<boolean> {
  for (const { pid, kind, path, before, after } of growth.add(sample)) {
    const what = path === null ? `kind ${kind}` : visible(path);
    const line = options.jsonl
      ? jsonText({ time: isoTime(), growing: { pid, kind, path, before, after } })
      : `${clock()} pid ${pid} ${what}: ${before} → ${after} descriptors in ${growth.samples} samples`;
    if (!(await io.print(`${line}\n`))) return false;
  }
  return true;
}

/**
 * Reads those processes that are still running; `null` if none is.
 *
 * @param starts Start times of the processes: a pid can be given to another one.
 */
async function takeRunning(
  request: DumpRequest,
  starts: ReadonlyMap<number, string | undefined>,
  kcmp: Kcmp | null,
): Promise<Live | null> {
  const pids = request.pids.filter((pid) => readStat(pid)?.start === starts.get(pid) && !isOver(pid));
  return pids.length === 0 ? null : await takeLive({ ...request, pids }, kcmp);
}

const clock = (): string => new Date().toTimeString().slice(0, 8);
const isoTime = (): string => new Date().toISOString();

/** The image that `dump` would have written, decoded. */
async function imageOf({ description }: Live): Promise<Image> {
  const { tasks } = description;
  const steady = { length: tasks.length, at: (row: number) => withoutMoment(tasks.at(row)) };
  const chunks = [...encode({ ...description, tasks: steady }, { dialect: "v23-rc2" })];
  const image = await openImage([bytesSource("live", Buffer.concat(chunks))]);
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

const MOMENTARY: ReadonlySet<string | null | undefined> = new Set(["running", "sleeping", "uninterruptible"]);

/** A task that merely sleeps and wakes is not news. */
const withoutMoment = (task: TaskDescription | undefined): TaskDescription | undefined =>
  task !== undefined && MOMENTARY.has(task.state) ? { ...task, state: "sleeping" } : task;
