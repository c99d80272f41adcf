// Rows of the document of `show --json`, with the kernel and where WebAssembly is not allowed: both must be what
// JSON.stringify makes of the same values, whatever bytes and numbers the columns have.

import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { type RowKernel, startRowKernel } from "../../../app/export/rows/kernel.ts";
import { createRows, kernelFor } from "../../../app/export/rows/rows.ts";
import { type Checkpoint, HAS, NONE, nameBytes } from "../../../app/model/checkpoint.ts";
import { detailsOf } from "../../../app/model/detail-store.ts";
import { FILE_KINDS, flagNames } from "../../../app/model/names/names.ts";
import { base64, decodeText, encodeText, isUtf8, jsonText } from "../../../app/model/text/text.ts";
import { anyFiles, checkpointWith } from "../../support/any-columns.ts";
import { documentText } from "../../support/open.ts";
import { checkpointOf, type StateFile } from "../../support/state.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The lines of the open files and of the file tables of a document. */
function rowsOf(checkpoint: Checkpoint, kernel: RowKernel | null): string[] {
  const lines = documentText({ checkpoint }, createRows(1 << 18, kernel)).split("\n");
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
  expect(rowsOf(checkpoint, startRowKernel())).toEqual(expected);
  expect(rowsOf(checkpoint, null)).toEqual(expected);
}

test("the kernel runs for many rows where WebAssembly is allowed", () => {
  expect(kernelFor(10)).toBeNull();
  expect(kernelFor(10_000)).not.toBeNull();
  vi.stubGlobal("WebAssembly", undefined);
  expect(kernelFor(10_000)).toBeNull();
});

test("any columns", () => {
  fc.assert(
    fc.property(anyFiles, fc.boolean(), fc.boolean(), (of, sameKeys, hasVersions) => {
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

test("details that are longer than the output, of a file that also has an inode", () => {
  const one = { text: encodeText("/srv"), has: HAS.path | HAS.inode, kind: 1, id: 1, flags: 2, mode: 3, pos: 4n };
  const file = (state: string) => ({ ...one, version: 0n, size: 5n, inodeMode: 6, mount: 7, details: { state } });
  const long = "x".repeat(700_000);
  expectSame(checkpointWith([file("short"), file("short"), file(long), file("short"), file(long)], false, false));
});
