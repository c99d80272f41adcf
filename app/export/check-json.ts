// The document that `ckptscope check --json` prints and the page exports. Its shape: public/schema/check.schema.json.

import { isSound } from "../checks/filter.ts";
import type { Finding, Findings } from "../checks/finding.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { jsonText } from "../model/text.ts";
import type { SourceFacts } from "./show-json.ts";

/** A finding in the document. Rows of this program's own tables are not in it. */
export interface FindingEntry extends Pick<Finding, "code" | "severity" | "message" | "errno" | "field" | "offset"> {
  /** Name of the set's file that the offset is in; absent where the image is one stream. */
  readonly member?: string;
}

export interface CheckDocument {
  readonly schema: 1;
  readonly source: SourceFacts;
  readonly format: string;
  readonly dialect: string;
  /** Whether no finding is an error or a warning. */
  readonly sound: boolean;
  readonly findings: readonly FindingEntry[];
  /** How many more there were, by code. */
  readonly unlisted: Findings["unlisted"];
}

/** The document of an image's findings. */
export function checkDocument(
  { format, dialect, members }: Pick<Checkpoint, "format" | "dialect" | "members">,
  { findings, unlisted }: Findings,
  source: SourceFacts,
): CheckDocument {
  const entries = findings.map(({ code, severity, message, errno, field, offset, member }): FindingEntry => {
    const name = member === undefined ? undefined : members[member]?.name;
    return { code, severity, message, errno, field, offset, ...(name === undefined ? {} : { member: name }) };
  });
  return { schema: 1, source, format, dialect, sound: isSound(findings), findings: entries, unlisted };
}

/** The same as text, a line for each finding. */
export function checkDocumentText(document: CheckDocument): string {
  const { findings, ...head } = document;
  const lines = Object.entries(head).map(([key, value]) => `  ${jsonText(key)}: ${jsonText(value)},\n`);
  const listed = findings.map((finding) => `\n    ${jsonText(finding)}`).join(",");
  return `{\n${lines.join("")}  "findings": [${listed}${findings.length === 0 ? "" : "\n  "}]\n}\n`;
}
