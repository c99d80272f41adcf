// ckptscope watch: what changes in processes while they run, as sentences.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { diff as compare } from "../../app/diff/diff.ts";
import { encode } from "../../app/encoder/encode.ts";
import { changeSentence } from "../../app/export/changes-text.ts";
import type { Kcmp } from "../dump/kcmp.ts";
import type { Live } from "../dump/live.ts";
import { readStat } from "../dump/processes.ts";
import { CliError, type Command } from "../images.ts";
import type { Io } from "../io.ts";
import {
  type DumpRequest,
  dumpRequest,
  kcmpFor,
  PROCESS_OPTIONS,
  PROCESS_USAGE,
  requireProcesses,
  takeLive,
} from "./dump.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, "": 1000 };
const LEAST = 10;

/** `1s`, `500ms`, `2m` in milliseconds; a bare number is seconds. @throws CliError if it is no such thing. */
function parseInterval(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|)$/.exec(text);
  const milliseconds = Number(match?.[1]) * (UNITS[match?.[2] ?? ""] ?? 0);
  if (match === null || milliseconds < LEAST)
    throw new CliError(`--every: ${JSON.stringify(text)} is no interval such as 1s or 500ms`);
  return milliseconds;
}

export const watch: Command = {
  name: "watch",
  usage: `watch PID… [--every 1s] ${PROCESS_USAGE}`,
  summary: "tells what changes in running processes (Linux), until they end",
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...PROCESS_OPTIONS, every: { type: "string", default: "1s" } },
    });
    return await watchProcesses(dumpRequest(positionals, values), parseInterval(values.every), io);
  },
};

/**
 * Dumps processes again and again and prints what changed, until all are gone, nobody reads any more, or `signal`
 * aborts. Resolves to the exit status, 0.
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
    const comparison = compare(before.checkpoint, after.checkpoint);
    const time = clock();
    for (let index = 0; index < comparison.changes.count; index++) {
      if (!(await io.print(`${time} ${changeSentence(comparison, index)}\n`))) return 0;
    }
    before = after;
  }
  return 0;
}

/** Reads those processes that are still there; `null`: none is. */
async function takeAgain(request: DumpRequest, kcmp: Kcmp | null): Promise<Live | null> {
  const pids = request.pids.filter((pid) => {
    const state = readStat(pid)?.state;
    return state !== undefined && state !== "zombie" && state !== "dead";
  });
  return pids.length === 0 ? null : await takeLive({ ...request, pids }, kcmp);
}

const clock = (): string => new Date().toTimeString().slice(0, 8);

/** The image that a dump would have written, decoded. */
async function imageOf({ description }: Live): Promise<Image> {
  const image = await openImage([bytesSource("live", Buffer.concat([...encode(description, { dialect: "v23-rc2" })]))]);
  if ("refused" in image) throw new Error(image.refused);
  return image;
}
