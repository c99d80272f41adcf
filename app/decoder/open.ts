// Finds the image in what the user gave, and calls its format's decoder.

import type { Problem } from "../model/checkpoint.ts";
import type { ArchiveProblem } from "./archive/tar-header.ts";
import type { UnpackLimits } from "./archive/unpack.ts";
import { NO_METADATA } from "./criu/container-metadata.ts";
import { setName } from "./criu/find-sets.ts";
import { decodeCriuSet } from "./criu/index.ts";
import { type FoundImage, findImages } from "./find-images.ts";
import type { Image, Refusal } from "./image.ts";
import { decodeLinuxCr } from "./linux-cr/index.ts";
import { isLinuxCr } from "./linux-cr/recognise.ts";
import type { DecodeOptions, Source } from "./source.ts";

/** How to open an image: a dialect chosen by hand, one of several images, how much to unpack. */
export interface OpenOptions extends DecodeOptions {
  /** The name of the image to open, if there are several. */
  readonly set?: string;
  readonly limits?: UnpackLimits;
}

/** Names of images that a refusal lists; the rest are counted. */
const MOST_LISTED = 20;

/**
 * Decodes one image, given as one stream, as the files of a set, or as an archive. The bytes decide on the format, never
 * the name alone.
 *
 * @throws the signal's reason if decoding was aborted; SourceError if bytes cannot be read.
 */
export async function openImage(inputs: readonly Source[], options: OpenOptions = {}): Promise<Image | Refusal> {
  const stream = await streamAmong(inputs);
  if (stream !== null) {
    const image = await decodeLinuxCr(stream, options);
    if (image !== null) return image;
  }
  const { images, reason } = await findImages(inputs, {
    ...(options.limits && { limits: options.limits }),
    ...(options.signal && { signal: options.signal }),
    onBytes: (bytes, size) => options.onProgress?.({ bytes, size, objects: 0 }),
  });
  if (images.length === 0) return { refused: reason };
  const chosen = options.set === undefined ? images : images.filter(({ name }) => name === options.set);
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return openFound(only, options);
  const choices = images.map(({ name }) => name);
  const listed = choices.slice(0, MOST_LISTED).map(setName).join(", ");
  const more = choices.length > MOST_LISTED ? ` and ${choices.length - MOST_LISTED} more` : "";
  return { refused: `There are ${choices.length} images here: ${listed}${more}.`, choices };
}

/** The only input if it is a Linux-CR stream, which is decoded at once. */
export async function streamAmong([input, ...others]: readonly Source[]): Promise<Source | null> {
  if (input === undefined || others.length > 0) return null;
  return isLinuxCr(await input.read(0, Math.min(16, input.size))) ? input : null;
}

/**
 * Decodes an image that `findImages` found. Problems of its archive come first.
 *
 * @throws as `openImage`.
 */
export async function openFound(found: FoundImage, options: DecodeOptions = {}): Promise<Image | Refusal> {
  const { format, sources, problems } = found;
  if (format === "criu") {
    const metadata = found.metadata ?? NO_METADATA;
    return decodeCriuSet(sources, options, { ...metadata, problems: [...problems, ...metadata.problems] });
  }
  const [stream] = sources;
  const image = stream === undefined ? null : await decodeLinuxCr(stream, options);
  if (image === null) return { refused: `${setName(found.name)} is not a Linux-CR image.` };
  return "refused" in image ? image : withProblems(image, problems);
}

function withProblems(image: Image, problems: readonly ArchiveProblem[]): Image {
  if (problems.length === 0) return image;
  const { checkpoint } = image;
  const all: Problem[] = [...problems, ...checkpoint.problems];
  // What was lost of the archive may have been a part of the image.
  const complete = checkpoint.complete && !problems.some(({ severity }) => severity === "error");
  return { ...image, checkpoint: { ...checkpoint, problems: all, complete } };
}
