// Records that do not fit the dialect: of unknown type or wrong length. The walk continues if another record follows.

import { i32At } from "../../../model/read.ts";
import { handle } from "../handlers/handlers.ts";
import { TYPES, UNKNOWN } from "./kinds.ts";
import { plausible, readPids, skipRawBytes } from "./slow-records.ts";
import { enterRecord, fault, HANDLED_BYTES, report, type Walk } from "./walk.ts";

/** A record that does not fit the dialect. */
export interface Misfit {
  readonly type: number;
  readonly length: number;
}

/** Handles a misfit as far as possible and moves on to the next record. Returns false if the walk cannot continue. */
export async function handleMisfit(walk: Walk, actions: Uint8Array, misfit: Misfit): Promise<boolean> {
  const { builder, kinds, source, pos } = walk;
  const { type } = misfit;
  const kind = type < TYPES ? (kinds.byType[type] ?? UNKNOWN) : UNKNOWN;
  if (kind === UNKNOWN) return await passUnknown(walk, misfit);
  if (misfit.length > source.size - pos && (await isCutRecord(walk, misfit))) {
    await handleCut(walk, actions, misfit, kind);
    return false;
  }
  const length = await usableLength(walk, misfit);
  if (length === null) return false;
  await walk.window.fill(pos, Math.min(HANDLED_BYTES, source.size - pos));
  enterRecord(walk, builder.addRecord(pos, length, kind, 0), length);
  handle(walk, actions[type] ?? 0);
  walk.pos = pos + length;
  if (walk.skip > 0) skipRawBytes(walk);
  return true;
}

/**
 * Whether a record that is longer than what is left of the image is cut off: its length is right for its type. With a
 * length that is wrong as well, its type may be too.
 */
async function isCutRecord(walk: Walk, { type, length }: Misfit): Promise<boolean> {
  const { kinds, dialect, pos, window } = walk;
  const size = i32At(kinds.sizeByType, type);
  if (size !== 0) return size === length;
  if (dialect.recordName(type) !== "FILE") return length >= 8;
  await window.fill(pos, 12);
  const at = pos - window.start;
  // If its type is unknown, nothing of it is shown.
  if (at + 12 > window.bytes.length) return true;
  return kinds.sizeByFileType[window.view.getUint32(at + 8, walk.littleEndian)] === length;
}

/** Handles the last record of an image that ends inside it, as far as its bytes go. */
async function handleCut(walk: Walk, actions: Uint8Array, { type, length }: Misfit, kind: number): Promise<void> {
  const { builder, dialect, source, pos } = walk;
  const left = source.size - pos;
  const what = `The image ends inside ${dialect.recordName(type)}: ${length} bytes are announced, ${left} are left.`;
  fault(walk, "truncated", what, pos);
  await walk.window.fill(pos, Math.min(HANDLED_BYTES, left));
  builder.addGap(pos, left, kind, 0);
  enterRecord(walk, builder.records.count - 1, length);
  if (!handle(walk, actions[type] ?? 0)) await readPids(walk, left);
  walk.pos = source.size;
  walk.skip = 0;
}

/** Skips a record of an unknown type. Returns false if no record follows. */
async function passUnknown(walk: Walk, { type, length }: Misfit): Promise<boolean> {
  const { builder, kinds, dialect, source, pos } = walk;
  if (length < 8 || length > source.size - pos || !(await plausible(walk, pos + length))) {
    const what = `A record should begin here, but its type ${type} and length ${length} are not plausible.`;
    fault(walk, "not-a-record", what, pos);
    return false;
  }
  report(walk, "warning", "unknown-record", `Record type ${type} is not known in ${dialect.name}; skipped.`, pos);
  builder.addRecord(pos, length, kinds.unknown(type), 0);
  walk.pos = pos + length;
  return true;
}

/** A record's length: as stored or as in the dialect. Reports and returns `null` if no record follows either. */
async function usableLength(walk: Walk, { type, length }: Misfit): Promise<number | null> {
  const { kinds, dialect, source, pos } = walk;
  const name = dialect.recordName(type);
  const size = i32At(kinds.sizeByType, type);
  const left = source.size - pos;
  if (size !== 0 && size !== length && size <= left && (await plausible(walk, pos + size))) {
    const what = `${name} has the length ${length}; read with its correct length, ${size}.`;
    report(walk, "error", "record-length", what, pos + 4);
    return size;
  }
  if (length < 8) {
    fault(walk, "record-length", `${name} has the length ${length}; the minimum is 8.`, pos + 4);
    return null;
  }
  if (length > left) {
    const what = `The image ends inside ${name}: of its ${length} bytes, ${left} are left.`;
    fault(walk, "truncated", what, pos);
    return null;
  }
  if (await plausible(walk, pos + length)) {
    report(walk, "error", "record-length", `${name} is ${length} bytes long instead of ${size}.`, pos + 4);
    return length;
  }
  const what = `${name} has the length ${length} instead of ${size}; no record follows after either.`;
  fault(walk, "record-length", what, pos + 4);
  return null;
}
