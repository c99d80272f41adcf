// Finds the image in what the user gave, and calls its format's decoder.

import type { Problem } from "../model/checkpoint.ts";
import { decodeText, exactBytes, visible } from "../model/text/text.ts";
import type { PlatformUnpackers } from "./archive/compression/platform.ts";
import type { ArchiveProblem } from "./archive/problem.ts";
import { decodeCriuSet } from "./criu/index.ts";
import { NO_METADATA } from "./criu/sets/container-metadata.ts";
import { isEncrypted, setName } from "./criu/sets/find-sets.ts";
import { type FoundImage, findImages } from "./find-images.ts";
import type { Image, Refusal } from "./image.ts";
import { type ChosenLimits, type Limits, limitsFor } from "./limits.ts";
import { decodeLinuxCr } from "./linux-cr/index.ts";
import type { DecodeOptions, Source } from "./source.ts";

/** How to open an image: a dialect chosen manually, one of several images, how much to unpack. */
export interface OpenOptions extends Omit<DecodeOptions, "limits"> {
  /** The name of the image to open, if there are several. */
  readonly set?: string;
  /** Limits that the user set; the others depend on the size of the input. */
  readonly limits?: ChosenLimits;
  /** Decompressors of the platform to unpack archives with. */
  readonly unpackers?: PlatformUnpackers;
}

/** Names of images that a refusal lists; the rest are counted. */
const MOST_LISTED = 20;

/**
 * Decodes one image, given as one stream, as the files of a set, or as an archive. The format is detected from the
 * bytes, never from the name alone.
 *
 * @throws the signal's reason if decoding was aborted; SourceError if bytes cannot be read.
 */
export async function openImage(inputs: readonly Source[], options: OpenOptions = {}): Promise<Image | Refusal> {
  const found = await findImage(inputs, options);
  return "refused" in found ? found : openFound(found, { ...options, limits: limitsOf(inputs, options) });
}

/** The limits for inputs. */
export const limitsOf = (inputs: readonly Source[], { limits }: Pick<OpenOptions, "limits">): Limits =>
  limitsFor(
    inputs.reduce((sum, { size }) => sum + size, 0),
    limits,
  );

/** Finds the image that `openImage` opens. If there are several and none is chosen, the refusal lists them. */
export async function findImage(inputs: readonly Source[], options: OpenOptions): Promise<FoundImage | Refusal> {
  const [first, second] = inputs;
  if (first !== undefined && second === undefined && first.size === 0) {
    return { refused: `${visible(first.name)} is empty.` };
  }
  const { images, parts, reason } = await findImages(inputs, {
    limits: limitsOf(inputs, options),
    ...(options.signal && { signal: options.signal }),
    ...(options.unpackers && { unpackers: options.unpackers }),
    onBytes: (bytes, size) => options.onProgress?.({ bytes, size, objects: 0 }),
  });
  const [only] = images;
  if (options.set !== undefined) {
    const all = [...images, ...parts];
    // Links and shells write U+FFFD for bytes that are not UTF-8.
    const chosen =
      all.find(({ name }) => name === options.set) ??
      all.find(({ name }) => decodeText(exactBytes(name)) === options.set);
    if (chosen !== undefined) return chosen;
  } else if (only !== undefined && images.length === 1) return only;
  if (only === undefined) return { refused: reason };
  const choices = images.map(({ name }) => name);
  const listed = choices.slice(0, MOST_LISTED).map(setName).join(", ");
  const more = choices.length > MOST_LISTED ? ` and ${choices.length - MOST_LISTED} more` : "";
  const missing = options.set === undefined ? "" : `There is no image ${setName(options.set)}. `;
  const count = choices.length === 1 ? "is 1 image" : `are ${choices.length} images`;
  return { refused: `${missing}There ${count} here: ${listed}${more}.`, choices };
}

/**
 * Decodes an image that `findImages` found. Problems of its archive come first.
 *
 * @throws as `openImage`.
 */
export async function openFound(found: FoundImage, options: DecodeOptions = {}): Promise<Image | Refusal> {
  const { format, sources, problems } = found;
  if (format === "criu") {
    if (isEncrypted(sources)) {
      return { refused: `${setName(found.name)}: the set is encrypted (it has cipher.img); decrypt it first.` };
    }
    const metadata = found.metadata ?? NO_METADATA;
    return decodeCriuSet(
      sources,
      options,
      { ...metadata, problems: [...problems, ...metadata.problems] },
      found.parent,
    );
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
