// Reads words of the current record. This is the only way to its bytes: nothing beyond the end of the record, of the
// image or of the window is ever read, whatever length a record claims.

import type { Walk } from "./walk.ts";

/** Whether the record has all bytes before `end`, which counts from its first byte. */
export const holds = ({ held }: Walk, end: number): boolean => end <= held;

/** The unsigned 32-bit word at `offset` of the record; 0 if the record ends before it does. */
export const u32 = ({ window, littleEndian, at, held }: Walk, offset: number): number =>
  offset + 4 <= held ? window.view.getUint32(at + offset, littleEndian) : 0;

/** The signed 32-bit word at `offset` of the record; 0 if the record ends before it does. */
export const i32 = ({ window, littleEndian, at, held }: Walk, offset: number): number =>
  offset + 4 <= held ? window.view.getInt32(at + offset, littleEndian) : 0;

/** The unsigned 64-bit word at `offset` of the record; `null` if the record ends before it does. */
export const u64 = ({ window, littleEndian, at, held }: Walk, offset: number): bigint | null =>
  offset + 8 <= held ? window.view.getBigUint64(at + offset, littleEndian) : null;
