// The fields of records, held against bytes read without the decoder: layouts that gcc computed and a reader of
// integers. Every byte of a record belongs to one field, and says what the field shows.

import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Image } from "../../../../app/decoder/image.ts";
import { dialect, structOfFile } from "../../../../app/decoder/linux-cr/catalogue/dialect.ts";
import { DIALECT_NAMES } from "../../../../app/decoder/linux-cr/catalogue/dialect-names.ts";
import { recordFields } from "../../../../app/decoder/linux-cr/fields/fields.ts";
import type { Field } from "../../../../app/model/fields.ts";
import { recordLength, recordOffset } from "../../../../app/model/records.ts";
import { visibleText } from "../../../../app/model/text/text.ts";
import { fixtureJson } from "../../../support/contents.ts";
import { encodeAll } from "../../../support/images.ts";
import { fixtureBytes, open } from "../../../support/open.ts";
import { recordsOf } from "../../../support/records.ts";
import { checkpointOf } from "../../../support/state.ts";

interface GccStruct {
  readonly size: number;
  readonly fields: readonly (readonly [name: string, type: string, offset: number, size: number])[];
}
interface GccVersion {
  readonly structs: Readonly<Record<string, GccStruct>>;
  readonly x86_32: Readonly<Record<string, GccStruct>>;
}

const { versions } = fixtureJson<{ versions: Record<string, GccVersion> }>("linux-cr/layouts.json");

/** A gcc type and where it lies in its struct. */
interface Place {
  readonly type: string;
  readonly offset: number;
  readonly size: number;
}

const SCALAR = /^_*([usb]e?)(8|16|32|64)$/;

/** Reads one field's path through gcc's structs: `action[3].sa_flags`; undefined: there is none of that name. */
function gccPlace(structs: Readonly<Record<string, GccStruct>>, struct: string, name: string): Place | undefined {
  const fields = structs[struct]?.fields ?? [];
  const plain = fields.find(([own]) => own === name);
  if (plain !== undefined) return { type: plain[1], offset: plain[2], size: plain[3] };
  const [, array = "", index = "", rest = ""] = /^([\w.]+?)\[(\d+)\](?:\.(.*))?$/.exec(name) ?? [];
  const whole = fields.find(([own]) => own === array);
  if (whole === undefined) return undefined;
  const element = whole[1].split(" [")[0] ?? "";
  const bits = SCALAR.exec(element)?.[2];
  const size = bits === undefined ? (structs[element]?.size ?? 0) : Number(bits) / 8;
  const start = whole[2] + Number(index) * size;
  if (bits !== undefined) return { type: element, offset: start, size };
  const inner = gccPlace(structs, element, rest);
  return inner && { ...inner, offset: start + inner.offset };
}

/** Reads bytes as the type says: an integer, text up to its NUL, or bytes in hex. */
function readValue(bytes: Uint8Array, type: string, littleEndian: boolean): string {
  const scalar = SCALAR.exec(type);
  if (scalar !== null) {
    const ordered = littleEndian && scalar[1] !== "be" ? [...bytes].reverse() : [...bytes];
    const value = ordered.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return String(scalar[1] === "s" ? BigInt.asIntN(bytes.length * 8, value) : value);
  }
  if (type.startsWith("char [")) return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
  const hex = [...bytes.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > 32 ? `${hex} …` : hex;
}

/** Fields of a record are end to end from its first byte to its last. */
function expectWhole(fields: readonly Field[], offset: number, length: number): void {
  let end = offset;
  for (const field of fields) {
    expect(field.offset, field.name).toBe(end);
    expect(field.length, field.name).toBeGreaterThan(0);
    end += field.length;
  }
  expect(end).toBe(offset + length);
}

/** What a field shows is what its bytes say, by gcc's layout of the struct, or by the field's own type after it. */
function expectTrue(
  bytes: Uint8Array,
  field: Field,
  structs: Readonly<Record<string, GccStruct>>,
  struct: string | null,
  record: { readonly offset: number; readonly littleEndian: boolean },
): "struct" | "entry" | "opaque" {
  const own = bytes.subarray(field.offset, field.offset + field.length);
  const littleEndian = record.littleEndian || field.name === "arch_id";
  if (field.name === "type" || field.name === "len") {
    expect(field.raw).toBe(readValue(own, "u32", littleEndian));
    return "struct";
  }
  if (field.role === "padding") {
    expect(field.raw, field.name).toBe(readValue(own, "bytes", littleEndian));
    return "opaque";
  }
  const place = struct === null ? undefined : gccPlace(structs, struct, field.name);
  if (place !== undefined) {
    expect([field.name, field.offset - record.offset, field.length]).toEqual([field.name, place.offset, place.size]);
    expect(field.raw, field.name).toBe(readValue(own, place.type, littleEndian));
    return "struct";
  }
  if (field.role === undefined) {
    expect(field.type, field.name).toMatch(/^([us](8|16|32|64)|u8\[8\])$/);
    expect(field.raw, field.name).toBe(readValue(own, field.type, littleEndian));
    return "entry";
  }
  if (field.name === "text") {
    const from = own[0] === 0 ? 1 : 0;
    const nul = own.indexOf(0, from);
    const text = own.subarray(from, nul < 0 ? own.length : nul);
    // test/model/text/text.test.ts tests how characters are made visible.
    expect(field.raw.replace(/^\\0/, "")).toBe(visibleText(text));
  } else expect(field.raw, field.name).toBe(readValue(own, "bytes", littleEndian));
  return "opaque";
}

/** Holds all fields of all records of an image against its bytes; returns how many there were of which kind. */
async function expectImage(image: Image, bytes: Uint8Array): Promise<Record<string, number>> {
  const { records, dialect: name, machine } = image.checkpoint;
  const version = versions[name];
  const structs = { ...version?.structs, ...(machine.arch === "x86-32" ? version?.x86_32 : {}) };
  const counts: Record<string, number> = { struct: 0, entry: 0, opaque: 0 };
  let end = 0;
  for (let row = 0; row < records.count; row++) {
    const offset = recordOffset(records, row);
    const length = recordLength(records, row);
    expect(offset).toBe(end);
    end = offset + length;
    const fields = await image.fields(row);
    expectWhole(fields, offset, length);
    const struct = records.kinds[records.kind[row] as number]?.struct ?? null;
    for (const field of fields) {
      const how = expectTrue(bytes, field, structs, struct, { offset, littleEndian: machine.littleEndian });
      counts[how] = (counts[how] ?? 0) + 1;
    }
    // Everything that gcc has in the struct has a field, except the header and what shares its
    // bytes with another field.
    for (const [own, , at, size] of structs[struct ?? ""]?.fields ?? []) {
      if (at < 8 || size === 0 || at + size > length) continue;
      const found = fields.find((field) => field.offset <= offset + at && offset + at < field.offset + field.length);
      expect(found?.role === undefined || /padd?ing/.test(own), `${struct}.${own}`).toBe(true);
    }
  }
  expect(end).toBe(bytes.length);
  return counts;
}

describe("every field of every record", () => {
  const directory = new URL("../../../fixtures/linux-cr/", import.meta.url);
  const images = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ckpt"));

  test.each(images)("of %s", async (name) => {
    const bytes = fixtureBytes(`linux-cr/${name}`);
    const counts = await expectImage(await open(bytes), bytes);
    expect(counts.struct).toBeGreaterThan(60);
    expect(counts.opaque).toBeGreaterThan(5);
    if (name.startsWith("v23")) expect(counts.entry).toBeGreaterThan(50);
  });

  test.each([true, false])("of an image with every kind of open file, little-endian %s", async (littleEndian) => {
    const base = { flags: 2, mode: 3, pos: "0", version: "0", path: null };
    const socket = { family: "unix", type: "stream", state: "established", local: "/run/a", remote: "", peer: 6 };
    const inet = {
      family: "inet",
      type: "stream",
      protocol: "tcp",
      state: "listen",
      local: "127.0.0.1:80",
      remote: "",
    };
    const target = { fd: 3, events: 25, data: "18446744073709551615", file: 1 };
    const files = [
      { ...base, id: 1, kind: "regular", path: "/tmp/a", pos: "9007199254740993", details: {} },
      { ...base, id: 2, kind: "pipe", flags: 1, mode: 2, details: { pipe: 1 } },
      { ...base, id: 3, kind: "eventfd", details: { count: "18446744073709551614", eventfdFlags: 1 } },
      { ...base, id: 4, kind: "tty", details: { index: 1, side: "slave" } },
      { ...base, id: 5, kind: "socket", details: { ...socket, socket: 5 } },
      { ...base, id: 6, kind: "socket", details: { ...socket, socket: 6, peer: 5 } },
      { ...base, id: 7, kind: "socket", details: { ...inet, socket: 7 } },
      { ...base, id: 8, kind: "epoll", details: { targets: [target, target] } },
    ];
    const { bytes } = encodeAll(
      {
        tasks: [
          { pid: 7, ppid: 1, tgid: 7, pgid: 7, sid: 7, comm: "all", state: "sleeping", fileTable: 1 },
          { pid: 8, ppid: 7, tgid: 8, pgid: 7, sid: 7, comm: "kid", state: "stopped", fileTable: 1 },
        ],
        fileTables: [{ id: 1, fds: files.map(({ id }) => ({ fd: id + 2, file: id, closeOnExec: false })) }],
        files,
      },
      { dialect: "v23-rc2", littleEndian },
    );
    const image = await open(bytes);
    expect(image.checkpoint.machine.littleEndian).toBe(littleEndian);
    const counts = await expectImage(image, bytes);
    expect(counts.entry).toBeGreaterThan(100);
  });
});

/** Records whose struct is known, in any version; FILE with the struct of each kind. */
const described = (name: string): { name: string; type: number; struct: string }[] => {
  const own = dialect(name);
  return [...(own.enums.CKPT_HDR ?? [])].flatMap(([record, type]) => {
    const struct = own.structOfRecord(record);
    if (record !== "FILE") return struct === null ? [] : [{ name: record, type, struct }];
    return ["GENERIC", "PIPE", "FIFO", "SOCKET", "TTY", "EPOLL", "EVENTFD"].map((kind) => ({
      name: record,
      type,
      struct: structOfFile(kind),
    }));
  });
};

describe.each(DIALECT_NAMES)("every struct of %s", (name) => {
  test.each([4, 8] as const)("is described whole, with longs of %s bytes", (wordSize) => {
    const own = dialect(name, wordSize);
    const version = versions[name];
    const structs = { ...version?.structs, ...(wordSize === 4 ? version?.x86_32 : {}) };
    let count = 0;
    for (const kind of described(name)) {
      const size = own.struct(kind.struct)?.size;
      if (size === undefined) continue;
      // Bytes that are all different, at an odd place, with room for entries; and a record that ends early.
      for (const length of [size, size + 99, Math.max(9, size - 5)]) {
        const bytes = Uint8Array.from({ length: length + 7 }, (_, at) => (at * 37 + 11) & 255);
        const view = new DataView(bytes.buffer);
        view.setUint32(7, kind.type, true);
        view.setUint32(11, length, true);
        const checkpoint = oneRecord(kind, 7, length);
        const context = { checkpoint, dialect: own, littleEndian: true, refer: () => undefined };
        const fields = recordFields(context, 0, bytes.subarray(7), new Uint8Array(0));
        expectWhole(fields, 7, length);
        for (const field of fields) {
          if (field.type.startsWith("char[") || field.cut === true) continue;
          expectTrue(bytes, field, structs, kind.struct, { offset: 7, littleEndian: true });
        }
        count += fields.length;
      }
    }
    expect(count).toBeGreaterThan(100);
  });
});

/** A checkpoint of one record and nothing else. */
function oneRecord(kind: { name: string; type: number; struct: string }, offset: number, length: number) {
  const checkpoint = checkpointOf({ tasks: [], tables: [], files: [] });
  return {
    ...checkpoint,
    machine: { arch: "x86-64", littleEndian: true, wordSize: 8 as const },
    records: recordsOf([{ offset, length }], [kind]),
  };
}
