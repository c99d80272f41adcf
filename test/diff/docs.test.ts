// docs/diff.md lists every detail with how it is compared, and every code of a note.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Compared, type DetailSpec, FILE_DETAILS, TASK_DETAILS } from "../../app/model/detail-keys.ts";

const page = readFileSync(new URL("../../docs/diff.md", import.meta.url), "utf8");

const WORDS: Readonly<Record<Compared, string>> = {
  value: "value",
  link: "through holders",
  namespace: "whether the same tasks are in it",
  mount: "its place, not its number",
  renumbered: "not: numbered anew by every dump",
  volatile: "not: advances by itself",
  repeated: "not: follows from what is compared",
};

const row = ({ key, title, compared, kinds, volatileOf = [] }: DetailSpec): string => {
  const except = volatileOf.length === 0 ? "" : `, but not of ${volatileOf.join(" and ")}: advances by itself`;
  return `| \`${key}\` | ${title}${kinds === undefined ? "" : " (files with a path)"} | ${WORDS[compared]}${except} |`;
};

/** The rows of the first table below a heading. */
function rowsBelow(heading: string): string[] {
  const [, below = ""] = page.split(`## ${heading}\n`);
  const lines = below.split("\n## ")[0]?.split("\n") ?? [];
  // Tables are aligned by the formatter.
  return lines.filter((line) => line.startsWith("| `")).map((line) => line.replace(/ +/g, " "));
}

describe("docs/diff.md", () => {
  test("lists the details of open files, in the table's order", () => {
    expect(rowsBelow("Details of open files")).toEqual(FILE_DETAILS.map(row));
  });

  test("lists the details of tasks, in the table's order", () => {
    expect(rowsBelow("Details of tasks")).toEqual(TASK_DETAILS.map(row));
  });
});
