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
