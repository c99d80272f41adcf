// What the bytes' rows show and mark, on sample images: every byte in its record and field, and the bytes of every
// field say the value that is shown.

import { describe, expect, test } from "vitest";
import type { Image } from "../../../app/decoder/image.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { NONE } from "../../../app/model/checkpoint.ts";
import type { Field } from "../../../app/model/fields.ts";
import { recordAt, recordMember, recordOffset } from "../../../app/model/records.ts";
import { visibleText } from "../../../app/model/text/text.ts";
import {
  byteAtCharacter,
  characterCells,
  fieldAt,
  hexCells,
  hexLength,
  type Marks,
  offsetDigits,
  offsetText,
  type Run,
  recordStyle,
  runsOf,
} from "../../../app/shell/bytes/hex-rows.ts";
import { describeByte } from "../../../app/shell/bytes/words.ts";
import { setSources } from "../../support/criu.ts";
import { fixtureBytes, open } from "../../support/open.ts";
import { recordsOf } from "../../support/records.ts";

const criu = async (set: string): Promise<Image> => {
  const image = await openImage(setSources(set), {});
  if ("refused" in image) throw new Error(image.refused);
  return image;
};

const SAMPLES: readonly (readonly [string, () => Promise<Image>])[] = [
  ["v23-s1", () => open(fixtureBytes("linux-cr/v23-s1/after.ckpt"))],
  ["v16-s2", () => open(fixtureBytes("linux-cr/v16-s2/before.ckpt"))],
  ["criu w2", () => criu("w2/before")],
];

/** The fields of every record. */
async function allFields(image: Image): Promise<Field[][]> {
  const fields: Field[][] = [];
  for (let record = 0; record < image.checkpoint.records.count; record++) fields.push(await image.fields(record));
  return fields;
}

/** Marks of a whole member. */
function marksOf(image: Image, member: number, fields: readonly Field[][]): Marks {
  return {
    records: image.checkpoint.records,
    recordAt: (offset) => recordAt(image.checkpoint.records, member, offset),
    fieldsOf: (record) => fields[record] ?? null,
    selection: null,
    cursor: null,
  };
}

describe.each(SAMPLES)("%s", (_, openSample) => {
  test("the bytes of every field say the value that is shown", async () => {
    const image = await openSample();
    const { records, machine } = image.checkpoint;
    let numbers = 0;
    for (let record = 0; record < records.count; record++) {
      const source = image.sources[recordMember(records, record)];
      for (const field of await image.fields(record)) {
        const bytes = await source?.read(field.offset, field.length);
        if (bytes === undefined || field.role !== undefined) continue;
        const value =
          image.checkpoint.format === "criu" ? wireValue(bytes, field) : cValue(bytes, field, machine.littleEndian);
        if (value === null) continue;
        expect(value, `${field.name} at ${field.offset}`).toBe(field.raw);
        numbers++;
      }
    }
    expect(numbers).toBeGreaterThan(records.count);
  });

  test("every byte is in exactly one run, and where a run says a field starts, it does", async () => {
    const image = await openSample();
    const { records, members } = image.checkpoint;
    const fields = await allFields(image);
    for (let member = 0; member < Math.min(members.length, 12); member++) {
      const marks = marksOf(image, member, fields);
      const size = Math.min(members[member]?.size ?? 0, 20_000);
      for (let start = 0; start < size; start += 16) {
        const length = Math.min(16, size - start);
        const runs = runsOf(start, length, marks);
        expect(runs.map(({ from }) => from)).toEqual([0, ...runs.map(({ to }) => to).slice(0, -1)]);
        expect(runs.at(-1)?.to).toBe(length);
        for (const { from, startsField, startsRecord } of runs) {
          const record = marks.recordAt(start + from);
          expect(startsRecord).toBe(recordOffset(records, record) === start + from);
          expect(startsField).toBe((fields[record] ?? []).some(({ offset }) => offset === start + from));
        }
      }
    }
  });
});

/** A C struct's field as its catalogue types it; `null` for anything but a number or text. */
function cValue(bytes: Uint8Array, { type }: Field, littleEndian: boolean): string | null {
  const integer = /^([us])(8|16|32|64)$/.exec(type);
  if (integer !== null) {
    let value = 0n;
    const ordered = littleEndian ? [...bytes].reverse() : bytes;
    for (const byte of ordered) value = (value << 8n) | BigInt(byte);
    const bits = Number(integer[2]);
    expect(bytes.length * 8).toBe(bits);
    return String(integer[1] === "s" ? BigInt.asIntN(bits, value) : value);
  }
  if (!type.startsWith("char[")) return null;
  const nul = bytes.indexOf(0);
  return visibleText(nul < 0 ? bytes : bytes.subarray(0, nul));
}

/** A protobuf field, tag included, as its message types it; `null` for messages. */
function wireValue(bytes: Uint8Array, { name, type, raw }: Field): string | null {
  if (name === "size" || name === "magic") {
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    return raw.startsWith("0x") ? `0x${value.toString(16)}` : String(value);
  }
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  if (!/^(u?int|sint)(32|64)$|^bool$|^string$/.test(type)) return null;
  // Values of a packed list have no tag of their own: a tag would leave nothing behind it.
  const first = varint();
  if (type === "string") {
    const length = Number(varint());
    expect(at + length).toBe(bytes.length);
    return visibleText(bytes.subarray(at));
  }
  if (raw === "") return null;
  const value = at === bytes.length ? first : varint();
  expect(at).toBe(bytes.length);
  if (type === "bool") return value === 0n ? "false" : "true";
  if (type.startsWith("sint")) return String(value & 1n ? -(value >> 1n) - 1n : value >> 1n);
  const bits = Number(type.slice(-2));
  return String(type.startsWith("u") ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value));
}

describe("runs", () => {
  const records = recordsOf(
    [{ length: 12 }, { length: 8, kind: 1 }, { length: 100, kind: 2 }],
    [
      { type: 5, name: "FILE_DESC", struct: "ckpt_hdr_file_desc" },
      { type: 99, name: "unknown record 99", struct: null },
      { type: NONE, name: "raw bytes", struct: null },
      { type: NONE, name: "magic", struct: "magic" },
    ],
  );
  const field = (name: string, offset: number, length: number, role?: "padding" | "payload"): Field => ({
    name,
    type: "u32",
    offset,
    length,
    raw: "7",
    meaning: null,
    ...(role && { role }),
  });
  const fields = [field("type", 0, 4), field("fd", 4, 4), field("padding", 8, 4, "padding")];
  const marks: Marks = {
    records,
    recordAt: (offset) => (offset < 12 ? 0 : offset < 20 ? 1 : offset < 120 ? 2 : NONE),
    fieldsOf: (record) => (record === 0 ? fields : null),
    selection: null,
    cursor: null,
  };
  const short = ({ from, to, style }: Run) => [from, to, style];

  test("end with fields, records, the selection and the cursor", () => {
    expect(runsOf(0, 16, marks).map(short)).toEqual([
      [0, 4, "field"],
      [4, 8, "field"],
      [8, 12, "padding"],
      [12, 16, "unknown"],
    ]);
    const selected = runsOf(0, 16, { ...marks, selection: { from: 5, to: 8 }, cursor: 8 });
    expect(selected.map(({ from, selected, cursor }) => [from, selected, cursor])).toEqual([
      [0, false, false],
      [4, false, false],
      [5, true, false],
      [8, true, true],
      [9, false, false],
      [12, false, false],
    ]);
    expect(runsOf(112, 16, marks).map(short)).toEqual([
      [0, 8, "raw"],
      [8, 16, "lost"],
    ]);
  });

  test("neighbouring fields and records differ", () => {
    const runs = runsOf(0, 16, marks);
    expect(runs.map(({ oddField }) => oddField)).toEqual([false, true, false, false]);
    expect(runs.map(({ oddRecord }) => oddRecord)).toEqual([false, false, false, true]);
  });

  test("a field is found by any of its bytes", () => {
    expect([0, 3, 4, 11, 12].map((offset) => fieldAt(fields, offset))).toEqual([0, 0, 1, 2, NONE]);
    expect(fieldAt([], 0)).toBe(NONE);
  });

  test("what a byte belongs to, in words", () => {
    const checkpoint = { records };
    expect(describeByte(checkpoint, 0, field("fd", 4, 4), 5)).toEqual({
      record: "FILE_DESC",
      field: "field fd, u32 from 4",
      value: "7",
      place: "at 5 (0x5)",
    });
    expect(describeByte(checkpoint, 0, field("padding", 8, 4, "padding"), 9).field).toBe("padding of 4 bytes");
    expect(describeByte(checkpoint, 2, null, 30).field).toBe("100 bytes in no record");
    expect(describeByte(checkpoint, NONE, null, 130).record).toBe("no record");
    expect(recordStyle(records, 1)).toBe("unknown");
    expect(recordStyle({ ...records, kind: Uint16Array.of(3) }, 0)).toBe("field");
  });
});

test("bytes as hex and as characters, with a gap in the middle", () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, at) => 0x40 + at);
  expect(hexCells(bytes, 0, 16)).toBe(" 40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f");
  expect(hexCells(null, 0, 2)).toBe(" ·· ··");
  expect(characterCells(Uint8Array.of(0x41, 0, 0x7f, 0x20, 0xe9), 0, 5)).toBe("A·· ·");
});

test("a character of a row leads to its byte", () => {
  for (const width of [8, 16]) {
    const text = hexCells(
      Uint8Array.from({ length: width }, (_, at) => at),
      0,
      width,
    );
    expect(text.length).toBe(hexLength(width));
    for (let at = 0; at < text.length; at++) {
      if (text[at] === " ") continue;
      const pair = /[0-9a-f]{2}/.exec(text.slice(text[at - 1] === " " ? at : at - 1))?.[0] ?? "";
      expect(byteAtCharacter(at, width)).toBe(Number.parseInt(pair, 16));
    }
  }
});

test("offsets take as many digits as the last one needs", () => {
  expect([offsetDigits(0), offsetDigits(2 ** 32), offsetDigits(2 ** 32 + 1)]).toEqual([6, 8, 9]);
  expect(offsetText(0xe9d, 6)).toBe("000e9d");
});
