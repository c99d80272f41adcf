// Requests about the restore of an image: facts of a host, and the comparison of an image with them.

import { checkImage, RULES } from "../../checks/check.ts";
import { allFindings } from "../../checks/filter.ts";
import type { Finding } from "../../checks/finding.ts";
import { restoreCommand } from "../../checks/host/command.ts";
import { looksLikeFacts, MOST_FACTS_BYTES, readFacts, shownFact } from "../../checks/host/facts.ts";
import { type IndexedFacts, indexFacts } from "../../checks/host/host.ts";
import type { HostRow } from "../../checks/host/report.ts";
import { restoreTable } from "../../export/tables/restore-table.ts";
import type { Severity } from "../../model/checkpoint.ts";
import type { Documents } from "../documents.ts";
import { blobOf } from "../pieces.ts";
import type { DocumentId, FactsId, FactsResponse, RestoreResponse, RestoreRow } from "../protocol.ts";
import type { Exchange, Handlers } from "./handler.ts";

/** Enough of a file to distinguish facts from images. */
const START = 1024;

export function hostHandlers(documents: Documents): Handlers<"facts" | "restore" | "restoreTable"> {
  const all = new Map<FactsId, IndexedFacts>();
  let nextId: FactsId = 1;
  const compare = async (document: DocumentId, id: FactsId | null, { signal, reportProgress }: Exchange) => {
    const facts = id === null ? undefined : all.get(id);
    const host = facts === undefined ? {} : { facts };
    const found = await checkImage(documents.get(document), { signal, onProgress: reportProgress, host });
    if (found.host === undefined) throw new Error("the checks made no report about a host");
    return { found, report: found.host };
  };
  return {
    async facts({ file }): Promise<{ response: FactsResponse }> {
      if (!looksLikeFacts(await file.slice(0, START).text())) return { response: { kind: "other" } };
      if (file.size > MOST_FACTS_BYTES) return { response: { kind: "refused", refused: "The file is too large." } };
      const read = readFacts(await file.text());
      if ("refused" in read) return { response: { kind: "refused", refused: read.refused } };
      const id = nextId++;
      all.set(id, indexFacts(read.facts));
      const { host, at } = read.facts.made;
      return { response: { kind: "facts", facts: id, host: shownFact(host ?? "unnamed host"), at: shownFact(at) } };
    },
    async restoreTable({ document, facts }, exchange) {
      const { report } = await compare(document, facts, exchange);
      // Most of the work is done, and its progress complete.
      const turns = { signal: exchange.signal, reportProgress: () => {} };
      return { response: await blobOf(restoreTable(report.rows), "text/csv", turns) };
    },
    async restore({ document, facts }, exchange) {
      const image = documents.get(document);
      const { found, report } = await compare(document, facts, exchange);
      const { needs, findings } = found;
      const rows = report.rows.map(rowForPage);
      const codes = new Set(allFindings(found).map(({ code }) => code));
      const rules = RULES.filter(({ code, format }) => format === image.checkpoint.format && codes.has(code));
      return {
        response: {
          host: report.host,
          rows,
          counts: report.counts,
          findings: report.findings,
          unlisted: report.unlisted,
          verdict: report.verdict,
          privileges: report.privileges,
          options: needs?.options ?? [],
          command: image.checkpoint.format === "criu" ? restoreCommand(needs?.options ?? []) : null,
          inImage: worst(findings),
          rules: Object.fromEntries(rules.map(({ code, title, remedy }) => [code, { title, remedy }])),
        },
      };
    },
  };
}

/** Errors and warnings of an image that are sent; more are counted. */
const MOST_IN_IMAGE = 5;

function worst(findings: readonly Finding[]): RestoreResponse["inImage"] {
  const of = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted);
  const errors = of("error");
  const all = [...errors, ...of("warning")];
  return { count: all.length, errors: errors.length, some: all.slice(0, MOST_IN_IMAGE) };
}

/** A row without what only the comparison needs. */
const rowForPage = ({ subject, findings: _, ...row }: HostRow): RestoreRow => ({ ...row, ...subject });
