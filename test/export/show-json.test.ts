// The document of `show --json` is written as bytes. It must be what JSON.stringify makes of the same values, for every
// text and number that an image may have.

import { describe, expect, test } from "vitest";
import { createJsonBytes } from "../../app/export/json-bytes.ts";
import { type Shown, showDocument } from "../../app/export/show-json.ts";
import { encodeText, jsonText } from "../../app/model/text.ts";
import { documentText, type ShowDocument } from "../support/open.ts";
import { checkpointOf, type State } from "../support/state.ts";

const written = (write: (out: ReturnType<typeof createJsonBytes>) => unknown): string => {
  const out = createJsonBytes(4);
  write(out);
  return new TextDecoder().decode(out.take());
};

describe("bytes of JSON", () => {
  test.each([0, 7, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 31)])(
    "the number %s",
    (number) => {
      expect(written((out) => out.integer(number))).toBe(String(number));
    },
  );

  test("text that is printable ASCII is a string, and any other is left to the caller", () => {
    const text = encodeText('a "quoted" \\ path');
    expect(written((out) => out.text(text, 0, text.length))).toBe(JSON.stringify('a "quoted" \\ path'));
    for (const other of ["a\tb", "\x7f", "é", "\u202e"]) {
      const bytes = encodeText(other);
      expect(written((out) => expect(out.text(bytes, 0, bytes.length)).toBe(false))).toBe("");
    }
  });

  test("what was appended can be taken back", () => {
    const all = written((out) => {
      out.raw("kept");
      const { length } = out;
      out.raw(" not");
      out.cut(length);
      out.raw(" é");
    });
    expect(all).toBe("kept é");
  });
});

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
