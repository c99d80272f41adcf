// Values by name are those that the inspector shows, whatever the bytes: undamaged, damaged, repeated, cut.

import { describe, expect, test } from "vitest";
import { FIELD_TABLES, type FieldTable, type KnownField } from "../../../../app/decoder/criu/wire/field-table.ts";
import { numberText, type Piece, pieces } from "../../../../app/decoder/criu/wire/pieces.ts";
import { createValueReader, type Values } from "../../../../app/decoder/criu/wire/values.ts";
import { WIRE } from "../../../../app/decoder/criu/wire/wire.ts";
import { visibleText } from "../../../../app/model/text/text.ts";
import { random } from "../../../support/random.ts";

const tableOf = (message: string): FieldTable => {
  const table = FIELD_TABLES.get(message);
  if (table === undefined) throw new Error(`There is no message ${message}`);
  return table;
};

type Below = (below: number) => number;

function addVarint(out: number[], value: number): void {
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) out.push((left % 128) | 128);
  out.push(left);
}

/** Bytes of a message with random fields, some of them unknown, of another wire type, packed or damaged. */
function messageBytes(message: string, below: Below, depth: number): number[] {
  const out: number[] = [];
  const fields = [...tableOf(message).byName.values()];
  const nested = new Set<KnownField>();
  for (let count = below(8); count > 0; count--) {
    const field = fields[below(fields.length)] as KnownField;
    // Pieces do not merge the lists of a nested message that occurs twice.
    if (nested.has(field)) continue;
    if (field.message !== null && !field.isRepeated) nested.add(field);
    const wire = below(12) === 0 ? [WIRE.varint, WIRE.bytes, WIRE.fixed64, WIRE.fixed32][below(4)] : field.wire;
    addVarint(out, (below(20) === 0 ? 90 + below(400) : field.number) * 8 + (wire ?? 0));
    if (wire === WIRE.varint) addVarint(out, below(3) === 0 ? below(2 ** 31) * 2 ** 21 : below(300));
    else if (wire === WIRE.fixed64) for (let at = 0; at < 8; at++) out.push(below(256));
    else if (wire === WIRE.fixed32) for (let at = 0; at < 4; at++) out.push(below(256));
    else {
      const isNested = field.message !== null && depth < 4;
      const inner = isNested ? messageBytes(field.type, below, depth + 1) : text(below);
      // A length that is too long damages the message that the field is in.
      addVarint(out, inner.length + (below(30) === 0 ? 1000 : 0));
      out.push(...inner);
    }
  }
  return out;
}

const text = (below: Below): number[] => Array.from({ length: below(6) }, () => below(130));

/** The names whose values differ from those of the pieces, in a message and those in it. */
function* differing(values: Values, table: FieldTable, found: Found, prefix = ""): Generator<string> {
  const { pieces, bytes } = found;
  for (const [field, spec] of table.byName) {
    const name = prefix + field;
    const piece = pieces.get(name);
    if (spec.isRepeated && spec.message !== null) {
      const each = values.each(field, (one) => one);
      for (const [at, one] of each.entries()) yield* differing(one, spec.message, found, `${name}[${at}].`);
      if (pieces.has(`${name}[${each.length}]`)) yield name;
    } else if (spec.isRepeated) {
      const list: number[] = [];
      for (let item = pieces.get(`${name}[0]`); item !== undefined; item = pieces.get(`${name}[${list.length}]`)) {
        list.push(Number(numberText(item.type, item.low, item.high)));
      }
      if (spec.isPackable && String(values.numbers(field)) !== String(list)) yield name;
    } else if (values.has(field) !== (piece !== undefined)) yield name;
    else if (spec.message !== null) yield* differing(values.inside(field), spec.message, found, `${name}.`);
    else if (spec.wire === WIRE.bytes) {
      const text = piece === undefined ? null : visibleText(bytes.subarray(piece.value, piece.end));
      if (values.text(field) !== text) yield name;
    } else {
      const exact = piece === undefined ? null : numberText(spec.type, piece.low, piece.high);
      if (values.exact(field) !== exact) yield name;
      if (spec.type === "bool" && values.bool(field) !== (exact === null ? null : exact === "true")) yield name;
      if (spec.type !== "bool" && values.number(field) !== (exact === null ? null : Number(exact))) yield name;
    }
  }
}

/** The pieces of an entry by name, and its bytes. */
interface Found {
  readonly pieces: ReadonlyMap<string, Piece>;
  readonly bytes: Uint8Array;
}

const MESSAGES = ["file_entry", "mm_entry", "core_entry", "sk_packet_entry", "tty_info_entry", "inotify_file_entry"];

test.each(MESSAGES)("a %s has the values that its pieces have", (message) => {
  const below = random(message.length);
  const valuesOf = createValueReader();
  for (let run = 0; run < 100; run++) {
    const whole = messageBytes(message, below, 0);
    const isCut = below(4) === 0;
    const bytes = Uint8Array.from(isCut ? whole.slice(0, below(whole.length + 1)) : whole);
    const found = new Map<string, Piece>();
    for (const piece of pieces(bytes, 0, bytes.length, message, isCut)) {
      if (piece.role !== "payload") found.set(piece.name, piece);
    }
    const entry = { bytes, base: 0, start: 0, end: bytes.length, isCut, message };
    expect([...differing(valuesOf(entry), tableOf(message), { pieces: found, bytes })]).toEqual([]);
  }
});

test("a dotted name leads through nested messages", () => {
  const bytes = Uint8Array.of(26, 6, 42, 4, 8, 7, 40, 9);
  const values = createValueReader()({ bytes, base: 0, start: 0, end: 8, isCut: false, message: "file_entry" });
  expect(values.number("reg.fown.uid")).toBe(7);
  expect(values.inside("reg").number("fown.pid")).toBe(9);
  expect(values.number("reg.pos")).toBe(null);
  expect(values.number("isk.fown.uid")).toBe(null);
});

test("the occurrences of a nested message are merged, as protobuf does", () => {
  const bytes = Uint8Array.of(34, 4, 88, 1, 48, 2, 34, 4, 88, 3, 48, 4);
  const values = createValueReader()({ bytes, base: 0, start: 0, end: 12, isCut: false, message: "file_entry" });
  expect(values.inside("isk").numbers("src_addr")).toEqual([1, 3]);
  expect(values.number("isk.state")).toBe(4);
});

describe("the encoded form of fields", () => {
  /** inet_sk_entry: opts (14) with so_sndbuf (1) and so_rcvbuf (2), v6only (15), ip_opts (16). */
  const encoded = (...bytes: number[]): string | null => {
    const entry = { bytes: Uint8Array.from(bytes), base: 0, start: 0, end: bytes.length, isCut: false };
    return createValueReader()({ ...entry, message: "inet_sk_entry" }).encoded(["opts", "v6only"], 16);
  };
  const options = [114, 4, 8, 1, 16, 2];

  test("is the same for the same values, whatever is around them", () => {
    expect(encoded(...options, 120, 1)).toBe(encoded(8, 3, ...options, 16, 4, 120, 1));
    expect(encoded(...options)).not.toBe(null);
  });

  test("is another for another value, order or number of occurrences", () => {
    const others = [
      [...options],
      [114, 4, 8, 1, 16, 3],
      [...options, 120, 1],
      [...options, 120, 0],
      [120, 1, ...options],
      [...options, ...options],
      [114, 2, 8, 1],
    ];
    expect(new Set(others.map((bytes) => encoded(...bytes))).size).toBe(others.length);
  });

  test("is not made of many bytes", () => {
    expect(encoded(114, 40, ...new Array<number>(40).fill(0))).toBe(null);
  });
});
