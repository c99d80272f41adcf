// Archives of every kind, mutated and cut off.

import type { PlatformUnpackers } from "../../../app/decoder/archive/compression/platform.ts";
import { createZstdUnpacker } from "../../../app/decoder/archive/compression/zstd-wasm.ts";
import { archiveForm } from "../../../app/decoder/archive/forms.ts";
import { openArchive } from "../../../app/decoder/archive/unpack.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource, SourceError } from "../../../app/decoder/source.ts";
import { fixture } from "../corpus.ts";
import { holdImage, holdVisible } from "../holds.ts";
import { mutate } from "../mutate.ts";
import { hold, pick, type Random, type Target } from "../target.ts";

interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Contents {
  readonly members: readonly Member[];
  readonly isSingle: boolean;
  readonly problems: number;
}

interface Archive {
  readonly bytes: Uint8Array;
  readonly unpackers: PlatformUnpackers;
  readonly contents: Contents;
}

/** The contents of an archive; `null` if it is not one. */
async function unpack(bytes: Uint8Array, unpackers: PlatformUnpackers): Promise<Contents | null> {
  const form = archiveForm(bytes);
  if (form === null) return null;
  const { members, problems, isSingle } = await openArchive(bytesSource("fuzz", bytes), form, {
    needed: () => true,
    neededBytes: () => true,
    unpackers,
  });
  for (const { message, offset } of problems) {
    holdVisible(message, "a problem");
    hold(Number.isSafeInteger(offset) && offset >= 0, `a problem at ${offset}`);
  }
  const read = await Promise.all(
    members.map(async ({ name, size, read: readFrom }): Promise<Member> => {
      try {
        return { name, bytes: await readFrom(0, Math.min(size, 1 << 24)) };
      } catch (error) {
        if (error instanceof SourceError) return { name, bytes: new Uint8Array(0) };
        throw error;
      }
    }),
  );
  return { members: read, isSingle, problems: problems.length };
}

async function archiveOf(path: string, unpackers: PlatformUnpackers): Promise<Archive> {
  const bytes = fixture(path);
  const contents = await unpack(bytes, unpackers);
  if (contents === null) throw new Error(`${path} is not an archive`);
  return { bytes, unpackers, contents };
}

const isPrefix = (part: Uint8Array, whole: Uint8Array): boolean =>
  part.length <= whole.length && part.every((byte, at) => byte === whole[at]);

/** Whether the members are the first ones of the whole archive, the last one perhaps in part. */
function isBeginning(part: readonly Member[], whole: readonly Member[]): boolean {
  return part.every(({ name, bytes }, at) => {
    const wanted = whole[at];
    return wanted !== undefined && name === wanted.name && isPrefix(bytes, wanted.bytes);
  });
}

const sizeOf = (members: readonly Member[]): number => members.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** The members of a cut archive. If it has less than one header of a tar, it is taken for a single file. */
async function cutMembers({ bytes, unpackers, contents }: Archive, at: number): Promise<readonly Member[]> {
  const found = await unpack(bytes.subarray(0, at), unpackers);
  return found === null || found.isSingle !== contents.isSingle ? [] : found.members;
}

/** A cut archive has the beginning of its contents, and the more the later the cut. */
async function runCut(archive: Archive, next: Random): Promise<void> {
  const at = next(archive.bytes.length);
  const later = await cutMembers(archive, at);
  hold(isBeginning(later, archive.contents.members), `cut at ${at}: other contents`);
  const sooner = await cutMembers(archive, Math.max(0, at - 1 - next(40)));
  hold(sizeOf(sooner) <= sizeOf(later), `cut at ${at}: fewer bytes than cut before`);
}

/** What was unpacked before the damage is kept; if nothing is reported, all is as it was. */
async function runMutated(archives: readonly Archive[], next: Random, hasChecksum: boolean): Promise<void> {
  const archive = pick(archives, next);
  const { bytes, changedFrom } = mutate(archive.bytes, next);
  const found = await unpack(bytes, archive.unpackers);
  if (found !== null) {
    const { members } = archive.contents;
    const sure = await cutMembers(archive, changedFrom);
    for (const [at, { name, bytes: wanted }] of sure.entries()) {
      const kept = found.members[at];
      // A member that is named like an earlier one replaces it.
      if (kept?.name !== name && found.members.some((other) => other.name === name)) continue;
      if (kept === undefined) hold(wanted.length === 0, `no ${name}`);
      else hold(isPrefix(wanted, kept.bytes), `less or other bytes of ${name}`);
    }
    if (hasChecksum && found.problems === 0) {
      const isSame = isBeginning(found.members, members) && sizeOf(found.members) === sizeOf(members);
      // Whole members may be missing where the archive was cut between two.
      const isFewer = sizeOf(found.members) < sizeOf(members) && isBeginning(found.members, members);
      hold(isSame || isFewer || isPrefix(archive.bytes, bytes), "other contents without a problem");
    }
  }
  const image = await openImage([bytesSource("fuzz", bytes)]);
  if (!("refused" in image)) holdImage(image, Math.max(bytes.length, sizeOf(found?.members ?? [])));
}

/** The directory at the end of a ZIP archive decides what is in it, so damage to that may hide what precedes it. */
async function runZip(archives: readonly Archive[], next: Random): Promise<void> {
  if (next(3) === 0) return runCut(pick(archives, next), next);
  const { bytes } = mutate(pick(archives, next).bytes, next);
  const found = await unpack(bytes, {});
  const image = await openImage([bytesSource("fuzz", bytes)]);
  if (!("refused" in image)) holdImage(image, Math.max(bytes.length, sizeOf(found?.members ?? [])));
}

async function runArchive(archives: readonly Archive[], next: Random, hasChecksum: boolean): Promise<void> {
  if (next(3) > 0) return runMutated(archives, next, hasChecksum);
  await runCut(pick(archives, next), next);
}

const FORMS: readonly (readonly [
  name: string,
  share: number,
  paths: readonly string[],
  unpackers?: PlatformUnpackers,
])[] = [
  ["tar", 6, ["fuzz/set.tar"]],
  ["gzip", 4, ["fuzz/set.tar.gz", "fuzz/stream.ckpt.gz"]],
  ["zstd", 4, ["fuzz/set.tar.zst", "fuzz/stream.ckpt.zst"]],
  ["zstd-wasm", 4, ["fuzz/set.tar.zst", "fuzz/stream.ckpt.zst"], { zstd: createZstdUnpacker() }],
  ["xz", 4, ["fuzz/set.tar.xz", "fuzz/stream.ckpt.xz"]],
  ["zip", 4, ["archives/zip/info-zip.zip", "archives/zip/info-zip-streamed.zip"]],
  ["bzip2", 3, ["fuzz/set.tar.bz2", "fuzz/stream.ckpt.bz2"]],
  ["streamer", 3, ["archives/cases/checkpoint.stream"]],
];

export function archiveTargets(): Promise<Target[]> {
  return Promise.all(
    FORMS.map(async ([name, share, paths, unpackers = {}]): Promise<Target> => {
      const archives = await Promise.all(paths.map((path) => archiveOf(path, unpackers)));
      const hasChecksum = name !== "tar" && name !== "streamer";
      const run = (next: Random) => (name === "zip" ? runZip(archives, next) : runArchive(archives, next, hasChecksum));
      return { name, share, run };
    }),
  );
}
