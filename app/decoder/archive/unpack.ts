// Archives: a tar, plain or compressed with gzip or Zstandard, detected from its bytes. The members of a
// plain tar are parts of the archive; of a compressed tar, only the members that the caller needs are kept in memory.

import { visible } from "../../model/text.ts";
import { bytesSource, partSource, type Source, SourceError } from "../source.ts";
import { type ArchiveProblem, createTarStream, isTarHeader, listTar, type TarSink } from "./tar.ts";
import { unpackZstd, ZstdError } from "./zstd.ts";

export type ArchiveForm = "tar" | "gzip" | "zstd";

/** Limits on what an archive unpacks to, in bytes. */
export interface UnpackLimits {
  /** In total, kept or not. Default: 4 GiB. */
  readonly unpacked?: number;
  /** Kept in memory. Default: 512 MiB. */
  readonly kept?: number;
}

export interface UnpackOptions {
  readonly limits?: UnpackLimits;
  readonly signal?: AbortSignal;
  /** Called with the number of bytes of the archive read so far. */
  readonly onBytes?: (bytes: number) => void;
  /** Whether a member's contents are needed; `maybe`: only if they are an archive. */
  readonly needed: (name: string) => boolean | "maybe";
}

export interface Unpacked {
  readonly form: ArchiveForm;
  /** Regular files. Reading one that was not needed may reject, as its contents may not have been kept. */
  readonly members: readonly Source[];
  readonly problems: readonly ArchiveProblem[];
}

/** The form of an archive that begins with `head` (512 bytes are enough); `null` if it is not an archive. */
export function archiveForm(head: Uint8Array): ArchiveForm | null {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return "gzip";
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd";
  if ((a ?? 0) >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18) return "zstd";
  return isTarHeader(head) ? "tar" : null;
}

/** The form of an archive; `null` if the source is not one, or cannot be read. */
export async function sniffArchive(source: Source): Promise<ArchiveForm | null> {
  try {
    return archiveForm(await source.read(0, Math.min(512, source.size)));
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

const DEFAULT_UNPACKED = 4 * 2 ** 30;
const DEFAULT_KEPT = 512 * 2 ** 20;

/**
 * Lists an archive's files. Damage becomes a problem.
 *
 * @throws the signal's reason if aborted; SourceError if bytes of a plain tar cannot be read.
 */
export async function openArchive(source: Source, form: ArchiveForm, options: UnpackOptions): Promise<Unpacked> {
  if (form === "tar") {
    const { members, problems } = await listTar(source, options.signal);
    const sources = members.map(({ name, offset, size }) => partSource(source, name, offset, size));
    return { form, ...lastOfEach(sources, problems) };
  }
  const problems: ArchiveProblem[] = [];
  const problem = (found: ArchiveProblem): void => {
    if (problems.length < 1000) problems.push(found);
  };
  const { sink, members } = createKeeper(options, problem);
  const tar = createTarStream(sink, problem);
  const limit = options.limits?.unpacked ?? DEFAULT_UNPACKED;
  let unpacked = 0;
  const write = (bytes: Uint8Array): boolean => {
    options.signal?.throwIfAborted();
    unpacked += bytes.length;
    if (unpacked > limit) {
      const message = `The archive unpacks to more than ${limit} bytes; the rest is ignored.`;
      problem({ severity: "error", code: "archive-too-large", message, offset: limit });
      return false;
    }
    return tar.push(bytes);
  };
  const progress = (offset: number): void => {
    options.signal?.throwIfAborted();
    options.onBytes?.(offset);
  };
  try {
    await (form === "gzip" ? unpackGzip(source, write, progress) : unpackZstd(source, write, progress));
  } catch (error) {
    if (!(error instanceof ZstdError || error instanceof GzipError || error instanceof SourceError)) throw error;
    problem({ severity: "error", code: "archive-damaged", message: error.message, offset: unpacked });
  }
  tar.end();
  return { form, ...lastOfEach(members, problems) };
}

class GzipError extends Error {
  override readonly name = "GzipError";
}

const CHUNK = 256 << 10;

/** Unpacks `source`. `write` takes each block (to be copied) and returns false to stop. */
async function unpackGzip(
  source: Source,
  write: (bytes: Uint8Array) => boolean,
  progress: (offset: number) => void,
): Promise<void> {
  let at = 0;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          if (at >= source.size) return controller.close();
          const bytes = await source.read(at, Math.min(CHUNK, source.size - at));
          if (bytes.length === 0) return controller.close();
          at += bytes.length;
          controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
        } catch (error) {
          controller.error(error);
        }
      },
    },
    { highWaterMark: 1 },
  );
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        if (error instanceof SourceError) throw error;
        throw new GzipError(`The compressed data is damaged or cut off (${(error as Error).message}).`);
      });
      if (done) return;
      progress(Math.min(at, source.size));
      if (!write(value)) return;
    }
  } finally {
    // Stops reading. A damaged stream has already reported its error.
    reader.cancel().catch(() => {});
  }
}

/** Collects the members of a streamed tar, with the bodies that are needed. */
function createKeeper(
  { needed, limits }: UnpackOptions,
  problem: (problem: ArchiveProblem) => void,
): { readonly sink: TarSink; readonly members: Source[] } {
  const members: Source[] = [];
  const limit = limits?.kept ?? DEFAULT_KEPT;
  let kept = 0;
  let current: { name: string; size: number; chunks: Uint8Array[]; length: number; keep: boolean } | null = null;

  const drop = (file: NonNullable<typeof current>): false => {
    kept -= file.length;
    file.keep = false;
    file.chunks = [];
    return false;
  };

  const sink: TarSink = {
    file(name, size) {
      const need = needed(name);
      const file = { name, size, chunks: [] as Uint8Array[], length: 0, keep: need !== false };
      current = file;
      if (need === false) return null;
      let sniffed = need === true;
      return (bytes) => {
        if (kept + bytes.length > limit) {
          const message = `${visible(name)} is not kept: the needed contents exceed ${limit} bytes.`;
          problem({ severity: "error", code: "archive-too-large", message, offset: 0 });
          return drop(file);
        }
        file.chunks.push(bytes.slice());
        file.length += bytes.length;
        kept += bytes.length;
        if (!sniffed && (file.length >= 512 || file.length === size)) {
          sniffed = true;
          if (archiveForm(joined(file.chunks, Math.min(512, file.length))) === null) return drop(file);
        }
        return true;
      };
    },
    fileEnd() {
      if (current === null) return;
      const { name, size, chunks, length, keep } = current;
      members.push(keep ? bytesSource(name, joined(chunks, length)) : absentSource(name, size));
      current = null;
    },
  };
  return { sink, members };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    if (at >= length) break;
    const part = chunk.subarray(0, length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A member whose contents were not kept. */
function absentSource(name: string, size: number): Source {
  const message = "The contents were not kept when the archive was unpacked.";
  return { name, size, read: () => Promise.reject(new SourceError(message)) };
}

/** Keeps the last of several members with one path, as tar does. */
function lastOfEach(
  members: readonly Source[],
  problems: readonly ArchiveProblem[],
): { readonly members: readonly Source[]; readonly problems: readonly ArchiveProblem[] } {
  const last = new Map(members.map((member, index) => [member.name, index]));
  if (last.size === members.length) return { members, problems };
  const twice = new Set(members.filter(({ name }, index) => last.get(name) !== index).map(({ name }) => name));
  const notes = [...twice].slice(0, 100).map((name) => ({
    severity: "note" as const,
    code: "duplicate-member",
    message: `The archive has ${visible(name)} more than once; the last one is used.`,
    offset: 0,
  }));
  return { members: members.filter(({ name }, index) => last.get(name) === index), problems: [...problems, ...notes] };
}
