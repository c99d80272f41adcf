// When a set was written, from its own files: the engine's, or the clock of the host at the time of the dump.

import { baseName } from "../../../model/text/paths.ts";
import type { Source } from "../../source.ts";
import { MEMBER_KINDS } from "../format/member-kinds.ts";
import { firstEntry } from "../wire/first-entry.ts";
import { readVarint, wide } from "../wire/wire.ts";

const TIMENS = MEMBER_KINDS.find(({ name }) => name === "timens");
/** timens_entry.boottime, a timespec; the tag is its number and that its value is a message. */
const BOOTTIME = (2 << 3) | 2;
const SECONDS = 1 << 3;
const NANOSECONDS = 2 << 3;

/** How long the host had been up at the dump, in seconds (timens_entry.boottime, CRIU 3.14 and later); else `null`. */
export async function uptimeOf(sources: readonly Source[]): Promise<number | null> {
  const source = sources.find(({ name }) => name.includes("timens-") && /^timens-\d+\.img$/.test(baseName(name)));
  const entry = source === undefined ? null : await firstEntry(source, TIMENS, 4096);
  if (entry === null) return null;
  const { bytes, start, end } = entry;
  const words = new Uint32Array(2);
  let uptime: number | null = null;
  for (let at = start; at < end; ) {
    const tag = bytes[at];
    at = readVarint(bytes, at + 1, end, words);
    const length = words[0] as number;
    if (at < 0 || at + length > end) return null;
    if (tag === BOOTTIME) uptime = secondsOf(bytes, at, at + length);
    at += length;
  }
  return uptime;
}

/** A timespec in seconds. */
function secondsOf(bytes: Uint8Array, from: number, end: number): number | null {
  const words = new Uint32Array(2);
  let seconds = 0;
  for (let at = from; at < end; ) {
    const tag = bytes[at];
    at = readVarint(bytes, at + 1, end, words);
    if (at < 0) return null;
    const value = wide(words, 0);
    if (tag === SECONDS) seconds += value;
    else if (tag === NANOSECONDS) seconds += value / 1e9;
  }
  return seconds;
}
