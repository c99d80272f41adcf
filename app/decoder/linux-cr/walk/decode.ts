// Walks the records of a Linux-CR image and builds the Checkpoint. The grammar is followed loosely: a record's
// meaning depends on the OBJREF and the task before it, not on a fixed order, so that all versions and damaged images
// go through the same loop. Payloads outside the object graph (memory pages) are not read.
//
// Casts `as number` read typed arrays within bounds that the loop checks: these are the hottest lines of the decoder.

import type { Checkpoint } from "../../../model/checkpoint.ts";
import type { Details } from "../../../model/fields.ts";
import type { UsualRun } from "../../image.ts";
import { LimitReached } from "../../limits.ts";
import type { DecodeOptions, Source } from "../../source.ts";
import { ACTIONS, actionsByType } from "../handlers/actions.ts";
import { handle } from "../handlers/handlers.ts";
import { createUsualRecords, type UsualRecords } from "../kernel/usual-records.ts";
import { betterDialect, type Recognition } from "../recognise.ts";
import { endWalk, headOf } from "./end-walk.ts";
import { TYPES, UNKNOWN } from "./kinds.ts";
import { handleMisfit, type Misfit } from "./misfits.ts";
import { handleSlowly, skipRawBytes } from "./slow-records.ts";
import { beginWalk, fault, faultAtLimit, HANDLED_BYTES, type Walk } from "./walk.ts";

/**
 * The first early part is passed on after this many bytes, or once one is wanted, each further one after eight times as
 * many, but none in the second half of the image. The first comes early, so that the page has set up its views when an
 * image that takes long is decoded.
 */
const FIRST_PART = 512 * 1024;

/** A decoded image, or the dialect that it turned out to be written in. */
export type Outcome =
  | {
      readonly checkpoint: Checkpoint;
      readonly usualRuns: readonly UsualRun[];
      /** Details of tasks with these credentials, by objref. */
      readonly credentials: ReadonlyMap<number, Details>;
    }
  | { readonly redecodeAs: string };

/**
 * Decodes an image that was recognised.
 *
 * @param mayRedecode Whether to stop at a record that only another dialect has, and name that dialect.
 * @throws the signal's reason if decoding was aborted; SourceError if bytes cannot be read.
 */
export async function decodeRecords(
  source: Source,
  recognition: Recognition,
  options: DecodeOptions,
  mayRedecode: boolean,
): Promise<Outcome> {
  const walk = beginWalk(source, recognition, options.limits);
  const { builder } = walk;
  const progress = (bytes: number): void =>
    options.onProgress?.({ bytes, size: source.size, objects: builder.files.count + builder.descriptors.count });
  try {
    const better = await walkRecords(walk, options, mayRedecode, progress);
    if (better !== null) return { redecodeAs: better };
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    stopAtLimit(walk, error);
  }
  endWalk(walk);
  progress(source.size);
  return {
    checkpoint: builder.finish(headOf(walk)),
    usualRuns: walk.usualRuns,
    credentials: walk.taskObjects.credentials,
  };
}

/** Ends the walk at the first record that does not fit into the limits. */
function stopAtLimit(walk: Walk, { limit, message }: LimitReached): void {
  const { builder } = walk;
  builder.liftLimits();
  faultAtLimit(walk, limit, message);
  // The row of the record may have been added already.
  const { start, end } = builder.lastRecord();
  if (start === walk.pos) walk.pos = end;
}

/** Walks to the end, or to a record that only another dialect has: the name of that dialect. Otherwise `null`. */
async function walkRecords(
  walk: Walk,
  options: DecodeOptions,
  mayRedecode: boolean,
  progress: (bytes: number) => void,
): Promise<string | null> {
  const { builder, dialect } = walk;
  const actions = actionsByType(dialect);
  const usual = createUsualRecords(options);
  let nextPart = FIRST_PART;
  for (;;) {
    const stop = walkWindow(walk, actions, usual);
    if (stop === "end") return null;
    if (stop === "bytes") {
      options.signal?.throwIfAborted();
      const moreCame = await fillWindow(walk);
      progress(walk.pos);
      if (walk.pos >= nextPart && walk.pos * 2 < walk.source.size && (options.wantsPart?.() ?? true)) {
        nextPart = walk.pos * 8;
        options.onPart?.(builder.finish(headOf(walk)));
      }
      if (!moreCame) return null;
    } else if (stop === "await") await handleSlowly(walk);
    else {
      const better = mayRedecode ? betterDialect(dialect.name, stop.type, stop.length) : null;
      if (better !== null) return better;
      if (!(await handleMisfit(walk, actions, stop))) return null;
    }
  }
}

/** Moves the window to the current record. Reports and returns false if the source ends before its stated size. */
async function fillWindow(walk: Walk): Promise<boolean> {
  const { window, source } = walk;
  const { end } = window;
  await window.fill(walk.pos, Math.min(HANDLED_BYTES, source.size - walk.pos));
  if (window.end !== end || window.end >= source.size) return true;
  fault(walk, "truncated", "The source ended before its stated size.", window.end);
  return false;
}

/**
 * Handles records as long as they lie in the window. Stops at one that needs more `bytes`, one that has to `await`
 * something, one that does not fit the dialect, or the `end`.
 */
function walkWindow(walk: Walk, actions: Uint8Array, usual: UsualRecords): "bytes" | "await" | "end" | Misfit {
  const { window, builder, kinds, littleEndian, source } = walk;
  const { byType, sizeByType } = kinds;
  const { view, start, end } = window;
  const size = source.size;
  for (;;) {
    const { pos } = walk;
    if (walk.ended || walk.faulted) return "end";
    if (pos + 8 > end || pos < start) return pos + 8 > size ? "end" : "bytes";
    const at = pos - start;
    const type = view.getUint32(at, littleEndian);
    const length = view.getUint32(at + 4, littleEndian);
    const kind = type < TYPES ? (byType[type] as number) : UNKNOWN;
    if (kind === UNKNOWN || length < 8 || length > size - pos) return { type, length };
    const expected = sizeByType[type] as number;
    if (expected !== 0 && expected !== length) return { type, length };
    const action = actions[type] as number;
    // Most BUFFERs are memory pages, which need not be fetched.
    if (action === 0 || (action === ACTIONS.BUFFER && walk.nextBuffer === "other")) {
      builder.addRecord(pos, length, kind, 0);
      walk.pos = pos + length;
      continue;
    }
    if (pos + length > end && pos + HANDLED_BYTES > end) return "bytes";
    if ((action === ACTIONS.OBJREF || action === ACTIONS.FILE_DESC) && usual.read(walk, action)) continue;
    walk.record = builder.addRecord(pos, length, kind, 0);
    // As enterRecord does, for a record whose bytes are known to be there.
    walk.at = at;
    walk.length = length;
    walk.held = Math.min(length, HANDLED_BYTES);
    walk.cut = false;
    if (!handle(walk, action)) return "await";
    walk.pos = pos + length;
    if (walk.skip > 0) skipRawBytes(walk);
  }
}
