import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOfHex, bytesText, needleOf, offsetOf } from "../../app/shell/bytes-text.ts";

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
      expect(bytesOfHex(bytesText(bytes, "hex"))).toEqual(bytes);
    }),
  );
  expect(bytesOfHex("0x7F, 0x45")).toEqual(ELF.subarray(0, 2));
  expect(bytesOfHex("\\x7f\\x45")).toEqual(ELF.subarray(0, 2));
  expect([bytesOfHex("7f4"), bytesOfHex("xyz1"), bytesOfHex("")]).toEqual([null, null, null]);
});

test("what to search for", () => {
  expect(needleOf("é", "text")).toEqual(Uint8Array.of(0xc3, 0xa9));
  expect(needleOf("7f45 4c46", "hex")).toEqual(ELF);
  expect(needleOf("7", "hex")).toMatch(/pairs/);
  expect(needleOf("", "text")).toMatch(/Type/);
  expect(needleOf("x".repeat(1024), "text")).toHaveLength(1024);
  expect(needleOf("x".repeat(1025), "text")).toMatch(/too long/);
});

test("offsets: decimal, hex, from here on and back", () => {
  expect(offsetOf("3741", 100, 5000)).toBe(3741);
  expect(offsetOf("0xE9d", 100, 5000)).toBe(0xe9d);
  expect(offsetOf(" +0x10", 100, 5000)).toBe(116);
  expect(offsetOf("-100", 100, 5000)).toBe(0);
  expect(offsetOf("-101", 100, 5000)).toMatch(/before/);
  expect(offsetOf("5000", 100, 5000)).toMatch(/4999, 0x1387/);
  expect(offsetOf("4294967296", 0, 2 ** 33)).toBe(2 ** 32);
  for (const text of ["", "x", "12 34", "0x", "1e3", "--1"]) expect(offsetOf(text, 0, 10)).toMatch(/number/);
});
