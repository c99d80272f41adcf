// Recognises what the bytes are and calls the decoder for it.

import type { Image, Refusal } from "./image.ts";
import { decodeLinuxCr } from "./linux-cr/index.ts";
import type { DecodeOptions, Source } from "./source.ts";

/**
 * Decodes one image, given as one stream or as the files of a set.
 *
 * @throws the signal's reason if decoding was aborted; SourceError if bytes cannot be had.
 */
export async function openImage(inputs: readonly Source[], options: DecodeOptions = {}): Promise<Image | Refusal> {
  const [input, ...others] = inputs;
  if (input === undefined) return { refused: "Nothing was given." };
  if (others.length === 0) {
    if (input.size === 0) return { refused: "The file is empty." };
    const image = await decodeLinuxCr(input, options);
    if (image !== null) return image;
  }
  return { refused: "This is no checkpoint image: it does not begin with a Linux-CR header." };
}
