// From a stored value to a cell, by the type of its column: the same for both formats.

import { capabilityNames } from "../model/names/capabilities.ts";
import { signalName, signalNames } from "../model/names/signals.ts";
import type { ColumnType } from "./resource.ts";
import type { Input } from "./table.ts";

/** A value as a format stores it. */
export type Stored = number | bigint | Uint8Array | readonly number[];

const LOW = 0xffff_ffffn;

/** The cell of a stored value; `null` if it does not fit a column of this type. `arch`: Machine.arch. */
export function convert(type: ColumnType, value: Stored, arch: string | null): Input {
  switch (type) {
    case "flag":
      return typeof value === "number" || typeof value === "bigint" ? Number(value) !== 0 : null;
    case "number":
    case "mode":
      return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
    case "decimal":
    case "signed":
    case "address":
      return typeof value === "number" || typeof value === "bigint" ? value : null;
    case "capabilities":
      return Array.isArray(value) ? capabilityNames(value as readonly number[]) : null;
    case "signals":
      return typeof value === "bigint" ? signalNames(Number(value & LOW), Number(value >> 32n), arch) : null;
    case "signal": {
      const number = Number(value);
      return !Number.isInteger(number) || number <= 0 ? null : (signalName(number, arch) ?? `signal ${number}`);
    }
    case "list":
      return Array.isArray(value) ? value.map(Number) : null;
    case "text":
      return value instanceof Uint8Array ? value : null;
    case "seconds":
      return null;
  }
}
