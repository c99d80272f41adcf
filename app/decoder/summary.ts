// What a list of images says about each, and what tells which of two is earlier.

import type { Evidence } from "../model/earlier.ts";
import { uptimeOf } from "./criu/set-times.ts";
import type { FoundImage } from "./find-images.ts";
import { openFound } from "./open.ts";
import { partSource, type Source, SourceError } from "./source.ts";

export interface ImageSummary extends Evidence {
  readonly format: "linux-cr" | "criu";
  /** Size of its files together. */
  readonly bytes: number;
  /** `null`: unknown, as the image is too large to be decoded for a list. */
  readonly tasks: number | null;
}

/** Larger images are not decoded whole for a list. Pages do not count: they are never read. */
const DECODED_LIMIT = 16 << 20;

/** A header is within this many bytes. */
const HEAD = 64 << 10;

/** Summarises an image. @throws the signal's reason if aborted. */
export async function summarise(found: FoundImage, signal?: AbortSignal): Promise<ImageSummary> {
  const { name, format, sources, metadata, isPacked } = found;
  const bytes = sources.reduce((sum, { size }) => sum + size, 0);
  const read = sources.filter((source) => !/(^|\/)pages-[^/]*$/.test(source.name));
  const isSmall = read.reduce((sum, { size }) => sum + size, 0) <= DECODED_LIMIT;
  const changed = newest(sources);
  const about = { name, format, bytes, parent: metadata?.parent ?? null };
  const times = { packedTime: isPacked ? changed : null, fileTime: isPacked ? null : changed };
  try {
    const part = isSmall || format === "criu" ? found : { ...found, sources: sources.map(headOf) };
    const image = format === "criu" && !isSmall ? null : await openFound(part, signal ? { signal } : {});
    const checkpoint = image === null || "refused" in image ? null : image.checkpoint;
    const uptime = format === "criu" ? await uptimeOf(sources) : null;
    const time = checkpoint?.time ?? metadata?.time ?? null;
    const tasks = isSmall ? (checkpoint?.tasks.count ?? null) : null;
    return { ...about, ...times, time, uptime, tasks };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { ...about, ...times, time: metadata?.time ?? null, uptime: null, tasks: null };
  }
}

const headOf = (source: Source): Source => partSource(source, source.name, 0, Math.min(HEAD, source.size));

/** When the newest of an image's files was modified, in seconds since 1970; `null` if unknown. */
function newest(sources: readonly Source[]): number | null {
  let latest = 0;
  for (const { modified = 0 } of sources) latest = Math.max(latest, modified);
  return latest === 0 ? null : latest;
}
