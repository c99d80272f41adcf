// JSON as bytes: the same as jsonText writes, whatever the value and however small the buffer.

import { expect, test } from "vitest";
import {
  createJsonBytes,
  type JsonBytes,
  takeBytes,
  writeInteger,
  writePiece,
  writeRaw,
  writeText,
  writeValue,
  writeWritten,
} from "../../../app/model/text/json-bytes.ts";
import { decodeText, encodeText, jsonText } from "../../../app/model/text/text.ts";

const written = (write: (out: JsonBytes) => unknown): string => {
  const out = createJsonBytes(4);
  write(out);
  return decodeText(takeBytes(out));
};

test.each([0, 7, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 10 ** 10, 2 ** 53 - 1, -1, -(2 ** 31), -(2 ** 40)])(
  "the number %s",
  (number) => {
    expect(written((out) => writeInteger(out, number))).toBe(String(number));
  },
);

test.each([
  ...[null, true, 1.5, -0, 2 ** 60, Number.NaN, "", 'a"b\\c\n', "é\u202e\x7f😀\ud800"],
  [[], [1, [2], undefined], {}, { a: 1, 'k"é': [null, { b: "c" }], left: undefined, z: false }],
])("the value %j", (value) => {
  expect(written((out) => writeValue(out, value))).toBe(jsonText(value));
});

test.each(["a".repeat(1000), `${"a".repeat(1000)}é`, "é😀\ud800".repeat(500)])("long text", (text) => {
  expect(written((out) => writeRaw(out, text))).toBe(decodeText(encodeText(text)));
});

test("text that is printable ASCII is a string, and any other is left to the caller", () => {
  const text = encodeText('a "quoted" \\ path');
  expect(written((out) => writeText(out, text, 0, text.length))).toBe(JSON.stringify('a "quoted" \\ path'));
  for (const other of ["a\tb", "\x7f", "é", "\u202e"]) {
    const bytes = encodeText(other);
    expect(written((out) => expect(writeText(out, bytes, 0, bytes.length)).toBe(false))).toBe("");
    expect(written((out) => expect(writeWritten(out, bytes, 0, bytes.length)).toBe(other === "a\tb"))).toBe(
      other === "a\tb" ? other : "",
    );
  }
});

test.each([1, 63, 64, 65, 1000])("a piece of %i bytes", (length) => {
  const text = "x".repeat(length);
  expect(written((out) => writePiece(out, encodeText(text)))).toBe(text);
});

test("what was appended can be taken back", () => {
  const all = written((out) => {
    writeRaw(out, "kept");
    const { length } = out;
    writeRaw(out, " not");
    out.length = length;
    writeRaw(out, " é");
  });
  expect(all).toBe("kept é");
});
