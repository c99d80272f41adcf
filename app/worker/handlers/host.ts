// Requests about the restore of an image: facts of a host, and the comparison of an image with them.

import { checkImage, RULES } from "../../checks/check.ts";
import { allFindings } from "../../checks/filter.ts";
import type { Finding } from "../../checks/finding.ts";
import { restoreCommand } from "../../checks/host/command.ts";
import { looksLikeFacts, MOST_FACTS_BYTES, readFacts, shownFact } from "../../checks/host/facts.ts";
import { type IndexedFacts, indexFacts } from "../../checks/host/host.ts";
import type { HostRow } from "../../checks/host/report.ts";
import type { Severity } from "../../model/checkpoint.ts";
import type { Documents } from "../documents.ts";
import type { FactsId, FactsResponse, RestoreResponse, RestoreRow } from "../protocol.ts";
import type { Handlers } from "./handler.ts";

/** Enough of a file to distinguish facts from images. */
const START = 1024;

export function hostHandlers(documents: Documents): Handlers<"facts" | "restore"> {
  const all = new Map<FactsId, IndexedFacts>();
  let nextId: FactsId = 1;
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
    async restore({ document, facts: id }, { signal, reportProgress }) {
      const image = documents.get(document);
      const facts = id === null ? undefined : all.get(id);
      const host = facts === undefined ? {} : { facts };
      const found = await checkImage(image, { signal, onProgress: reportProgress, host });
      const { host: report, needs, findings } = found;
      if (report === undefined) throw new Error("the checks made no report about a host");
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
