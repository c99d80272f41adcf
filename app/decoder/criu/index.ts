// Decodes CRIU image sets, from a folder's files, loose .img files or an archive, to an Image.

import { visible } from "../../model/text.ts";
import { archiveForm, type UnpackLimits } from "../archive/unpack.ts";
import type { Image, Refusal } from "../image.ts";
import type { DecodeOptions, Source } from "../source.ts";
import type { Metadata } from "./container-metadata.ts";
import { createDetailsReader } from "./details.ts";
import { createFieldReader } from "./fields.ts";
import { findSets, type SetChoice } from "./find-sets.ts";
import { memberOfBytes } from "./framing.ts";
import { memberOfName } from "./member-names.ts";
import { decodeSet } from "./set-walk.ts";

export { findSets, type SetChoice } from "./find-sets.ts";

export interface CriuOptions extends DecodeOptions {
  /** The name of the set to open, if there are several. */
  readonly set?: string;
  readonly limits?: UnpackLimits;
}

/**
 * Detects from an input's name and first bytes (512 are enough) whether it is a file of an image set, an archive that
 * may contain sets, or neither (`null`).
 */
export function recogniseCriu(name: string, head: Uint8Array): "image" | "archive" | null {
  if (memberOfBytes(head) !== null) return "image";
  const form = archiveForm(head);
  // tmpfs images of a set contain gzip.
  if (memberOfName(name) !== null) return "image";
  return form === null ? null : "archive";
}

/** Decodes the set among the inputs. If there are several and none is chosen, the refusal lists them. */
export async function decodeCriu(inputs: readonly Source[], options: CriuOptions = {}): Promise<Image | Refusal> {
  const errors: string[] = [];
  const choices = await findSets(inputs, {
    onProblem: ({ severity, message }) => severity === "error" && errors.push(message),
    ...(options.limits && { limits: options.limits }),
    ...(options.signal && { signal: options.signal }),
    onBytes: (bytes, size) => options.onProgress?.({ bytes, size, objects: 0 }),
  });
  if (choices.length === 0) return { refused: [refusal(inputs), ...errors.slice(0, 1)].join(" ") };
  const chosen = options.set === undefined ? choices : choices.filter(({ name }) => name === options.set);
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return openChoice(only, options);
  const names = choices.map(({ name }) => name);
  const listed = names.map((name) => visible(name) || "loose files").join(", ");
  return { refused: `There are ${names.length} image sets here: ${listed}. Open one of them.`, choices: names };
}

/** Decodes a set that `findSets` found. */
export function openChoice(choice: SetChoice, options: DecodeOptions = {}): Promise<Image> {
  return decodeCriuSet(choice.sources, options, choice.metadata);
}

/** Decodes the files of one set; some may be missing. */
export async function decodeCriuSet(
  sources: readonly Source[],
  options: DecodeOptions = {},
  metadata?: Metadata,
): Promise<Image> {
  const set = await decodeSet(sources, options, metadata);
  return {
    checkpoint: set.checkpoint,
    sources: set.sources,
    fields: createFieldReader(set),
    details: createDetailsReader(set),
  };
}

function refusal(inputs: readonly Source[]): string {
  const [input] = inputs;
  if (input === undefined) return "There are no files here.";
  if (inputs.length > 1) return "None of these files is part of a CRIU image set or an archive that contains one.";
  return `${visible(input.name)} is neither a CRIU image nor an archive that contains an image set.`;
}
