// Decodes CRIU image sets, from a folder's files, loose .img files or an archive, to an Image.

import { detailsOf } from "../../model/detail-store.ts";
import { archiveForm } from "../archive/forms.ts";
import type { Image } from "../image.ts";
import type { DecodeOptions, Source } from "../source.ts";
import { createFieldReader } from "./fields.ts";
import { memberOfName } from "./format/member-names.ts";
import { chainProblem } from "./memory/chain.ts";
import { setMemory } from "./memory/set-memory.ts";
import type { Metadata } from "./sets/container-metadata.ts";
import type { ParentSet } from "./sets/find-sets.ts";
import type { DecodedSet } from "./walk/decoded-set.ts";
import { decodeSet } from "./walk/set-walk.ts";
import { memberOfBytes } from "./wire/framing.ts";

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

/** A set, with a problem if its parents lack pages that it leaves to them. */
async function withChain(set: DecodedSet): Promise<DecodedSet> {
  const problem = set.hasPagesInParent ? await chainProblem(set) : null;
  if (problem === null) return set;
  const { checkpoint } = set;
  return { ...set, checkpoint: { ...checkpoint, problems: [...checkpoint.problems, problem] } };
}

/** Decodes the files of one set; some may be missing. */
export async function decodeCriuSet(
  sources: readonly Source[],
  options: DecodeOptions = {},
  metadata?: Metadata,
  parent?: ParentSet,
): Promise<Image> {
  const decoded = await decodeSet(sources, options, metadata);
  const set = parent === undefined ? decoded : await withChain({ ...decoded, parent });
  let memory: ReturnType<Image["memory"]> | null = null;
  return {
    checkpoint: set.checkpoint,
    sources: set.sources,
    fields: createFieldReader(set),
    details: async (file) => detailsOf(set.checkpoint, file),
    memory() {
      memory ??= setMemory(set);
      return memory;
    },
  };
}
