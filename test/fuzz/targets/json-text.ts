// JSON with one value replaced.

import { pick, type Random } from "../target.ts";

const VALUES = [
  ...["null", "-1", "0", "1e400", "9007199254740993", "[]", "{}", "[null]", '""', "true"],
  ...['"\\u202e"', '"\\u001b[2J"', '"\\ud800"', '"99999999999999999999999"', "[".repeat(2000), '{"__proto__":{}}'],
];

/** The text with one of its strings, numbers or words replaced by another value. */
export function replacedValue(text: string, next: Random): string {
  const values = [...text.matchAll(/"(?:[^"\\]|\\.)*"|\d+|true|false|null/g)];
  const value = pick(values, next);
  return text.slice(0, value.index) + pick(VALUES, next) + text.slice(value.index + value[0].length);
}
