// How wide the cells of aligned lines are (lines.ts).
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { type Checkpoint, HAS, holderCount, NONE } from "../../model/checkpoint.ts";
import { accessOf } from "../../model/names/names.ts";
import { u64At } from "../../model/read.ts";
import type { DescriptorRow, FileRow } from "../../model/rows.ts";
import type { Chosen } from "../choose.ts";
import { ACCESS, flagsCell, flagsOf, LINE_TITLES, type Run, taskCells, typeCell, wordCell } from "./line-cells.ts";

/** Characters of each cell before the name. */
export interface LineWidths {
  readonly command: number;
  readonly pid: number;
  readonly fd: number;
  readonly type: number;
  readonly pos: number;
  readonly flags: number;
  readonly shared: number;
}

/** For lines that are not aligned. */
export const NO_WIDTHS: LineWidths = { command: 0, pid: 0, fd: 0, type: 0, pos: 0, flags: 0, shared: 0 };

/** The widths of lines of some runs: each cell is as wide as its title or its longest text. */
export function lineWidths(checkpoint: Checkpoint, runs: Iterable<Run>, chosen: Chosen | null): LineWidths {
  const [command, pid] = LINE_TITLES.map(createWidest) as [Widest, Widest];
  const seen = new Uint8Array(checkpoint.tables.count);
  const { add, finish } = createRowWidths(checkpoint);
  for (const { task, table, first, end } of runs) {
    // A task without listed descriptors has no line.
    const listed = chosen === null ? first : chosen.descriptors.subarray(first, end).indexOf(1) + first;
    if (listed < first || first === end) continue;
    const [name, number] = taskCells(checkpoint, task);
    command.add(wordCell(name).length);
    pid.add(number.length);
    if (seen[table] === 1) continue;
    seen[table] = 1;
    for (let row = listed; row < end; row++) if (chosen?.descriptors[row] !== 0) add(row);
  }
  return { command: command.width(), pid: pid.width(), ...finish() };
}

interface Widest {
  add(length: number): void;
  width(): number;
}

function createWidest(title: string): Widest {
  let most = title.length;
  return {
    add(length) {
      if (length > most) most = length;
    },
    width: () => most,
  };
}

/** Adds up what determines the widths of cells about descriptors, without a text for each. */
function createRowWidths(checkpoint: Checkpoint) {
  const { descriptors, files, machine } = checkpoint;
  /** By access mode, the least and the greatest number. The last entry is for files without an access mode. */
  const numbers = Array.from({ length: ACCESS.length + 1 }, () => ({ least: 0, most: 0 }));
  const kinds = new Uint8Array(256);
  const flagWidths = [new Map<number, number>(), new Map<number, number>()] as const;
  let flagsWidth = 0;
  let last: { flags: number; closeOnExec: number } | null = null;
  let widestPos: FileRow = NONE;
  let holders = 0;
  const positions = new Uint32Array(files.pos.buffer, files.pos.byteOffset, 2 * files.pos.length);
  const isGreater = (file: FileRow): boolean => {
    if (widestPos === NONE) return true;
    const [high, most] = [positions[2 * file + 1] as number, positions[2 * widestPos + 1] as number];
    return high > most || (high === most && (positions[2 * file] as number) > (positions[2 * widestPos] as number));
  };
  const addFlags = (flags: number, closeOnExec: number): void => {
    if (last?.flags === flags && last.closeOnExec === closeOnExec) return;
    last = { flags, closeOnExec };
    const known = flagWidths[closeOnExec === 1 ? 1 : 0];
    let width = known.get(flags);
    if (width === undefined) {
      width = flagsCell(flags < 0 ? null : flags, closeOnExec === 1, machine.arch).length;
      known.set(flags, width);
    }
    flagsWidth = Math.max(flagsWidth, width);
  };
  return {
    add(row: DescriptorRow): void {
      const file = descriptors.file[row] as number;
      const fd = descriptors.fd[row] as number;
      const flags = flagsOf(checkpoint, file) ?? -1;
      const range = numbers[flags < 0 ? ACCESS.length : accessOf(flags)] as { least: number; most: number };
      if (fd > range.most) range.most = fd;
      else if (fd < range.least) range.least = fd;
      addFlags(flags, descriptors.closeOnExec[row] as number);
      if (file === NONE) return;
      kinds[files.kind[file] as number] = 1;
      holders = Math.max(holders, holderCount(files, file));
      if (((files.has[file] as number) & HAS.pos) !== 0 && isGreater(file)) widestPos = file;
    },
    finish(): Omit<LineWidths, "command" | "pid"> {
      const widest = (title: (typeof LINE_TITLES)[number], lengths: Iterable<number>): number =>
        Math.max(title.length, ...lengths);
      const letters = [...ACCESS, ""];
      return {
        fd: widest(
          "FD",
          numbers.flatMap(({ least, most }, at) => [least, most].map((fd) => `${fd}${letters[at]}`.length)),
        ),
        type: widest(
          "TYPE",
          [...kinds.keys()].filter((kind) => kinds[kind] === 1).map((kind) => wordCell(typeCell(kind)).length),
        ),
        pos: widest("POS", widestPos === NONE ? [] : [String(u64At(files.pos, widestPos)).length]),
        flags: widest("FLAGS", [flagsWidth]),
        shared: widest("SHARED", [String(holders).length]),
      };
    },
  };
}
