// One line for each descriptor of each task, as lsof(8) prints them: every line names its task, descriptor and file.

import type { Checkpoint } from "../../model/checkpoint.ts";
import { takeBytes, writeRaw } from "../../model/text/json-bytes.ts";
import { encodeText } from "../../model/text/text.ts";
import type { Chosen } from "../choose.ts";
import { createRows, createRowsWriter, kernelFor, type Rows, writeRows } from "../rows/rows.ts";
import { delimitedLine } from "../tables/delimited.ts";
import { LINE_TITLES, runsOf, taskCells } from "./line-cells.ts";
import { cellText, type LineForm, lineTemplate } from "./line-template.ts";
import { type LineWidths, lineWidths, NO_WIDTHS } from "./line-widths.ts";

/** Bytes that are given at once. */
const PART = 64 * 1024;

type Parts = Generator<Uint8Array<ArrayBuffer>>;

const rowsFor = ({ descriptors }: Checkpoint): Rows => createRows(PART, kernelFor(descriptors.count));

/**
 * Aligned lines as UTF-8, the titles first, in parts that are valid until the next is read. Further facts follow the
 * name.
 *
 * @param rows Writes the rows.
 */
export function* alignedLines(checkpoint: Checkpoint, chosen: Chosen | null, rows = rowsFor(checkpoint)): Parts {
  const widths = lineWidths(checkpoint, runsOf(checkpoint, chosen), chosen);
  const { command, pid, fd, type, pos, flags, shared } = widths;
  const columns = [command, pid, fd, type, pos, flags, shared, 0];
  const titles = LINE_TITLES.map((title, at) => cellText("aligned", title, columns[at] ?? 0, NUMBERS.has(title)));
  yield* lines(rows, checkpoint, chosen, `${titles.join(" ")}\n`, "aligned", widths);
}

/** Titles of right-aligned cells. */
const NUMBERS: ReadonlySet<string> = new Set(["PID", "FD", "POS", "SHARED"]);

/** The same lines separated by tabs; further facts have a column of their own. */
export function* tabbedLines(checkpoint: Checkpoint, chosen: Chosen | null, rows = rowsFor(checkpoint)): Parts {
  yield* lines(rows, checkpoint, chosen, delimitedLine([...LINE_TITLES, "DETAILS"], "\t"), "tabs", NO_WIDTHS);
}

function* lines(
  rows: Rows,
  checkpoint: Checkpoint,
  chosen: Chosen | null,
  titles: string,
  form: LineForm,
  widths: LineWidths,
): Parts {
  const { out } = rows;
  const { descriptors } = checkpoint;
  const separator = form === "tabs" ? "\t" : " ";
  const writer = createRowsWriter(rows, lineTemplate(out, checkpoint, form, widths), descriptors.count);
  writeRaw(out, titles);
  for (const { task, first, end } of runsOf(checkpoint, chosen)) {
    const [command, pid] = taskCells(checkpoint, task);
    const cells = [cellText(form, command, widths.command), cellText(form, pid, widths.pid, true), ""];
    rows.prefix = encodeText(cells.join(separator));
    yield* writeRows(rows, writer, [first, end], chosen?.descriptors);
  }
  yield takeBytes(out);
}
