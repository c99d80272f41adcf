// Searching memory: 1 GiB of pages on disk, compared with only reading them, and with grep.

import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openImage } from "../../app/decoder/open.ts";
import type { Source } from "../../app/decoder/source.ts";
import { chooseParts } from "../../app/memory/choose.ts";
import { matcherFor, type Query } from "../../app/memory/query.ts";
import { patternMatcher } from "../../app/memory/regex.ts";
import { searchMemory } from "../../app/memory/search.ts";
import { openInput } from "../../cli/input.ts";
import { recordingIo } from "../support/command.ts";
import { imageBytes, mmMessage } from "../support/criu-set.ts";
import { measure, print } from "./measure.ts";

const SIZE = 2 ** 30;
const BLOCK = 2 ** 20;
const PAGE = 4096;
const START = 0x10_0000_0000;
/** At the start of each run of pages, and once at the very end. */
const NEEDLE = "password=correct-horse-battery";

/** What memory looks like: a third zeros, a third text and pointers, a third noise. */
function block(seed: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < BLOCK; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const kind = (at >> 12) % 3;
    if (kind === 0) continue;
    if (kind === 1) {
      bytes.set([0x61 + (state & 15), 0x70, 0x20 + ((state >> 8) & 63), 0x65], at);
      continue;
    }
    bytes.set([state & 255, (state >> 8) & 255, (state >> 16) & 255, state >>> 24], at);
  }
  return bytes;
}

export function writeSet(directory: string): void {
  const file = openSync(join(directory, "pages-1.img"), "w");
  const blocks = Array.from({ length: 8 }, (_, seed) => block(seed));
  for (let at = 0; at < SIZE; at += BLOCK) writeSync(file, blocks[(at / BLOCK) % blocks.length] as Uint8Array);
  writeSync(file, Buffer.from(NEEDLE), 0, NEEDLE.length, 20 * PAGE);
  writeSync(file, Buffer.from(NEEDLE), 0, NEEDLE.length, SIZE - 100);
  closeSync(file);
  const pages = SIZE / PAGE;
  writeFileSync(
    join(directory, "inventory.img"),
    imageBytes("INVENTORY", [
      [
        [1, 2],
        [9, 0],
      ],
    ]),
  );
  writeFileSync(join(directory, "mm-7.img"), imageBytes("MM", [mmMessage(PAGE, [[START, START + SIZE]])]));
  const runs = Array.from({ length: pages / 256 }, (_, run): [number, number][] => [
    [1, START + run * 256 * PAGE],
    [2, 0],
    [4, 4],
    [5, 256],
  ]);
  writeFileSync(join(directory, "pagemap-7.img"), imageBytes("PAGEMAP", [[[1, 1]], ...runs]));
}

export async function memorySearch(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "ckptscope-bench-"));
  try {
    writeSet(directory);
    const input = await openInput(directory, recordingIo().io);
    await searches(directory, input.sources);
    input.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function searches(directory: string, sources: readonly Source[]): Promise<void> {
  const pages = sources.find(({ name }) => name === "pages-1.img") as Source;
  let peak = 0;
  const search = async (query: Query, limit = 1000): Promise<number> => {
    const image = await openImage(sources);
    if ("refused" in image) throw new Error(image.refused);
    const memory = await image.memory();
    if (typeof memory === "string") throw new Error(memory);
    const matcher = matcherFor(query, patternMatcher);
    if (typeof matcher === "string") throw new Error(matcher);
    let found = 0;
    for await (const { matches } of searchMemory(memory, chooseParts(image.checkpoint, memory, {}), matcher, {
      limit,
    })) {
      found += matches.length;
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    return found;
  };
  const text: Query = { kind: "text", text: NEEDLE, utf16: false, ignoreCase: false };
  const regex: Query = { ...text, kind: "regex", text: "password=[a-z-]+" };
  if ((await search(text)) !== 2 || (await search(regex)) !== 2) throw new Error("the needles were not found");

  const read = {
    title: "reading the pages, 4 MiB at a time",
    async run() {
      for (let at = 0; at < SIZE; at += 4 * BLOCK) await pages.read(at, 4 * BLOCK);
    },
  };
  const grep = (pattern: string, ...how: string[]) => ({
    title: `grep ${how.join(" ")} -c '${pattern}'`,
    run: () =>
      execFileSync("grep", ["-a", ...how, "-c", pattern, join(directory, "pages-1.img")], { env: { LC_ALL: "C" } }),
  });
  const searched = (query: Query) => ({ title: `searching 1 GiB for ${query.text}`, run: () => search(query) });
  await measure({ title: "Memory, a text", aim: 3, baseline: read, measured: searched(text) });
  await measure({
    title: "Memory, a text, and grep",
    aim: null,
    baseline: grep(NEEDLE, "-F"),
    measured: searched(text),
  });
  await measure({ title: "Memory, a pattern", aim: null, baseline: read, measured: searched(regex) });

  const start = performance.now();
  await search(text, 1);
  print("Memory, opened, and the first match of 1 GiB", `${(performance.now() - start).toFixed(0)} ms`);
  print("Memory, resident while 1 GiB is searched", `${(peak / 2 ** 20).toFixed(0)} MiB at most`);
}
