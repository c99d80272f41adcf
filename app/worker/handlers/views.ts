// Requests for the page's views of one or two documents: sorted rows, layouts, findings, changes.

import { checkImage, RULES } from "../../checks/check.ts";
import { copyOf, transferables } from "../../decoder/transfer.ts";
import { hiddenChanges } from "../../diff/lists/filter.ts";
import { listed } from "../../diff/lists/listed.ts";
import { unrelated } from "../../diff/related.ts";
import { headline } from "../../export/changes/headline.ts";
import { oneImage } from "../../graph/order/graph.ts";
import { layout, withChangesOf } from "../../graph/order/layout.ts";
import { withoutChanges } from "../../graph/order/switched-off.ts";
import { valueWidths } from "../../model/listings/columns.ts";
import { widest } from "../../model/listings/files.ts";
import { groupRows } from "../../model/listings/order.ts";
import { overviewOf } from "../../model/overview.ts";
import { u32At } from "../../model/read.ts";
import { recordLinks } from "../../model/record-links.ts";
import { descriptorsOf, subsetOf } from "../../model/subset.ts";
import { mappersOf, maybeMapped } from "../../resources/mappers.ts";
import { orderResource } from "../../resources/order.ts";
import { resourceNamed } from "../../resources/resources.ts";
import { emptyTable } from "../../resources/table.ts";
import type { Documents } from "../documents.ts";
import type { Handlers } from "./handler.ts";

export function viewHandlers(
  documents: Documents,
): Handlers<
  | "widths"
  | "order"
  | "layout"
  | "subset"
  | "resources"
  | "mappers"
  | "recordLinks"
  | "orderResource"
  | "overview"
  | "check"
  | "diff"
  | "unmatched"
  | "headline"
  | "union"
  | "unionWithout"
> {
  return {
    async widths({ document }) {
      return { response: valueWidths(documents.get(document).checkpoint) };
    },
    async order({ document, order }) {
      const response = groupRows(documents.get(document).checkpoint, order);
      return { response, transfer: transferables(response) };
    },
    async layout({ document }) {
      const response = layout(oneImage(documents.get(document).checkpoint));
      return { response, transfer: transferables(response) };
    },
    async subset({ document, listing, filter }) {
      const { checkpoint } = documents.get(document);
      const keep = descriptorsOf(checkpoint, listing, filter);
      if (keep === null) return { response: null };
      // Copied, because transferring would take what the subset has in common with the document.
      const subset = copyOf(subsetOf(checkpoint, keep));
      const response = { subset, layout: layout(oneImage(subset.checkpoint)) };
      return { response, transfer: transferables(response) };
    },
    async resources({ document }) {
      // Copied, because transferring would take the arrays from the tables that are kept.
      const response = copyOf(await documents.resources(document));
      return { response, transfer: transferables(response) };
    },
    async mappers({ document, file }) {
      const { checkpoint } = documents.get(document);
      const ids = new Set(maybeMapped(checkpoint, file).map((row) => u32At(checkpoint.files.id, row)));
      return { response: ids.size === 0 ? [] : mappersOf(await documents.mappings(document), ids) };
    },
    async recordLinks({ document }) {
      const response = recordLinks(documents.get(document).checkpoint);
      return { response, transfer: [response.buffer as ArrayBuffer] };
    },
    async orderResource({ document, resource, order }) {
      const table = (await documents.resources(document))[resource] ?? emptyTable(resourceNamed(resource));
      const response = orderResource(table, order);
      return { response, transfer: [response.buffer as ArrayBuffer] };
    },
    async overview({ document }) {
      return { response: overviewOf(documents.get(document).checkpoint) };
    },
    async check({ document }, { signal, reportProgress }) {
      const image = documents.get(document);
      const findings = await checkImage(image, { signal, onProgress: reportProgress });
      const found = new Set(findings.findings.map(({ code }) => code));
      const rules = RULES.filter(({ code, format }) => format === image.checkpoint.format && found.has(code));
      return { response: { findings, titles: Object.fromEntries(rules.map(({ code, title }) => [code, title])) } };
    },
    async diff(pair) {
      const { before, after, ...differences } = await documents.compare(pair);
      const digits = (id: "pos" | "version"): number => Math.max(widest(before.files[id]), widest(after.files[id]));
      const response = {
        // Copied, because transferring would take the arrays from the cached comparison.
        differences: copyOf(differences),
        events: copyOf(await documents.events(pair)),
        listed: listed({ before, after, ...differences }),
        unrelated: unrelated(differences.notes),
        digits: { pos: digits("pos"), version: digits("version") },
      };
      return { response, transfer: transferables({ ...response.differences, ...response.events }) };
    },
    async unmatched({ words, ...pair }) {
      const response = hiddenChanges(await documents.compare(pair), { words });
      return { response, transfer: [response.buffer as ArrayBuffer] };
    },
    async headline({ hidden, ...pair }) {
      const comparison = await documents.compare(pair);
      return { response: headline(comparison, await documents.events(pair), hidden) };
    },
    async union(pair) {
      const { subject, layout } = await documents.draw(pair);
      const { rows, change, off } = subject.both;
      // Copied, because transferring would take the arrays from the cached drawing.
      const response = copyOf({ graph: subject.graph, both: { rows, change, off }, layout });
      return { response, transfer: transferables(response) };
    },
    async unionWithout({ hidden, ...pair }) {
      const { subject, layout } = await documents.draw(pair);
      const { graph, both } = withoutChanges(subject, await documents.compare(pair), hidden);
      const { slotDensity, tableDensity, tableParts } = withChangesOf(layout, { ...subject, graph, both });
      const { fileBefore } = graph.descriptors;
      const { change, off } = both;
      // Copied, because without hidden changes these are the arrays of the cached drawing.
      const response = copyOf({
        ...(fileBefore && { fileBefore }),
        change,
        off,
        slotDensity,
        tableDensity,
        tableParts,
      });
      return { response, transfer: transferables(response) };
    },
  };
}
