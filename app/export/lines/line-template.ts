// How lines of descriptors are written (lines.ts), as a template.

import { type Checkpoint, HAS, holderCount, NONE } from "../../model/checkpoint.ts";
import { FILE_KINDS, O_ACCMODE, O_PATH } from "../../model/names/names.ts";
import { i32At, u8At } from "../../model/read.ts";
import type { DescriptorRow } from "../../model/rows.ts";
import { type JsonBytes, writePiece, writeRaw } from "../../model/text/json-bytes.ts";
import { decodeText, encodeText } from "../../model/text/text.ts";
import { fileName, fileNames, MOST_PLAIN } from "../../model/text/words.ts";
import { createFactWriter, FACTS } from "../fact-words.ts";
import {
  call,
  exact,
  memo,
  number,
  type Part,
  pick,
  piece,
  plain,
  prefix,
  type Template,
  whenBits,
  whenIs,
  whenSet,
} from "../rows/template.ts";
import { delimitedCell } from "../tables/delimited.ts";
import { ACCESS, fdCell, flagsCell, flagsOf, NOTHING, typeCell, wordCell } from "./line-cells.ts";
import type { LineWidths } from "./line-widths.ts";

/** How the cells of a line are separated. */
export type LineForm = "aligned" | "tabs";

/** A cell before the name. Numbers are right-aligned. */
export function cellText(form: LineForm, text: string, width: number, isNumber = false): string {
  if (form === "tabs") return delimitedCell(text, "\t");
  return isNumber ? wordCell(text).padStart(width) : wordCell(text).padEnd(width);
}

/** How lines are written. What they have about their task is the prefix of the output. */
export function lineTemplate(out: JsonBytes, checkpoint: Checkpoint, form: LineForm, widths: LineWidths): Template {
  const { descriptors } = checkpoint;
  const separator = piece(form === "tabs" ? "\t" : " ");
  const missing = (width: number, isNumber: boolean): Part => piece(cellText(form, NOTHING, width, isNumber));
  const { fd, type, pos, flags, shared } = widths;
  const facts = factPart(out, checkpoint, form);
  const fdParts = (parts: readonly Part[]): Part =>
    // The sign bit. No kernel has negative descriptors.
    whenSet(
      descriptors.fd,
      -0x80000000,
      [call((row) => writeRaw(out, cellText(form, fdCell(checkpoint, row), fd, true)))],
      parts,
    );
  const cells = (of: readonly Part[]): readonly Part[] => [
    prefix,
    ...of.flatMap((part, at) => (at === 0 ? [part] : [separator, part])),
  ];
  const withoutFile = cells([
    fdParts([number(descriptors.fd, fd)]),
    missing(type, false),
    missing(pos, true),
    flagsPart(checkpoint, form, flags),
    missing(shared, true),
    piece(fileName(checkpoint, NONE)),
  ]);
  const withFile = cells([
    fdParts(accessParts(checkpoint, fd)),
    pick(
      { column: checkpoint.files.kind, rows: descriptors.file },
      FILE_KINDS.map((_, kind) => encodeText(cellText(form, typeCell(kind), type))),
      encodeText(cellText(form, typeCell(FILE_KINDS.length), type)),
    ),
    positionPart(checkpoint, pos, missing(pos, true)),
    flagsPart(checkpoint, form, flags),
    sharedPart(checkpoint, shared, missing(shared, true)),
    namePart(out, checkpoint, form),
  ]);
  const details = form === "tabs" ? [separator] : [];
  return {
    separator: new Uint8Array(0),
    parts: [
      whenIs(descriptors.file, NONE, [...withoutFile, ...details], [...withFile, ...details, facts]),
      piece("\n"),
    ],
  };
}

/** A descriptor with the letter of its access mode. */
function accessParts({ descriptors, files }: Checkpoint, width: number): readonly Part[] {
  const { fd, file } = descriptors;
  const flags = { column: files.flags, rows: file };
  const alone = number(fd, width);
  const [read, write, both, none] = [0, 1, 2, 3] as const;
  const letter = (mode: 0 | 1 | 2): Part => piece(ACCESS[mode]);
  const isMode = (mode: number, parts: readonly Part[], otherwise: readonly Part[]): Part =>
    whenBits(flags, O_ACCMODE, mode, parts, otherwise);
  const letters = isMode(read, [letter(read)], [isMode(write, [letter(write)], [letter(both)])]);
  const opened = isMode(none, [alone], [number(fd, Math.max(0, width - 1)), letters]);
  const withMode = whenBits(flags, O_PATH, O_PATH, [alone], [opened]);
  return [whenSet({ column: files.has, rows: file }, HAS.flags, [withMode], [alone])];
}

function positionPart({ descriptors, files }: Checkpoint, width: number, missing: Part): Part {
  const rows = descriptors.file;
  return whenSet({ column: files.has, rows }, HAS.pos, [exact({ column: files.pos, rows }, width)], [missing]);
}

function flagsPart(checkpoint: Checkpoint, form: LineForm, width: number): Part {
  const { descriptors, files, machine } = checkpoint;
  const { file, closeOnExec } = descriptors;
  const cell = (row: DescriptorRow): string =>
    flagsCell(flagsOf(checkpoint, i32At(file, row)), u8At(closeOnExec, row) === 1, machine.arch);
  const hasFlags = { values: { column: files.has, rows: file }, mask: HAS.flags };
  const flags = { values: { column: files.flags, rows: file }, mask: -1 };
  const memoOf = (keys: Extract<Part, { op: "memo" }>["keys"]): Part =>
    memo([...keys, { values: closeOnExec, mask: -1 }], (row) => encodeText(cellText(form, cell(row), width)));
  return whenIs(file, NONE, [memoOf([])], [memoOf([hasFlags, flags])]);
}

/** How many descriptors share the open file, if there are several. */
function sharedPart({ descriptors, files }: Checkpoint, width: number, missing: Part): Part {
  const counts = new Uint32Array(files.count);
  for (let file = 0; file < files.count; file++) {
    const count = holderCount(files, file);
    counts[file] = count > 1 ? count : 0;
  }
  const shared = { column: counts, rows: descriptors.file };
  return whenIs(shared, 0, [missing], [number(shared, width)]);
}

const UNLINKED = " (unlinked)";

/** The name of the open file, and that it is unlinked. */
function namePart(out: JsonBytes, checkpoint: Checkpoint, form: LineForm): Part {
  const { descriptors, files, text } = checkpoint;
  const rows = descriptors.file;
  const texts = {
    pool: text,
    start: { column: files.nameOffset, rows },
    length: { column: files.nameLength, rows },
  };
  const names = fileNames(checkpoint);
  /** A name before other text. Whether a cell is a formula can depend on all of it. */
  const name = (after: string): Part =>
    plain(
      texts,
      MOST_PLAIN,
      (row) => {
        const cell = `${names(i32At(rows, row))}${after}`;
        const written = form === "tabs" ? delimitedCell(cell, "\t") : cell;
        writeRaw(out, written.slice(0, written.length - after.length));
      },
      form === "tabs" ? "\t" : null,
    );
  return whenSet({ column: files.has, rows }, HAS.deleted, [name(UNLINKED), piece(UNLINKED)], [name("")]);
}

const GAP = encodeText("  ");
/** With which a cell begins or has in it if it may be written otherwise. The last begins a full-width formula. */
const RISKY_STARTS = new Uint8Array([...encodeText('=+-@"'), 0xef]);
const RISKY = encodeText("\t\r\n");

/** Further facts about the open file. Their own task is named too, because each line must make sense alone. */
function factPart(out: JsonBytes, checkpoint: Checkpoint, form: LineForm): Part {
  const { descriptors } = checkpoint;
  const { writeFacts, possible } = createFactWriter(out, checkpoint, fileNames(checkpoint));
  const facts = { column: possible(), rows: descriptors.file };
  const write = (row: DescriptorRow): void => {
    const { length } = out;
    if (form === "aligned") writePiece(out, GAP);
    const start = out.length;
    writeFacts(i32At(descriptors.file, row), NONE);
    if (out.length === start) out.length = length;
    else if (form === "tabs") escapeCell(out, start);
  };
  return whenIs(facts, FACTS.none, [], [call(write)]);
}

/** Writes the text from `start` on as a cell. */
function escapeCell(out: JsonBytes, start: number): void {
  const cell = out.bytes.subarray(start, out.length);
  if (!RISKY_STARTS.includes(u8At(cell, 0)) && RISKY.every((byte) => !cell.includes(byte))) return;
  const text = decodeText(cell);
  out.length = start;
  writeRaw(out, delimitedCell(text, "\t"));
}
