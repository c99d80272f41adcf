// What commands have in common: how one is described, how images are opened, how trouble is told.

import type { Image } from "../app/decoder/image.ts";
import { DIALECT_NAMES } from "../app/decoder/linux-cr/dialect-names.ts";
import { openImage } from "../app/decoder/open.ts";
import { SourceError } from "../app/decoder/source.ts";
import { visible } from "../app/model/text.ts";
import type { Io } from "./io.ts";
import { type Input, openInput } from "./sources.ts";

/** A command of the command line. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Runs it; resolves to the exit status. Throws CliError for exit status 2. */
  run(args: string[], io: Io): Promise<number>;
}

/** Why a command cannot do what it was asked to, as one line. */
export class CliError extends Error {
  override readonly name = "CliError";
}

/** An opened image and what it was opened from. */
export interface OpenedImage {
  readonly image: Image;
  readonly input: Input;
}

/** How images are opened: a dialect chosen by hand, one of several sets in an archive. */
export interface Choices {
  readonly dialect?: string | undefined;
  readonly set?: string | undefined;
}

/** The command-line options that choose, for parseArgs. */
export const CHOICES = { dialect: { type: "string" }, set: { type: "string" } } as const;

/** Opens images one after the other. */
export async function openImages(paths: readonly string[], io: Io, { dialect, set }: Choices): Promise<OpenedImage[]> {
  if (dialect !== undefined && !DIALECT_NAMES.includes(dialect)) {
    throw new CliError(`there is no dialect ${visible(dialect)}; known are ${DIALECT_NAMES.join(", ")}`);
  }
  const opened: OpenedImage[] = [];
  try {
    for (const path of paths) {
      const input = await openInput(path, io);
      const image = await openImage(input.sources, {
        ...(dialect === undefined ? {} : { dialect }),
        ...(set === undefined ? {} : { set }),
      });
      if ("refused" in image) {
        input.close();
        const how = image.choices === undefined ? "" : " Choose with --set NAME.";
        throw new CliError(`${visible(path)}: ${image.refused}${how}`);
      }
      opened.push({ image, input });
    }
    return opened;
  } catch (error) {
    for (const { input } of opened) input.close();
    if (error instanceof SourceError) throw new CliError(visible(error.message));
    throw error;
  }
}
