// The columns of the records, and the text of each cell.

import type { Checkpoint } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import type { RecordLinks } from "../../model/record-links.ts";
import { recordLength, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { stillVisible, visible } from "../../model/text/text.ts";
import { counted } from "../../model/text/words.ts";
import type { Line } from "../../shell/tables/outline.ts";
import { aboutRecord, refersTo, summaryOf } from "../../shell/tables/record-words.ts";
import { MOST_FIELDS } from "./useOutline.ts";

export const COLUMNS = [
  { id: "kind", title: "Record", sorts: true, numeric: false },
  { id: "about", title: "Contents", sorts: false, numeric: false },
  { id: "refers", title: "Referred to by", sorts: false, numeric: false },
  { id: "offset", title: "Offset", sorts: true, numeric: true },
  { id: "length", title: "Length", sorts: true, numeric: true },
  { id: "struct", title: "Struct or type", sorts: true, numeric: false },
] as const;

/** The texts of a line, by COLUMNS. */
export type Cells = readonly [string, string, string, string, string, string];

/** `fieldsOf`: null while the fields are being fetched. */
export function cellsOf(
  checkpoint: Checkpoint,
  links: RecordLinks | null,
  fieldsOf: (record: RecordRow) => readonly Field[] | null,
  line: Line,
): Cells {
  if (line.kind === "member") {
    const { name = "", size = 0 } = checkpoint.members[line.member] ?? {};
    return [visible(name), "", counted(line.records, "record"), "", String(size), ""];
  }
  const fields = fieldsOf(line.row);
  return line.kind === "record" ? recordCells(checkpoint, links, line.row, fields ?? []) : fieldCells(fields, line.nth);
}

function recordCells(
  checkpoint: Checkpoint,
  links: RecordLinks | null,
  row: RecordRow,
  fields: readonly Field[],
): Cells {
  const { records } = checkpoint;
  const kind = records.kinds[records.kind[row] as number];
  return [
    visible(kind?.name ?? ""),
    aboutRecord(checkpoint, links, row) || summaryOf(fields),
    refersTo(checkpoint, links, row),
    String(recordOffset(records, row)),
    String(recordLength(records, row)),
    visible(kind?.struct ?? ""),
  ];
}

function fieldCells(fields: readonly Field[] | null, nth: number): Cells {
  if (fields === null) return ["…", "", "", "", "", ""];
  const field = fields[nth];
  if (nth >= MOST_FIELDS || field === undefined) {
    return [counted(fields.length - MOST_FIELDS, "more field"), "see the bytes", "", "", "", ""];
  }
  return [visible(field.name), valueText(field), "", String(field.offset), String(field.length), visible(field.type)];
}

/** The value of a field, and its meaning: `4 · O_RDWR`. */
function valueText({ role, raw, meaning, length }: Field): string {
  if (role === "padding") return "padding";
  const value = stillVisible(raw.length > 200 ? `${raw.slice(0, 200)}…` : raw);
  if (role === "payload" && value === "") return counted(length, "byte");
  return meaning === null ? value : [value, stillVisible(meaning)].filter(Boolean).join(" · ");
}
