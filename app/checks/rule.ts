// What a rule is: a fault that an image can have, told as data. What finds it is the format's pass over the records.

import type { Format, Severity } from "../model/checkpoint.ts";

/** Error numbers that a restart gives, by name (Linux include/uapi/asm-generic/errno*.h). */
export type Errno =
  | "EPERM"
  | "ENOENT"
  | "EIO"
  | "EBADF"
  | "EISDIR"
  | "EINVAL"
  | "EMFILE"
  | "EPIPE"
  | "ENOSYS"
  | "ENOMSG";

/** What comes of a fault, and in which dialects. */
export interface Outcome {
  /** `error`: the restart is refused; `warning`: it goes on with a wrong result; `note`: nothing changes. */
  readonly severity: Severity;
  /** What the restart fails with; `null`: it goes on, or with no error number of its own. */
  readonly errno: Errno | null;
  /** The first dialect that it holds for; absent: the oldest. */
  readonly from?: string;
  /** The last dialect that it holds for; absent: the newest. */
  readonly until?: string;
}

/** One rule. It holds for the dialects that one of its outcomes spans. */
export interface Rule {
  /** Stable, for scripts: `H1` … `H42` where the format's description numbers it, otherwise words joined by `-`. */
  readonly code: string;
  readonly format: Format;
  /** What a sound image does, as a sentence. */
  readonly title: string;
  /** The records (or members) and fields that it looks at. */
  readonly examines: string;
  /** Usually one. Where several hold for a dialect, the first is meant unless the check names another's errno. */
  readonly outcomes: readonly Outcome[];
  /** What only the machine that restarts can decide; absent: the image decides it all. */
  readonly target?: string;
  /** What a user can do about it. */
  readonly remedy: string;
}

/**
 * The outcomes of a rule for a dialect, in the rule's order.
 *
 * @param dialects Names of the format's dialects, oldest first. One that is not among them has every outcome.
 */
export function outcomesFor(rule: Rule, dialect: string, dialects: readonly string[]): readonly Outcome[] {
  const place = dialects.indexOf(dialect);
  if (place < 0) return rule.outcomes;
  return rule.outcomes.filter(
    ({ from, until }) =>
      (from === undefined || place >= dialects.indexOf(from)) &&
      (until === undefined || place <= dialects.indexOf(until)),
  );
}
