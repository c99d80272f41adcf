// Detects, decodes and inspects Linux-CR images. README.md lists the other modules.

import type { Image, Refusal } from "../image.ts";
import type { DecodeOptions, Source } from "../source.ts";
import { collectDetails } from "./details/collect-details.ts";
import { inspect } from "./fields/inspect.ts";
import { dialectFor, recognise } from "./recognise.ts";
import { decodeRecords } from "./walk/decode.ts";

/**
 * Decodes a Linux-CR image; `null`: the bytes are something else.
 *
 * @throws the signal's reason if decoding was aborted; SourceError if bytes cannot be read.
 */
export async function decodeLinuxCr(source: Source, options: DecodeOptions = {}): Promise<Image | Refusal | null> {
  const recognition = await recognise(source, options.dialect);
  if (recognition === null) return null;
  let used = recognition;
  let outcome = await decodeRecords(source, used, options, options.dialect === undefined);
  if ("redecodeAs" in outcome) {
    const { dialect } = dialectFor(outcome.redecodeAs, recognition.archId, recognition.machine.littleEndian);
    const evidence = `${recognition.evidence} A later record has a length that only ${dialect.name} gives it.`;
    used = { ...recognition, dialect, evidence };
    outcome = await decodeRecords(source, used, options, false);
  }
  if ("redecodeAs" in outcome) throw new Error("a second decoding asked for a third");
  const checkpoint =
    options.details === false ? outcome.checkpoint : await collectDetails(source, outcome, used.dialect, options);
  return { checkpoint, sources: [source], usualRuns: outcome.usualRuns, ...inspect(source, checkpoint, used.dialect) };
}
