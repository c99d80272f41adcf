// The document of `show --json` is written as bytes. It must be what JSON.stringify makes of the same values, for every
// text and number that an image may have.

import { expect, test } from "vitest";
import { type Shown, showDocument } from "../../../app/export/json/show-json.ts";
import { jsonText } from "../../../app/model/text/text.ts";
import { documentText, type ShowDocument } from "../../support/open.ts";
import { checkpointOf, type State } from "../../support/state.ts";

const NAMES = ["/plain", '/with "quotes" and \\', "/é", "/right\u202eto-left", "/line\nfeed", "", "/del\x7f"];

const POSITIONS = [0n, 5n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n];

const state: State = {
  files: NAMES.map((path, at) => ({
    kind: "regular",
    path,
    pos: POSITIONS[at] ?? 0n,
    flags: at % 2 === 0 ? 2 : 0o2001,
    details: { name: path, [`key ${path}`]: at, list: [at, path], nothing: null },
  })),
  tables: [NAMES.map((_, fd) => ({ fd, file: fd }))],
  tasks: [{ pid: 1, comm: "worker", table: 0 }],
};

test("files have the path, the exact position and the details of the checkpoint", () => {
  const checkpoint = checkpointOf(state);
  const { files } = JSON.parse(documentText({ checkpoint })) as ShowDocument;
  expect(files.map(({ path }) => path)).toEqual(NAMES);
  expect(files.map(({ pos }) => pos)).toEqual(state.files.map(({ pos }) => String(pos)));
  expect(files.map(({ details }) => details)).toEqual(state.files.map(({ details }) => details));
});

test("nothing invisible is printed as it is", () => {
  const lines = documentText({ checkpoint: checkpointOf(state) }).split("\n");
  expect(lines.filter((line) => jsonText(line) !== JSON.stringify(line))).toEqual([]);
});

test("a chunk is valid until the next is asked for, and a long table is in several", () => {
  const many = Array.from({ length: 20_000 }, (_, fd) => ({ fd, file: 0 }));
  const shown: Shown = { checkpoint: checkpointOf({ ...state, tables: [many] }) };
  const sizes = Array.from(showDocument(shown, { name: "", bytes: 0 }), ({ length }) => length);
  expect(sizes.length).toBeGreaterThan(2);
  expect(Math.max(...sizes)).toBeLessThan(300_000);
});

test("each task has its own details, also where those of the one before are the same", () => {
  const details = [
    { uid: 0, groups: [1, 2], note: "é\u202e" },
    { uid: 0, groups: [1, 2], note: "é\u202e" },
    { uid: 0, groups: [1] },
    {},
    { uid: 0, exit: { code: 1 }, threads: 3, groups: [1] },
    { cwd: "/tmp", exe: 1, root: null, uid: 0, groups: [1] },
  ];
  const tasks = details.map((each, at) => ({ pid: at + 1, comm: "worker", table: 0, details: each }));
  const document = JSON.parse(documentText({ checkpoint: checkpointOf({ ...state, tasks }) })) as ShowDocument;
  const others = details.map((each) => {
    const { uid, groups, note } = each as Record<string, unknown>;
    return { uid, groups, note };
  });
  expect(document.tasks.map((task) => task.details)).toEqual(others);
  expect(document.tasks[4]).toMatchObject({ exit: { code: 1 }, threads: 3, exe: null });
  const { files } = checkpointOf(state);
  expect(document.tasks[5]).toMatchObject({ exe: files.id[1], cwd: null, cwdPath: "/tmp", root: null });
});

test("further keys of tasks come last, after the mark of one in which the image ends", () => {
  const checkpoint = checkpointOf(state);
  const problem = { severity: "error", code: "truncated-entry", message: "", offset: 0, cut: { task: 0 } } as const;
  const shown: Shown = { checkpoint: { ...checkpoint, problems: [problem] }, taskKeys: [{ cmdline: ["a"], auxv: [] }] };
  const line = documentText(shown)
    .split("\n")
    .find((each) => each.includes('"pid":1,'));
  expect(line).toContain('"details":{},"cut":true,"cmdline":["a"],"auxv":[]}');
});
