// How the entries of one message are checked.

import { type Plan, plan } from "../../../decoder/criu/wire/wire.ts";
import type { Scan } from "../scan.ts";

/** How the entries of one message are checked. */
export interface Handler {
  readonly plan: Plan;
  /** It checks the shapes of the nested messages in its slots itself, if `scan.areMessagesLeft`. */
  readonly leaves?: true;
  /** The entry's message is bytes[start … end - 1]; its values are in `scan.out`. */
  check(scan: Scan, seen: number, bytes: Uint8Array, start: number, end: number): void;
}

/** A handler that reads the named fields into the slots from 1 on. */
export const handler = (
  message: Parameters<typeof plan>[0],
  names: readonly string[],
  check: Handler["check"],
): Handler => ({ plan: plan(message, names), check });
