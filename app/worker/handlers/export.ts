// Documents and changes as files: JSON, Markdown, CSV, packed images.

import { changesCsv, changesMarkdown } from "../../export/changes-text.ts";
import { chosenRows } from "../../export/choose.ts";
import { rowLines, titleLine } from "../../export/delimited.ts";
import { diffDocumentText } from "../../export/diff-json.ts";
import { alignedLines } from "../../export/lines.ts";
import { showDocument } from "../../export/show-json.ts";
import { bundle } from "../../link/bundle.ts";
import { createMask } from "../../link/leave-out.ts";
import { pack } from "../../link/pack.ts";
import { groupRows, orderRows } from "../../model/order.ts";
import { type Documents, sizeOf } from "../documents.ts";
import { blobOf } from "../pieces.ts";
import type { Requests } from "../protocol.ts";
import type { Exchange, Handlers } from "./handler.ts";

export function exportHandlers(documents: Documents): Handlers<"json" | "table" | "lines" | "changes" | "pack"> {
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
      let done = 0;
      function* pieces(): Generator<string> {
        yield titleLine(order.listing, columns, separator);
        for (; done < rows.length; done += SLICE)
          yield rowLines(checkpoint, order.listing, columns, rows, done, done + SLICE, separator);
      }
      const type = separator === "," ? "text/csv" : "text/tab-separated-values";
      return { response: await blobOf(pieces(), type, exchange, () => done / rows.length) };
    },
    async lines({ document, order }, exchange) {
      const { checkpoint } = documents.get(document);
      const chosen = chosenRows(checkpoint, order.listing, orderRows(checkpoint, order));
      return { response: await blobOf(alignedLines(checkpoint, chosen), "text/plain", exchange) };
    },
    async changes(request, exchange) {
      return { response: await formatChanges(documents, request, exchange) };
    },
    async pack({ documents: ids, names, leaveOut }) {
      const mask = createMask(leaveOut);
      const response = await bundle(
        ids.map((document, index) => pack(documents.get(document).checkpoint, names[index] ?? "", mask)),
      );
      return { response, transfer: [response.buffer] };
    },
  };
}

/** Rows of a table that are formatted without a pause. */
const SLICE = 2000;

async function formatChanges(
  documents: Documents,
  request: Requests["changes"]["request"],
  exchange: Exchange,
): Promise<Blob> {
  const { before, after, form, hidden, names } = request;
  const comparison = await documents.compare({ before, after });
  const indices = Uint32Array.from(comparison.changes.kind.keys()).filter((change) => hidden[change] !== 1);
  switch (form) {
    case "markdown":
      return new Blob([changesMarkdown(comparison, names, indices)], { type: "text/markdown" });
    case "csv":
      return new Blob([changesCsv(comparison, indices)], { type: "text/csv" });
    case "json": {
      const sources = {
        before: { name: names.before, bytes: sizeOf(documents.get(before)) },
        after: { name: names.after, bytes: sizeOf(documents.get(after)) },
      };
      return blobOf(diffDocumentText(comparison, sources, indices), "application/json", exchange);
    }
  }
}
