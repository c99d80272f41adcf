// The dialects that a user can choose instead of the detected one. Imports no decoder.

import type { Format } from "../model/checkpoint.ts";
import { FRAMINGS } from "./criu/format/dialect-names.ts";
import { DIALECT_NAMES } from "./linux-cr/catalogue/dialect-names.ts";

const DIALECTS: Readonly<Record<Format, readonly string[]>> = { "linux-cr": DIALECT_NAMES, criu: FRAMINGS };

/** Names of a format's dialects, oldest first. `current` is appended if it is not one of them. */
export function dialectsOf(format: Format, current: string): readonly string[] {
  const known = DIALECTS[format];
  return known.includes(current) ? known : [...known, current];
}

/** Whether any format has a dialect of this name. */
export function isDialect(name: string): boolean {
  return Object.values(DIALECTS).some((known) => known.includes(name));
}
