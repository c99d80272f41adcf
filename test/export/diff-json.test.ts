// The document of `diff --json`: it follows its schema, whole or in pieces.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHANGE_KINDS } from "../../app/diff/changes.ts";
import { diff } from "../../app/diff/diff.ts";
import { diffDocument, diffDocumentText } from "../../app/export/diff-json.ts";
import { arbitraryState } from "../support/arbitrary-state.ts";
import { checkpointOf } from "../support/state.ts";

const SOURCES = { before: { name: "before.ckpt", bytes: 12 }, after: { name: 'a "b"\n', bytes: 34 } };

const schema = JSON.parse(readFileSync(new URL("../../public/schema/diff.schema.json", import.meta.url), "utf8"));
const validate = new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true }).compile(
  schema,
);

const anyPair = fc.boolean().chain((pids) => fc.tuple(arbitraryState(pids), arbitraryState(pids)));

describe("the document", () => {
  test("follows the schema, and in pieces is the same", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyPair, fc.boolean(), ([before, after], complete) => {
        const comparison = diff(checkpointOf(before), checkpointOf(after, { complete }));
        const document = diffDocument(comparison, SOURCES);
        for (const change of document.changes) seen.add(change.kind);
        validate(document);
        expect(validate.errors ?? []).toEqual([]);
        expect(JSON.parse([...diffDocumentText(comparison, SOURCES)].join(""))).toEqual(document);
      }),
      { numRuns: 600, seed: 1 },
    );
    expect([...seen].toSorted()).toEqual([...CHANGE_KINDS].toSorted());
  });

  test("says in so many words that nothing differs", () => {
    const one = checkpointOf({ tasks: [{ pid: 1, comm: "a" }], tables: [], files: [] });
    const document = diffDocument(diff(one, one), SOURCES);
    expect(document).toEqual({ schema: 1, ...SOURCES, equal: true, changes: [], notes: [] });
    expect(JSON.parse([...diffDocumentText(diff(one, one), SOURCES)].join(""))).toEqual(document);
  });

  test("lists the changes asked for, and is equal if there are none", () => {
    const task = (pid: number) => ({ pid, comm: "a" });
    const before = checkpointOf({ tasks: [task(1), task(2)], tables: [], files: [] });
    const after = checkpointOf({ tasks: [task(3)], tables: [], files: [] });
    const comparison = diff(before, after);
    expect(diffDocument(comparison, SOURCES).changes).toHaveLength(3);
    const some = diffDocument(comparison, SOURCES, [2]);
    expect(some).toMatchObject({ equal: false, changes: [{ kind: "task-added", pid: 3 }] });
    expect(JSON.parse([...diffDocumentText(comparison, SOURCES, [2])].join(""))).toEqual(some);
    expect(diffDocument(comparison, SOURCES, []).equal).toBe(true);
  });
});

describe("the schema", () => {
  const document = (changes: readonly unknown[], equal = false) => ({ schema: 1, ...SOURCES, equal, changes });
  const holders = [{ pid: 1, fd: 2 }];

  test.each([
    ["an unknown kind", document([{ kind: "file-moved", holders }])],
    ["a kind without its keys", document([{ kind: "file-pos", holders }])],
    ["a position that is a number", document([{ kind: "file-pos", holders, before: 1, after: 2 }])],
    ["no holders", document([{ kind: "fd-opened", holders: [], path: null }])],
    ["a group alone", document([{ kind: "file-shared", groups: [holders] }])],
    ["equal with changes", document([{ kind: "fd-opened", holders, path: null }], true)],
    ["different without changes", document([])],
    ["uncertain: false", document([{ kind: "fd-opened", holders, path: null, uncertain: false }])],
  ])("refuses %s", (_, bad) => {
    expect(validate(bad)).toBe(false);
  });

  test("allows keys to be added", () => {
    const change = { kind: "fd-opened", holders: [{ pid: 1, fd: 2, more: 1 }], path: null, more: 1 };
    expect(validate({ ...document([change]), more: 1 })).toBe(true);
  });
});
