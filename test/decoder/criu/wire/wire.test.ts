// The wire reader: against protobufjs on every entry of the sample sets, and on values at the edges.

import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { ENUMS, MESSAGES } from "../../../../app/decoder/criu/format/messages.ts";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import { numberText, type Piece, pieces } from "../../../../app/decoder/criu/wire/pieces.ts";
import {
  eachBytes,
  eachVarint,
  firstVarints,
  MALFORMED,
  plan,
  readVarint,
  scan,
  scratch,
  skip,
  WIRE,
  wireType,
} from "../../../../app/decoder/criu/wire/wire.ts";
import { recordLength, recordMember, recordOffset } from "../../../../app/model/records.ts";
import { setSources, TRUE_SETS } from "../../../support/criu.ts";
import { random } from "../../../support/random.ts";

// Every message as protobufjs has it; messages that are not described, and strings (whose bytes count), are bytes.
const root = new protobuf.Root();
for (const [name, values] of Object.entries(ENUMS)) root.add(new protobuf.Enum(name, { ...values }));
for (const [name, fields] of MESSAGES) {
  const type = new protobuf.Type(name);
  for (const field of fields) {
    const known = MESSAGES.has(field.type) || ENUMS[field.type] !== undefined;
    const scalar = known || /int|bool|fixed/.test(field.type) ? field.type : "bytes";
    type.add(
      new protobuf.Field(field.name, field.number, scalar, field.label === "repeated" ? "repeated" : "optional"),
    );
  }
  root.add(type);
}
root.resolveAll();

/** A decoded message as text by dotted name. */
function flatten(value: unknown, name: string, into: Map<string, string>): void {
  if (value instanceof Uint8Array) into.set(name, Buffer.from(value).toString("hex"));
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) flatten(item, `${name}[${index}]`, into);
  } else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) flatten(item, name === "" ? key : `${name}.${key}`, into);
  } else into.set(name, String(value));
}

function theirs(message: string, bytes: Uint8Array): Map<string, string> {
  const type = root.lookupType(message);
  const found = new Map<string, string>();
  flatten(type.toObject(type.decode(bytes), { longs: String, enums: Number }), "", found);
  return found;
}

function ours(found: readonly Piece[], bytes: Uint8Array): Map<string, string> {
  const values = new Map<string, string>();
  for (const piece of found) {
    if (piece.role !== "value") continue;
    const hex = Buffer.from(bytes.subarray(piece.value, piece.end)).toString("hex");
    values.set(piece.name, wireType(piece.type) === 2 ? hex : numberText(piece.type, piece.low, piece.high));
  }
  return values;
}

describe("every entry of the sample sets", () => {
  test.each(TRUE_SETS.map(([directory]) => directory))("%s reads as protobufjs reads it", async (directory) => {
    const { checkpoint, sources, fields } = await decodeCriuSet(setSources(directory));
    const { records } = checkpoint;
    let compared = 0;
    for (let record = 0; record < records.count; record++) {
      const kind = records.kinds[records.kind[record] as number];
      const offset = recordOffset(records, record);
      const length = recordLength(records, record);
      const listed = await fields(record);
      let at = offset;
      for (const field of listed) {
        expect(field.offset).toBe(at);
        at += field.length;
      }
      expect(at).toBe(offset + length);
      if (!kind?.struct || kind.type < 0) continue;
      const source = sources[recordMember(records, record)];
      const bytes = (await source?.read(offset + 4, length - 4)) ?? new Uint8Array(0);
      const found = pieces(bytes, 0, bytes.length, kind.struct);
      expect(ours(found, bytes)).toEqual(theirs(kind.struct, bytes));
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
  });

  test.each(TRUE_SETS.map(([directory]) => directory))("each byte of %s is in one record", async (directory) => {
    const { checkpoint } = await decodeCriuSet(setSources(directory));
    const { records, members } = checkpoint;
    const ends = new Array<number>(members.length).fill(0);
    for (let record = 0; record < records.count; record++) {
      const member = recordMember(records, record);
      expect(recordOffset(records, record)).toBe(ends[member]);
      ends[member] = recordOffset(records, record) + recordLength(records, record);
    }
    expect(ends).toEqual(members.map(({ size }) => size));
  });
});

describe("values at the edges", () => {
  const POS = plan("reg_file_entry", ["pos", "name"]);
  const scanned = (...bytes: number[]) => {
    const out = scratch();
    const seen = scan(Uint8Array.from(bytes), 0, bytes.length, POS, out);
    return { seen, value: ((BigInt(out[3] as number) << 32n) | BigInt(out[2] as number)).toString() };
  };

  test.each([
    [[0x18, 0], "0"],
    [[0x18, 0x7f], "127"],
    [[0x18, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10], "9007199254740993"],
    [[0x18, 0xff, 0xff, 0xff, 0xff, 0x0f], "4294967295"],
    [[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "18446744073709551615"],
    // Longer than it need be.
    [[0x18, 0x81, 0x80, 0x00], "1"],
  ])("%j is %s", (bytes, value) => expect(scanned(...bytes)).toEqual({ seen: 2, value }));

  test.each([
    ["a varint of eleven bytes", [0x18, ...new Array(10).fill(0xff), 1]],
    ["a varint that is cut off", [0x18, 0x80]],
    ["a tag without a value", [0x18]],
    ["a length past the end", [0x32, 5, 1, 2]],
    ["a length of 2^32", [0x32, 0xff, 0xff, 0xff, 0xff, 0x0f, 1]],
    ["a group that does not end", [0x23, 8, 1]],
    ["an end of no group", [0x24]],
    ["wire type 7", [0x27]],
  ])("%s is damage", (_, bytes) => {
    const { seen } = scanned(0x18, 9, ...bytes);
    expect(seen & MALFORMED).toBe(MALFORMED);
    expect(seen & 2).toBe(2);
  });

  test("passes over groups, fixed values and unknown fields", () => {
    const fixed = [0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4];
    expect(scanned(0x23, 0x2b, 8, 1, 0x2c, 0x24, ...fixed, 0xf8, 0xff, 0x01, 3, 0x18, 5)).toEqual({
      seen: 2,
      value: "5",
    });
  });

  test("takes repeated numbers packed and unpacked", () => {
    const values: number[] = [];
    const bytes = Uint8Array.from([0x28, 1, 0x2a, 3, 2, 0x80, 0x01, 0x28, 3]);
    eachVarint(bytes, 0, bytes.length, 5, (low) => values.push(low));
    expect(values).toEqual([1, 2, 128, 3]);
    const found = pieces(bytes, 0, bytes.length, "pstree_entry");
    expect(found.filter(({ role }) => role === "value").map(({ name, low }) => [name, low])).toEqual([
      ["threads[0]", 1],
      ["threads[1]", 2],
      ["threads[2]", 128],
      ["threads[3]", 3],
    ]);
  });

  test.each([
    ["int32", 0xffffffff, 0xffffffff, "-1"],
    ["uint32", 0xffffffff, 0, "4294967295"],
    ["sint32", 3, 0, "-2"],
    ["sint64", 0xffffffff, 0xffffffff, "-9223372036854775808"],
    ["int64", 0, 0x80000000, "-9223372036854775808"],
    ["bool", 0, 1, "true"],
  ])("%s %i %i is %s", (type, low, high, text) => expect(numberText(type, low, high)).toBe(text));
});

describe("fields of random bytes, most of them damaged", () => {
  const below = random(11);
  const FIELD = 2;
  /** Tags of the field and of others, short and long values, groups, lengths beyond the end. */
  const randomBytes = (): Uint8Array =>
    Uint8Array.from(
      { length: below(24) },
      () => [FIELD * 8, FIELD * 8 + 2, below(8), 128 + below(128), below(256)][below(5)] ?? 0,
    );

  /** The fields up to the first damage, by `readVarint` and `skip`. */
  function* fieldsIn(bytes: Uint8Array): Generator<{ tag: number; value: number; next: number }> {
    const words = new Uint32Array(2);
    for (let at = 0; at < bytes.length; ) {
      const value = readVarint(bytes, at, bytes.length, words);
      const tag = words[0] as number;
      const next = value < 0 ? -1 : skip(bytes, value, bytes.length, tag, words);
      if (next < 0) return;
      yield { tag, value, next };
      at = next;
    }
  }

  const MESSAGES_OF_BYTES = Array.from({ length: 3000 }, randomBytes);

  test("are those up to the damage", () => {
    const words = new Uint32Array(2);
    let compared = 0;
    for (const bytes of MESSAGES_OF_BYTES) {
      const expected = [...fieldsIn(bytes)].flatMap(({ tag, value, next }) =>
        tag === FIELD * 8 + WIRE.bytes ? [[readVarint(bytes, value, bytes.length, words), next]] : [],
      );
      const found: number[][] = [];
      eachBytes(bytes, 0, bytes.length, FIELD, (from, to) => found.push([from, to]));
      expect(found).toEqual(expected);
      compared += found.length;
    }
    expect(compared).toBeGreaterThan(150);
  });

  test("have their numbers, packed or not", () => {
    const words = new Uint32Array(2);
    let compared = 0;
    for (const bytes of MESSAGES_OF_BYTES) {
      const expected: (readonly number[])[] = [];
      let isDamaged = false;
      for (const { tag, value, next } of fieldsIn(bytes)) {
        const isPacked = tag === FIELD * 8 + WIRE.bytes;
        if (!isPacked && tag !== FIELD * 8) continue;
        let item = isPacked ? readVarint(bytes, value, bytes.length, words) : value;
        while (item < next && !isDamaged) {
          item = readVarint(bytes, item, next, words);
          isDamaged = item < 0;
          if (!isDamaged) expected.push([...words]);
        }
        if (isDamaged) break;
      }
      const found: number[][] = [];
      eachVarint(bytes, 0, bytes.length, FIELD, (low, high) => found.push([low, high]));
      expect(found).toEqual(expected);
      compared += found.length;
      const first = new Uint32Array(2);
      const count = firstVarints(bytes, 0, bytes.length, FIELD, first);
      expect([...first.subarray(0, count)]).toEqual(found.slice(0, 2).map(([low]) => low));
    }
    expect(compared).toBeGreaterThan(500);
  });
});
