// What commands have in common: how one is described, how images are opened, how trouble is told.

import type { Image } from "../app/decoder/image.ts";
import { DIALECT_NAMES } from "../app/decoder/linux-cr/dialect.ts";
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
  /** Runs it; resolves to the exit status. Throws Trouble for exit status 2. */
  run(args: string[], io: Io): Promise<number>;
}

/** Why a command cannot do what it was asked to, as one line. */
export class Trouble extends Error {
  override readonly name = "Trouble";
}

/** An opened image and what it was opened from. */
export interface OpenedImage {
  readonly image: Image;
  readonly input: Input;
}

/** Opens images one after the other. */
export async function openImages(paths: readonly string[], io: Io, dialect?: string): Promise<OpenedImage[]> {
  if (dialect !== undefined && !DIALECT_NAMES.includes(dialect)) {
    throw new Trouble(`there is no dialect ${visible(dialect)}; known are ${DIALECT_NAMES.join(", ")}`);
  }
  const opened: OpenedImage[] = [];
  try {
    for (const path of paths) {
      const input = await openInput(path, io);
      const image = await openImage(input.sources, dialect === undefined ? {} : { dialect });
      if ("refused" in image) {
        input.close();
        throw new Trouble(`${visible(path)}: ${image.refused}`);
      }
      opened.push({ image, input });
    }
    return opened;
  } catch (error) {
    for (const { input } of opened) input.close();
    if (error instanceof SourceError) throw new Trouble(visible(error.message));
    throw error;
  }
}
