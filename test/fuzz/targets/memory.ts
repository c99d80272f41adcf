// Memory of mutated and cut images: plain and compressed pages, searching and comparing them.

import type { ImageMemory } from "../../../app/decoder/memory/memory.ts";
import { isKnown, PAGE_STATES } from "../../../app/decoder/memory/memory.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { chooseParts } from "../../../app/memory/choose.ts";
import { diffMemories, type PageChange } from "../../../app/memory/diff.ts";
import { bytesMatcher } from "../../../app/memory/matchers.ts";
import type { MemorySide } from "../../../app/memory/pair.ts";
import { searchMemory } from "../../../app/memory/search.ts";
import { stringsMatcher } from "../../../app/memory/strings.ts";
import { encodeText } from "../../../app/model/text/text.ts";
import { type Compression, compressSet } from "../../support/compress-set.ts";
import { imageBytes, inventoryAndTree, type Message, mmMessage } from "../../support/criu-set.ts";
import { type File, fixture } from "../corpus.ts";
import { holdVisible } from "../holds.ts";
import { mutate } from "../mutate.ts";
import { hold, pick, type Random, type Target } from "../target.ts";

const PAGE = 4096;
/** What is compared of a mapping, in bytes: mutated ones may be of any size. */
const MOST_READ = 1 << 20;
/** Stretches of a mapping that are examined. */
const MOST_STRETCHES = 500;

interface Held {
  readonly files: readonly File[];
  readonly side: MemorySide;
  /** Pages by address, in each address space: what is known of the whole image. */
  readonly pages: ReadonlyMap<string, Uint8Array>;
}

/** Six pages: text, zeros, and bytes that do not compress. */
function pageContents(): Uint8Array {
  const bytes = new Uint8Array(6 * PAGE);
  let state = 1;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const page = Math.floor(at / PAGE);
    bytes[at] = page === 2 ? 0 : page === 4 ? state >>> 24 : 97 + ((at >> 4) % 13);
  }
  bytes.set(encodeText("a needle in page one"), PAGE + 100);
  return bytes;
}

/** PE_PARENT, PE_LAZY, PE_PRESENT. */
const entry = (address: number, count: number, flags: number): Message => [
  [1, address],
  [2, 0],
  [4, flags],
  [5, count],
];

/** A set with stored pages, and others that are left to a page server, to a parent, and out. */
function pagesSet(): Source[] {
  const { members } = inventoryAndTree(1);
  const [pid = 0] = inventoryAndTree(1).pids;
  const mappings = [
    [0x10000, 0x16000],
    [0x20000, 0x24000],
    [0x30000, 0x32000],
  ] as const;
  const entries = [
    [[1, 1]],
    entry(0x10000, 3, 4),
    entry(0x14000, 2, 4),
    entry(0x20000, 1, 1),
    entry(0x21000, 1, 2),
    entry(0x30000, 1, 4),
  ] satisfies Message[];
  return [
    ...members.map(([name, bytes]) => bytesSource(name, bytes)),
    bytesSource(`pagemap-${pid}.img`, imageBytes("PAGEMAP", entries)),
    bytesSource(`mm-${pid}.img`, imageBytes("MM", [mmMessage(PAGE, mappings)])),
    bytesSource("pages-1.img", pageContents()),
  ];
}

const COMPRESSIONS: readonly Compression[] = [
  { region: 0 },
  { region: 0, unpacked: true },
  { region: 4 },
  { region: 2, aligned: true },
];

async function memoryOf(files: readonly File[]): Promise<MemorySide | null> {
  const image = await openImage(files.map(({ name, bytes }) => bytesSource(name, bytes)));
  if ("refused" in image) return null;
  const memory = await image.memory();
  if (typeof memory === "string") {
    holdVisible(memory, "why there is no memory");
    return null;
  }
  return { checkpoint: image.checkpoint, memory };
}

/** Calls back with each known page. Holds that the stretches of a mapping follow each other, up to its end. */
async function eachPage(memory: ImageMemory, found: (key: string, bytes: Uint8Array) => void): Promise<void> {
  const { mappings, pageSize } = memory;
  for (const space of memory.spaces) {
    for (let row = space.first; row < space.end; row++) {
      const start = mappings.start[row] as number;
      const size = (mappings.end[row] as number) - start;
      hold(size > 0, `a mapping of ${size} bytes`);
      const pages = await memory.pages(row);
      let left = MOST_STRETCHES;
      for (let at = 0; at < size && left > 0; left--) {
        const stretch = pages.stretchAt(at);
        hold(PAGE_STATES.includes(stretch.state), `state ${stretch.state}`);
        hold(stretch.start <= at && stretch.end > at, `the stretch at ${at} is ${stretch.start} to ${stretch.end}`);
        const wanted = Math.min(MOST_READ, stretch.end - at);
        const bytes = await pages.read(at, wanted);
        hold(bytes.length <= wanted, "more bytes than were asked for");
        hold(isKnown(stretch.state) || bytes.length === 0, `bytes of pages that are ${stretch.state}`);
        for (let page = 0; page + pageSize <= bytes.length; page += pageSize) {
          found(`${space.number} ${start + at + page}`, bytes.subarray(page, page + pageSize));
        }
        // Of a damaged page, the stretch says so after it was read.
        at = bytes.length > 0 ? at + bytes.length : Math.max(at + 1, pages.stretchAt(at).end);
      }
    }
  }
}

async function heldOf(sources: readonly File[]): Promise<Held> {
  const side = await memoryOf(sources);
  if (side === null) throw new Error("a seed has no memory");
  const pages = new Map<string, Uint8Array>();
  await eachPage(side.memory, (key, bytes) => pages.set(key, bytes.slice()));
  return { files: sources, side, pages };
}

const NEEDLE = encodeText("needle");

/** Every match is one, and what was searched adds up. */
async function holdSearch({ checkpoint, memory }: MemorySide, next: Random): Promise<void> {
  const parts = chooseParts(checkpoint, memory, {});
  const isNeedle = next(2) === 0;
  const matcher = isNeedle ? bytesMatcher(NEEDLE) : stringsMatcher({ shortest: 4, utf16: next(2) === 0 });
  for await (const { matches, coverage, done, size, isLimited } of searchMemory(memory, parts, matcher, {
    limit: 100,
  })) {
    for (const { bytes, at, length } of matches) {
      hold(at + Math.min(length, NEEDLE.length) <= bytes.length, "a match outside of its bytes");
      hold(!isNeedle || NEEDLE.every((byte, nth) => bytes[at + nth] === byte), "a match where the bytes differ");
    }
    const sum = Object.values(coverage).reduce((all, each) => all + each, 0);
    hold(sum === done && done <= size, `searched ${done} of ${size}, by state ${sum}`);
    hold(isLimited || matches.length <= 100, "more matches than the limit");
  }
}

const MIRROR: Readonly<Record<PageChange, PageChange>> = {
  same: "same",
  changed: "changed",
  "only-before": "only-after",
  "only-after": "only-before",
  unknown: "unknown",
};

async function bytesByChange(before: MemorySide, after: MemorySide): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for await (const { bytes } of diffMemories(before, after)) {
    for (const [change, count] of Object.entries(bytes)) sums[change] = (sums[change] ?? 0) + count;
  }
  return sums;
}

/** Memory does not differ from itself; from another it differs as that does from it. */
async function holdDiff(one: MemorySide, other: MemorySide): Promise<void> {
  const { changed = 0, "only-before": before = 0, "only-after": after = 0 } = await bytesByChange(one, one);
  hold(changed + before + after === 0, "memory differs from itself");
  const [there, back] = [await bytesByChange(one, other), await bytesByChange(other, one)];
  for (const [change, count] of Object.entries(there)) {
    hold(count === (back[MIRROR[change as PageChange]] ?? 0), `no mirror: ${change} ${count}`);
  }
}

async function run(seeds: readonly Held[], next: Random): Promise<void> {
  const seed = pick(seeds, next);
  // Half of the inputs are about pages and their description.
  const about = next(2) === 0 ? seed.files.filter(isAboutPages) : seed.files;
  const victim = pick(about.length === 0 ? seed.files : about, next);
  const isCut = next(3) === 0;
  const bytes = isCut ? victim.bytes.subarray(0, next(victim.bytes.length + 1)) : mutate(victim.bytes, next).bytes;
  const files = seed.files.map((file) => (file === victim ? { name: file.name, bytes } : file));
  const side = await memoryOf(files);
  if (side === null) return;
  const known = new Map<string, Uint8Array>();
  await eachPage(side.memory, (key, page) => known.set(key, page));
  if (isCut && isNoticed(side, victim)) {
    for (const [key, page] of known) {
      const wanted = seed.pages.get(key);
      if (wanted === undefined) hold(!isAboutPages(victim), `a page at ${key} that the whole image does not have`);
      else hold(same(page, wanted), `other bytes at ${key}, ${victim.name} cut at ${bytes.length}`);
    }
  }
  for (const { message } of side.memory.problems) holdVisible(message, "a problem");
  const kind = next(4);
  if (kind < 2) await holdSearch(side, next);
  else if (kind === 2) await holdDiff(seed.side, side);
}

const isAboutPages = ({ name }: File): boolean => name.startsWith("page");

/** A pagemap that ends after an entry looks like a whole one: pages that are not in it count as zeros. */
const isNoticed = ({ checkpoint: { members, problems } }: MemorySide, { name }: File): boolean =>
  !name.startsWith("pagemap-") || problems.some(({ member }) => member !== undefined && members[member]?.name === name);

const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

export async function memoryTargets(): Promise<Target[]> {
  const plain = pagesSet();
  const sets = [plain, ...COMPRESSIONS.map((compression) => compressSet(plain, compression))];
  const files = await Promise.all(
    sets.map((sources) =>
      Promise.all(sources.map(async ({ name, size, read }): Promise<File> => ({ name, bytes: await read(0, size) }))),
    ),
  );
  const stream = [{ name: "image.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }];
  const seeds = await Promise.all([...files, stream].map(heldOf));
  return [{ name: "memory", share: 8, run: (next) => run(seeds, next) }];
}
