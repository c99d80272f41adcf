// Opens archives: a tar, plain or compressed, a ZIP archive, a capture of criu-image-streamer, or a
// single compressed file. A plain tar's members are parts of the archive; for a compressed one,
// only what the caller needs is kept in memory.

import { visible } from "../../model/text/text.ts";
import { sizeText } from "../../model/text/words.ts";
import { HIGHEST, type Limits, limitMessage } from "../limits.ts";
import { bytesSource, partSource, type Source, SourceError } from "../source.ts";
import { packedInput, UnpackError, type UnpackSink } from "./compression/packed-input.ts";
import { type PlatformUnpackers, unpackByPlatform, withoutFirst } from "./compression/platform.ts";
import { type ArchiveForm, HEAD_BYTES, type PackedForm, unpackedName } from "./forms.ts";
import { createKeeper, dated, joined, type Needs } from "./keeper.ts";
import { type Listed, resolveLinks } from "./links.ts";
import type { ArchiveProblem } from "./problem.ts";
import { sparseSource } from "./sparse.ts";
import { listStreamer } from "./streamer.ts";
import { createTarStream, listTar } from "./tar.ts";
import { isTarHeader } from "./tar-header.ts";

/** How much an archive may unpack to, in bytes. */
export type UnpackLimits = Partial<Pick<Limits, "unpacked" | "kept" | "window" | "members">>;

export interface UnpackOptions extends Needs {
  /** By default, the highest of limits.ts. */
  readonly limits?: UnpackLimits;
  readonly signal?: AbortSignal;
  /** Called with how many bytes of the archive have been read. */
  readonly onBytes?: (bytes: number) => void;
  /** Which members, by name, are not kept but may be read later: the archive is then unpacked again for them. */
  readonly later?: (name: string) => boolean;
  /**
   * Which members, by name, are read as the path of their target if they are links to a folder or out of the archive.
   */
  readonly isPathWanted?: (name: string) => boolean;
  /** Decompressors of the platform to use where they can unpack a file. */
  readonly unpackers?: PlatformUnpackers;
}

export interface Unpacked {
  readonly form: ArchiveForm;
  /** Regular files. Those that are not needed may not have been kept: reading them rejects. */
  readonly members: readonly Source[];
  /** Whether the one member is the whole compressed file. */
  readonly isSingle: boolean;
  readonly problems: readonly ArchiveProblem[];
}

/** How much is still unpacked after the end of a tar, to reach the checksum. */
const DRAIN_LIMIT = 64 * 2 ** 20;

const MOST_PROBLEMS = 1000;

/**
 * Lists an archive's files. Damage becomes a problem.
 *
 * @throws the signal's reason if aborted; SourceError if bytes of an archive that is not compressed cannot be read.
 */
export async function openArchive(source: Source, form: ArchiveForm, options: UnpackOptions): Promise<Unpacked> {
  const problems: ArchiveProblem[] = [];
  const { members: most } = { ...HIGHEST, ...options.limits };
  const problem = (found: ArchiveProblem): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(found);
  };
  if (form === "streamer") return { form, isSingle: false, ...(await listStreamer(source, options.signal, most)) };
  if (form === "zip") {
    const { listZip } = await import("./zip.ts");
    const listed = await listZip(source, { ...options, limits: { ...HIGHEST, ...options.limits } }, problem);
    return { form, members: resolveLinks(listed, problem, options.isPathWanted), isSingle: false, problems };
  }
  if (form === "tar") {
    const found = await listTar(source, options.signal, most);
    for (const each of found.problems) problem(each);
    const listed = found.members.map((member): Listed => {
      const { name, size, offset, modified } = member;
      if (member.hardLink !== undefined || member.symbolicLink !== undefined) return { entry: member, source: null };
      const { sparse } = member;
      const body = partSource(source, name, offset, sparse?.stored ?? size);
      const part = sparse === undefined ? body : sparseSource(name, size, body, sparse);
      return { entry: member, source: dated(part, modified) };
    });
    return { form, members: resolveLinks(listed, problem, options.isPathWanted), isSingle: false, problems };
  }
  const contents = await unpackContents(source, form, options, problem);
  return { form, ...contents, problems };
}

/** Unpacks a compressed file: a tar, or any other file as the only member. */
async function unpackContents(
  source: Source,
  form: PackedForm,
  options: UnpackOptions,
  problem: (problem: ArchiveProblem) => void,
): Promise<Pick<Unpacked, "members" | "isSingle">> {
  const { signal } = options;
  const limits = { ...HIGHEST, ...options.limits };
  const keeper = createKeeper(options, limits.kept, problem);
  const tar = createTarStream(keeper.sink, problem, limits.members);
  const single = createSingle(options, limits.kept, problem);
  let begun: { readonly isTar: boolean } | null = null;
  let head: Uint8Array = new Uint8Array(0);
  let unpacked = 0;
  let drained = 0;

  const deliver = (next: Uint8Array): boolean => {
    let bytes = next;
    if (begun === null) {
      bytes = joined([head, next], head.length + next.length);
      if (bytes.length < HEAD_BYTES) {
        head = bytes;
        return true;
      }
      begun = { isTar: isTarHeader(bytes) };
    }
    if (!begun.isTar) return single.push(bytes);
    if (!tar.push(bytes)) drained += bytes.length;
    return drained <= DRAIN_LIMIT;
  };
  const write = (bytes: Uint8Array): boolean => {
    signal?.throwIfAborted();
    const room = limits.unpacked - unpacked;
    unpacked += bytes.length;
    if (unpacked <= limits.unpacked) return deliver(bytes);
    deliver(bytes.subarray(0, room));
    problem(tooLarge("unpacked", limits.unpacked));
    return false;
  };
  const windowLimit = limits.window;
  await unpackAll(source, form, { write, problem, windowLimit }, options);
  if (begun === null) {
    begun = { isTar: false };
    single.push(head);
  }
  if (!(begun as { readonly isTar: boolean }).isTar) {
    const name = unpackedName(source.name.slice(source.name.lastIndexOf("/") + 1));
    return { members: [dated(single.end(name), await modifiedTime(source, form))], isSingle: true };
  }
  tar.end();
  const { later } = options;
  const listed = later === undefined ? keeper.listed : deferred(keeper.listed, later, source, form, options);
  return { members: resolveLinks(listed, problem, options.isPathWanted), isSingle: false };
}

const tooLarge = (limit: "unpacked" | "kept", value: number): ArchiveProblem => ({
  severity: "error",
  code: "archive-too-large",
  message: limitMessage(limit, value),
  limit,
  offset: value,
});

/** Listed members. Those that may be read later are sources that then unpack the archive again. */
function deferred(
  listed: readonly Listed[],
  later: (name: string) => boolean,
  source: Source,
  form: PackedForm,
  options: UnpackOptions,
): Listed[] {
  const limits = { ...HIGHEST, ...options.limits };
  let unpacked: Promise<ReadonlyMap<string, Source>> | null = null;
  return listed.map(({ entry, source: member }) => {
    const { name, size, modified } = entry;
    if (member === null || !later(name)) return { entry, source: member };
    const read: Source["read"] = async (offset, length) => {
      unpacked ??= unpackAgain(source, form, {
        later,
        limits,
        ...(options.unpackers && { unpackers: options.unpackers }),
      });
      const found = (await unpacked).get(name);
      if (found === undefined) throw new SourceError(`${visible(name)} could not be unpacked again.`);
      return found.read(offset, length);
    };
    return { entry, source: dated({ name, size, read }, modified) };
  });
}

/** Unpacks an archive for the members that were not kept. @throws SourceError if they are too large to keep. */
async function unpackAgain(
  source: Source,
  form: PackedForm,
  options: {
    readonly later: (name: string) => boolean;
    readonly limits: Required<UnpackLimits>;
    readonly unpackers?: PlatformUnpackers;
  },
): Promise<ReadonlyMap<string, Source>> {
  const { later, limits, ...platform } = options;
  const limit = limits.kept;
  let reason: string | null = null;
  // Damage was reported the first time.
  const problem = ({ code }: ArchiveProblem): void => {
    if (code === "archive-too-large") reason ??= "The memory pages of a compressed archive are too large to keep";
  };
  const needs = { needed: later, neededBytes: () => true };
  const keeper = createKeeper(needs, limit, problem);
  const tar = createTarStream(keeper.sink, problem, limits.members);
  const write = (bytes: Uint8Array): boolean => tar.push(bytes) && reason === null;
  await unpackAll(source, form, { write, problem, windowLimit: limits.window }, { ...needs, ...platform });
  tar.end();
  if (reason !== null) throw new SourceError(`${reason} (${sizeText(limit)}): unpack it and open what is in it.`);
  return new Map(keeper.listed.flatMap(({ entry, source: member }) => (member === null ? [] : [[entry.name, member]])));
}

/** Unpacks a file, with the platform's decompressor if that can. Faults become problems. */
async function unpackAll(
  source: Source,
  form: PackedForm,
  sink: UnpackSink,
  { signal, onBytes, unpackers }: UnpackOptions,
): Promise<void> {
  const progress = (offset: number): void => {
    signal?.throwIfAborted();
    onBytes?.(offset);
  };
  const unpacker = unpackers?.[form];
  if (unpacker !== undefined && (form !== "zstd" || (await isUsualZstd(source, sink.windowLimit)))) {
    const written = await unpackByPlatform(unpacker, source, sink, progress);
    if (written === "done") return;
    await unpackOurselves(source, form, withoutFirst(sink, written), progress);
  } else await unpackOurselves(source, form, sink, progress);
}

async function isUsualZstd(source: Source, windowLimit: number): Promise<boolean> {
  const { isUsual } = await import("./compression/zstd.ts");
  return isUsual(
    packedInput(source, () => {}),
    windowLimit,
  );
}

/** Runs our unpacker of a form, which is loaded when it is needed. Faults become problems. */
async function unpackOurselves(
  source: Source,
  form: PackedForm,
  sink: UnpackSink,
  progress: (offset: number) => void,
): Promise<void> {
  const input = packedInput(source, progress);
  try {
    switch (form) {
      case "gzip":
        return await (await import("./compression/gzip.ts")).unpackGzip(input, source.size, sink);
      case "zstd":
        return await (await import("./compression/zstd.ts")).unpackZstd(input, source.size, sink);
      case "xz":
        return await (await import("./compression/xz.ts")).unpackXz(input, source.size, sink);
      case "bzip2":
        return await (await import("./compression/bzip2.ts")).unpackBzip2(input, source.size, sink);
    }
  } catch (error) {
    if (!(error instanceof UnpackError || error instanceof SourceError)) throw error;
    const offset = error instanceof UnpackError ? error.offset : input.base + input.at;
    const limit = error instanceof UnpackError ? error.limit : undefined;
    sink.problem({
      severity: "error",
      code: "archive-damaged",
      message: error.message,
      ...(limit && { limit }),
      offset,
    });
  }
}

/** The time in a gzip file, in seconds since 1970; 0 if unknown. */
async function modifiedTime(source: Source, form: PackedForm): Promise<number> {
  if (form !== "gzip") return 0;
  const { modifiedOf, TIME_END } = await import("./compression/gzip.ts");
  try {
    return modifiedOf(await source.read(0, Math.min(TIME_END, source.size))) ?? 0;
  } catch (error) {
    // Then nothing was unpacked either, and a problem says so.
    if (error instanceof SourceError) return 0;
    throw error;
  }
}

/** Collects a compressed file that is not a tar, if its first bytes show that it is needed. */
function createSingle({ neededBytes }: Needs, limit: number, problem: (problem: ArchiveProblem) => void) {
  let chunks: Uint8Array[] = [];
  let length = 0;
  let keep: boolean | null = null;
  return {
    push(bytes: Uint8Array): boolean {
      if (keep === null) {
        const head = bytes.slice(0, HEAD_BYTES);
        keep = neededBytes(head);
        // Its head is enough to identify it.
        if (!keep) {
          chunks = [head];
          length = head.length;
        }
      }
      if (!keep) return false;
      const room = Math.min(bytes.length, limit - length);
      chunks.push(bytes.slice(0, room));
      length += room;
      if (room === bytes.length) return true;
      problem(tooLarge("kept", limit));
      return false;
    },
    end(name: string): Source {
      const bytes = joined(chunks, length);
      chunks = [];
      return bytesSource(name, bytes);
    },
  };
}
