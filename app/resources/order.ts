// The rows of a table, filtered by words and sorted by a column.
//
//   rwx libc             each word occurs in some column
//   permissions:rwx      in one column; in a column of numbers, the number itself
//   -kind:file           not

import { parseTerms, type Term } from "../model/listings/filter.ts";
import type { ColumnSpec } from "./resource.ts";
import { resourceNamed } from "./resources.ts";
import { type Column, type ResourceTable, wideAt } from "./table.ts";
import { completeCell, pooledTexts } from "./words-of.ts";

/** How a table is shown. */
export interface ResourceOrder {
  readonly filter: string;
  /** Name of a column; `null`: the order of the image. */
  readonly column: string | null;
  readonly descending: boolean;
}

/** Names of columns in filters are lower case, as in all filters. */
const keyOf = ({ name }: ColumnSpec): string => name.toLowerCase();

/** The rows that pass, in order. */
export function orderResource(table: ResourceTable, { filter, column, descending }: ResourceOrder): Uint32Array {
  const { columns } = resourceNamed(table.resource);
  const terms = parseTerms(filter, (key) => columns.some((each) => keyOf(each) === key));
  const tests = terms.map((term) => termTest(table, columns, term));
  const rows: number[] = [];
  for (let row = 0; row < table.count; row++) if (tests.every((test) => test(row))) rows.push(row);
  const at = columns.findIndex(({ name }) => name === column);
  const compare = comparer(columns[at], table.columns[at]);
  if (compare !== null) rows.sort((a, b) => (descending ? compare(b, a) : compare(a, b)) || a - b);
  return Uint32Array.from(rows);
}

function termTest(table: ResourceTable, specs: readonly ColumnSpec[], term: Term): (row: number) => boolean {
  const word = term.value.toLowerCase();
  const tests = specs.flatMap((spec, at) => {
    const column = table.columns[at];
    if (column === undefined || (term.column !== null && keyOf(spec) !== term.column)) return [];
    return [cellTest(spec, column, word, term.column !== null)];
  });
  const passes = (row: number): boolean => tests.some((test) => test(row));
  return term.not ? (row) => !passes(row) : passes;
}

/** Whether a cell has a word; texts that occur again are searched once. `whole`: a number must be the word. */
function cellTest(spec: ColumnSpec, column: Column, word: string, whole: boolean): (row: number) => boolean {
  if (column.kind === "pooled") {
    const found = pooledTexts(spec, column).map((text) => text.toLowerCase().includes(word));
    return (row) => found[column.index[row] as number] === true;
  }
  const isExact = whole && spec.type !== "address";
  return (row) => {
    const text = completeCell(spec, column, row);
    return isExact ? text === word : text.includes(word.replace(/^0x/, ""));
  };
}

/** Compares two rows; rows without a value come first. `null`: there is no such column. */
function comparer(spec: ColumnSpec | undefined, column: Column | undefined): ((a: number, b: number) => number) | null {
  if (spec === undefined || column === undefined) return null;
  switch (column.kind) {
    case "wide": {
      const { values, has } = column;
      return (a, b) => {
        const [x, y] = [wideAt(spec, values, a), wideAt(spec, values, b)];
        return (has[a] as number) - (has[b] as number) || (x < y ? -1 : x > y ? 1 : 0);
      };
    }
    case "number": {
      const { values } = column;
      const of = (row: number): number => {
        const value = values[row] as number;
        return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
      };
      return (a, b) => (of(a) === of(b) ? 0 : of(a) - of(b));
    }
    case "pooled": {
      const texts = pooledTexts(spec, column);
      const order = texts
        .map((_, at) => at)
        .sort((a, b) => ((texts[a] as string) < (texts[b] as string) ? -1 : texts[a] === texts[b] ? 0 : 1));
      const rank = new Uint32Array(order.length);
      order.forEach((at, place) => {
        rank[at] = place;
      });
      return (a, b) => (rank[column.index[a] as number] as number) - (rank[column.index[b] as number] as number);
    }
  }
}
