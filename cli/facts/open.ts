// Opens a file of facts.

import { closeSync, openSync, readSync } from "node:fs";
import { MOST_FACTS_BYTES, readFacts } from "../../app/checks/host/facts.ts";
import { type IndexedFacts, indexFacts } from "../../app/checks/host/host.ts";
import { decodeText, visible } from "../../app/model/text/text.ts";
import { CliError, systemReason } from "../error.ts";

/** The facts in a file. @throws CliError if it cannot be read, or does not contain facts of this version. */
export function openFacts(path: string): IndexedFacts {
  let bytes: Uint8Array | null;
  try {
    bytes = readAtMost(path, MOST_FACTS_BYTES);
  } catch (error) {
    throw new CliError(`${visible(path)}: ${systemReason(error)}`);
  }
  if (bytes === null) throw new CliError(`${visible(path)}: too large for a file of host facts`);
  const read = readFacts(decodeText(bytes));
  if ("refused" in read) throw new CliError(`${visible(path)}: ${read.refused}`);
  return indexFacts(read.facts);
}

const BLOCK = 1 << 16;

/**
 * The bytes of a file, or of a pipe, to its end; `null` if there are more than `most`: the size of a device is unknown.
 */
function readAtMost(path: string, most: number): Uint8Array | null {
  const fd = openSync(path, "r");
  try {
    const blocks: Uint8Array[] = [];
    for (let size = 0; size <= most; ) {
      const block = new Uint8Array(BLOCK);
      const count = readSync(fd, block, 0, BLOCK, null);
      if (count === 0) return Buffer.concat(blocks);
      blocks.push(block.subarray(0, count));
      size += count;
    }
    return null;
  } finally {
    closeSync(fd);
  }
}
