// CRIU image sets: from the files of one set to an Image.

import type { Image } from "../image.ts";
import type { DecodeOptions, Source } from "../source.ts";
import { createDetailsReader } from "./details.ts";
import { createFieldReader } from "./fields.ts";
import { decodeSet, type Metadata } from "./set.ts";

/** Decodes the files of one set: a directory's, or as many of them as there are. */
export async function decodeCriuSet(
  sources: readonly Source[],
  options: DecodeOptions = {},
  metadata?: Metadata,
): Promise<Image> {
  const set = await decodeSet(sources, options, metadata);
  return {
    checkpoint: set.checkpoint,
    sources: set.sources,
    fields: createFieldReader(set),
    details: createDetailsReader(set),
  };
}
