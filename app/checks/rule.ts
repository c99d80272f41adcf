// A rule describes one fault that an image can have, as data. The format's pass over the records finds the fault.

import type { Format, Severity } from "../model/checkpoint.ts";

/** Names of the errors that a restart can fail with (Linux include/uapi/asm-generic/errno*.h). */
export type Errno =
  | "EPERM"
  | "ENOENT"
  | "EIO"
  | "EBADF"
  | "EISDIR"
  | "EROFS"
  | "EINVAL"
  | "EMFILE"
  | "EPIPE"
  | "ENOSYS"
  | "ENOMSG"
  | "EBUSY"
  | "EADDRINUSE"
  | "EADDRNOTAVAIL";

/** The effect of a fault, and in which dialects. */
export interface Outcome {
  /** `error`: the restart fails; `warning`: it succeeds with a wrong result; `note`: no effect. */
  readonly severity: Severity;
  /** The error that the restart fails with; `null` if it succeeds, or fails without an error number. */
  readonly errno: Errno | null;
  /** The first dialect that it applies to; absent: the oldest. */
  readonly from?: string;
  /** The last dialect that it applies to; absent: the newest. */
  readonly until?: string;
}

/** One rule. It applies to the dialects that its outcomes span. */
export interface Rule {
  /** Stable, for scripts: `H1` … `H42` for the numbered checks of the kernel, otherwise words joined by `-`. */
  readonly code: string;
  readonly format: Format;
  /** The finding in a few words, shown next to its severity: no full stop. */
  readonly title: string;
  /** The records (or members) and fields that it reads. */
  readonly examines: string;
  /** Usually one. If several apply to a dialect, the first counts, unless the check names the errno of another. */
  readonly outcomes: readonly Outcome[];
  /** What depends on the restarting machine, as a sentence; absent if the image alone decides. */
  readonly target?: string;
  /** A warning may stand for a refusal: what decides it is not in the facts of a host. */
  readonly mayRefuse?: true;
  /** What a user can do about it, as a sentence. */
  readonly remedy: string;
  /**
   * The step that meets the fault: `dump` for faults of running processes, `host` for differences between an image and
   * the machine that restores it; absent: a restart from an image.
   */
  readonly step?: "dump" | "host";
  /** The options of CRIU that make it accept the fault, each one enough: `--tcp-established`. */
  readonly options?: readonly string[];
  /** Where this is decided, and the version that was read or tried: `can_dump_inet_sk() in sk-inet.c, CRIU 4.2`. */
  readonly source?: string;
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
