// Opens the images named on the command line.

import type { Image } from "../app/decoder/image.ts";
import { type ChosenLimits, isLimitName, LIMITS, NO_LIMITS } from "../app/decoder/limits.ts";
import { type DetailFilter, SourceError } from "../app/decoder/source.ts";
import { type Dated, openDated } from "../app/decoder/summary.ts";
import { visible } from "../app/model/text/text.ts";
import { CliError } from "./error.ts";
import { type Input, openInput, requireOnce } from "./input.ts";
import type { Io } from "./io.ts";
import { NODE_UNPACKERS } from "./unpackers.ts";

/** A decoded image and the input it was decoded from, which the caller closes. */
export interface OpenedImage extends Dated {
  readonly input: Input;
}

/** How images are opened: as a dialect other than the detected one, or as one of several sets in an archive. */
export interface OpeningOptions {
  readonly dialect?: string | undefined;
  readonly set?: string | undefined;
  /** Limits on decoding: `rows=5000000,memory=2G`. */
  readonly limit?: string | undefined;
  readonly "no-limits"?: boolean | undefined;
}

/** What to read of an image. */
export interface Needed {
  /**
   * Whether to read the details of open files and the links between them, a third of the time to open a set; or which
   * details. Default: true.
   */
  readonly details?: boolean | DetailFilter;
  /** An image that was opened with the same details, and is likely to have much in common with this one. */
  readonly earlier?: Image | undefined;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** The limits of `--limit` and `--no-limits`. @throws CliError */
function chosenLimits({ limit, "no-limits": none }: OpeningOptions): ChosenLimits {
  const chosen: Record<string, number> = none === true ? { ...NO_LIMITS } : {};
  for (const part of limit?.split(",") ?? []) {
    const [name = "", value = ""] = part.split(/=(.*)/s, 2);
    if (!isLimitName(name)) {
      const names = LIMITS.map((each) => each.name).join(", ");
      throw new CliError(`--limit: '${visible(part)}' is not NAME=VALUE with one of ${names}`);
    }
    const [, digits, unit = ""] = /^(\d+)([KMG]?)$/i.exec(value) ?? [];
    if (digits === undefined) {
      throw new CliError(`--limit: '${visible(value)}' is not a number, such as 5000000, 512M or 2G`);
    }
    chosen[name] = Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
  }
  return chosen;
}

/** Opens one image. @throws CliError */
export async function openOne(
  path: string,
  io: Io,
  options: OpeningOptions,
  { details = true, earlier }: Needed = {},
): Promise<OpenedImage> {
  const { dialect, set } = options;
  const limits = chosenLimits(options);
  let input: Input | null = null;
  try {
    input = await openInput(path, io, { keep: true });
    const chosen = {
      details,
      ...(earlier === undefined ? {} : { earlier }),
      limits,
      unpackers: NODE_UNPACKERS,
      ...(dialect === undefined ? {} : { dialect }),
      ...(set === undefined ? {} : { set }),
    };
    const opened = await openDated(input.sources, chosen);
    if ("refused" in opened) {
      const how = opened.choices === undefined ? "" : " Choose one with --set NAME.";
      const name = visible(path);
      // Some reasons begin with the name of the file.
      const reason = opened.refused.startsWith(`${name} `) ? opened.refused : `${name}: ${opened.refused}`;
      throw new CliError(`${reason}${how}`);
    }
    return { ...opened, input };
  } catch (error) {
    input?.close();
    if (error instanceof SourceError) throw new CliError(visible(error.message));
    throw error;
  }
}

/** Opens images one after the other. @throws CliError */
export async function openImages(
  paths: readonly string[],
  io: Io,
  options: OpeningOptions,
  needed: Needed = {},
): Promise<OpenedImage[]> {
  const opened: OpenedImage[] = [];
  try {
    requireOnce(paths);
    for (const path of paths)
      opened.push(await openOne(path, io, options, { ...needed, earlier: opened.at(-1)?.image }));
    return opened;
  } catch (error) {
    for (const { input } of opened) input.close();
    throw error instanceof SourceError ? new CliError(visible(error.message)) : error;
  }
}
