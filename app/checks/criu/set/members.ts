// Checks that the members which entries call for exist.

import { NONE, type Severity } from "../../../model/checkpoint.ts";
import { fault, type Scan } from "../scan.ts";

/** A member that the current entry calls for. */
export interface Call {
  readonly kind: string;
  /** Absent: the kind has no number. */
  readonly number?: number;
  /** Its name, by the number; absent: composed of kind and number in decimal. */
  readonly name?: (number: number) => string;
  /** The field of the entry that calls for it. */
  readonly field: string;
  /** What is lost without it, as a clause: `the memfd's contents are in it`. */
  readonly why: string;
  /** `error` if absent. */
  readonly severity?: Severity;
}

/** Reports a member that the current entry calls for and that is missing, once. */
export function callFor(scan: Scan, call: Call): void {
  const { kind, number = 0, field, why, severity = "error" } = call;
  if (scan.members.find(kind, number) !== NONE || !addCall(scan, kind, number)) return;
  fault(scan, "member-missing", field, () => `${nameOf(call)} is missing: ${why}.`, severity);
}

function nameOf({ kind, number, name }: Call): string {
  if (number === undefined) return `${kind}.img`;
  return name === undefined ? `${kind}-${number}.img` : name(number);
}

/** Notes that a member is missing; returns whether that is new. */
export function addCall({ called }: Scan, kind: string, number: number): boolean {
  const numbers = called.get(kind) ?? new Set();
  if (numbers.size === 0) called.set(kind, numbers);
  if (numbers.has(number)) return false;
  numbers.add(number);
  return true;
}
