// What resources declare is true of the formats' tables, and what is made from it is up to date.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MESSAGES } from "../../app/decoder/criu/format/messages.ts";
import { dialect } from "../../app/decoder/linux-cr/catalogue/dialect.ts";
import { DIALECT_NAMES } from "../../app/decoder/linux-cr/catalogue/dialect-names.ts";
import { resourceSection, resourcesSchema } from "../../app/resources/describe.ts";
import { RESOURCES } from "../../app/resources/resources.ts";

const ROOT = join(import.meta.dirname, "../..");

const columns = RESOURCES.flatMap((spec) => spec.columns.map((column) => ({ spec, column })));

describe("columns", () => {
  test("come from fields that CRIU's messages have", () => {
    const unknown = columns
      .flatMap(({ column }) => column.criu ?? [])
      .filter((source) => {
        const [message = "", field] = source.split(".");
        return !MESSAGES.get(message)?.some(({ name }) => name === field);
      });
    expect(unknown).toEqual([]);
  });

  test("come from fields that some dialect of Linux-CR has", () => {
    const dialects = DIALECT_NAMES.map((name) => dialect(name));
    const unknown = columns
      .flatMap(({ column }) => column.linuxCr ?? [])
      .filter((source) => {
        const dot = source.indexOf(".");
        return !dialects.some((each) => each.struct(source.slice(0, dot))?.byName.has(source.slice(dot + 1)));
      });
    expect(unknown).toEqual([]);
  });

  test("have names of their own in each resource, and keys are columns", () => {
    for (const { name, key, places = [], columns: own } of RESOURCES) {
      const names = own.map((column) => column.name);
      expect([name, new Set(names).size]).toEqual([name, names.length]);
      expect(names).toEqual(expect.arrayContaining([...key, ...places]));
    }
  });
});

// `npm run docs` writes both.

test("docs/resources.md has the section of every resource, and no other", () => {
  const cells = (text: string): string => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
  const page = readFileSync(join(ROOT, "docs/resources.md"), "utf8");
  const sections = page.slice(page.indexOf("\n## ") + 1).trimEnd();
  expect(cells(sections)).toBe(cells(RESOURCES.map(resourceSection).join("\n\n")));
});

test("the schema of show has the columns of every resource", () => {
  const schema = JSON.parse(readFileSync(join(ROOT, "public/schema/show.schema.json"), "utf8"));
  expect(schema.properties.resources).toEqual(resourcesSchema());
});
