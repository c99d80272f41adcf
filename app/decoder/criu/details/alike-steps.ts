// How to add the details of files that are alike: those that all of them have, and the rows of those that differ.
//
// Casts `as number` read lists within bounds checked by the loop.

import { NONE } from "../../../model/checkpoint.ts";
import { type About, addRow, type FileRows, type Row, valueOfRow, WRITTEN } from "./detail-rows.ts";
import type { FileBody } from "./file-fields.ts";

/** What to add for files that are alike. */
export interface Steps {
  readonly body: FileBody;
  readonly rows: readonly Row[];
  /**
   * STEP numbers each: the number of a key, that of its value, NONE and 0; or the number of a key, NONE, the row that
   * has the value, and how the kernel writes it. The key is NONE if the row only adds links.
   */
  readonly list: readonly number[];
}

export const STEP = 4;

/** Adds the details of a file as those of one that it is like. */
export function addSteps(about: About, { list, rows }: Steps): undefined {
  const { details, file } = about;
  for (let at = 0; at < list.length; at += STEP) {
    const key = list[at] as number;
    const row = list[at + 2] as number;
    const value = row === NONE ? (list[at + 1] as number) : valueOfRow(about, rows[row] as Row);
    if (key !== NONE) details.addNumbered(file, key, value);
  }
}

/**
 * Adds the details of a file by its rows, and what is not in rows. Returns how to do so for files that are alike.
 *
 * @param addMore Adds details that are the same for files that are alike.
 */
export function describeBySteps(about: About, type: FileRows, body: FileBody, addMore: () => void): Steps {
  const { details } = about;
  const list: number[] = [];
  let done = details.count();
  const note = (): void => {
    for (; done < details.count(); done++) {
      const key = details.keyOf(done);
      if (about.needs(details.nameOfKey(key))) list.push(key, details.valueOf(done), NONE, WRITTEN.PLAIN);
    }
  };
  const rows = type.others?.areFor(about) === true ? type.others.rows : type.rows;
  for (const [at, row] of rows.entries()) {
    addRow(about, row);
    if (row.isSame) {
      note();
      continue;
    }
    const isAdded = details.count() > done && about.needs(row.key);
    if (isAdded || row.isLinking) list.push(isAdded ? details.keyOf(done) : NONE, NONE, at, row.written(about));
    done = details.count();
  }
  addMore();
  note();
  return { body, rows, list };
}
