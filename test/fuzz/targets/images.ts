// Linux-CR images and CRIU sets, mutated and cut off.

import { isDeepStrictEqual } from "node:util";
import type { Image } from "../../../app/decoder/image.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { recordLength, recordMember, recordOffset } from "../../../app/model/records.ts";
import { invented, lost } from "../../support/kept.ts";
import { type File, type Seed, setSeeds, streamSeeds } from "../corpus.ts";
import { holdImage } from "../holds.ts";
import { mutate } from "../mutate.ts";
import { holdOutput } from "../outputs.ts";
import { hold, pick, type Random, type Target } from "../target.ts";

const sizeOf = (files: readonly File[]): number => files.reduce((sum, { bytes }) => sum + bytes.length, 0);

async function decoded(files: readonly File[], next: Random): Promise<Image | null> {
  const sources = files.map(({ name, bytes }) => bytesSource(name, bytes));
  // Most seeds are small.
  const image = await openImage(sources, { kernels: "always" });
  if ("refused" in image) return null;
  holdImage(image, sizeOf(files));
  if (next(2) === 0) {
    const { checkpoint } = image;
    const without = await openImage(sources, { kernels: false });
    const isSame = "checkpoint" in without && isDeepStrictEqual(without.checkpoint, checkpoint);
    hold(isSame, "kernels make a difference");
  }
  return image;
}

/** Compares the fields of a few records: of all, an input would take ten times as long. */
const fewRecords = ({ truth }: Seed, next: Random): ((record: number) => boolean) => {
  const few = new Set([0, 1, 2].map(() => next(truth.image.checkpoint.records.count)));
  return (record) => few.has(record);
};

/** The files with one of them changed or missing, and where it changed. */
function damaged(files: readonly File[], next: Random, change: (bytes: Uint8Array) => [Uint8Array, number]) {
  const victim = next(files.length);
  const { name, bytes } = files[victim] as File;
  const [changed, from] = change(bytes);
  return { files: files.with(victim, { name, bytes: changed }), damage: [name, from] as const };
}

async function runMutated(seeds: readonly Seed[], next: Random): Promise<void> {
  const seed = pick(seeds, next);
  let { files } = seed;
  const damage = new Map<string, number>();
  for (let left = next(4) === 0 ? 2 : 1; left > 0; left--) {
    const once = damaged(files, next, (bytes) => {
      const { bytes: changed, changedFrom } = mutate(bytes, next);
      return [changed, changedFrom];
    });
    files = once.files;
    const [name, from] = once.damage;
    damage.set(name, Math.min(from, damage.get(name) ?? from));
  }
  const image = await decoded(files, next);
  if (image === null) return;
  const missing = await lostBefore(seed, image, damage);
  hold(missing === null, missing ?? "");
  await holdOutput(image, next, seed.truth.image.checkpoint);
}

/** What comes after the damage may be given another meaning by it; fields of the damaged record too. */
const lostBefore = (seed: Seed, image: Image, damage: ReadonlyMap<string, number>) =>
  lost(seed.truth, image, damage, () => false);

async function runCut(seeds: readonly Seed[], next: Random): Promise<void> {
  const seed = pick(seeds, next);
  const { files, damage } = damaged(seed.files, next, (bytes) => {
    const at = next(bytes.length + 1);
    return [bytes.subarray(0, at), at];
  });
  const image = await decoded(files, next);
  if (image === null) return;
  const [name, at] = damage;
  const cut = cutRecord(seed, name, at);
  const few = fewRecords(seed, next);
  const missing = await lost(seed.truth, image, new Map([damage]), (record) => record === cut || few(record));
  hold(missing === null, `${missing}, cut at ${at} of ${name}`);
  const { dialect, problems } = image.checkpoint;
  const isDoubtful = problems.some(({ code }) => code.startsWith("dialect"));
  const isSame = dialect === seed.truth.image.checkpoint.dialect || dialect === "v19-dev-20091025";
  hold(isSame || isDoubtful, `decoded as ${dialect} without a doubt`);
  const added = invented(seed.truth, image);
  hold(added === null, `${added} is invented, cut at ${at} of ${name}`);
  if (next(8) === 0) await holdOutput(image, next, seed.truth.image.checkpoint);
}

/** The record that a cut goes through. */
function cutRecord({ truth }: Seed, name: string, at: number): number {
  const member = truth.members.get(name) ?? 0;
  const { records } = truth.image.checkpoint;
  for (let row = 0; row < records.count; row++) {
    const start = recordOffset(records, row);
    if (recordMember(records, row) === member && start < at && at < start + recordLength(records, row)) return row;
  }
  return -1;
}

/** If a record is wrong in itself, nothing shows whether the image ends inside it. */
const isValid = ({ truth }: Seed): boolean =>
  truth.image.checkpoint.problems.every(({ severity, code }) => severity !== "error" || code === "error-record");

export async function imageTargets(): Promise<Target[]> {
  const [streams, sets] = [await streamSeeds(), await setSeeds()];
  const valid = streams.filter(isValid);
  return [
    { name: "linux-cr", share: 28, run: (next) => runMutated(streams, next) },
    { name: "linux-cr-cut", share: 18, run: (next) => runCut(valid, next) },
    { name: "criu", share: 10, run: (next) => runMutated(sets, next) },
    { name: "criu-cut", share: 6, run: (next) => runCut(sets, next) },
  ];
}
