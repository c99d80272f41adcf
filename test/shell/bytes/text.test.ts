import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesText, parseHex, parseNeedle, parseOffset } from "../../../app/shell/bytes/text.ts";

const ELF = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46);

test("bytes as hex, as a C array and as base64", () => {
  expect(bytesText(ELF, "hex")).toBe("7f 45 4c 46");
  expect(bytesText(ELF, "base64")).toBe("f0VMRg==");
  expect(bytesText(ELF, "c")).toBe("static const unsigned char bytes[4] = {\n  0x7f, 0x45, 0x4c, 0x46,\n};\n");
  expect(
    bytesText(new Uint8Array(13), "c")
      .split("\n")
      .map((line) => line.length),
  ).toEqual([40, 73, 7, 2, 0]);
});

test("hex that was copied is read back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      expect(parseHex(bytesText(bytes, "hex"))).toEqual(bytes);
    }),
  );
  expect(parseHex("0x7F, 0x45")).toEqual(ELF.subarray(0, 2));
  expect(parseHex("\\x7f\\x45")).toEqual(ELF.subarray(0, 2));
  expect([parseHex("7f4"), parseHex("xyz1"), parseHex("")]).toEqual([null, null, null]);
});

test("what to search for", () => {
  expect(parseNeedle("é", "text")).toEqual(Uint8Array.of(0xc3, 0xa9));
  expect(parseNeedle("7f45 4c46", "hex")).toEqual(ELF);
  expect(parseNeedle("7", "hex")).toMatch(/pairs/);
  expect(parseNeedle("", "text")).toMatch(/^Enter/);
  expect(parseNeedle("x".repeat(1024), "text")).toHaveLength(1024);
  expect(parseNeedle("x".repeat(1025), "text")).toMatch(/^Too long/);
});

test("offsets: decimal, hex, from here on and back", () => {
  expect(parseOffset("3741", 100, 5000)).toBe(3741);
  expect(parseOffset("0xE9d", 100, 5000)).toBe(0xe9d);
  expect(parseOffset(" +0x10", 100, 5000)).toBe(116);
  expect(parseOffset("-100", 100, 5000)).toBe(0);
  expect(parseOffset("-101", 100, 5000)).toMatch(/^Before/);
  expect(parseOffset("5000", 100, 5000)).toMatch(/^After.*4999 \(0x1387\)/);
  expect(parseOffset("4294967296", 0, 2 ** 33)).toBe(2 ** 32);
  for (const text of ["", "x", "12 34", "0x", "1e3", "--1"]) expect(parseOffset(text, 0, 10)).toMatch(/number/);
});
