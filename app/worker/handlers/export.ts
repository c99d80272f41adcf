// Documents and changes as files: JSON, Markdown, CSV, packed images, reports. All are made in pieces.

import { changesTable } from "../../export/changes/changes-table.ts";
import { changesMarkdown } from "../../export/changes/changes-text.ts";
import { chosenRows } from "../../export/choose.ts";
import { diffDocumentText } from "../../export/json/diff-json.ts";
import { showDocument } from "../../export/json/show-json.ts";
import { alignedLines } from "../../export/lines/lines.ts";
import { fillReport } from "../../export/report.ts";
import { listingTable } from "../../export/tables/listing-table.ts";
import { resourceTable } from "../../export/tables/resources.ts";
import { bundle } from "../../link/bundle.ts";
import { createMask, type Mask } from "../../link/leave-out.ts";
import { type Packed, packing } from "../../link/pack.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { groupRows, orderRows } from "../../model/listings/order.ts";
import { orderResource } from "../../resources/order.ts";
import { resourceNamed } from "../../resources/resources.ts";
import { emptyTable } from "../../resources/table.ts";
import { type Documents, sizeOf } from "../documents.ts";
import { blobOf, resultOf } from "../pieces.ts";
import type { Requests } from "../protocol.ts";
import type { Exchange, Handlers } from "./handler.ts";

type Exports = "json" | "table" | "resourceTable" | "lines" | "changes" | "pack" | "report";

export function exportHandlers(documents: Documents): Handlers<Exports> {
  return {
    async json({ document }, exchange) {
      const image = documents.get(document);
      const resources = await documents.resources(document);
      const shown = { checkpoint: image.checkpoint, resources };
      const pieces = showDocument(shown, { name: image.sources[0]?.name ?? "", bytes: sizeOf(image) });
      return { response: await blobOf(pieces, "application/json", exchange) };
    },
    async table({ document, order, columns, separator }, exchange) {
      const { checkpoint } = documents.get(document);
      const { rows } = groupRows(checkpoint, order);
      const { parts, share } = listingTable(checkpoint, order.listing, columns, rows, separator);
      return { response: await blobOf(parts, TABLE_TYPES[separator], exchange, share) };
    },
    async resourceTable({ document, resource, order, separator }, exchange) {
      const table = (await documents.resources(document))[resource] ?? emptyTable(resourceNamed(resource));
      const rows = orderResource(table, order);
      const { pieces, share } = counted(resourceTable(table, separator, undefined, rows), rows.length);
      return { response: await blobOf(pieces, TABLE_TYPES[separator], exchange, share) };
    },
    async lines({ document, order }, exchange) {
      const { checkpoint } = documents.get(document);
      const chosen = chosenRows(checkpoint, order.listing, orderRows(checkpoint, order));
      return { response: await blobOf(alignedLines(checkpoint, chosen), "text/plain", exchange) };
    },
    async changes(request, exchange) {
      return { response: await formatChanges(documents, request, exchange) };
    },
    async pack({ documents: ids, names, leaveOut }, exchange) {
      const mask = createMask(leaveOut);
      const images = ids.map((document) => documents.get(document).checkpoint);
      const response = await bundle(await resultOf(packingAll(images, names, mask), exchange));
      return { response, transfer: [response.buffer] };
    },
    async report({ page, piece }, exchange) {
      const filled = fillReport(page, piece);
      return { response: filled && (await blobOf(filled, "text/html", exchange)) };
    },
  };
}

const TABLE_TYPES = { ",": "text/csv", "\t": "text/tab-separated-values" } as const;

/** About `count` pieces, and how many are done. */
function counted(pieces: Iterable<string>, count: number): { pieces: Generator<string>; share: () => number } {
  let done = 0;
  function* counting(): Generator<string> {
    for (const piece of pieces) {
      done++;
      yield piece;
    }
  }
  return { pieces: counting(), share: () => Math.min(1, done / Math.max(1, count)) };
}

/** Packs images one after the other, yielding progress. */
function* packingAll(
  images: readonly Checkpoint[],
  names: readonly string[],
  mask: Mask,
): Generator<Packed, Uint8Array[]> {
  const packs: Uint8Array[] = [];
  let before = 0;
  for (const [index, checkpoint] of images.entries()) {
    const steps = packing(checkpoint, names[index] ?? "", mask);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) {
      const { bytes, share } = step.value;
      yield { bytes: before + bytes, share: (index + share) / images.length };
    }
    packs.push(step.value);
    before += step.value.length;
  }
  return packs;
}

async function formatChanges(
  documents: Documents,
  request: Requests["changes"]["request"],
  exchange: Exchange,
): Promise<Blob> {
  const { before, after, form, hidden, names } = request;
  const comparison = await documents.compare({ before, after });
  const indices = Uint32Array.from(comparison.changes.kind.keys()).filter((change) => hidden[change] !== 1);
  const blob = (all: Iterable<string>, type: string): Promise<Blob> => {
    const { pieces, share } = counted(all, indices.length);
    return blobOf(pieces, type, exchange, share);
  };
  switch (form) {
    case "markdown":
      return blob(changesMarkdown(comparison, names, indices), "text/markdown");
    case "csv":
      return blob(changesTable(comparison, ",", indices), "text/csv");
    case "json": {
      const sources = {
        before: { name: names.before, bytes: sizeOf(documents.get(before)) },
        after: { name: names.after, bytes: sizeOf(documents.get(after)) },
      };
      return blob(diffDocumentText(comparison, sources, indices), "application/json");
    }
  }
}
