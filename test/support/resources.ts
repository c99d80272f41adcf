// Images of resources, and their tables as `show --json --resources` has them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import type { Source } from "../../app/decoder/source.ts";
import type { DetailValue } from "../../app/model/fields.ts";
import { readResources } from "../../app/resources/read.ts";
import { resourceNamed } from "../../app/resources/resources.ts";
import { entryAt, type ResourceTable } from "../../app/resources/table.ts";
import { folderSources } from "./corpus.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/resources");

/** Opens sources as one image. Throws if they are not one. */
export async function openSources(sources: readonly Source[]): Promise<Image> {
  const image = await openImage(sources);
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

/** Opens an image of test/fixtures/resources. */
export const openRecorded = (name: string): Promise<Image> => openSources(folderSources(join(FOLDER, name)));

export type Entry = Readonly<Record<string, DetailValue>>;

/** The entries of a table. */
const entriesOf = (table: ResourceTable): Entry[] =>
  Array.from({ length: table.count }, (_, row) => entryAt(resourceNamed(table.resource), table, row));

/** The entries of a table of an image. */
export async function entries(image: Image, name: string): Promise<Entry[]> {
  const tables = await readResources(image, [name]);
  return entriesOf(tables[name] as ResourceTable);
}

/** What the kernel said of the recorded tree: see the README of the recording. */
export interface KernelTruth {
  readonly tasks: Readonly<
    Record<
      string,
      {
        readonly maps: string;
        readonly limits: string;
        readonly timers: string;
        readonly oom_score_adj: string;
        readonly personality: string;
        readonly stat: string;
        readonly ns: Readonly<Record<string, string>>;
        readonly threads: Readonly<Record<string, Readonly<Record<string, string>>>>;
      }
    >
  >;
  readonly ipcs: string;
  readonly ss: string;
}

/** Reads a file with what the kernel said. */
export const kernelTruth = (path: string): KernelTruth =>
  JSON.parse(readFileSync(join(FOLDER, path), "utf8")) as KernelTruth;
