// Compares memory: which pages of which mapping differ.

import { type AddressSpace, isKnown, type MappedPages } from "../decoder/memory/memory.ts";
import { i32At } from "../model/read.ts";
import { type MappingPair, type MemorySide, pairMappings } from "./pair.ts";

/** The result of comparing a page. */
export type PageChange = "same" | "changed" | "only-before" | "only-after" | "unknown";

/** Adjacent pages with the same result. Offsets are bytes from the start of the mappings. */
export interface ChangeRun {
  readonly start: number;
  readonly end: number;
  readonly change: PageChange;
}

/** The comparison of a mapping. */
export interface MappingChange extends MappingPair {
  readonly spaceBefore: AddressSpace | null;
  readonly spaceAfter: AddressSpace | null;
  /** Only for mappings on both sides; up to the end of the longer one. */
  readonly runs: readonly ChangeRun[];
  /** Bytes by the result of their pages. */
  readonly bytes: Readonly<Record<PageChange, number>>;
}

/** Bytes that are compared at once. */
const CHUNK = 1 << 20;

/** Compares the memory of corresponding tasks, mapping by mapping. @throws SourceError; the signal's reason */
export async function* diffMemories(
  before: MemorySide,
  after: MemorySide,
  signal?: AbortSignal,
): AsyncGenerator<MappingChange> {
  const afterOf = new Map(after.memory.spaces.map((space) => [spaceKey(after, space), space]));
  const done = new Set<AddressSpace>();
  for (const spaceBefore of before.memory.spaces) {
    const spaceAfter = afterOf.get(spaceKey(before, spaceBefore)) ?? null;
    if (spaceAfter === null) {
      for (let row = spaceBefore.first; row < spaceBefore.end; row++) {
        yield oneSided({ before: row, after: null }, spaceBefore, null);
      }
      continue;
    }
    done.add(spaceAfter);
    for (const pair of pairMappings(before, spaceBefore, after, spaceAfter)) {
      signal?.throwIfAborted();
      if (pair.before === null || pair.after === null) yield oneSided(pair, spaceBefore, spaceAfter);
      else {
        const runs = await compareMapping(before, pair.before, after, pair.after, signal);
        yield { ...pair, spaceBefore, spaceAfter, runs, bytes: bytesOf(runs) };
      }
    }
  }
  for (const spaceAfter of after.memory.spaces) {
    if (done.has(spaceAfter)) continue;
    for (let row = spaceAfter.first; row < spaceAfter.end; row++) {
      yield oneSided({ before: null, after: row }, null, spaceAfter);
    }
  }
}

/** What corresponding address spaces share: the pid, or the index of the task where the format has no pids. */
function spaceKey({ checkpoint }: MemorySide, { number, tasks }: AddressSpace): string {
  const [task] = tasks;
  const pid = task === undefined ? number : i32At(checkpoint.tasks.pid, task);
  return pid >= 0 ? `pid ${pid}` : `task ${number}`;
}

const oneSided = (
  pair: MappingPair,
  spaceBefore: AddressSpace | null,
  spaceAfter: AddressSpace | null,
): MappingChange => ({ ...pair, spaceBefore, spaceAfter, runs: [], bytes: bytesOf([]) });

function bytesOf(runs: readonly ChangeRun[]): Record<PageChange, number> {
  const bytes = { same: 0, changed: 0, "only-before": 0, "only-after": 0, unknown: 0 };
  for (const { start, end, change } of runs) bytes[change] += end - start;
  return bytes;
}

async function compareMapping(
  before: MemorySide,
  rowBefore: number,
  after: MemorySide,
  rowAfter: number,
  signal: AbortSignal | undefined,
): Promise<readonly ChangeRun[]> {
  const sizeOf = ({ memory }: MemorySide, row: number): number =>
    (memory.mappings.end[row] as number) - (memory.mappings.start[row] as number);
  const [sizeBefore, sizeAfter] = [sizeOf(before, rowBefore), sizeOf(after, rowAfter)];
  const [pagesBefore, pagesAfter] = [await before.memory.pages(rowBefore), await after.memory.pages(rowAfter)];
  const runs: ChangeRun[] = [];
  const add = (start: number, end: number, change: PageChange): void => {
    const last = runs.at(-1);
    if (last?.change === change && last.end === start) runs[runs.length - 1] = { ...last, end };
    else if (end > start) runs.push({ start, end, change });
  };
  const page = Math.max(before.memory.pageSize, after.memory.pageSize);
  const shared = Math.min(sizeBefore, sizeAfter);
  for (let at = 0; at < shared; ) {
    signal?.throwIfAborted();
    at = await compareStretch(pagesBefore, pagesAfter, at, shared, page, add);
  }
  addRest(pagesBefore, shared, sizeBefore, "only-before", add);
  addRest(pagesAfter, shared, sizeAfter, "only-after", add);
  return runs;
}

type Add = (start: number, end: number, change: PageChange) => void;

/** Compares from `at` on as far as both sides are in one state. Returns where to continue. */
async function compareStretch(
  before: MappedPages,
  after: MappedPages,
  at: number,
  shared: number,
  page: number,
  add: Add,
): Promise<number> {
  const [one, other] = [before.stretchAt(at), after.stretchAt(at)];
  const end = Math.min(shared, one.end, other.end);
  const [isOne, isOther] = [isKnown(one.state), isKnown(other.state)];
  if (!isOne || !isOther) {
    // If only one image has a page, the other process has not written to it. Nothing is known about other pages, such
    // as those of mapped files or of a page server.
    const change =
      isOne && other.state === "file" ? "only-before" : isOther && one.state === "file" ? "only-after" : "unknown";
    add(at, end, change);
    return end;
  }
  if (one.state === "zero" && other.state === "zero") {
    add(at, end, "same");
    return end;
  }
  const wanted = Math.min(end - at, CHUNK);
  const [bytes, others] = [await before.read(at, wanted), await after.read(at, wanted)];
  const length = Math.min(bytes.length, others.length);
  if (length === 0) {
    const next = Math.min(shared, (Math.floor(at / page) + 1) * page);
    add(at, next, "unknown");
    return next;
  }
  comparePages(bytes, others, length, at, page, add);
  return at + length;
}

function comparePages(one: Uint8Array, other: Uint8Array, length: number, at: number, page: number, add: Add): void {
  for (let from = 0; from < length; ) {
    const to = Math.min(length, (Math.floor((at + from) / page) + 1) * page - at);
    let i = from;
    while (i < to && one[i] === other[i]) i++;
    add(at + from, at + to, i === to ? "same" : "changed");
    from = to;
  }
}

/** Pages beyond the end of the other side: they were written to. */
function addRest(pages: MappedPages, from: number, size: number, change: PageChange, add: Add): void {
  for (let at = from; at < size; ) {
    const { end, state } = pages.stretchAt(at);
    const next = Math.min(end, size);
    if (state === "stored") add(at, next, change);
    else if (state !== "zero") add(at, next, "unknown");
    at = next;
  }
}
