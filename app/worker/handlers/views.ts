// Requests for the page's views of one or two documents: sorted rows, layouts, findings, changes.

import { checkImage, RULES } from "../../checks/check.ts";
import { copyOf, transferables } from "../../decoder/transfer.ts";
import { changeKind } from "../../diff/changes.ts";
import { eventsOf } from "../../diff/events.ts";
import { unrelated } from "../../diff/related.ts";
import { oneImage } from "../../graph/order/graph.ts";
import { layout } from "../../graph/order/layout.ts";
import { union } from "../../graph/order/union.ts";
import { widest } from "../../model/columns/files.ts";
import { groupRows } from "../../model/order.ts";
import { overviewOf } from "../../model/overview.ts";
import { descriptorsOf, subsetOf } from "../../model/subset.ts";
import { orderResource } from "../../resources/order.ts";
import { resourceNamed } from "../../resources/resources.ts";
import { emptyTable } from "../../resources/table.ts";
import type { Documents } from "../documents.ts";
import type { Handlers } from "./handler.ts";

const TASK_DETAIL = changeKind("task-detail");

export function viewHandlers(
  documents: Documents,
): Handlers<"order" | "layout" | "subset" | "resources" | "orderResource" | "overview" | "check" | "diff" | "union"> {
  return {
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
        events: eventsOf({ before, after, ...differences }),
        unrelated: unrelated(before, after, differences.pairs),
        digits: { pos: digits("pos"), version: digits("version") },
      };
      return { response, transfer: transferables({ ...response.differences, ...response.events }) };
    },
    async union(pair) {
      const { before, after, pairs, changes, changed } = await documents.compare(pair);
      const { taskAfter, tables, descriptors } = pairs;
      const changedTasks = [...changes.taskBefore].filter((_, at) => changes.kind[at] === TASK_DETAIL);
      const subject = union(before, after, { taskAfter, tables, descriptors, changed, changedTasks });
      const { rows, change, off } = subject.both;
      const response = { graph: subject.graph, both: { rows, change, off }, layout: layout(subject) };
      return { response, transfer: transferables(response) };
    },
  };
}
