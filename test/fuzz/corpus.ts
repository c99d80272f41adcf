// What the fuzzer starts from: images of the fixtures and of every dialect, with the truth about them.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DIALECT_NAMES } from "../../app/decoder/linux-cr/catalogue/dialect-names.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { dialectImage } from "../support/dialect-image.ts";
import { type Truth, truthOf } from "../support/kept.ts";

/** Not import.meta.dirname: the program of `npm run fuzz` is bundled. */
const FIXTURES = join(process.cwd(), "test/fixtures");

export const fixture = (path: string): Uint8Array => new Uint8Array(readFileSync(join(FIXTURES, path)));

export interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Seed {
  /** A stream, or the files of a set. */
  readonly files: readonly File[];
  readonly truth: Truth;
}

/** Small images are decoded more often in the same time; the larger ones have what the small ones lack. */
const STREAMS = [
  ...["seed-one/before", "seed-dups/before", "seed-error/before", "seed-tables/before"],
  ...["v16-s1/before", "v16-s2/after", "v16-s3/before", "v16-s4/before", "diff-blind/before"],
].map((name) => `linux-cr/${name}.ckpt`);

const CRAFTED = ["short-eventfd", "second-pids", "error-then-task", "v23-pids-whole", "without-path"].map(
  (name) => `hostile/${name}.ckpt`,
);

const SETS = [
  ...["w1/before", "legacy-v1-by-hand/w1-before", "legacy-v1.1-by-hand/w1-before"],
  ...["mips", "s390x", "external-unix", "file-locks", "gpu-plugin", "link-remap", "tun", "zombie-threads"].map(
    (name) => `cases/${name}`,
  ),
].map((name) => `criu/${name}`);

function folderFiles(path: string): File[] {
  const folder = join(FIXTURES, path);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  return names
    .filter((name) => statSync(join(folder, name)).isFile() && statSync(join(folder, name)).size < 8192)
    .filter((name) => !/README|\.json$/.test(name))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
}

async function seedOf(files: readonly File[]): Promise<Seed | null> {
  const image = await openImage(files.map(({ name, bytes }) => bytesSource(name, bytes)));
  return "refused" in image ? null : { files, truth: truthOf(image) };
}

const isSeed = (seed: Seed | null): seed is Seed => seed !== null;

async function seeds(all: readonly (readonly File[])[]): Promise<Seed[]> {
  const found = (await Promise.all(all.map(seedOf))).filter(isSeed);
  if (found.length < all.length) throw new Error(`${all.length - found.length} of the fuzzer's images do not open`);
  return found;
}

/** Linux-CR images. */
export const streamSeeds = (): Promise<Seed[]> =>
  seeds([
    ...[...STREAMS, ...CRAFTED].map((path) => [{ name: "image.ckpt", bytes: fixture(path) }]),
    ...DIALECT_NAMES.flatMap((name) =>
      [true, false].map((littleEndian) => [
        { name: "image.ckpt", bytes: dialectImage(name, { littleEndian, cursor: true }) },
      ]),
    ),
  ]);

/** CRIU sets. */
export const setSeeds = (): Promise<Seed[]> => seeds(SETS.map((path) => folderFiles(path)));

/** CRIU sets, and one with every resource that could be recorded. */
export const richSetSeeds = (): Promise<Seed[]> =>
  seeds([...SETS.map((path) => folderFiles(path)), folderFiles("resources/r1/before")]);
