// The live dump, compared with only reading the same entries of /proc, by processor time.

import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openEntries } from "../../cli/dump/descriptors/entries.ts";
import { openKcmp } from "../../cli/dump/kcmp.ts";
import { type LiveOptions, readLive } from "../../cli/dump/live.ts";
import { encodeAll } from "../support/images.ts";
import { startProcess } from "../support/live.ts";
import { measure, print, used } from "./measure.ts";

const TASKS = 100;
const FILES = 200;

/** Reads the entries of tasks and their descriptors in /proc; returns the number of descriptors. */
function readEntries(pids: readonly number[]): number {
  const buffer = Buffer.alloc(4096);
  let count = 0;
  for (const pid of pids) {
    for (const file of ["stat", "status", "comm"]) readFileSync(`/proc/${pid}/${file}`);
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      readlinkSync(`/proc/${pid}/fd/${fd}`, "buffer");
      const info = openSync(`/proc/${pid}/fdinfo/${fd}`, "r");
      readSync(info, buffer, 0, buffer.length, null);
      closeSync(info);
      count++;
    }
  }
  return count;
}

async function bench(options: Omit<LiveOptions, "threads">, shared: boolean): Promise<void> {
  const parent = await startProcess(resolve("test/support/live-process.mjs"));
  const folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
  try {
    const paths = Array.from({ length: FILES }, (_, index) => join(folder, String(index)));
    for (const path of paths) writeFileSync(path, "");
    const pids = await parent.call<number[]>("crowd", TASKS, paths, shared);
    const dump = () => readLive(pids, { ...options, threads: false }).description;
    const files = dump().files.length;
    await measure({
      title: `Live dump, ${TASKS} tasks, ${readEntries(pids)} descriptors of ${files} open files${options.frozen ? ", frozen" : ""}`,
      aim: shared ? 1.3 : 2,
      unit: "of processor time",
      baseline: { title: "reading their /proc entries", run: () => used(() => readEntries(pids)) },
      measured: { title: "dumped and encoded", run: () => used(() => encodeAll(dump(), { dialect: "v23-rc2" })) },
    });
  } finally {
    await parent.end();
    rmSync(folder, { recursive: true });
  }
}

export async function liveDump(): Promise<void> {
  const [kcmp, entries] = [await openKcmp(), await openEntries()];
  if ("missing" in kcmp) return print("Live dump", kcmp.missing);
  for (const [shared, frozen] of [
    [true, false],
    [false, false],
    [false, true],
  ] as const) {
    await bench({ kcmp, entries, frozen }, shared);
  }
  entries.close();
}
