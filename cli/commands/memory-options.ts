// What the modes of `ckptscope memory` share: the options, and the memory that they choose.

import type { ImageMemory } from "../../app/decoder/memory/memory.ts";
import type { AddressesOf, MappingFilter, Part } from "../../app/memory/choose.ts";
import { isPermissionPattern } from "../../app/model/mappings.ts";
import { visible } from "../../app/model/text/text.ts";
import type { MEMORY } from "../arguments/memory.ts";
import { parseRanges } from "../arguments/ranges.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError } from "../error.ts";
import type { OpenedImage } from "../images.ts";
import type { Io } from "../io.ts";

export type MemoryOptions = ArgumentsOf<typeof MEMORY>["options"];

/** An opened image with its memory, and the parts of it that the options choose. */
export interface OpenedMemory {
  readonly opened: OpenedImage;
  readonly memory: ImageMemory;
  readonly parts: readonly Part[];
}

/** `--limit` as a number of matches; `fallback` if it is not one. */
export const matchLimit = ({ limit }: MemoryOptions, fallback: number): number =>
  limit !== undefined && /^\d{1,15}$/.test(limit) ? Math.max(1, Number(limit)) : fallback;

/** `--limit` as a limit of decoding. */
export const decodingLimit = ({ limit }: MemoryOptions): string | undefined =>
  limit !== undefined && /^\d{1,15}$/.test(limit) ? undefined : limit;

/** The mappings that the options choose. @throws CliError */
export function filterOf({ pid, permission, kind, path, range }: MemoryOptions): MappingFilter {
  const permissions = permission?.split(",");
  const bad = permissions?.find((pattern) => !isPermissionPattern(pattern));
  if (bad !== undefined) {
    throw new CliError(
      `--permission: '${visible(bad)}' is neither letters such as wx nor full permissions such as r-xp`,
    );
  }
  return {
    ...(pid !== undefined && { pids: parseRanges("--pid", pid) }),
    ...(permissions !== undefined && { permissions }),
    ...(kind !== undefined && { kinds: kind }),
    ...(path !== undefined && { path }),
    ...(range !== undefined && { range: parseAddresses(range) }),
  };
}

/** `7f00-7f10`, with or without 0x. @throws CliError */
export function parseAddresses(text: string): AddressesOf {
  const [, from = "", to = ""] = /^(?:0x)?([0-9a-f]{1,16})-(?:0x)?([0-9a-f]{1,16})$/i.exec(text) ?? [];
  const range = { from: BigInt(`0x${from || "0"}`), to: BigInt(`0x${to || "0"}`) };
  if (from === "" || range.from >= range.to) {
    throw new CliError(`--range: '${visible(text)}' is not a range of hexadecimal addresses such as 7f00-7f10`);
  }
  return range;
}

/** Says on standard error what is wrong with the descriptions of memory. */
export function complainOf({ memory }: OpenedMemory, io: Io): void {
  for (const { message } of memory.problems) io.complain(`ckptscope memory: ${message}`);
}
