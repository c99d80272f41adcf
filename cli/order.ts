// Which of two images on the command line is earlier.

import { findImage } from "../app/decoder/open.ts";
import { summarise } from "../app/decoder/summary.ts";
import { type Evidence, earlierOf } from "../app/model/earlier.ts";
import { visible } from "../app/model/text.ts";
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
  io.complain(`ckptscope: it is not certain that ${visible(one)} is before ${visible(other)}. ${reason}`);
  return paths;
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
