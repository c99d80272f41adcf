// The shape of the source tree: who imports whom, no circles, no long files.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { circles, forbiddenImports, importsOf, type Sources } from "./imports.ts";
import { MAY_IMPORT } from "./rules.ts";

const ROOT = join(import.meta.dirname, "../..");

/** All source files below a folder of the project. */
const sourcesBelow = (folder: string): [string, string][] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:tsx?|m?js)$/.test(name) && !name.startsWith("fixtures"))
    .map((name) => [join(folder, name), readFileSync(join(ROOT, folder, name), "utf8")]);

const code: Sources = new Map(["app", "cli", "build"].flatMap(sourcesBelow));
const all: Sources = new Map([...code, ...sourcesBelow("test")]);

test("files import what their folder may import", () => {
  expect(forbiddenImports(code, MAY_IMPORT)).toEqual([]);
});

test("imports form no circle, in tests neither", () => {
  expect(circles(all)).toEqual([]);
});

test("no file is longer than 500 lines", () => {
  const long = [...code].map(([path, text]) => [path, text.split("\n").length - 1] as const);
  expect(long.filter(([, lines]) => lines > 500)).toEqual([]);
});

test("every custom property that a style uses is defined", () => {
  const styles = readdirSync(join(ROOT, "app"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".css"))
    .map((name) => readFileSync(join(ROOT, "app", name), "utf8"));
  const text = [...styles, ...code.values()].join("\n");
  const names = (form: RegExp): ReadonlySet<string> =>
    new Set(Array.from(text.matchAll(form), ([, name = ""]) => name));
  const defined = names(/(--[a-z][a-z0-9-]*)"?:/g);
  const used = names(/\bvar\((--[a-z][a-z0-9-]*)/g);
  expect(used.size).toBeGreaterThan(20);
  expect([...used].filter((name) => !defined.has(name))).toEqual([]);
});

describe("the check of imports", () => {
  const rules = { "app/model": [], "app/diff": ["app/model"], "app/shell": ["app/diff/rows.ts", "npm:react"] };
  const check = (files: Readonly<Record<string, string>>) =>
    forbiddenImports(new Map(Object.entries({ "app/model/a.ts": "", "app/diff/rows.ts": "", ...files })), rules);
  const shell = (text: string) => check({ "app/shell/a.ts": text });

  test("accepts what the rules name, and the folder's own files", () => {
    const text =
      'import { a } from "../diff/rows.ts";\nimport {\n  b,\n} from "./b.ts";\nimport { c } from "react/jsx";';
    expect(shell(text)).toEqual([]);
  });

  test("reports a package that is not allowed", () => {
    expect(shell('import { zoom } from "d3-zoom";')).toEqual([
      "app/shell/a.ts imports npm:d3-zoom, which app/shell may not import",
    ]);
    expect(shell('import "node:fs";')).toEqual(["app/shell/a.ts imports node:, which app/shell may not import"]);
  });

  test("reports an upward import", () => {
    const faults = check({ "app/shell/a.ts": "", "app/model/b.ts": 'export type { A } from "../diff/rows.ts";' });
    expect(faults).toEqual(["app/model/b.ts imports app/diff/rows.ts, which app/model may not import"]);
  });

  test("reports another file of a folder of which one file is allowed", () => {
    expect(shell('const a = await import("../diff/diff.ts");')).toEqual([
      "app/shell/a.ts imports app/diff/diff.ts, which app/shell may not import",
    ]);
  });

  test("reports folders without a rule and rules without a file", () => {
    expect(check({ "app/new/a.ts": "" })).toEqual([
      "app/new/a.ts: no rule says what it may import",
      "app/shell: this rule covers no file",
    ]);
  });

  test("finds every form of import", () => {
    const text = [
      'import a, { type B } from "./a.ts";',
      'import type {\n  C,\n} from "./c.ts";',
      'export * from "./d.ts";',
      'import "./e.css";',
      'let f: typeof import("./f.ts");',
      'new Worker(new URL("./g.ts", import.meta.url), { type: "module" });',
      'import h from "@scope/name/part";',
      '// import no from "./comment.ts"',
    ].join("\n");
    expect(importsOf("app/x/y.ts", text).toSorted()).toEqual(
      [
        "npm:@scope/name",
        ...["a.ts", "c.ts", "d.ts", "e.css", "f.ts", "g.ts"].map((name) => `app/x/${name}`),
      ].toSorted(),
    );
  });

  test("finds a circle of type-only imports", () => {
    const files = {
      "a.ts": 'import { b } from "./b.ts";',
      "b.ts": 'import type { C } from "./c.ts";',
      "c.ts": 'export type { B } from "./b.ts";',
    };
    expect(circles(new Map(Object.entries(files)))).toEqual(["b.ts → c.ts → b.ts"]);
  });
});
