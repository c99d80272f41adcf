// Comparing two images, one descriptor in a hundred changed; compared with decoding one of them.

import { openImage } from "../../app/decoder/open.ts";
import type { Source } from "../../app/decoder/source.ts";
import { diff } from "../../app/diff/diff.ts";
import { type BigImage, bigImage } from "../support/images.ts";
import { onDisk } from "./files.ts";
import { measure } from "./measure.ts";

async function decode(source: Source) {
  const image = await openImage([source]);
  if ("refused" in image) throw new Error(image.refused);
  return image.checkpoint;
}

export async function diffs(): Promise<void> {
  for (const tasks of [100, 1000]) {
    const options: BigImage = { tasks, descriptorsPerTask: 1000, dialect: "seed" };
    const before = onDisk("before.ckpt", bigImage(options));
    const after = onDisk("after.ckpt", bigImage({ ...options, moved: 4096, movedEvery: 90 }));
    const pair = [await decode(before), await decode(after)] as const;
    const { count } = diff(...pair).changes;
    await measure({
      title: `Comparing ${tasks} × 1000 descriptors, ${count} changes`,
      aim: tasks === 100 ? 1 : 0.4,
      baseline: { title: "decoding one of the images, from disk", run: () => decode(before) },
      measured: { title: "comparing the two", run: () => diff(...pair) },
    });
  }
}
