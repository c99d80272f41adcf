// Rewrites a CRIU set as a newer CRIU would write it compressed: pages per page or per region in LZ4 blocks.

import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { imageBytes, type Message, varint } from "./criu-set.ts";
import { packLz4 } from "./lz4.ts";
import { concat } from "./tar.ts";

export interface Compression {
  /** Pages of a region; 0: each page is a block. */
  readonly region: number;
  /** Whether payloads begin at page boundaries. */
  readonly aligned?: boolean;
  /** Whether the sizes are written unpacked, one field for each. */
  readonly unpacked?: boolean;
}

const PAGE = 4096;
const PRESENT = 4;
const ALIGNED = 8;

/** Fields of a message: varints only. */
function fieldsOf(bytes: Uint8Array): Map<number, number> {
  const fields = new Map<number, number>();
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = read();
    fields.set(tag >> 3, read());
  }
  return fields;
}

function entriesOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    entries.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return entries;
}

/** The set compressed. All sources must be in memory. */
export function compressSet(sources: readonly Source[], compression: Compression): Source[] {
  const bytesOf = ({ read, size }: Source): Uint8Array => read(0, size) as Uint8Array;
  const base = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
  const byName = new Map(sources.map((source) => [base(source.name), source]));
  const replaced = new Map<string, Uint8Array>();
  for (const source of sources) {
    if (!base(source.name).startsWith("pagemap-")) continue;
    const [head, ...entries] = entriesOf(bytesOf(source)).map(fieldsOf);
    const id = head?.get(1) ?? 0;
    const pages = byName.get(`pages-${id}.img`);
    if (pages === undefined) continue;
    const packed = compressPages(entries, bytesOf(pages), compression);
    replaced.set(base(source.name), imageBytes("PAGEMAP", [[[1, id]], ...packed.entries]));
    replaced.set(`pages-${id}.img`, packed.pages);
  }
  const inventory = byName.get("inventory.img");
  if (inventory !== undefined) {
    const region = compression.region === 0 ? [] : [[16, compression.region * PAGE] as const];
    const extra = imageBytes("INVENTORY", [[[1, 3], [15, compression.region === 0 ? 1 : 2], ...region]]).subarray(8);
    const old = bytesOf(inventory);
    // Of a field that is there twice, the last counts.
    const message = concat([old.subarray(8), extra]);
    replaced.set(
      "inventory.img",
      concat([old.subarray(0, 4), new Uint8Array(Uint32Array.of(message.length).buffer), message]),
    );
  }
  return sources.map((source) => {
    const bytes = replaced.get(base(source.name));
    return bytes === undefined ? source : bytesSource(source.name, bytes);
  });
}

/** Packs the pages of entries; a block that does not get smaller stays as it is, one of zeros takes no bytes. */
function compressPages(
  entries: readonly ReadonlyMap<number, number>[],
  pages: Uint8Array,
  { region, aligned = false, unpacked = false }: Compression,
): { readonly entries: Message[]; readonly pages: Uint8Array } {
  const out: Uint8Array[] = [];
  let written = 0;
  let from = 0;
  const put = (bytes: Uint8Array): void => {
    out.push(bytes);
    written += bytes.length;
  };
  const packed = entries.map((entry): Message => {
    const flags = entry.get(4) ?? PRESENT;
    const count = entry.get(5) ?? entry.get(2) ?? 0;
    const place = [[1, entry.get(1) ?? 0] as const, [2, 0] as const];
    if ((flags & PRESENT) === 0) return [...place, [4, flags], [5, count]];
    if (aligned) put(new Uint8Array((PAGE - (written % PAGE)) % PAGE));
    const size = Math.max(1, region) * PAGE;
    const end = from + count * PAGE;
    const sizes: number[] = [];
    for (; from < end; from += size) {
      const block = pages.subarray(from, Math.min(from + size, end));
      const small = block.every((byte) => byte === 0) ? new Uint8Array(0) : packLz4(block);
      const stored = small.length < block.length ? small : block;
      sizes.push(stored.length);
      put(stored);
    }
    from = end;
    const list: number[] = [];
    for (const each of sizes) varint(each, list);
    const sizeFields: Message = unpacked ? sizes.map((each) => [6, each]) : [[6, Uint8Array.from(list)]];
    const total = sizes.reduce((sum, each) => sum + each, 0);
    const regions: Message = region === 0 ? [] : [[8, region]];
    return [...place, [4, flags | (aligned ? ALIGNED : 0)], [5, count], ...sizeFields, [7, total], ...regions];
  });
  return { entries: packed, pages: concat(out) };
}
