// The document that `ckptscope check --json` prints and the page exports. Its shape: public/schema/check.schema.json.

import { allFindings, isSound } from "../../checks/filter.ts";
import type { Finding } from "../../checks/finding.ts";
import type { Findings } from "../../checks/findings.ts";
import type { HostFinding, HostReport } from "../../checks/host/report.ts";
import type { NeededOption, Needs, Outside } from "../../checks/needs.ts";
import type { Subject } from "../../checks/subject.ts";
import { type Checkpoint, HAS, nameBytes } from "../../model/checkpoint.ts";
import { u8At } from "../../model/read.ts";
import { exactBytes, jsonText } from "../../model/text/text.ts";
import { textKeys } from "./file-json.ts";
import type { SourceFacts } from "./show-json.ts";

/** What a finding or a need is about. Unknown keys are absent. */
interface SubjectEntry {
  readonly pid?: number;
  /** Index of the task, where the image has no pids. */
  readonly task?: number;
  readonly fd?: number;
  readonly path?: string;
  /** Base64, where the path is not valid UTF-8. */
  readonly pathBytes?: string;
}

/** A finding in the document. Rows of this program's own tables are not in it. */
export interface FindingEntry
  extends SubjectEntry,
    Pick<Finding, "code" | "severity" | "message" | "errno" | "field" | "offset"> {
  /** The limit that was reached. */
  readonly limit?: string;
  /** Name of the set's file that the offset is in; absent where the image is one stream. */
  readonly member?: string;
  readonly memberBytes?: string;
  /** For a finding about a host: what the image has and what the host has, CRIU's verdict, an option that helps. */
  readonly recorded?: string;
  readonly actual?: string;
  readonly verdict?: HostFinding["verdict"];
  readonly option?: string;
}

/** The host that the image was compared with. */
export interface HostEntry {
  /** Its name and the time of its facts; `null`: no facts. */
  readonly name: string | null;
  readonly at: string | null;
  /** How many things of each group were compared, by the outcome. */
  readonly compared: HostReport["counts"];
  readonly privileges: HostReport["privileges"];
}

/** Options, and things outside the image, that a restore needs. */
export interface NeedsEntry {
  readonly options: readonly (SubjectEntry & Pick<NeededOption, "option" | "reason">)[];
  readonly outside: readonly (SubjectEntry &
    Pick<Outside, "kind" | "mode" | "reason"> & { readonly path: string; readonly size: string | null })[];
  /** How many more there are. */
  readonly unlisted: number;
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
  /** What a restore needs beyond the image; absent where that is not known. */
  readonly needs?: NeedsEntry;
  /** Absent: the image was not compared with a host. */
  readonly host?: HostEntry;
}

/** The document of an image's findings. */
export function checkDocument(checkpoint: Checkpoint, found: Findings, source: SourceFacts): CheckDocument {
  const { format, dialect, members } = checkpoint;
  const { unlisted, needs, host } = found;
  const findings = allFindings(found);
  const limits = checkpoint.problems.filter(({ limit }) => limit !== undefined);
  const entries = findings.map((finding): FindingEntry => {
    const { code, severity, message, errno, field, offset, member } = finding;
    const name = member === undefined ? undefined : members[member]?.name;
    const place = name === undefined ? {} : textKeys("member", exactBytes(name));
    const subject = subjectEntry(checkpoint, finding);
    const limit = limits.find((problem) => message.endsWith(problem.message))?.limit;
    const reached = limit === undefined ? {} : { limit };
    return { code, severity, message, errno, field, offset, ...reached, ...place, ...subject, ...hostKeys(finding) };
  });
  const all = host === undefined ? unlisted : [...unlisted, ...host.unlisted];
  const known = needs === undefined ? {} : { needs: needsEntry(checkpoint, needs) };
  return {
    schema: 1,
    source,
    format,
    dialect,
    sound: isSound(findings),
    findings: entries,
    unlisted: all,
    ...known,
    ...hostEntry(host),
  };
}

function hostEntry(host: HostReport | undefined): { host?: HostEntry } {
  if (host === undefined) return {};
  const { counts, privileges } = host;
  return { host: { name: host.host?.name ?? null, at: host.host?.at ?? null, compared: counts, privileges } };
}

/** The keys that only a finding about a host has. */
function hostKeys(finding: Finding | HostFinding): Pick<FindingEntry, "recorded" | "actual" | "verdict" | "option"> {
  if (!("verdict" in finding)) return {};
  const { recorded, actual, verdict, option } = finding;
  return { recorded, actual, verdict, ...(option === undefined ? {} : { option }) };
}

function subjectEntry(checkpoint: Checkpoint, { pid, task, fd, file }: Subject): SubjectEntry {
  const hasPath = file !== undefined && (u8At(checkpoint.files.has, file) & HAS.path) !== 0;
  return {
    ...(pid === undefined ? {} : { pid }),
    ...(task === undefined ? {} : { task }),
    ...(fd === undefined ? {} : { fd }),
    ...(hasPath ? textKeys("path", nameBytes(checkpoint, file)) : {}),
  };
}

function needsEntry(checkpoint: Checkpoint, { options, outside, unlisted }: Needs): NeedsEntry {
  return {
    options: options.map((need) => ({ option: need.option, reason: need.reason, ...subjectEntry(checkpoint, need) })),
    outside: outside.map(({ kind, path, size, mode, reason, file: _, ...subject }) => ({
      kind,
      ...textKeys("path", path),
      size: size === null ? null : String(size),
      mode,
      reason,
      ...subjectEntry(checkpoint, subject),
    })),
    unlisted,
  };
}

/** The same as text in pieces, a line for each finding and each need: together they may exceed the longest string. */
export function* checkDocumentText(document: CheckDocument): Generator<string> {
  const { findings, needs, ...head } = document;
  yield "{\n";
  for (const [key, value] of Object.entries(head)) yield `  ${jsonText(key)}: ${jsonText(value)},\n`;
  if (needs !== undefined) {
    yield '  "needs": {\n    "options": ';
    yield* listText(needs.options, "    ");
    yield ',\n    "outside": ';
    yield* listText(needs.outside, "    ");
    yield `,\n    "unlisted": ${needs.unlisted}\n  },\n`;
  }
  yield '  "findings": ';
  yield* listText(findings, "  ");
  yield "\n}\n";
}

/** A list with a line for each item. */
function* listText(items: readonly unknown[], indent: string): Generator<string> {
  let start = "[";
  for (const item of items) {
    yield `${start}\n${indent}  ${jsonText(item)}`;
    start = ",";
  }
  yield items.length === 0 ? "[]" : `\n${indent}]`;
}
