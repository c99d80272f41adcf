// Find images among files; open and close documents.

import type { PlatformUnpackers } from "../../decoder/archive/compression/platform.ts";
import { type FoundImage, findImages } from "../../decoder/find-images.ts";
import type { Image, Refusal } from "../../decoder/image.ts";
import { limitsFor, raisedLimits } from "../../decoder/limits.ts";
import { findImage, type OpenOptions, openFound } from "../../decoder/open.ts";
import type { Source } from "../../decoder/source.ts";
import { summarise, summaryOf } from "../../decoder/summary.ts";
import { isPacked, unpack } from "../../link/pack.ts";
import { type Evidence, ownEvidence } from "../../model/comparison/earlier.ts";
import type { ImageSummary } from "../../model/image-summary.ts";
import { blobSource } from "../../sources/files.ts";
import { openHosted } from "../../sources/url.ts";
import type { Documents } from "../documents.ts";
import type { DocumentId, FindResponse, InputFile, Requests } from "../protocol.ts";
import { copyForPage, type Exchange, type Handlers } from "./handler.ts";
import { imageNames } from "./image-names.ts";

/** The images that the last `find` found. */
interface LastFound {
  readonly id: number;
  readonly images: readonly FoundImage[];
  /** Bytes of the input in which they were found. */
  readonly size: number;
}

/**
 * Milliseconds after which early parts are sent. An image that takes less is drawn sooner if the page does not render
 * parts of it first.
 */
const SLOW = 250;

/** Images of a `find` that are summarised; more are counted. */
const MOST_SUMMARIES = 500;

export function openHandlers(documents: Documents, unpackers: PlatformUnpackers): Handlers<"find" | "open" | "close"> {
  let last: LastFound = { id: 0, images: [], size: 0 };
  const earlier = createEarlier();
  return {
    async find({ inputs }, exchange) {
      last = { id: last.id + 1, images: [], size: 0 };
      const sources = await sourcesOf(inputs, exchange);
      const found = await find(sources, last.id, unpackers, exchange);
      last = { id: last.id, images: found.images, size: totalSize(sources) };
      return { response: found.response };
    },
    async open(request, exchange) {
      const found = request.found === last.id ? last.images.find(({ name }) => name === request.set) : undefined;
      const kept = found && { image: found, size: last.size };
      const isHosted = request.inputs.some((input) => "url" in input);
      const opened = await open(request, kept, { unpackers, ...(!isHosted && earlier.image()) }, exchange);
      if ("refused" in opened) return { response: opened };
      const { checkpoint, transfer } = copyForPage(opened.image.checkpoint);
      const evidence = { ...(opened.evidence ?? ownEvidence("", checkpoint.time)), name: request.name ?? "" };
      const document = documents.add(opened.image, evidence);
      if (!isHosted) earlier.set(document, opened.image);
      return { response: { document, checkpoint, evidence }, transfer };
    },
    async close({ document }) {
      documents.close(document);
      earlier.forget(document);
      return { response: null };
    },
  };
}

/**
 * The last image that was opened and is still open. The next one is likely to be compared with it, and may take details
 * from it. Hosted images do not count, because comparing their bytes would fetch them again, nor do packed ones, which
 * have no bytes.
 */
function createEarlier() {
  let last: { readonly document: DocumentId; readonly image: Image } | null = null;
  return {
    image: () => last && { earlier: last.image },
    set(document: DocumentId, image: Image): void {
      if (image.sources.length > 0) last = { document, image };
    },
    forget(document: DocumentId): void {
      if (last?.document === document) last = null;
    },
  };
}

const totalSize = (sources: readonly Source[]): number => sources.reduce((sum, { size }) => sum + size, 0);

const sourcesOf = (inputs: readonly InputFile[], exchange: Exchange): Promise<Source[]> =>
  Promise.all(inputs.map((input) => sourceOf(input, exchange)));

async function sourceOf(input: InputFile, { signal, reportProgress }: Exchange): Promise<Source> {
  if ("url" in input) return openHosted(input.path, input.url, { signal, onProgress: reportProgress });
  return blobSource(input.path, input.file);
}

async function find(
  sources: readonly Source[],
  id: number,
  unpackers: PlatformUnpackers,
  { signal, reportProgress }: Exchange,
): Promise<{ readonly images: readonly FoundImage[]; readonly response: FindResponse }> {
  const onBytes = (bytes: number, size: number): void => reportProgress({ bytes, size, objects: 0 });
  const { images, ignored, only, reason } = await findImages(sources, {
    limits: limitsFor(totalSize(sources)),
    signal,
    unpackers,
    onBytes,
  });
  if (images.length === 0) return { images, response: { refused: reason } };
  const summarised = images.slice(0, MOST_SUMMARIES);
  const size = summarised.reduce((sum, { sources }) => sum + totalSize(sources), 0);
  const summaries: ImageSummary[] = [];
  let bytes = 0;
  for (const image of summarised) {
    // A single image is opened at once, which reports all this.
    if (images.length > 1) onBytes(bytes, size);
    summaries.push(await (images.length === 1 ? summaryOf(image, null) : summarise(image, { signal })));
    bytes += totalSize(image.sources);
  }
  const names = imageNames(
    images.map(({ name }) => name),
    sources.map(({ name }) => name),
  ).slice(0, MOST_SUMMARIES);
  return {
    images,
    response: {
      found: id,
      images: summaries,
      names,
      count: images.length,
      ignored,
      ...(only !== undefined && { only }),
    },
  };
}

type Opened = { readonly image: Image; readonly evidence?: Evidence } | Refusal;

/** Opens a found image, a packed one, or the one among the inputs. */
async function open(
  { inputs, dialect, set, raised = {} }: Requests["open"]["request"],
  kept: { readonly image: FoundImage; readonly size: number } | undefined,
  means: Pick<OpenOptions, "unpackers" | "earlier">,
  exchange: Exchange,
): Promise<Opened> {
  const { signal, reportProgress, sendPart } = exchange;
  const begin = performance.now();
  const options = {
    signal,
    onProgress: reportProgress,
    onPart: sendPart,
    wantsPart: () => performance.now() - begin >= SLOW,
    ...means,
    ...(dialect !== undefined && { dialect }),
    ...(set !== undefined && { set }),
  };
  const sources = kept === undefined ? await sourcesOf(inputs, exchange) : [];
  const packed = await openPacked(sources);
  if (packed !== null) return "refused" in packed ? packed : { image: packed };
  const limits = raisedLimits(kept?.size ?? totalSize(sources), raised);
  const found = kept?.image ?? (await findImage(sources, { ...options, limits }));
  if ("refused" in found) return found;
  const image = await openFound(found, { ...options, limits });
  return "refused" in image ? image : { image, evidence: await summaryOf(found, image.checkpoint) };
}

/** Bytes of a file that show whether it is a packed image. */
const PACKED_HEAD = 64;

/**
 * Opens a packed image, from a link or a report. It has a checkpoint but no records and bytes. `null`: the sources are
 * something else.
 */
async function openPacked([source, ...others]: readonly Source[]): Promise<Image | Refusal | null> {
  if (source === undefined || others.length > 0) return null;
  if (!isPacked(await source.read(0, Math.min(PACKED_HEAD, source.size)))) return null;
  const unpacked = unpack(await source.read(0, source.size));
  if ("refused" in unpacked) return unpacked;
  return {
    checkpoint: unpacked.checkpoint,
    sources: [],
    fields: async () => [],
    details: async () => ({}),
    memory: async () => "A packed image has no memory.",
  };
}
