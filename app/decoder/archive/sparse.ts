// Sparse members of a tar: files of which only parts are stored, because all else is zeros.

import { decodeText, visible } from "../../model/text/text.ts";
import { type Source, SourceError } from "../source.ts";

/** How a sparse member is stored. */
export interface Sparse {
  /** Bytes of its body. */
  readonly stored: number;
  /** Offset and length of each part in the file, ascending; `null`: they are at the beginning of the body, as text. */
  readonly parts: readonly number[] | null;
}

const BLOCK = 512;

/** Text with the parts of a file may not be larger than this, in bytes. */
const TEXT_LIMIT = 1 << 20;

/** Where the parts are: in the file, and in the body. */
interface Layout {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
  readonly stored: readonly number[];
}

/** The file with its zeros. `body`: what is stored of it; if that is cut off, the file ends there. */
export function sparseSource(name: string, size: number, body: Source, { stored, parts }: Sparse): Source {
  let layout: Promise<Layout> | null = null;
  return {
    name,
    size,
    async read(offset, length) {
      layout ??= readLayout(name, size, stored, parts, body);
      return readParts(await layout, body, offset, Math.max(0, Math.min(length, size - offset)));
    },
  };
}

async function readParts(layout: Layout, body: Source, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let part = firstAfter(layout.ends, offset); part < layout.begins.length; part++) {
    const begin = layout.begins[part] as number;
    const from = Math.max(begin, offset);
    const to = Math.min(layout.ends[part] as number, offset + length);
    if (from >= to) break;
    const read = await body.read((layout.stored[part] as number) + from - begin, to - from);
    bytes.set(read, from - offset);
    if (read.length < to - from) return bytes.subarray(0, from - offset + read.length);
  }
  return bytes;
}

/** The index of the first of some ascending numbers that is greater than `value`. */
function firstAfter(numbers: readonly number[], value: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** @throws SourceError if the parts overlap, or are not all in the file and in the body. */
async function readLayout(
  name: string,
  size: number,
  stored: number,
  given: Sparse["parts"],
  body: Source,
): Promise<Layout> {
  const { parts, end } = given === null ? await readText(body) : { parts: given, end: 0 };
  const layout = { begins: [] as number[], ends: [] as number[], stored: [] as number[] };
  let [last, place] = [0, end];
  for (let at = 0; at < parts.length; at += 2) {
    const [begin = Number.NaN, length = Number.NaN] = [parts[at], parts[at + 1]];
    const next = begin + length;
    // Written so that NaN fails, too.
    if (!(begin >= last && next <= size && place + length <= stored)) throw damaged(name);
    if (length > 0) {
      layout.begins.push(begin);
      layout.ends.push(next);
      layout.stored.push(place);
    }
    last = next;
    place += length;
  }
  if (place === 0 && stored > 0) throw damaged(name);
  return layout;
}

const damaged = (name: string): SourceError =>
  new SourceError(`${visible(name)} is a sparse file, and the list of its parts is damaged.`);

/**
 * The parts from the beginning of a body: how many there are and their offsets and lengths, each in a line of its own.
 */
async function readText(body: Source): Promise<{ readonly parts: readonly number[]; readonly end: number }> {
  const text = decodeText(await body.read(0, Math.min(body.size, TEXT_LIMIT)));
  const [count = ""] = text.split("\n", 1);
  const lines = text.split("\n", 1 + 2 * Number(count));
  const end = lines.reduce((sum, line) => sum + line.length + 1, 0);
  const parts = lines.slice(1).map((line) => (/^\d{1,15}$/.test(line) ? Number(line) : Number.NaN));
  const isWhole = /^\d{1,9}$/.test(count) && parts.length === 2 * Number(count);
  return { parts: isWhole ? parts : [Number.NaN], end: Math.ceil(end / BLOCK) * BLOCK };
}
