// ckptscope watch PID...

import { setTimeout as sleep } from "node:timers/promises";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { diff } from "../../app/diff/diff.ts";
import { encode } from "../../app/encoder/encode.ts";
import { changeSentence } from "../../app/export/changes-text.ts";
import { visible } from "../../app/model/text.ts";
import type { WATCH } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import type { Kcmp } from "../dump/kcmp.ts";
import type { Live } from "../dump/live.ts";
import { readStat } from "../dump/processes.ts";
import { type DumpRequest, dumpRequest, kcmpFor, requireProcesses, takeLive } from "../dump/take.ts";
import { CliError } from "../error.ts";
import type { Io } from "../io.ts";

export async function run({ operands, options }: ArgumentsOf<typeof WATCH>, io: Io): Promise<number> {
  return await watchProcesses(dumpRequest(operands, options), parseInterval(options.every), io);
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
 *
 * @param every Milliseconds.
 */
export async function watchProcesses(
  request: DumpRequest,
  every: number,
  io: Io,
  signal?: AbortSignal,
): Promise<number> {
  const kcmp = await kcmpFor(request);
  requireProcesses(request);
  let before = await imageOf(await takeLive(request, kcmp));
  const stopped = (): boolean => signal?.aborted === true;
  while (!stopped()) {
    await sleep(every, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    if (stopped()) break;
    const live = await takeAgain(request, kcmp);
    const after = live === null ? null : await imageOf(live);
    if (after === null || after.checkpoint.tasks.count === 0) {
      await io.print(`${clock()} ended\n`);
      break;
    }
    if (!(await printChanges(before, after, io))) break;
    before = after;
  }
  return 0;
}

/** Prints the changes; false once the reader has gone away. */
async function printChanges(before: Image, after: Image, io: Io): Promise<boolean> {
  const comparison = diff(before.checkpoint, after.checkpoint);
  const time = clock();
  for (let index = 0; index < comparison.changes.count; index++) {
    if (!(await io.print(`${time} ${changeSentence(comparison, index)}\n`))) return false;
  }
  return true;
}

/** Reads those processes that are still running; `null` if none is. */
async function takeAgain(request: DumpRequest, kcmp: Kcmp | null): Promise<Live | null> {
  const pids = request.pids.filter((pid) => {
    const state = readStat(pid)?.state;
    return state !== undefined && state !== "zombie" && state !== "dead";
  });
  return pids.length === 0 ? null : await takeLive({ ...request, pids }, kcmp);
}

const clock = (): string => new Date().toTimeString().slice(0, 8);

/** The image that `dump` would have written, decoded. */
async function imageOf({ description }: Live): Promise<Image> {
  const image = await openImage([bytesSource("live", Buffer.concat([...encode(description, { dialect: "v23-rc2" })]))]);
  if ("refused" in image) throw new Error(image.refused);
  return image;
}
