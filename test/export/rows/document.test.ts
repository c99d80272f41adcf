// Rows of the document of `show --json`, with the kernel and where WebAssembly is not allowed: both must be what
// JSON.stringify makes of the same values, whatever bytes and numbers the columns have.

import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { startRowKernel } from "../../../app/export/rows/kernel.ts";
import { type Checkpoint, HAS, NO_MOUNT, NO_SIZE, NONE, nameBytes } from "../../../app/model/checkpoint.ts";
import { detailsOf } from "../../../app/model/detail-store.ts";
import { FILE_KINDS, flagNames } from "../../../app/model/names.ts";
import { base64, decodeText, encodeText, isUtf8, jsonText } from "../../../app/model/text.ts";
import { documentText } from "../../support/open.ts";
import { checkpointOf, type StateFile } from "../../support/state.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The lines of the open files and of the file tables of a document. */
function rowsOf(checkpoint: Checkpoint): string[] {
  const lines = documentText({ checkpoint }).split("\n");
  return lines.filter((line) => line.startsWith('    {"id":')).map((line) => line.trim().replace(/,$/, ""));
}

/** The same lines, made one by one from objects. */
function expectedRows(checkpoint: Checkpoint): string[] {
  const { tables, descriptors, files } = checkpoint;
  const idOf = (file: number) => (file === NONE ? null : (files.id[file] as number));
  const tableRows = Array.from({ length: tables.count }, (_, table) => {
    const rows = Array.from(descriptors.fd.keys()).filter((row) => descriptors.table[row] === table);
    const fds = rows.map((row) => ({
      fd: descriptors.fd[row],
      file: idOf(descriptors.file[row] as number),
      closeOnExec: descriptors.closeOnExec[row] === 1,
    }));
    return jsonText({ id: tables.id[table], fds });
  });
  return [...tableRows, ...Array.from({ length: files.count }, (_, row) => jsonText(fileOf(checkpoint, row)))];
}

function fileOf(checkpoint: Checkpoint, row: number) {
  const { files, machine, problems } = checkpoint;
  const has = files.has[row] as number;
  const valueIf = <Value>(bit: number, value: Value): Value | null => ((has & bit) === 0 ? null : value);
  const bytes = nameBytes(checkpoint, row);
  const text = decodeText(bytes);
  return {
    id: files.id[row],
    kind: FILE_KINDS[files.kind[row] as number] ?? "unknown",
    ...((has & HAS.path) !== 0
      ? { path: text, ...(isUtf8(bytes) ? {} : { pathBytes: base64(bytes) }) }
      : { path: null, name: bytes.length === 0 ? null : text }),
    pos: valueIf(HAS.pos, String(files.pos[row])),
    flags: valueIf(HAS.flags, files.flags[row]),
    flagNames: valueIf(HAS.flags, flagNames(files.flags[row] as number, machine.arch)),
    mode: valueIf(HAS.mode, files.mode[row]),
    version: valueIf(HAS.version, String(files.version[row] ?? 0n)),

    details: detailsOf(checkpoint, row),
    ...(problems.some(({ cut }) => cut?.file === row) ? { cut: true } : {}),
  };
}

function expectSame(checkpoint: Checkpoint): void {
  const expected = expectedRows(checkpoint);
  expect(rowsOf(checkpoint)).toEqual(expected);
  vi.stubGlobal("WebAssembly", undefined);
  expect(rowsOf(checkpoint)).toEqual(expected);
  vi.unstubAllGlobals();
}

test("the kernel runs where WebAssembly is allowed, and only there", () => {
  expect(startRowKernel()).not.toBeNull();
  vi.stubGlobal("WebAssembly", undefined);
  expect(startRowKernel()).toBeNull();
});

const texts = fc.oneof(
  fc.string().map(encodeText),
  fc.string({ unit: "binary" }).map(encodeText),
  fc.uint8Array({ max: 0x7f }),
  fc.uint8Array({ maxLength: 40 }),
  // Around the ends of ranges that are written as escapes, and of the lengths of UTF-8.
  fc
    .array(
      fc.constantFrom(
        ...[0x1f, 0x20, 0x22, 0x5c, 0x7e, 0x7f, 0x80, 0x9f, 0xa0, 0xa1, 0x7ff, 0x800, 0x200b, 0x202e, 0xd7ff],
        ...[0xe000, 0xfffd, 0xfeff, 0xffff, 0x10000, 0x13430, 0xe0001, 0xe0fff, 0xe1000, 0x10ffff],
      ),
    )
    .map((codes) => encodeText(String.fromCodePoint(...codes))),
  // Surrogates, overlong and cut sequences.
  fc
    .array(
      fc.constantFrom("61", "c3a9", "eda080", "c080", "e08080", "f08080", "f4908080", "ff", "e280", "f09f98", "80"),
    )
    .map((sequences) => Uint8Array.from(Buffer.from(sequences.join(""), "hex"))),
);
const wide = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 9n, 10n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 10n ** 19n - 1n, 10n ** 19n, NO_SIZE),
);
const word = fc.oneof(fc.nat(20), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff), fc.nat(0xffffffff));
const values = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.constantFrom(null, true, [1, { a: "é" }]),
);

const files = fc.array(
  fc.record({
    ...{ text: texts, has: fc.nat(255), kind: fc.nat(FILE_KINDS.length + 1), id: word, flags: word, mode: word },
    ...{ pos: wide, version: wide, size: wide, inodeMode: fc.nat(2), mount: fc.constantFrom(NO_MOUNT, -1, 0, 77) },
    details: fc.dictionary(fc.constantFrom("type", "state", 'k"é', "list"), values),
  }),
  { maxLength: 12 },
);
type FileValues = typeof files extends fc.Arbitrary<(infer Values)[]> ? Values : never;

/** A checkpoint whose columns have exactly these values. */
function checkpointWith(of: readonly FileValues[], sameKeys: boolean, hasVersions: boolean): Checkpoint {
  // Room for the bytes of each name.
  const state: StateFile[] = of.map(({ text, details }) => ({
    ...{ kind: "regular", path: "x".repeat(text.length), details, pos: 1n, version: 1n },
  }));
  const checkpoint = checkpointOf({ tasks: [], tables: [of.map((_, at) => ({ fd: at, file: at }))], files: state });
  const { files: columns, fileDetails: store } = checkpoint;
  for (const [row, { text, has, kind, id, flags, mode, pos, version }] of of.entries()) {
    checkpoint.text.set(text, columns.nameOffset[row]);
    columns.pos[row] = pos;
    [columns.kind[row], columns.id[row], columns.flags[row], columns.mode[row]] = [kind, id, flags, mode];
    if (hasVersions) columns.version[row] = version;
    columns.has[row] = has | HAS.details;
    if ((has & HAS.inode) !== 0 && Object.keys(of[row]?.details ?? {}).length === 0)
      columns.has[row] = has & ~HAS.details;
  }
  return {
    ...checkpoint,
    files: {
      ...columns,
      version: hasVersions ? columns.version : new BigUint64Array(0),
      inodeMode: Uint32Array.from(of, ({ inodeMode }) => inodeMode),
      size: BigUint64Array.from(of, ({ size }) => size),
      mountId: Int32Array.from(of, ({ mount }) => mount),
    },
    fileDetails: sameKeys ? { ...store, key: store.key.map(() => 0) } : store,
  };
}

test("any columns", () => {
  fc.assert(
    fc.property(files, fc.boolean(), fc.boolean(), (of, sameKeys, hasVersions) => {
      expectSame(checkpointWith(of, sameKeys, hasVersions));
    }),
    { numRuns: 300 },
  );
});

test("any descriptors", () => {
  const descriptors = fc.uniqueArray(
    fc.record({ fd: fc.nat(0x7fffffff), file: fc.constantFrom(NONE, 0, 1), closeOnExec: fc.boolean() }),
    { selector: ({ fd }) => fd },
  );
  const one: StateFile = { kind: "pipe", path: "pipe:[1]", stable: 6 };
  fc.assert(
    fc.property(fc.array(descriptors, { maxLength: 4 }), (tables) => {
      expectSame(checkpointOf({ tasks: [], tables, files: [one, one] }));
    }),
  );
});

test("more rows, entries, combinations and keys than the windows have room for", () => {
  const file = (at: number): StateFile => ({
    ...{ kind: "regular", path: `/srv/${at % 7 === 0 ? "é" : "data"}/${at}`, pos: BigInt(at) ** 3n },
    ...{ flags: at % 3, mode: at % 97 },
    details: Object.fromEntries(Array.from({ length: at % 13 }, (_, key) => [`key ${key}`, (at * key) % 1000])),
  });
  const many = Array.from({ length: 10_000 }, (_, at) => file(at));
  const keys = Object.fromEntries(Array.from({ length: 100 }, (_, key) => [`${key}`, key]));
  const state = [
    ...many,
    { ...file(1), details: keys },
    ...Array.from({ length: 70 }, (_, at) => ({ ...file(at), details: keys })),
  ];
  const slots = state.map((_, at) => ({ fd: at, file: (at * 7) % state.length }));
  expectSame(checkpointOf({ tasks: [], tables: [slots, slots.slice(0, 5), [], slots], files: state }));
});

test.each([4095, 4096, 4097, 40_000, 300_000, 1_000_000])("names of %i bytes", (length) => {
  const names = ["x".repeat(length), `${"é".repeat(length / 2)}"`, "/short"];
  const state = [...names, ...names].map((path): StateFile => ({ kind: "regular", path, details: { name: path } }));
  expectSame(checkpointOf({ tasks: [], tables: [], files: state }));
});
