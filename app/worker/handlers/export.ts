// Documents and changes as files: JSON, Markdown, CSV, packed images.

import { changesCsv, changesMarkdown } from "../../export/changes-text.ts";
import { chosenRows } from "../../export/choose.ts";
import { diffDocumentText } from "../../export/diff-json.ts";
import { alignedLines } from "../../export/lines.ts";
import { showDocument } from "../../export/show-json.ts";
import { bundle } from "../../link/bundle.ts";
import { createMask } from "../../link/leave-out.ts";
import { pack } from "../../link/pack.ts";
import { orderRows } from "../../model/order.ts";
import { type Documents, sizeOf } from "../documents.ts";
import type { Requests } from "../protocol.ts";
import type { Handlers } from "./handler.ts";

export function exportHandlers(documents: Documents): Handlers<"json" | "lines" | "changes" | "pack"> {
  return {
    async json({ document }, { signal }) {
      const image = documents.get(document);
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      const resources = await documents.resources(document);
      const shown = { checkpoint: image.checkpoint, resources };
      for (const chunk of showDocument(shown, { name: image.sources[0]?.name ?? "", bytes: sizeOf(image) })) {
        signal.throwIfAborted();
        chunks.push(chunk.slice());
      }
      return { response: new Blob(chunks, { type: "application/json" }) };
    },
    async lines({ document, order }) {
      const { checkpoint } = documents.get(document);
      const chosen = chosenRows(checkpoint, order.listing, orderRows(checkpoint, order));
      const lines = Array.from(alignedLines(checkpoint, chosen), (line) => `${line}\n`);
      return { response: new Blob(lines, { type: "text/plain" }) };
    },
    async changes(request) {
      return { response: await formatChanges(documents, request) };
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

async function formatChanges(documents: Documents, request: Requests["changes"]["request"]): Promise<Blob> {
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
      return new Blob([...diffDocumentText(comparison, sources, indices)], { type: "application/json" });
    }
  }
}
