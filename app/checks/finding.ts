// Findings, and the list that collects them.

import type { Severity } from "../model/checkpoint.ts";
import type { RecordRow } from "../model/rows.ts";
import { type Errno, type Outcome, outcomesFor, type Rule } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** One fault of one image. */
export interface Finding extends Subject {
  /** The rule's code. */
  readonly code: string;
  readonly severity: Severity;
  /** A sentence for the user. Text from the image in it has been made visible. */
  readonly message: string;
  /** The error that a restart fails with; `null` if it succeeds, or fails without an error number. */
  readonly errno: Errno | null;
  /** The record at fault; `null`: the image as a whole. */
  readonly record: RecordRow | null;
  /** Name of the field, as `Image.fields` calls it; `null`: the record as a whole. */
  readonly field: string | null;
  /** Offset in bytes of the field, else of the record, in the member (or image); `null`: no single place. */
  readonly offset: number | null;
  /** Index into `members`; absent where the image is one stream. */
  readonly member?: number;
}

/** Where a fault is. Its subject is found at the end. */
export type Place = Pick<Finding, "record" | "field" | "offset" | "member">;

/** The message of a finding, or what makes it. */
export type Message = string | (() => string);

/** Findings, and how many more there were. */
export interface FoundFindings {
  /** In image order, those without an offset last. At most MOST_PER_CODE of a code. */
  readonly findings: readonly Finding[];
  /** Number of findings that are not listed, by code; empty: all are listed. */
  readonly unlisted: readonly { readonly code: string; readonly count: number }[];
}

/** At most this many findings of a code are kept; the others are counted. */
export const MOST_PER_CODE = 1000;

/** Collects findings. */
export interface FindingList {
  /**
   * Adds a finding, if the rule applies to the dialect and has no finding at that place yet. `errno` and `severity`
   * choose among its outcomes. A message may be made only if the finding is kept.
   */
  add(code: string, message: Message, place: Place, errno?: Errno | null, severity?: Severity): void;
  finish(): FoundFindings;
}

/** The offsets that a key of one number has room for. */
const OFFSETS = 2 ** 36;

/** A key for equal places; `null`: no single place. */
function placeKey({ member = 0, offset }: Place): number | string | null {
  if (offset === null) return null;
  return offset < OFFSETS && member < 2 ** 16 ? member * OFFSETS + offset : `${member} ${offset}`;
}

/** The findings of one code. */
interface OfCode {
  readonly outcomes: readonly Outcome[];
  /** Including those that are not kept. */
  count: number;
  /** The places of those that are kept. */
  readonly places: Set<number | string>;
}

/** The outcome that a check chose; any number of findings have the first. */
function outcomeIn(outcomes: readonly Outcome[], errno: Errno | null | undefined, severity: Severity | undefined) {
  for (const outcome of outcomes) {
    if ((errno === undefined || outcome.errno === errno) && (severity === undefined || outcome.severity === severity))
      return outcome;
  }
  return undefined;
}

/**
 * An empty list for an image of `dialect`.
 *
 * @param dialects Names of the format's dialects, oldest first.
 */
export function createFindingList(rules: readonly Rule[], dialect: string, dialects: readonly string[]): FindingList {
  const byCode = new Map<string, OfCode>();
  for (const rule of rules) {
    byCode.set(rule.code, { outcomes: outcomesFor(rule, dialect, dialects), count: 0, places: new Set() });
  }
  const findings: Finding[] = [];
  /** In the order of their first findings. */
  const codes: string[] = [];
  return {
    add(code, message, place, errno, severity) {
      const known = byCode.get(code);
      if (known === undefined) throw new Error(`no rule has the code ${code}`);
      const outcome = outcomeIn(known.outcomes, errno, severity);
      if (outcome === undefined) return;
      const key = placeKey(place);
      if (key !== null && known.places.has(key)) return;
      known.count++;
      if (known.count === 1) codes.push(code);
      if (known.count > MOST_PER_CODE) return;
      if (key !== null) known.places.add(key);
      const text = typeof message === "string" ? message : message();
      findings.push({ code, severity: outcome.severity, message: text, errno: outcome.errno, ...place });
    },
    finish() {
      const order = ({ member, offset }: Finding): readonly [number, number] => [
        offset === null && member === undefined ? Number.POSITIVE_INFINITY : (member ?? 0),
        offset ?? Number.POSITIVE_INFINITY,
      ];
      findings.sort((a, b) => {
        const [memberA, offsetA] = order(a);
        const [memberB, offsetB] = order(b);
        if (memberA !== memberB) return memberA < memberB ? -1 : 1;
        return offsetA === offsetB ? 0 : offsetA < offsetB ? -1 : 1;
      });
      const unlisted = codes.flatMap((code) => {
        const count = (byCode.get(code)?.count ?? 0) - MOST_PER_CODE;
        return count > 0 ? [{ code, count }] : [];
      });
      return { findings, unlisted };
    },
  };
}
