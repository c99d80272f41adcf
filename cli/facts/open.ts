// Opens a file of facts.

import { readFileSync, statSync } from "node:fs";
import { MOST_FACTS_BYTES, readFacts } from "../../app/checks/host/facts.ts";
import { type IndexedFacts, indexFacts } from "../../app/checks/host/host.ts";
import { visible } from "../../app/model/text.ts";
import { CliError, systemReason } from "../error.ts";

/** The facts in a file. @throws CliError if it cannot be read, or does not contain facts of this version. */
export function openFacts(path: string): IndexedFacts {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > MOST_FACTS_BYTES) throw new CliError(`${visible(path)}: too large for a file of host facts`);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${visible(path)}: ${systemReason(error)}`);
  }
  const read = readFacts(text);
  if ("refused" in read) throw new CliError(`${visible(path)}: ${read.refused}`);
  return indexFacts(read.facts);
}
