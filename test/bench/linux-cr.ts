// Linux-CR: decoding, compared with a bare walk over the same records; memory of the columns; skipping memory pages.

import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { openWindow } from "../../app/decoder/window.ts";
import { bigDescription, bigImage, encodeAll, withPages } from "../support/images.ts";
import { onDisk } from "./files.ts";
import { measure, print, used } from "./measure.ts";

/** Reads only type and length of every record; returns the number of records. */
async function bareWalk(source: Source): Promise<number> {
  const window = openWindow(source);
  let offset = 0;
  let count = 0;
  let types = 0;
  while (offset + 8 <= source.size) {
    if (offset + 8 > window.end) await window.fill(offset, 8);
    const at = offset - window.start;
    types ^= window.view.getUint32(at, true);
    offset += window.view.getUint32(at + 4, true);
    count++;
  }
  return count + (types & 0);
}

async function decode(source: Source) {
  const image = await openImage([source]);
  if ("refused" in image) throw new Error(image.refused);
  if (!image.checkpoint.complete) throw new Error(image.checkpoint.problems[0]?.message);
  return image.checkpoint;
}

export async function linuxCr(): Promise<void> {
  for (const [tasks, descriptorsPerTask] of [
    [1000, 100],
    [1, 1_000_000],
  ] as const) {
    const source = onDisk("big.ckpt", bigImage({ tasks, descriptorsPerTask, dialect: "seed" }));
    await measure({
      title: `Linux-CR, ${tasks} × ${descriptorsPerTask} descriptors, ${(source.size / 1e6).toFixed(0)} MB on disk`,
      aim: 4,
      unit: "of processor time",
      baseline: {
        title: "bare walk (type and length of each record)",
        run: () => used(() => bareWalk(source)),
      },
      measured: { title: "decoded", run: () => used(() => decode(source)) },
    });
  }

  const source = onDisk("big.ckpt", bigImage({ tasks: 1, descriptorsPerTask: 1_000_000, dialect: "seed" }));
  const { descriptors, ...checkpoint } = await decode(source);
  const columns = new Map<ArrayBufferLike, number>();
  const collect = (value: unknown): void => {
    if (ArrayBuffer.isView(value))
      columns.set(value.buffer, Math.max(columns.get(value.buffer) ?? 0, value.byteLength));
    else if (value !== null && typeof value === "object") for (const inner of Object.values(value)) collect(inner);
  };
  collect({ descriptors, ...checkpoint });
  const bytes = [...columns.values()].reduce((sum, length) => sum + length, 0);
  print(
    "Memory of the columns",
    `${(bytes / descriptors.count).toFixed(0)} bytes per descriptor, each with its own file and path`,
  );

  const small = encodeAll(bigDescription({ tasks: 10, descriptorsPerTask: 100 }), { dialect: "v23-rc2" }).bytes;
  const pages = withPages("pages.ckpt", small, 2 ** 18);
  await measure({
    title: `Linux-CR, 10 × 100 descriptors, with ${(pages.size / 2 ** 30).toFixed(2)} GiB of memory pages`,
    aim: 1.5,
    baseline: { title: "without the pages", run: () => decode(bytesSource("small.ckpt", small)) },
    measured: { title: "with them", run: () => decode(pages) },
  });
}
