// The head of a packed image: everything but its columns, as JSON.

import type { Checkpoint, Fact, Problem } from "../model/checkpoint.ts";
import { decodeText, stillVisible } from "../model/text/text.ts";

/** Everything but the columns. */
export interface Head {
  readonly name: string;
  readonly format: string;
  readonly dialect: string;
  readonly evidence: string;
  readonly complete: boolean;
  readonly machine: Checkpoint["machine"];
  readonly time: number | null;
  readonly facts: readonly Fact[];
  readonly problems: readonly Pick<Problem, "severity" | "code" | "message" | "offset" | "limit" | "cut">[];
}

const isText = (value: unknown): value is string => typeof value === "string";
/** How codes of problems are written. */
const CODE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const isSeverity = (value: unknown): value is Problem["severity"] =>
  value === "error" || value === "warning" || value === "note";
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const isRow = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

/** The row that a problem marks as cut. */
function cutFrom(cut: unknown): Pick<Problem, "cut"> {
  const { file, task } = (cut ?? {}) as { readonly file?: unknown; readonly task?: unknown };
  if (!isRow(file) && !isRow(task)) return {};
  return { cut: { ...(isRow(file) && { file }), ...(isRow(task) && { task }) } };
}

/** Parses a head; `null` if it is not one. Missing values get defaults. */
export function headFrom(bytes: Uint8Array): Head | null {
  let read: unknown;
  try {
    read = JSON.parse(decodeText(bytes));
  } catch {
    return null;
  }
  if (typeof read !== "object" || read === null) return null;
  const head = read as { readonly [K in keyof Head]?: unknown };
  const machine = (typeof head.machine === "object" ? head.machine : null) as Partial<Checkpoint["machine"]> | null;
  const facts: Fact[] = [];
  for (const fact of list(head.facts)) {
    const { label, value, valueBytes } = (fact ?? {}) as Partial<Fact>;
    if (isText(label) && isText(value)) facts.push({ label, value, ...(isText(valueBytes) && { valueBytes }) });
  }
  const problems: Head["problems"][number][] = [];
  for (const problem of list(head.problems)) {
    const { severity, code, message, offset, limit, cut } = (problem ?? {}) as Partial<Problem>;
    if (!isSeverity(severity) || !isText(code) || !CODE.test(code) || !isText(message)) continue;
    const isOffset = typeof offset === "number" && Number.isSafeInteger(offset) && offset >= 0;
    // Made visible when it was decoded, but a link can contain anything.
    problems.push({
      severity,
      code,
      message: stillVisible(message),
      offset: isOffset ? offset : null,
      ...(isText(limit) && { limit }),
      ...cutFrom(cut),
    });
  }
  return {
    name: isText(head.name) ? head.name : "",
    format: isText(head.format) ? head.format : "",
    dialect: isText(head.dialect) ? head.dialect : "",
    evidence: isText(head.evidence) ? head.evidence : "",
    complete: head.complete === true,
    machine: {
      arch: isText(machine?.arch) ? machine.arch : null,
      littleEndian: machine?.littleEndian !== false,
      wordSize: machine?.wordSize === 4 || machine?.wordSize === 8 ? machine.wordSize : null,
    },
    time: typeof head.time === "number" ? head.time : null,
    facts,
    problems,
  };
}
