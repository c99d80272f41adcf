// Open and close documents.

import type { Image, Refusal } from "../../decoder/image.ts";
import { openImage } from "../../decoder/open.ts";
import type { Source } from "../../decoder/source.ts";
import { isPacked, unpack } from "../../link/pack.ts";
import { blobSource } from "../../sources/files.ts";
import { openHosted } from "../../sources/url.ts";
import type { Documents } from "../documents.ts";
import type { InputFile } from "../protocol.ts";
import { copyForPage, type Exchange, type Handlers } from "./handler.ts";

export function openHandlers(documents: Documents): Handlers<"open" | "close"> {
  return {
    async open({ inputs, dialect, set }, exchange) {
      const sources = await Promise.all(inputs.map((input) => sourceOf(input, exchange)));
      const options = {
        signal: exchange.signal,
        onProgress: exchange.reportProgress,
        onPart: exchange.sendPart,
        ...(dialect !== undefined && { dialect }),
        ...(set !== undefined && { set }),
      };
      const image = (await openPacked(sources)) ?? (await openImage(sources, options));
      if ("refused" in image) return { response: image };
      const { checkpoint, transfer } = copyForPage(image.checkpoint);
      return { response: { document: documents.add(image), checkpoint }, transfer };
    },
    async close({ document }) {
      documents.close(document);
      return { response: null };
    },
  };
}

async function sourceOf(input: InputFile, { signal, reportProgress }: Exchange): Promise<Source> {
  if ("url" in input) return openHosted(input.path, input.url, { signal, onProgress: reportProgress });
  return blobSource(input.path, input.file);
}

/** Bytes needed to detect a packed image. */
const PACKED_HEAD = 64;

/**
 * Opens a packed image from a link or a report: a checkpoint without records and bytes. `null` if the sources are not
 * a packed image.
 */
async function openPacked([source, ...others]: readonly Source[]): Promise<Image | Refusal | null> {
  if (source === undefined || others.length > 0) return null;
  if (!isPacked(await source.read(0, Math.min(PACKED_HEAD, source.size)))) return null;
  const unpacked = unpack(await source.read(0, source.size));
  if ("refused" in unpacked) return unpacked;
  return { checkpoint: unpacked.checkpoint, sources: [], fields: async () => [], details: async () => ({}) };
}
