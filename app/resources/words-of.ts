// A cell as people read it.

import type { DetailValue } from "../model/fields.ts";
import { CAPABILITY_NAMES } from "../model/names/capabilities.ts";
import { u32At } from "../model/read.ts";
import { base64Bytes, stillVisible, visible, visibleText } from "../model/text/text.ts";
import type { ColumnSpec } from "./resource.ts";
import { type Column, cellAt, cellBytes, type PooledColumn } from "./table.ts";

/** A value of a column in words, complete: what filters search and exports hold. Empty: the image has none. */
function cellText({ type, nothing = "", escaped }: ColumnSpec, value: DetailValue): string {
  if (value === null) return nothing;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (type === "mode" && typeof value === "number") return `0${value.toString(8)}`;
  const shown = escaped ? stillVisible : visible;
  return Array.isArray(value) ? value.map((each) => shown(String(each))).join(" ") : shown(String(value));
}

/** A cell in words, complete: as `cellText`, but text that is not valid UTF-8 by its exact bytes. */
export const completeCell = (spec: ColumnSpec, column: Column | undefined, row: number): string =>
  bytesText(cellBytes(column, row)) ?? cellText(spec, cellAt(spec, column, row));

/** A cell as tables show it: as `shortCellText`, but text that is not valid UTF-8 by its exact bytes. */
export const shownCell = (spec: ColumnSpec, column: Column | undefined, row: number): string =>
  bytesText(cellBytes(column, row)) ?? shortCellText(spec, cellAt(spec, column, row));

/** A cell in words. */
type Cell = (spec: ColumnSpec, column: Column | undefined, row: number) => string;

/** A function that returns the cells of a column in words, and calls `cell` once for values that occur again. */
export function cellsOf(cell: Cell, spec: ColumnSpec, column: Column | undefined): (row: number) => string {
  if (column?.kind !== "pooled") return (row) => cell(spec, column, row);
  const { index } = column;
  const known: (string | undefined)[] = [];
  return (row) => {
    const at = u32At(index, row);
    const found = known[at] ?? cell(spec, column, row);
    known[at] = found;
    return found;
  };
}

/**
 * The value after a change of a column, given both in words. Ids of namespaces and groups are valid within one dump, so
 * those of two different ones can be equal.
 */
export const changedText = ({ comparedAs }: ColumnSpec, before: string, after: string): string =>
  comparedAs !== undefined && before === after ? `${after} (another ${comparedAs})` : after;

/** The values of a column's pool in words, complete. */
export const pooledTexts = (spec: ColumnSpec, { pool, bytes }: PooledColumn): string[] =>
  pool.map((value, at) => bytesText(bytes[at] ?? null) ?? cellText(spec, value));

const bytesText = (exact: string | null): string | null => (exact === null ? null : visibleText(base64Bytes(exact)));

/** A set that lacks at most this many capabilities is described by them. */
const MOST_LACKED = 8;

/**
 * A value as tables show it: like `cellText`, but sets of capabilities are short, and nearly full ones list what they
 * lack.
 */
function shortCellText(spec: ColumnSpec, value: DetailValue): string {
  if (spec.type !== "capabilities" || !Array.isArray(value)) return cellText(spec, value);
  const held = new Set(value as readonly string[]);
  if (held.size === 0) return "none";
  const lacked = CAPABILITY_NAMES.filter((name) => !held.has(name));
  if (lacked.length === 0 && held.size === CAPABILITY_NAMES.length) return "all";
  const isNearlyFull = lacked.length <= MOST_LACKED && held.size + lacked.length === CAPABILITY_NAMES.length;
  return isNearlyFull ? `all but ${shortNames(lacked)}` : shortNames([...held]);
}

const shortNames = (names: readonly string[]): string =>
  names.map((name) => visible(name).replace(/^CAP_/, "").toLowerCase()).join(" ");
