// Entries of empty pipes, which nearly all are. The kernel reads them thousands at a time; entries in any other form
// are read by `onPipeData`, with the same result.

import type { RecordRow } from "../../../model/rows.ts";
import { addEmptyPipes, roomForPipes } from "../handlers/on-pipe-data.ts";
import type { SetContext } from "../walk/context.ts";
import type { Batch, Room } from "./entry-kernel.ts";
import { addForm, type Forms, need } from "./forms.ts";

/** Columns of the kernel. */
const [PIPE, SIZE] = [0, 1];

/** Larger sizes have more than 32 bits. */
const MOST_SIZE = 0xffff_ffff;

/** Adds the usual form of pipe_data_entry; returns its node. No bytes follow it. */
export const addPipeForm = (forms: Forms): number =>
  addForm(
    forms,
    { message: "pipe_data_entry", stored: ["pipe_id", "bytes", "size"] },
    0,
    ({ pipe_id, bytes, size }) => [
      need(pipe_id, bytes, size),
      ["most", bytes, 0],
      ["most", size, MOST_SIZE],
      ["set32", PIPE, pipe_id],
      ["set32", SIZE, size],
    ],
  );

/** How many entries can be added. */
export const roomForUsualPipes = (set: SetContext): Room => ({
  rows: roomForPipes(set),
  text: 0,
  textBase: 0,
  firstRecord: 0,
  firstFile: 0,
});

/** Adds the entries of a batch, whose records have been added. */
export const addUsualPipes = (set: SetContext, { words, rows }: Batch, firstRecord: RecordRow): void =>
  addEmptyPipes(set, words[PIPE] as Uint32Array, words[SIZE] as Uint32Array, rows, firstRecord);
