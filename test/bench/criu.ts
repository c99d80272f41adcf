// CRIU: a million open files and a million descriptors, decoded, compared with only reading them and with a loop that
// only fills four columns of each; a set of many tasks; a tar with memory pages, compared with one without.

import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { criuSet } from "../support/criu-set.ts";
import { sparseSource } from "../support/images.ts";
import { tar, tarEntry } from "../support/tar.ts";
import { inMemory, onDisk } from "./files.ts";
import { measure, used } from "./measure.ts";

const COUNT = 1_000_000;
const COMMON = 0x54564319;

function image(magic: number, room: number, put: (bytes: Uint8Array, at: number, id: number) => number): Uint8Array {
  const bytes = new Uint8Array(8 + COUNT * room);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, COMMON, true);
  view.setUint32(4, magic, true);
  let at = 8;
  for (let id = 1; id <= COUNT; id++) {
    const end = put(bytes, at + 4, id);
    view.setUint32(at, end - at - 4, true);
    at = end;
  }
  return bytes.subarray(0, at);
}

function varint(bytes: Uint8Array, at: number, value: number): number {
  let left = value;
  let to = at;
  for (; left > 127; left = Math.floor(left / 128)) bytes[to++] = (left % 128) | 128;
  bytes[to++] = left;
  return to;
}

const encoder = new TextEncoder();

const files = image(0x56303138, 120, (bytes, start, id) => {
  const reg = new Uint8Array(110);
  let at = varint(reg, 1, id);
  reg[0] = 8;
  reg[at] = 16;
  at = varint(reg, at + 1, 0o100002);
  reg[at] = 24;
  at = varint(reg, at + 1, id * 4097);
  reg.set([0x2a, 10, 8, 0, 16, 0, 24, 0, 32, 0, 40, 0, 0x32], at);
  const name = encoder.encode(`/var/lib/data/some/directory/file-${String(id).padStart(8, "0")}.dat`);
  at = varint(reg, at + 13, name.length);
  reg.set(name, at);
  at += name.length;
  reg[at] = 80;
  at = varint(reg, at + 1, 0o100644);
  bytes.set([8, 1, 16], start);
  let to = varint(bytes, start + 3, id);
  bytes[to] = 26;
  to = varint(bytes, to + 1, at);
  bytes.set(reg.subarray(0, at), to);
  return to + at;
});

const fdinfo = image(0x56213732, 20, (bytes, start, id) => {
  bytes[start] = 8;
  const at = varint(bytes, start + 1, id);
  bytes.set([16, id & 1, 24, 1, 32], at);
  return varint(bytes, at + 5, id);
});

/** Fills four columns by field number, going into the message in field 3 of a file's entry. */
function byHand(bytes: Uint8Array): Float64Array[] {
  const columns = Array.from({ length: 4 }, () => new Float64Array(COUNT));
  const [ids, flags, positions, names] = columns as [Float64Array, Float64Array, Float64Array, Float64Array];
  let at = 8;
  const number = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  for (let row = 0; at < bytes.length; row++) {
    const size = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    at += 4;
    const end = at + size;
    while (at < end) {
      const tag = number();
      if (tag === 8) ids[row] = number();
      else if (tag === 16) flags[row] = number();
      else if (tag === 24) positions[row] = number();
      else if (tag === 26) number();
      else if ((tag & 7) === 0) names[row] = number();
      else {
        const length = number();
        if (tag === 50) names[row] = at;
        at += length;
      }
    }
  }
  return columns;
}

export async function criu(): Promise<void> {
  const sources = [onDisk("files.img", [files]), onDisk("fdinfo-1.img", [fdinfo])];
  const title = `CRIU, ${COUNT} regular files and ${COUNT} descriptors`;
  const decoded = { title: "decoded, from disk", run: () => decodeCriuSet(sources) };
  await measure({
    title,
    aim: null,
    baseline: { title: "reading the files", run: () => Promise.all(sources.map(inMemory)) },
    measured: decoded,
  });
  await measure({
    title,
    aim: 2,
    baseline: {
      title: "four columns by hand, from disk",
      run: async () => {
        for (const source of sources) byHand(await inMemory(source));
      },
    },
    measured: decoded,
  });
  await measure({
    title: `${title}, in memory`,
    aim: 2,
    unit: "of processor time",
    baseline: {
      title: "four columns by hand",
      run: () =>
        used(() => {
          byHand(files);
          byHand(fdinfo);
        }),
    },
    measured: {
      title: "decoded",
      run: () => used(() => decodeCriuSet([bytesSource("files.img", files), bytesSource("fdinfo-1.img", fdinfo)])),
    },
  });

  const set = criuSet(1000, 100);
  await measure({
    title: "CRIU, 1000 tasks × 100 descriptors",
    aim: null,
    baseline: { title: "reading the files", run: () => Promise.all(set.map(inMemory)) },
    measured: { title: "decoded, descriptors and files joined", run: () => decodeCriuSet(set) },
  });

  const small = await Promise.all(
    criuSet(10, 100).map(async (member) => ({ name: `checkpoint/${member.name}`, bytes: await inMemory(member) })),
  );
  const plain = tar(small);
  const pages = 2 ** 30;
  const header = tarEntry({ name: "checkpoint/pages-1.img", size: pages }).subarray(0, 512);
  const large = sparseSource("pages.tar", [{ bytes: header }, { zeros: pages }, { bytes: plain }]);
  await measure({
    title: "CRIU, 10 × 100 descriptors in a plain tar with 1 GiB of pages",
    aim: 1.5,
    baseline: { title: "without the pages", run: () => opened(bytesSource("small.tar", plain)) },
    measured: { title: "with them", run: () => opened(large) },
  });
}

async function opened(source: Source): Promise<void> {
  const image = await openImage([source]);
  if ("refused" in image || image.checkpoint.descriptors.count !== 1000)
    throw new Error(`${source.name} was not decoded`);
}
