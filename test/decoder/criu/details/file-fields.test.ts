// The fields of an open file's message by their numbers.

import { expect, test } from "vitest";
import { fieldIn } from "../../../../app/decoder/criu/details/detail-rows.ts";
import {
  createFields,
  fieldsOf,
  isBlank,
  isPlain,
  type MessageFields,
  numberIn,
  readFileFields,
} from "../../../../app/decoder/criu/details/file-fields.ts";

const INET = fieldsOf("inet_sk_entry");

/** The fields of an entry that is a message of its own, or a file_entry. */
function fieldsIn(message: string, ...bytes: number[]): MessageFields {
  const fields = createFields();
  const entry = { bytes: Uint8Array.from(bytes), base: 0, start: 0, end: bytes.length, isCut: false, message };
  expect(readFileFields(fields, entry)?.name).toBe("isk");
  return fields;
}

test("the last occurrence of a field counts, if it has the field's wire type", () => {
  const fields = fieldsIn("inet_sk_entry", 16, 1, 16, 2, 18, 1, 65, 24, 200, 1);
  expect(numberIn(fields, fieldIn(INET, "ino"))).toBe(2);
  expect(numberIn(fields, fieldIn(INET, "family"))).toBe(200);
  expect(numberIn(fields, fieldIn(INET, "type"))).toBe(null);
});

test("the occurrences of a file's message are merged, as protobuf does", () => {
  // file_entry: type (1) INETSK, isk (4) with ino (2) and family (3), then with family.
  const fields = fieldsIn("file_entry", 8, 4, 34, 4, 16, 5, 24, 2, 34, 2, 24, 10);
  expect(numberIn(fields, fieldIn(INET, "ino"))).toBe(5);
  expect(numberIn(fields, fieldIn(INET, "family"))).toBe(10);
});

test("a repeated number is plain if it occurs once and is not packed", () => {
  const address = fieldIn(INET, "src_addr");
  const isPlainIn = (...bytes: number[]): boolean => isPlain(fieldsIn("inet_sk_entry", ...bytes), address);
  expect([isPlainIn(88, 1), isPlainIn(8, 1), isPlainIn(88, 1, 88, 2), isPlainIn(90, 1, 1)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("a nested message is blank if it is absent or nothing but zeros", () => {
  const owner = fieldIn(INET, "fown");
  const isBlankIn = (...bytes: number[]): boolean => isBlank(fieldsIn("inet_sk_entry", ...bytes), owner);
  expect([isBlankIn(8, 1), isBlankIn(106, 0), isBlankIn(106, 4, 8, 0, 16, 0)]).toEqual(new Array(3).fill(true));
  // Another value, two occurrences, a tag of two bytes, a varint of two bytes.
  const others = [
    [106, 2, 8, 1],
    [106, 2, 8, 1, 106, 0],
    [106, 3, 136, 0, 1],
    [106, 3, 8, 128, 1],
  ];
  for (const bytes of others) expect(isBlankIn(...bytes)).toBe(false);
});
