// Reads the tables of resources of an image: on demand, because few of them are ever shown.

import type { Image } from "../decoder/image.ts";
import { readCriu } from "./criu/read.ts";
import { readFiles } from "./from-checkpoint.ts";
import { readLinuxCr } from "./linux-cr/read.ts";
import { RESOURCES } from "./resources.ts";
import type { Resources } from "./table.ts";
import { createTables } from "./tables.ts";

/** Every resource. */
const ALL_RESOURCES: readonly string[] = RESOURCES.map(({ name }) => name);

/**
 * Reads tables of an image; all of them if `names` is absent. Whatever is damaged is left out; the image's problems say
 * where.
 *
 * @throws the signal's reason if it was aborted; SourceError if bytes cannot be read.
 */
export async function readResources(
  image: Image,
  names: readonly string[] = ALL_RESOURCES,
  signal?: AbortSignal,
): Promise<Resources> {
  const tables = createTables(names);
  if (image.checkpoint.format === "criu") {
    readFiles(image.checkpoint, tables, await readCriu(image, tables, signal));
  } else {
    await readLinuxCr(image, tables, signal);
    readFiles(image.checkpoint, tables);
  }
  return tables.finish();
}
