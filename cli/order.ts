// Which of two images on the command line is earlier.

import { findImage } from "../app/decoder/open.ts";
import type { Source } from "../app/decoder/source.ts";
import { summarise } from "../app/decoder/summary.ts";
import { type Evidence, earlierOf } from "../app/model/comparison/earlier.ts";
import { visible } from "../app/model/text/text.ts";
import { isStream, openInput } from "./input.ts";
import type { Io } from "./io.ts";
import { NODE_UNPACKERS } from "./unpackers.ts";

/**
 * One or two paths: the earlier image first if the order is certain, else as given. Prints a note on standard error
 * if the order differs from the given one or is in doubt.
 *
 * @throws SourceError if a file cannot be opened.
 */
export async function earlierFirst(paths: readonly string[], io: Io, set?: string): Promise<readonly string[]> {
  const [one, other] = paths;
  // A pipe cannot be read twice.
  if (one === undefined || other === undefined || paths.some(isStream)) return paths;
  const [first, second] = [await evidenceOf(one, io, set), await evidenceOf(other, io, set)];
  if (first === null || second === null) return paths;
  const { earlier, sure, reason } = earlierOf(first, second);
  if (sure && earlier === "first") return paths;
  if (sure) {
    io.complain(`ckptscope: ${visible(other)} is before, ${visible(one)} is after. ${reason}`);
    return [other, one];
  }
  // Of two copies of one image, either can be first.
  if (await areEqual(one, other, io)) return paths;
  io.complain(`ckptscope: it is not certain that ${visible(one)} is before ${visible(other)}. ${reason}`);
  return paths;
}

/** Bytes that are compared at once. */
const BLOCK = 1 << 20;

/** Whether two inputs are the same bytes: two equal files, or directories with equal files of the same names. */
async function areEqual(one: string, other: string, io: Io): Promise<boolean> {
  const inputs = [await openInput(one, io), await openInput(other, io)] as const;
  try {
    const [first, second] = inputs.map(({ sources }) => sources) as [readonly Source[], readonly Source[]];
    if (first.length !== second.length) return false;
    // The name of a single file is not part of it.
    const named = first.length > 1 ? new Map(second.map((source) => [source.name, source])) : null;
    for (const source of first) {
      const twin = named === null ? second[0] : named.get(source.name);
      if (twin === undefined || !(await sameBytes(source, twin))) return false;
    }
    return true;
  } finally {
    for (const { close } of inputs) close();
  }
}

async function sameBytes(one: Source, other: Source): Promise<boolean> {
  if (one.size !== other.size) return false;
  for (let at = 0; at < one.size; at += BLOCK) {
    const [first, second] = [await one.read(at, BLOCK), await other.read(at, BLOCK)];
    if (Buffer.compare(first, second) !== 0) return false;
  }
  return true;
}

/** When an image was written; `null` if the input is not one image, which is reported when it is opened. */
async function evidenceOf(path: string, io: Io, set?: string): Promise<Evidence | null> {
  const input = await openInput(path, io);
  try {
    const found = await findImage(input.sources, { unpackers: NODE_UNPACKERS, ...(set !== undefined && { set }) });
    return "refused" in found ? null : { ...(await summarise(found, { tasks: false })), name: path };
  } finally {
    input.close();
  }
}
