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

/** What only equal places have in common; `null`: no single place. */
function placeKey({ member = 0, offset }: Place): number | string | null {
  if (offset === null) return null;
  return offset < OFFSETS && member < 2 ** 16 ? member * OFFSETS + offset : `${member} ${offset}`;
}

/**
 * An empty list for an image of `dialect`.
 *
 * @param dialects Names of the format's dialects, oldest first.
 */
export function createFindingList(rules: readonly Rule[], dialect: string, dialects: readonly string[]): FindingList {
  const outcomes = new Map<string, readonly Outcome[]>();
  for (const rule of rules) outcomes.set(rule.code, outcomesFor(rule, dialect, dialects));
  const findings: Finding[] = [];
  const counts = new Map<string, number>();
  const places = new Map<string, Set<number | string>>();
  return {
    add(code, message, place, errno, severity) {
      const holding = outcomes.get(code);
      if (holding === undefined) throw new Error(`no rule has the code ${code}`);
      const outcome = holding.find(
        (candidate) =>
          (errno === undefined || candidate.errno === errno) &&
          (severity === undefined || candidate.severity === severity),
      );
      if (outcome === undefined) return;
      const listed = places.get(code) ?? new Set();
      const key = placeKey(place);
      if (key !== null && listed.has(key)) return;
      const seen = counts.get(code) ?? 0;
      counts.set(code, seen + 1);
      if (seen >= MOST_PER_CODE) return;
      if (seen === 0) places.set(code, listed);
      if (key !== null) listed.add(key);
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
      const unlisted = [...counts]
        .filter(([, count]) => count > MOST_PER_CODE)
        .map(([code, count]) => ({ code, count: count - MOST_PER_CODE }));
      return { findings, unlisted };
    },
  };
}
