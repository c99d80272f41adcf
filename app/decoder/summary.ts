// The summary of an image in a list, and the evidence of when it was written.

import type { Checkpoint } from "../model/checkpoint.ts";
import type { Evidence } from "../model/comparison/earlier.ts";
import type { ImageSummary } from "../model/image-summary.ts";
import { hostOf } from "./criu/sets/set-host.ts";
import { uptimeOf } from "./criu/sets/set-times.ts";
import type { FoundImage } from "./find-images.ts";
import type { Image, Refusal } from "./image.ts";
import { limitsFor } from "./limits.ts";
import { findImage, limitsOf, type OpenOptions, openFound } from "./open.ts";
import { partSource, type Source, SourceError } from "./source.ts";

/** Larger images are not decoded whole for a list. Pages do not count: they are never read. */
const DECODED_LIMIT = 16 << 20;

/** A header is within this many bytes. */
const HEAD = 64 << 10;

export interface SummaryOptions {
  readonly signal?: AbortSignal;
  /** Whether tasks are counted, for which a small image is decoded whole. Default: true. */
  readonly tasks?: boolean;
}

/**
 * Summarises an image. If a Linux-CR stream is not decoded whole, its beginning is decoded.
 *
 * @throws the signal's reason if aborted.
 */
export async function summarise(
  found: FoundImage,
  { signal, tasks = true }: SummaryOptions = {},
): Promise<ImageSummary> {
  const { format, sources } = found;
  const read = sources.filter(({ name }) => !/(^|\/)pages-[^/]*$/.test(name));
  const bytes = read.reduce((sum, { size }) => sum + size, 0);
  const isWhole = tasks && bytes <= DECODED_LIMIT;
  if (!isWhole && format === "criu") return summaryOf(found, null);
  const part = isWhole ? found : { ...found, sources: sources.map(headOf) };
  try {
    const image = await openFound(part, { limits: limitsFor(bytes), ...(signal && { signal }) });
    const summary = await summaryOf(found, "refused" in image ? null : image.checkpoint);
    return isWhole ? summary : { ...summary, tasks: null };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return summaryOf(found, null);
  }
}

/** Summarises a decoded image, or (`null`) what is known without decoding. */
export async function summaryOf(found: FoundImage, checkpoint: Checkpoint | null): Promise<ImageSummary> {
  const { format, sources } = found;
  const { name, ...evidence } = await evidenceOf(found, checkpoint, true);
  return {
    name,
    format,
    bytes: sources.reduce((sum, { size }) => sum + size, 0),
    tasks: checkpoint?.tasks.count ?? null,
    ...evidence,
  };
}

/**
 * The evidence of when an image was written.
 *
 * @param fileTime Whether to ask for the times of its files, of which a set has thousands; those in an archive are known.
 */
async function evidenceOf(found: FoundImage, checkpoint: Checkpoint | null, fileTime: boolean): Promise<Evidence> {
  const { name, format, sources, metadata, isPacked } = found;
  const changed = isPacked || fileTime ? newest(sources) : null;
  return {
    name,
    parent: metadata?.parent ?? null,
    time: checkpoint?.time ?? metadata?.time ?? null,
    uptime: format === "criu" ? await uptimeOf(sources) : null,
    ...(format === "criu" && { host: await hostOf(sources) }),
    packedTime: isPacked ? changed : null,
    fileTime: isPacked ? null : changed,
  };
}

/** An image, and a function that reads the evidence of when it was written. */
export interface Dated {
  readonly image: Image;
  /** @param name What the user calls the image. @param fileTime As for evidenceOf. Default: true. */
  evidence(name: string, fileTime?: boolean): Promise<Evidence>;
}

/** Opens an image as `openImage` does. */
export async function openDated(inputs: readonly Source[], options: OpenOptions): Promise<Dated | Refusal> {
  const found = await findImage(inputs, options);
  if ("refused" in found) return found;
  const image = await openFound(found, { ...options, limits: limitsOf(inputs, options) });
  if ("refused" in image) return image;
  return {
    image,
    evidence: async (name, fileTime = true) => ({ ...(await evidenceOf(found, image.checkpoint, fileTime)), name }),
  };
}

const headOf = (source: Source): Source => partSource(source, source.name, 0, Math.min(HEAD, source.size));

/** When the newest of an image's files was modified, in seconds since 1970; `null` if unknown. */
function newest(sources: readonly Source[]): number | null {
  let latest = 0;
  for (const { modified } of sources) latest = Math.max(latest, modified?.() ?? 0);
  return latest === 0 ? null : latest;
}
