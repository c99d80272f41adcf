// A change of a resource in words: which row, and what changed.

import {
  type ComparedResources,
  type ResourceChange,
  resourceColumn,
  resourceEntry,
  resourceKey,
  resourceValue,
} from "../../diff/resource-changes.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import type { Details, DetailValue } from "../../model/fields.ts";
import { sizeText } from "../../model/text/words.ts";
import type { ColumnSpec, ResourceSpec } from "../../resources/resource.ts";
import { columnNamed } from "../../resources/resources.ts";
import { type Column, cellAt } from "../../resources/table.ts";
import { changedText, shownCell } from "../../resources/words-of.ts";
import { shortenedTexts } from "./differing-parts.ts";

type Quote = (text: string) => string;

/** A change of a resource, in the parts of a sentence. */
export interface ResourceWords {
  readonly sign: "+" | "-" | "~";
  /** `mapping 7f0000000000-7f0000001000 anonymous`, without the task. */
  readonly name: string;
  /** `permissions rw-p → rwxp`, `new, r-xp, 4 KiB` */
  readonly what: string;
  /** The value of the changed column on both sides; `null`: a whole row was added or removed. */
  readonly values: { readonly title: string; readonly before: string; readonly after: string } | null;
}

/** Longer values are shortened in a sentence. */
const MOST_SHOWN = 200;

const shortened = (text: string): string => (text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);

/** Columns that sentences about a task, thread or descriptor have named already. */
const PLACES: ReadonlySet<string> = new Set(["pid", "tid", "fd"]);

/** Change of a resource in words. */
export function resourceWords(compared: ComparedResources, change: ResourceChange, quote: Quote): ResourceWords {
  const { spec, before, after, column } = change;
  const side = before === NONE ? "after" : "before";
  const shown: Shown = (column) => cellWords(column, resourceColumn(compared[side], spec, column), change[side]);
  const name = `${spec.noun}${rowName(compared, change, shown, quote)}`;
  if (column === null) {
    const entry = entryWords(spec, resourceEntry(compared, change), shown, quote);
    const added = before === NONE;
    const what = [added ? "new" : "gone", ...entry].join(", ");
    return { sign: added ? "+" : "-", name, what, values: null };
  }
  const valueBefore = resourceValue(compared.before, spec, before, column.name);
  const valueAfter = resourceValue(compared.after, spec, after, column.name);
  const words = (of: Side): string => cellWords(column, resourceColumn(compared[of], spec, column), change[of]);
  const texts = shortenedTexts(words("before"), words("after"), MOST_SHOWN);
  const both = (quoted: Quote): readonly [before: string, after: string] => {
    const [own = "", other = ""] = texts.map((text) => (text === "" ? "none" : quoted(text)));
    return [own, changedText(column, own, other)];
  };
  const [textBefore, textAfter] = both((text) => text);
  const values = { title: column.title, before: textBefore, after: textAfter };
  return {
    sign: "~",
    name,
    what: `${column.title} ${setDifference(column, valueBefore, valueAfter) ?? both(quote).join(" → ")}`,
    values,
  };
}

/** A cell of the row that is named, in words. */
type Shown = (column: ColumnSpec) => string;

/** A cell in words, text by its exact bytes; sizes with a unit. */
function cellWords(spec: ColumnSpec, column: Column | undefined, row: number): string {
  const size = spec.name === "size" ? cellAt(spec, column, row) : null;
  return typeof size === "string" ? sizeText(Number(size)) : shownCell(spec, column, row);
}

/** What was added to a long list and removed from it: `+CAP_SYS_ADMIN -CAP_KILL`; `null`: not a long list. */
function setDifference(column: ColumnSpec, before: DetailValue, after: DetailValue): string | null {
  const isSet = column.type === "capabilities" || column.type === "signals";
  if (!isSet || !Array.isArray(before) || !Array.isArray(after)) return null;
  const [had, has] = [new Set<unknown>(before), new Set<unknown>(after)];
  const came = after.filter((each) => !had.has(each)).map((each) => `+${each}`);
  const went = before.filter((each) => !has.has(each)).map((each) => `-${each}`);
  return shortened([...came, ...went].join(" "));
}

/** What distinguishes a row from others of its task: ` SIGPIPE`, ` 7f0000000000 /lib/libc.so`. */
function rowName(compared: ComparedResources, change: ResourceChange, shown: Shown, quote: Quote): string {
  const key = resourceKey(compared, change);
  const parts: string[] = [];
  for (const [name, value] of Object.entries(key)) {
    if (PLACES.has(name) || value === null || (name === "offset" && value === "0")) continue;
    // A mapping with a path is known by that.
    if (name === "kind" && key.path != null) continue;
    const text = shown(columnNamed(change.spec, name));
    if (text !== "") parts.push(name === "offset" ? `at ${text}` : quote(shortened(text)));
  }
  return parts.length === 0 ? "" : ` ${parts.join(" ")}`;
}

/**
 * Values of an added or removed row that are worth showing: not its key, nor what is renumbered or advances by itself.
 */
function entryWords(spec: ResourceSpec, entry: Details, shown: Shown, quote: Quote): string[] {
  const words: string[] = [];
  for (const column of spec.columns) {
    const value = entry[column.name] ?? null;
    const isKnown = spec.key.includes(column.name) || spec.places?.includes(column.name);
    if (value === null || isKnown || column.minor || column.notCompared !== undefined) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    const text = quote(shortened(shown(column)));
    words.push(SPEAKS_FOR_ITSELF.has(column.type) ? text : `${column.title} ${text}`);
  }
  return words.slice(0, MOST_VALUES);
}

/** Types whose values need no title in front of them. */
const SPEAKS_FOR_ITSELF: ReadonlySet<string> = new Set(["text", "list", "decimal", "signed"]);
const MOST_VALUES = 6;
