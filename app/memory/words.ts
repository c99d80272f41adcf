// Words for memory, in searches and listings.

import { type ImageMemory, type MappingRow, PAGE_STATE_WORDS, PAGE_STATES } from "../decoder/memory/memory.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { addressText, MAPPING_KINDS, permissionsText } from "../model/mappings.ts";
import { exactBytes, shownValue, textAndBytes } from "../model/text/text.ts";
import { sizeText } from "../model/text/words.ts";
import { pathOf } from "./choose.ts";
import type { Coverage } from "./search.ts";

/** Bytes that are not in the image, by the reason; `null` if all are. */
export function notCapturedText(coverage: Coverage): string | null {
  const parts = PAGE_STATES.filter((state) => state !== "stored" && coverage[state] > 0);
  if (parts.length === 0) return null;
  return parts.map((state) => `${sizeText(coverage[state])} ${PAGE_STATE_WORDS[state]}`).join(", ");
}

/** Bytes of mappings that are not in the image. */
export const notCaptured = (coverage: Coverage): number =>
  PAGE_STATES.reduce((sum, state) => (state === "stored" ? sum : sum + coverage[state]), 0);

/** A mapping as JSON documents have it. */
export interface MappingEntry {
  /** Hexadecimal digits. */
  readonly start: string;
  readonly end: string;
  readonly permissions: string;
  readonly kind: string;
  readonly path: string | null;
  /** The path in base64, if it is not valid UTF-8. */
  readonly pathBytes?: string;
}

export function mappingEntry(checkpoint: Checkpoint, memory: ImageMemory, mapping: MappingRow): MappingEntry {
  const { mappings } = memory;
  const { value: path, valueBytes } = textAndBytes(exactBytes(pathOf(checkpoint, memory, mapping)));
  return {
    start: addressText(mappings.start[mapping] as number),
    end: addressText(mappings.end[mapping] as number),
    permissions: permissionsText(mappings.permissions[mapping] as number),
    kind: MAPPING_KINDS[mappings.kind[mapping] as number] ?? "unknown",
    path: path || null,
    ...(valueBytes === undefined ? {} : { pathBytes: valueBytes }),
  };
}

/** A mapping in words: `rw-p heap`, `r-xp /usr/bin/nginx`. */
export function mappingText({ permissions, kind, path, pathBytes }: MappingEntry): string {
  if (path === null) return `${permissions} ${kind}`;
  const shown = shownValue({ value: path, ...(pathBytes === undefined ? {} : { valueBytes: pathBytes }) });
  return `${permissions} ${kind === "file" ? "" : `${kind} `}${shown}`;
}
