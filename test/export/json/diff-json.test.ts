// The document of `diff --json`: it follows its schema, whole or in pieces.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHANGE_KINDS } from "../../../app/diff/changes.ts";
import { diff } from "../../../app/diff/diff.ts";
import { diffDocument, diffDocumentText } from "../../../app/export/json/diff-json.ts";
import { arbitraryState } from "../../support/arbitrary-state.ts";
import { expectValid, isValid } from "../../support/schema.ts";
import { checkpointOf } from "../../support/state.ts";

const SOURCES = { before: { name: "before.ckpt", bytes: 12 }, after: { name: 'a "b"\n', bytes: 34 } };

const anyPair = fc.boolean().chain((pids) => fc.tuple(arbitraryState(pids), arbitraryState(pids)));

describe("the document", () => {
  test("follows the schema, and in pieces is the same", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyPair, fc.boolean(), ([before, after], complete) => {
        const comparison = diff(checkpointOf(before), checkpointOf(after, { complete }));
        const document = diffDocument(comparison, SOURCES);
        for (const change of document.changes) seen.add(change.kind);
        expectValid("diff", document);
        expect(JSON.parse([...diffDocumentText(comparison, SOURCES)].join(""))).toEqual(document);
      }),
      { numRuns: 300, seed: 1 },
    );
    const others = [
      "file-detail",
      "file-linked",
      "task-detail",
      "resource-added",
      "resource-removed",
      "resource-changed",
    ];
    expect([...seen, ...others].toSorted()).toEqual([...CHANGE_KINDS].toSorted());
  });

  test("follows the schema for details and links", () => {
    const files = [
      { kind: "socket", path: "socket:[1]", stable: 8, details: { state: "listen" }, links: [{ role: "peer", to: 1 }] },
      { kind: "socket", path: "socket:[2]", stable: 8, details: { state: "close" } },
      { kind: "socket", path: "socket:[3]", stable: 8, details: { state: "close" } },
    ] as const;
    const tables = [[0, 1, 2].map((file) => ({ fd: 3 + file, file }))];
    const before = { files, tables, tasks: [{ pid: 1, comm: "a", table: 0, details: { uid: 0, groups: [] } }] };
    const after = {
      tables,
      files: [{ ...files[0], details: { state: "close" }, links: [{ role: "peer", to: 2 }] }, files[1], files[2]],
      tasks: [{ pid: 1, comm: "a", table: 0, details: { uid: 33, groups: [33] } }],
    } as const;
    const document = diffDocument(diff(checkpointOf(before), checkpointOf(after)), SOURCES);
    expectValid("diff", document);
    const holders = [{ pid: 1, fd: 3 }];
    expect(document.changes).toEqual([
      { kind: "task-detail", pid: 1, key: "uid", before: 0, after: 33 },
      { kind: "task-detail", pid: 1, key: "groups", before: [], after: [33] },
      { kind: "file-detail", holders, key: "state", before: "listen", after: "close" },
      { kind: "file-linked", holders, role: "peer", before: [{ pid: 1, fd: 4 }], after: [{ pid: 1, fd: 5 }] },
    ]);
  });

  test("says that nothing differs", () => {
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
    expect(isValid("diff", bad)).toBe(false);
  });

  test("allows keys to be added", () => {
    const change = { kind: "fd-opened", holders: [{ pid: 1, fd: 2, more: 1 }], path: null, more: 1 };
    expect(isValid("diff", { ...document([change]), more: 1 })).toBe(true);
  });
});
