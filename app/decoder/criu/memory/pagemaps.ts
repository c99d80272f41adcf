// Pagemaps: which pages of a task or of a shared object are where. pagemap_head, then pagemap_entry for each run.

import type { Problem } from "../../../model/checkpoint.ts";
import { visible } from "../../../model/text/text.ts";
import { addPart, type Blocks, createRunList, type PageRuns, type RunList, runState } from "../../memory/page-runs.ts";
import type { PlacedMember } from "../sets/placing.ts";
import { eachVarint, fieldNumber, isSet, low, MALFORMED, plan, scan, scratch } from "../wire/wire.ts";
import { SMALLEST_PAGE } from "./mappings.ts";
import { PE, readPagemapEntry } from "./pagemap-entry.ts";
import { readEntries } from "./read-entries.ts";

const HEAD = plan("pagemap_head", ["pages_id"]);
const COMPRESSED_SIZE = fieldNumber("pagemap_entry", "compressed_size");

/** The largest region that CRIU compresses as one block. */
const LARGEST_REGION = 4 << 20;

/** Addresses end here. */
const LAST_ADDRESS = 2 ** 64;

/** Where a pagemap's pages are. */
export interface PagemapPlace {
  readonly pageSize: number;
  /** Which pages file to note for stored pages, by the number in the pagemap's head; `null` if it is not in the set. */
  readonly pagesFile: (id: number) => { readonly index: number; readonly size: number } | null;
  /** The runs of the parent set; `null`: it is missing. */
  readonly parent: PageRuns | null;
  readonly problem: (problem: Problem) => void;
}

/** State while a pagemap is read. */
interface Reading extends PagemapPlace {
  readonly list: RunList;
  readonly name: string;
  readonly values: Uint32Array;
  file: { readonly index: number; readonly size: number } | null;
  /** Where the next pages are in the pages file. */
  offset: number;
  /** Where the last entry ends. */
  end: number;
  /** Up to here, pages that no entry is about are pages that were left out. */
  knownTo: number;
  reported: number;
}

/** Problems of one pagemap that are reported one by one. */
const MOST_PROBLEMS = 20;

/** Reads a pagemap; `null` if the file is not one. @throws SourceError if it cannot be read. */
export async function readPagemap(member: PlacedMember, place: PagemapPlace): Promise<PageRuns | null> {
  const name = visible(member.source.name);
  const list = createRunList();
  const start = { file: null, offset: 0, end: 0, knownTo: LAST_ADDRESS, reported: 0 };
  const reading: Reading = { ...place, list, name, values: scratch(), ...start };
  let entries = 0;
  const read = await readEntries(member, (bytes, from, to, nth) => {
    entries++;
    if (nth === 0) readHead(reading, bytes, from, to);
    else readRun(reading, bytes, from, to);
  });
  if (read === "none") return null;
  // A pagemap without its head was cut off at the start.
  if (read === "part" || entries === 0) reading.knownTo = Math.min(reading.knownTo, reading.end);
  const { runs, overlaps } = list.finish();
  if (overlaps > 0) {
    fault(reading, "pagemap-overlap", `${overlaps} entries are about pages of another entry; the first one counts.`);
  }
  const filled = place.parent === null ? runs : withParent(runs, place.parent);
  return reading.knownTo < LAST_ADDRESS ? withoutGaps(filled, reading.knownTo) : filled;
}

/** Marks what no entry is about, from an address on, as damaged: the entry about it may be what was lost. */
function withoutGaps(runs: PageRuns, from: number): PageRuns {
  const list = createRunList();
  let last = from;
  for (let run = 0; run < runs.count; run++) {
    const [start, end] = [runs.start[run] as number, runs.end[run] as number];
    if (start > last) list.add(last, start, "damaged");
    addPart(list, runs, start, end);
    last = Math.max(last, end);
  }
  if (last < LAST_ADDRESS) list.add(last, LAST_ADDRESS, "damaged");
  return list.finish().runs;
}

/** Replaces runs that are in the parent set by the runs of the parent set. */
function withParent(runs: PageRuns, parent: PageRuns): PageRuns {
  const list = createRunList();
  for (let run = 0; run < runs.count; run++) {
    const [start, end] = [runs.start[run] as number, runs.end[run] as number];
    if (runState(runs, run) === "parent") addPart(list, parent, start, end);
    else addPart(list, runs, start, end);
  }
  return list.finish().runs;
}

function fault(reading: Reading, code: string, message: string): void {
  if (reading.reported++ >= MOST_PROBLEMS) return;
  reading.problem({ severity: "error", code, message: `${reading.name}: ${message}`, offset: null });
}

function readHead(reading: Reading, bytes: Uint8Array, start: number, end: number): void {
  const { values } = reading;
  const seen = scan(bytes, start, end, HEAD, values);
  const { pages_id } = HEAD.slot;
  if (!isSet(seen, pages_id)) {
    fault(reading, "pagemap-head", "the first entry does not say which file has the pages.");
    return;
  }
  const id = low(values, pages_id);
  reading.file = reading.pagesFile(id);
  if (reading.file === null) fault(reading, "missing-pages", `pages-${id}.img is missing: the pages are not known.`);
}

function readRun(reading: Reading, bytes: Uint8Array, from: number, to: number): void {
  const { list, pageSize, values } = reading;
  const { seen, start, pages, flags, region, packed: total } = readPagemapEntry(bytes, from, to, values);
  if (Number.isNaN(start) || start % SMALLEST_PAGE !== 0 || pages === 0 || (seen & MALFORMED) !== 0) {
    reading.knownTo = 0;
    fault(reading, "pagemap-entry", "an entry is damaged: no address, one that is not a page's, or no pages.");
    return;
  }
  const end = Math.min(start + pages * pageSize, LAST_ADDRESS);
  reading.end = Math.max(reading.end, end);
  if ((flags & PE.present) !== 0) addStored(reading, { start, end, flags, region, total }, bytes, from, to);
  else if ((flags & PE.parent) !== 0) list.add(start, end, "parent");
  else if ((flags & PE.lazy) !== 0) list.add(start, end, "lazy");
}

interface Stored {
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  /** region_pages; 0: each page is a block of its own. */
  readonly region: number;
  readonly total: number | null;
}

/** Adds pages that the pages file has: raw, or in blocks whose packed sizes the entry lists. */
function addStored(reading: Reading, stored: Stored, bytes: Uint8Array, from: number, to: number): void {
  const { pageSize, file } = reading;
  const { start, end, flags } = stored;
  if ((flags & PE.aligned) !== 0) reading.offset = Math.ceil(reading.offset / pageSize) * pageSize;
  const sizes: number[] = [];
  eachVarint(bytes, from, to, COMPRESSED_SIZE, (size, above) => sizes.push(above === 0 ? size >>> 0 : Number.NaN));
  const isRaw = sizes.length === 0 && stored.region === 0 && stored.total === null;
  const { offset } = reading;
  if (isRaw) {
    reading.offset += end - start;
    addPresent(reading, start, end, offset, file === null ? 0 : Math.max(0, file.size - offset), undefined);
    return;
  }
  const blocks = blocksOf(reading, stored, sizes, offset);
  if (blocks === null) {
    // If the sizes add up, it is still known where the pages of the next entry begin.
    reading.offset = offset + (stored.total ?? sizes.reduce((sum, size) => sum + size, 0));
    reading.list.add(start, end, "damaged");
    return;
  }
  const { offsets, blockSize } = blocks;
  reading.offset = offsets.at(-1) as number;
  const size = file?.size ?? 0;
  let whole = offsets.length - 1;
  while (whole > 0 && (offsets[whole] as number) > size) whole--;
  addPresent(reading, start, end, offset, Math.min(end - start, whole * blockSize), blocks);
}

/** Adds pages of which the pages file has the first `held` bytes, unpacked. */
function addPresent(
  { list, file }: Reading,
  start: number,
  end: number,
  offset: number,
  held: number,
  blocks: Blocks | undefined,
): void {
  if (file === null) {
    list.add(start, end, "missing");
    return;
  }
  const cut = Math.min(end, start + held);
  if (cut > start) list.add(start, cut, "stored", file.index, offset, blocks);
  if (cut < end) list.add(cut, end, "damaged");
}

/** The blocks of an entry; `null`, with a problem, if its description of them is impossible. */
function blocksOf(reading: Reading, { start, end, region, total }: Stored, sizes: readonly number[], offset: number) {
  const { pageSize } = reading;
  const blockSize = Math.max(1, region) * pageSize;
  const count = Math.ceil((end - start) / blockSize);
  if (blockSize > LARGEST_REGION && region > 1) {
    fault(reading, "compressed-pages", `an entry has regions of ${blockSize} bytes, more than CRIU's largest.`);
    return null;
  }
  if (sizes.length !== count) {
    fault(
      reading,
      "compressed-pages",
      `an entry has the sizes of ${sizes.length} compressed blocks instead of ${count}.`,
    );
    return null;
  }
  const offsets = new Float64Array(count + 1);
  let next = offset;
  for (const [block, size] of sizes.entries()) {
    const unpacked = Math.min(blockSize, end - start - block * blockSize);
    if (!(size <= unpacked)) {
      fault(reading, "compressed-pages", `a compressed block of ${size} bytes is larger than the pages in it.`);
      return null;
    }
    offsets[block] = next;
    next += size;
  }
  offsets[count] = next;
  if (total !== null && total !== next - offset) {
    fault(reading, "compressed-pages", `compressed blocks have ${next - offset} bytes, but the entry says ${total}.`);
    return null;
  }
  return { start, end, blockSize, offsets } satisfies Blocks;
}
