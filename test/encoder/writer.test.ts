// The writer's fast ways to append a record write what the plain one does.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dialect } from "../../app/decoder/linux-cr/catalogue/dialect.ts";
import { createWriter, type FieldValue, type Writer } from "../../app/encoder/writer.ts";
import { encodeText } from "../../app/model/text/text.ts";

const FIELDS = ["f_type", "f_mode", "f_flags", "f_pos", "f_version"];
const v23 = dialect("v23-rc2");

/** What `write` writes, in both byte orders. */
const written = (write: (writer: Writer) => void): Uint8Array[] =>
  [true, false].map((littleEndian) => {
    const writer = createWriter(v23, littleEndian);
    write(writer);
    return writer.take();
  });

/** 64-bit values in every form that a description may have. */
const long = fc.oneof(
  fc.constantFrom("18446744073709551615", "18446744073709551616", "99999999999999999999", "0000000000000000000001"),
  fc.constantFrom(
    "9007199254740991",
    "9007199254740993",
    "4294967296000000000",
    "1000000000000000",
    "00000000000000005",
  ),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(String),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map(String),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
);

/** The 64-bit number at `at`, read without the writer. */
const longAt = (bytes: Uint8Array, at: number, littleEndian: boolean): bigint =>
  new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, littleEndian);

describe("the writer", () => {
  test("appends records of one kind by a function for them", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(), fc.nat(), long, long), { maxLength: 5 }), (rows) => {
        const plain = written((writer) => {
          for (const row of rows) {
            const values = Object.fromEntries(FIELDS.map((name, index) => [name, row[index] as FieldValue]));
            writer.record("FILE", values);
          }
        });
        const fast = written((writer) => {
          const append = writer.recorder("FILE", FIELDS);
          for (const row of rows) append(...row);
        });
        expect(fast).toEqual(plain);
        const size = (plain[0]?.length ?? 0) / (rows.length || 1);
        for (const [index, [, , , pos, version]] of rows.entries()) {
          for (const [order, bytes] of fast.entries()) {
            const at = index * size + 24;
            expect(longAt(bytes, at, order === 0)).toBe(BigInt.asUintN(64, BigInt(pos)));
            expect(longAt(bytes, at + 8, order === 0)).toBe(BigInt.asUintN(64, BigInt(version)));
          }
        }
      }),
    );
  });

  test("refuses a field or a record that there is not, when asked for the function", () => {
    const writer = createWriter(v23, true);
    expect(() => writer.recorder("FILE", ["f_colour"])).toThrow("there is no field f_colour");
    expect(() => writer.recorder("COLOUR", [], null)).toThrow("has no record COLOUR");
  });

  test("appends texts with their NUL, whatever they are made of", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 40 }), { maxLength: 5 }), (texts) => {
        const fast = written((writer) => {
          for (const text of texts) writer.textRecord("FILE_NAME", text);
        });
        const plain = written((writer) => {
          for (const text of texts) writer.record("FILE_NAME", {}, Uint8Array.of(...encodeText(text), 0));
        });
        expect(fast).toEqual(plain);
      }),
    );
    // A record longer than what the writer has room for, whose last character is not ASCII.
    const long = `${"x".repeat(100_000)}é`;
    const [bytes = new Uint8Array(0)] = written((writer) => writer.textRecord("FILE_NAME", long));
    expect(bytes.subarray(8)).toEqual(Uint8Array.of(...encodeText(long), 0));
  });
});
