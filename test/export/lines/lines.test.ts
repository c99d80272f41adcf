// Lines of descriptors, with the kernel and where WebAssembly is not allowed: both must be what is made of each row's
// cells one by one, whatever the columns have.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Chosen, choose } from "../../../app/export/choose.ts";
import { createFactWords } from "../../../app/export/fact-words.ts";
import { alignedLines, tabbedLines } from "../../../app/export/lines/lines.ts";
import { type RowKernel, startRowKernel } from "../../../app/export/rows/kernel.ts";
import { createRows } from "../../../app/export/rows/rows.ts";
import { delimitedLine } from "../../../app/export/tables/delimited.ts";
import { type Checkpoint, commBytes, HAS, holderCount, NONE, taskNumber } from "../../../app/model/checkpoint.ts";
import { FILE_KINDS, flagNames, kindWord } from "../../../app/model/names/names.ts";
import { shownText } from "../../../app/model/text/text.ts";
import { fileName, fileNames } from "../../../app/model/text/words.ts";
import { anyFiles, anyOthers, checkpointWith } from "../../support/any-columns.ts";
import { arbitraryState } from "../../support/arbitrary-state.ts";
import { checkpointOf, type StateFile } from "../../support/state.ts";

const TITLES = ["COMMAND", "PID", "FD", "TYPE", "POS", "FLAGS", "SHARED", "NAME"];

/** The cells of each line and the facts after them. */
function cellsOf(checkpoint: Checkpoint, chosen: Chosen | null): { cells: string[]; facts: string }[] {
  const { tasks, tables, descriptors } = checkpoint;
  const factWords = createFactWords(checkpoint, fileNames(checkpoint));
  const used = new Set(tasks.table);
  const runs = [
    ...Array.from(tasks.table, (table, task) => ({ task, table })).filter(
      ({ task, table }) => table !== NONE && chosen?.tasks[task] !== 0,
    ),
    ...Array.from({ length: tables.count }, (_, table) => ({ task: NONE, table })).filter(
      ({ table }) => !used.has(table),
    ),
  ];
  return runs.flatMap(({ task, table }) =>
    Array.from(descriptors.table.keys())
      .filter((row) => descriptors.table[row] === table && chosen?.descriptors[row] !== 0)
      .map((row) => ({
        cells: [
          task === NONE ? "-" : shownText(commBytes(checkpoint, task)) || "-",
          task === NONE ? "-" : String(taskNumber(tasks, task)),
          ...fileCells(checkpoint, row),
        ],
        facts: factWords(descriptors.file[row] as number, NONE),
      })),
  );
}

function fileCells(checkpoint: Checkpoint, row: number): string[] {
  const { descriptors, files, machine } = checkpoint;
  const [fd, file] = [String(descriptors.fd[row]), descriptors.file[row] as number];
  const onExec = descriptors.closeOnExec[row] === 1 ? ["FD_CLOEXEC"] : [];
  if (file === NONE) return [fd, "-", "-", onExec[0] ?? "-", "-", "(missing)"];
  const has = files.has[file] as number;
  const flags = (has & HAS.flags) === 0 ? null : (files.flags[file] as number);
  const names = flags === null ? [] : flagNames(flags, machine.arch).slice(1);
  const holders = holderCount(files, file);
  return [
    flags === null ? fd : `${fd}${(flags & 0o10000000) !== 0 ? "" : ["r", "w", "u", ""][flags & 3]}`,
    kindWord(FILE_KINDS[files.kind[file] as number] ?? "unknown"),
    (has & HAS.pos) === 0 ? "-" : String(files.pos[file]),
    [...names.filter((name) => name !== "O_LARGEFILE"), ...onExec].join(",") || "-",
    holders > 1 ? String(holders) : "-",
    `${fileName(checkpoint, file)}${(has & HAS.deleted) === 0 ? "" : " (unlinked)"}`,
  ];
}

function expectedTabbed(checkpoint: Checkpoint, chosen: Chosen | null): string {
  const lines = cellsOf(checkpoint, chosen).map(({ cells, facts }) => delimitedLine([...cells, facts], "\t"));
  return [delimitedLine([...TITLES, "DETAILS"], "\t"), ...lines].join("");
}

function expectedAligned(checkpoint: Checkpoint, chosen: Chosen | null): string {
  const lines = cellsOf(checkpoint, chosen);
  const words = (cells: readonly string[]) =>
    cells.map((cell, at) => (at < cells.length - 1 ? cell.replaceAll(" ", "\\x20") : cell));
  const rows = [{ cells: TITLES, facts: "" }, ...lines].map(({ cells, facts }) => ({ cells: words(cells), facts }));
  const widths = TITLES.map((_, at) => Math.max(...rows.map(({ cells }) => (cells[at] ?? "").length)));
  const aligned = (cell: string, at: number): string => {
    if (TITLES[at] === "NAME") return cell;
    const isNumber = ["PID", "FD", "POS", "SHARED"].includes(TITLES[at] ?? "");
    return isNumber ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
  };
  return rows.map(({ cells, facts }) => `${cells.map(aligned).join(" ")}${facts && `  ${facts}`}\n`).join("");
}

type Lines = typeof tabbedLines;

function textOf(lines: Lines, checkpoint: Checkpoint, chosen: Chosen | null, kernel: RowKernel | null): string {
  const parts = lines(checkpoint, chosen, createRows(1 << 16, kernel));
  return Buffer.concat(Array.from(parts, (part) => part.slice())).toString();
}

function expectSame(checkpoint: Checkpoint, chosen: Chosen | null = null): void {
  for (const [lines, expected] of [
    [tabbedLines, expectedTabbed(checkpoint, chosen)],
    [alignedLines, expectedAligned(checkpoint, chosen)],
  ] as const) {
    expect(textOf(lines, checkpoint, chosen, startRowKernel())).toBe(expected);
    expect(textOf(lines, checkpoint, chosen, null)).toBe(expected);
  }
}

/** As many as `anyOthers` needs. */
const fourFiles = anyFiles.filter((files) => files.length >= 4);

test("any columns", () => {
  fc.assert(
    fc.property(fourFiles, fc.boolean(), anyOthers, (files, sameKeys, state) => {
      const checkpoint = checkpointWith(files, sameKeys, true, state);
      expectSame(checkpoint);
      expectSame(checkpoint, choose(checkpoint, { fds: [{ from: 0, to: 500 }] }));
    }),
    { numRuns: 300 },
  );
});

test("any state", () => {
  fc.assert(fc.property(arbitraryState(true), (state) => expectSame(checkpointOf(state))));
});

test("a name that begins like a formula is one cell, also before a mark", () => {
  const files = ["=1", "-5", "-", '"', "\uff1d1"].flatMap((path): StateFile[] => [
    { kind: "regular", path },
    { kind: "regular", path },
  ]);
  const slots = files.map((_, at) => ({ fd: at, file: at }));
  const checkpoint = checkpointOf({ tasks: [{ pid: 1, comm: "@", table: 0 }], tables: [slots], files });
  for (let file = 1; file < files.length; file += 2) checkpoint.files.has[file] = HAS.path | HAS.deleted;
  const lines = textOf(tabbedLines, checkpoint, null, startRowKernel()).trimEnd().split("\n").slice(1);
  expect(lines.map((line) => line.split("\t")[0])).toEqual(files.map(() => "'@"));
  expect(lines.map((line) => line.split("\t")[7])).toEqual([
    ...["'=1", "'=1 (unlinked)", "-5", "'-5 (unlinked)", "-", "'- (unlinked)"],
    ...[`'"`, `'" (unlinked)`, "'\uff1d1", "'\uff1d1 (unlinked)"],
  ]);
  expectSame(checkpoint);
});

test("more rows than the windows have room for, and a command longer than the prefix", () => {
  const files = Array.from(
    { length: 9000 },
    (_, at): StateFile => ({
      ...{ kind: "eventfd", path: at % 50 === 0 ? "=eventfd" : "eventfd", stable: 7, flags: at % 80 },
      ...(at % 3 === 0 ? { details: { counter: String(at) } } : { pos: BigInt(at) ** 4n }),
    }),
  );
  const table = files.map((_, at) => ({ fd: at * 7, file: at === 5 ? NONE : at, closeOnExec: at % 2 === 0 }));
  const comm = "\u0001".repeat(2000);
  const tasks = [comm, "short", "other"].map((name, at) => ({ pid: at, comm: name, table: at === 0 ? 1 : 0 }));
  expectSame(checkpointOf({ tasks, tables: [table, table.slice(0, 200)], files }));
});
