// Entries in the usual form are read with the same result as by the reader for all forms.

import { describe, expect, test } from "vitest";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { createUsualFile, readUsualDescriptor, readUsualFile } from "../../../app/decoder/criu/usual.ts";
import { isSet, MALFORMED, plan, scan, scratch } from "../../../app/decoder/criu/wire.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import type { Checkpoint } from "../../../app/model/checkpoint.ts";
import { FOWN, imageBytes, inventoryAndTree, type Message } from "../../support/criu-set.ts";
import { random } from "../../support/random.ts";

type Below = (below: number) => number;

const NUMBERS = [0, 1, 127, 128, 16_383, 16_384, 2 ** 21, 2 ** 28 - 1, 2 ** 28, 2 ** 32 - 1, 2 ** 35, 2 ** 52];
const number = (below: Below): number => (below(3) === 0 ? (NUMBERS[below(NUMBERS.length)] ?? 0) : below(300));
const small = (below: Below): number => NUMBERS[below(8)] ?? 0;

/** A reg_file_entry, nearly always as CRIU writes it. */
function regular(id: number, below: Below): Message {
  const owned: Message = [1, 2, 3, 4, 5].map((field) => [field, below(3)] as const);
  const fields: Message = [
    [1, id],
    [2, small(below)],
    [3, number(below)],
    [5, below(5) === 0 ? owned : FOWN],
    [6, ["", "/a", "/srv/data", "/srv/".repeat(40), "a\0b\u00e9"][below(5)] ?? ""],
    ...(below(2) === 0 ? [[7, number(below)] as const] : []),
    ...(below(2) === 0 ? [[8, number(below)] as const] : []),
    ...(below(12) === 0 ? [[9, below(2)] as const] : []),
    ...(below(12) > 0 ? [[10, [0o100644, 0o40755, 0o120777, 0][below(4)] ?? 0] as const] : []),
    ...(below(12) === 0 ? [[11, below(1000)] as const] : []),
    ...(below(12) === 0 ? [[12, below(1000)] as const] : []),
  ];
  return below(12) === 0 ? fields.filter(() => below(4) > 0) : fields;
}

const descriptor = (id: number, fd: number, below: Below): Message => [
  [1, id],
  [2, below(3)],
  [3, below(6) === 0 ? number(below) : 1],
  [4, fd],
  ...(below(12) === 0 ? [[5, "label"] as const] : []),
];

/** The message of the only entry of an image. */
const bytesOf = (message: Message): Uint8Array => imageBytes("FILES", [message]).slice(12);

/** Bytes with, now and then, one changed, some missing or some more. */
function damaged(bytes: Uint8Array, below: Below): Uint8Array {
  const result = Uint8Array.from([...bytes, ...[8, 1, 200, 1].slice(0, below(6) === 0 ? below(5) : 0)]);
  if (below(3) === 0) result[below(result.length)] = below(256);
  return below(6) === 0 ? result.subarray(0, below(result.length + 1)) : result;
}

/** What the reader for all forms finds in a message: by name, both halves of a number, or where bytes begin and end. */
function scanned(
  message: "file_entry" | "reg_file_entry" | "fdinfo_entry",
  names: readonly string[],
  bytes: Uint8Array,
) {
  const fields = plan(message, names);
  const values = scratch();
  const seen = scan(bytes, 0, bytes.length, fields, values);
  const found = names.map((name): [string, unknown] => {
    const slot = fields.slot[name] as number;
    return [name, isSet(seen, slot) ? [values[2 * slot], values[2 * slot + 1]] : null];
  });
  return { isWhole: (seen & MALFORMED) === 0, found: Object.fromEntries(found) };
}

const ALL_REG = ["flags", "pos", "fown", "name", "mnt_id", "size", "ext", "mode", "build_id", "checksum"];

test("files with a path", () => {
  const below = random(11);
  const file = createUsualFile();
  let usual = 0;
  for (let round = 0; round < 20_000; round++) {
    const entry: Message = [
      [1, below(20) === 0 ? below(4) : 1],
      [2, small(below)],
      [3, regular(small(below), below)],
    ];
    const bytes = damaged(bytesOf(entry), below);
    // Bytes of other entries follow in a block.
    const block = Uint8Array.from([...bytes, ...Array.from({ length: below(12) }, () => below(256))]);
    if (!readUsualFile(file, block, 0, bytes.length, scratch())) continue;
    usual++;
    const outer = scanned("file_entry", ["type", "id", "reg"], bytes);
    const [start, end] = outer.found.reg as [number, number];
    const inner = scanned("reg_file_entry", ALL_REG, bytes.subarray(start, end));
    expect([outer.isWhole, inner.isWhole, end]).toEqual([true, true, bytes.length]);
    expect([outer.found.type, outer.found.id]).toEqual([
      [1, 0],
      [file.id, 0],
    ]);
    expect(inner.found).toEqual({
      flags: [file.flags, 0],
      pos: [file.posLow, file.posHigh],
      fown: [file.ownerStart - start, file.ownerEnd - start],
      name: [file.nameStart - start, file.nameEnd - start],
      mnt_id: file.hasMount ? [file.mount, 0] : null,
      size: file.hasSize ? [file.sizeLow, file.sizeHigh] : null,
      ext: null,
      mode: [file.mode, 0],
      build_id: null,
      checksum: null,
    });
  }
  expect(usual).toBeGreaterThan(5000);
});

test("descriptors", () => {
  const below = random(12);
  const out = scratch();
  let usual = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = damaged(bytesOf(descriptor(number(below), number(below), below)), below);
    const block = Uint8Array.from([...bytes, ...Array.from({ length: below(12) }, () => below(256))]);
    if (!readUsualDescriptor(block, 0, bytes.length, out)) continue;
    usual++;
    const { isWhole, found } = scanned("fdinfo_entry", ["id", "flags", "type", "fd", "xattr_security_selinux"], bytes);
    expect(isWhole).toBe(true);
    expect(found).toEqual({
      id: [out[0], 0],
      flags: [out[1], 0],
      type: [out[2], 0],
      fd: [out[3], 0],
      xattr_security_selinux: null,
    });
  }
  expect(usual).toBeGreaterThan(5000);
});

describe("a set is the same", () => {
  const below = random(13);
  const regulars = Array.from({ length: 500 }, (_, at) => regular(at + 1, below));
  const descriptors = regulars.map((_, at) => descriptor(at + (below(20) === 0 ? 600 : 1), at, below));
  /** @param inOrder Of the fields of an entry: in any other order, none has the usual form. */
  const decoded = async (inOrder: (message: Message) => Message): Promise<Checkpoint> => {
    const entries = regulars.map((message, at) =>
      inOrder([
        [1, 1],
        [2, at + 1],
        [3, message],
      ]),
    );
    const members = [
      ...inventoryAndTree(1).members,
      ["files.img", imageBytes("FILES", entries)] as const,
      ["fdinfo-1.img", imageBytes("FDINFO", descriptors.map(inOrder))] as const,
    ];
    return (await decodeCriuSet(members.map(([name, bytes]) => bytesSource(name, bytes)))).checkpoint;
  };

  test("whatever the order of fields is", async () => {
    const usual = await decoded((message) => message);
    const other = await decoded(([first, second, ...rest]) => [second, first, ...rest] as unknown as Message);
    expect(usual.files.count).toBe(500);
    expect(usual.problems.length).toBeGreaterThan(0);
    expect(usual).toEqual(other);
  });
});
