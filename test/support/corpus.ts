// The sample images: every folder under test/fixtures/linux-cr and test/fixtures/criu that has an expected.json.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { SIDES, type Side } from "../../app/model/comparison/side.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const FORMATS = ["linux-cr", "criu"] as const;

/** An expected change, as in `diff --json`. Keys that are missing and values that are null are not checked. */
export type ExpectedChange = Readonly<Record<string, unknown> & { kind: string }>;

/** expected.json: all keys are optional. test/fixtures/README.md explains them. */
export interface Expected {
  /** Parts of the documents of `show --json`. */
  readonly show?: Partial<Record<Side, object>>;
  /** All changes, in any order. */
  readonly changes?: readonly ExpectedChange[];
  /** Contents of the images in the terms of Linux-CR: see contents.ts. */
  readonly before?: object;
  readonly after?: object;
}

export interface Sample {
  readonly format: (typeof FORMATS)[number];
  readonly name: string;
  /** Which of the two images the folder holds. */
  readonly sides: readonly Side[];
  readonly expected: Expected;
}

const read = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** All files of a folder, however deep, named by their path below it. */
export const folderSources = (folder: string): Source[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => bytesSource(name, read(join(folder, name))));

/** Path of an image in a sample's folder: a file, or the directory of a CRIU image set. */
const imagePath = (folder: string, side: Side): string | undefined =>
  [join(folder, `${side}.ckpt`), join(folder, side)].find((path) => existsSync(path));

/** The image of one side of a sample. */
export function imageSources({ format, name }: Sample, side: Side): Source[] {
  const path = imagePath(join(FIXTURES, format, name), side);
  if (path === undefined) throw new Error(`${format}/${name} has no image ${side}`);
  return statSync(path).isFile() ? [bytesSource(`${side}.ckpt`, read(path))] : folderSources(path);
}

export const SAMPLES: readonly Sample[] = FORMATS.flatMap((format) =>
  readdirSync(join(FIXTURES, format)).flatMap((name): Sample[] => {
    const folder = join(FIXTURES, format, name);
    const expected = join(folder, "expected.json");
    if (!existsSync(expected)) return [];
    const sides = SIDES.filter((side) => imagePath(folder, side) !== undefined);
    return [{ format, name, sides, expected: JSON.parse(readFileSync(expected, "utf8")) }];
  }),
);
