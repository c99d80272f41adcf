// Checks that the members which entries call for exist.

import { NONE, type Severity } from "../../model/checkpoint.ts";
import { fault, type Scan } from "./scan.ts";

/** A member that the current entry calls for. */
export interface Call {
  readonly kind: string;
  /** Absent: the kind has no number. */
  readonly number?: number;
  /** The name of the member; absent: composed of kind and number. */
  readonly name?: string;
  /** The field of the entry that calls for it. */
  readonly field: string;
  /** What is lost without it, as a clause: `the memfd's contents are in it`. */
  readonly why: string;
  /** `error` if absent. */
  readonly severity?: Severity;
}

/** Reports a member that the current entry calls for and that is missing, once. */
export function callFor(scan: Scan, { kind, number, name, field, why, severity = "error" }: Call): void {
  if (scan.members.find(kind, number ?? 0) !== NONE) return;
  const missing = name ?? `${kind}${number === undefined ? "" : `-${number}`}.img`;
  if (scan.called.has(missing)) return;
  scan.called.add(missing);
  fault(scan, "member-missing", field, `${missing} is missing: ${why}.`, severity);
}
