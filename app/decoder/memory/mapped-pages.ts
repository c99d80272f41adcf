// The pages of a mapping, taken from the runs of its address space or shared object.

import type { MappedPages, PageState, Stretch } from "./memory.ts";
import { type Blocks, type PageRuns, runAfter, runState } from "./page-runs.ts";
import type { PagesFile } from "./pages-file.ts";

/** The part of an address space or object that a mapping shows. */
export interface Mapped {
  readonly runs: PageRuns;
  readonly files: readonly PagesFile[];
  /** Where the mapping begins among the runs. */
  readonly base: number;
  /** Bytes of the mapping. */
  readonly size: number;
  /** The state of pages that no run has. */
  readonly others: PageState;
  /** Compressed blocks that turned out to be damaged. */
  readonly damaged: Damaged;
}

/** By the blocks of a run: 1 for each that is damaged. */
export type Damaged = Map<Blocks, Uint8Array>;

const blockAt = ({ start, blockSize }: Blocks, position: number): number => Math.floor((position - start) / blockSize);

/** The most runs that are read to find the end of a stretch; a longer one is returned in parts. */
const MOST_RUNS = 4096;

export function mappedPages(mapped: Mapped): MappedPages {
  const { runs, files, base, size, others, damaged } = mapped;

  const isDamaged = (blocks: Blocks | undefined, position: number): boolean =>
    blocks !== undefined && damaged.get(blocks)?.[blockAt(blocks, position)] === 1;

  const stretchAt = (offset: number): Stretch => {
    const position = base + offset;
    let run = runAfter(runs, position);
    const runStart = run < runs.count ? (runs.start[run] as number) : Number.POSITIVE_INFINITY;
    if (runStart > position) return { start: offset, end: Math.min(size, runStart - base), state: others };
    const blocks = runs.blocks[run];
    const state = runState(runs, run);
    if (state === "stored" && isDamaged(blocks, position)) {
      const within = blocks as Blocks;
      const next = within.start + (blockAt(within, position) + 1) * within.blockSize;
      const end = Math.min(runs.end[run] as number, next);
      return { start: offset, end: Math.min(size, end - base), state: "damaged" };
    }
    let end = endOfSound(mapped, run, position);
    for (let count = 0; count < MOST_RUNS && end === runs.end[run] && end < base + size; count++) {
      run++;
      if (run >= runs.count || runs.start[run] !== end || runState(runs, run) !== state) break;
      if (isDamaged(runs.blocks[run], end)) break;
      end = endOfSound(mapped, run, end);
    }
    return { start: offset, end: Math.min(size, end - base), state };
  };

  const readStored = async (offset: number, length: number): Promise<Uint8Array> => {
    const first = await readRun(mapped, base + offset, length);
    if (first.length === length || first.length === 0) return first;
    const bytes = new Uint8Array(length);
    bytes.set(first);
    let filled = first.length;
    while (filled < length) {
      const more = await readRun(mapped, base + offset + filled, length - filled);
      if (more.length === 0) break;
      bytes.set(more, filled);
      filled += more.length;
    }
    return bytes.subarray(0, filled);
  };

  return {
    stretchAt,
    async read(offset, length) {
      const { end, state } = stretchAt(offset);
      const wanted = Math.min(length, end - offset);
      if (state === "zero") return new Uint8Array(wanted);
      return state === "stored" && files.length > 0 ? readStored(offset, wanted) : new Uint8Array(0);
    },
  };
}

/** The end of a run, or of its part before the next damaged block. */
function endOfSound({ runs, damaged }: Mapped, run: number, position: number): number {
  const end = runs.end[run] as number;
  const blocks = runs.blocks[run];
  const bad = blocks === undefined ? undefined : damaged.get(blocks);
  if (blocks === undefined || bad === undefined) return end;
  const next = bad.indexOf(1, blockAt(blocks, position));
  return next < 0 ? end : Math.min(end, blocks.start + next * blocks.blockSize);
}

/** Stored bytes of one run, or of one block; none if they are damaged, cut off or of another state. */
async function readRun({ runs, files, damaged }: Mapped, position: number, length: number): Promise<Uint8Array> {
  const none = new Uint8Array(0);
  const run = runAfter(runs, position);
  if (run >= runs.count || (runs.start[run] as number) > position || runState(runs, run) !== "stored") return none;
  const file = files[runs.file[run] as number];
  if (file === undefined) return none;
  const wanted = Math.min(length, (runs.end[run] as number) - position);
  const blocks = runs.blocks[run];
  if (blocks === undefined) {
    return file.raw((runs.offset[run] as number) + position - (runs.start[run] as number), wanted);
  }
  const block = blockAt(blocks, position);
  const bytes = await file.block(blocks, block);
  if (bytes === null) {
    const bad = damaged.get(blocks) ?? new Uint8Array(blocks.offsets.length - 1);
    bad[block] = 1;
    damaged.set(blocks, bad);
    return none;
  }
  const from = position - blocks.start - block * blocks.blockSize;
  return bytes.subarray(from, from + wanted);
}
