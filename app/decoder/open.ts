// Detects the format and calls its decoder.

import { visible } from "../model/text.ts";
import { type CriuOptions, decodeCriu } from "./criu/index.ts";
import type { Image, Refusal } from "./image.ts";
import { decodeLinuxCr } from "./linux-cr/index.ts";
import type { Source } from "./source.ts";

/** Options of opening an image: a dialect chosen by hand, one of several sets, limits of unpacking. */
export type OpenOptions = CriuOptions;

/**
 * Decodes one image, given as one stream, as the files of a set, or as an archive. The format is detected from the
 * bytes, never from the name alone.
 *
 * @throws the signal's reason if decoding was aborted; SourceError if bytes cannot be read.
 */
export async function openImage(inputs: readonly Source[], options: OpenOptions = {}): Promise<Image | Refusal> {
  const [input] = inputs;
  if (input === undefined) return { refused: "There are no files here." };
  if (inputs.length === 1) {
    if (input.size === 0) return { refused: `${visible(input.name)} is empty.` };
    const image = await decodeLinuxCr(input, options);
    if (image !== null) return image;
  }
  return decodeCriu(inputs, options);
}
