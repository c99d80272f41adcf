// ZIP archives: members at the places that the directory at the end names, or, where that is missing, one after the
// other. Stored members are parts of the archive; of compressed ones, only what the caller needs is kept in memory.

import { visible } from "../../model/text/text.ts";
import { type Limits, limitMessage } from "../limits.ts";
import { partOf, partSource, type Source, SourceError } from "../source.ts";
import { crc32 } from "./compression/checksums.ts";
import { inflate } from "./compression/inflate.ts";
import { badChecksum, littleEndian, offsetOf, packedInput, UnpackError } from "./compression/packed-input.ts";
import { absentSource, createKeeper, dated, joined, type Keeper, type Needs } from "./keeper.ts";
import type { Listed } from "./links.ts";
import { createMemberNames } from "./member-name.ts";
import type { ArchiveProblem } from "./problem.ts";
import { tooMany } from "./tar.ts";
import { directoryEntry, findDirectory, type LocalHeader, localHeader, type ZipEntry } from "./zip-headers.ts";

export interface ZipOptions extends Needs {
  readonly limits: Pick<Limits, "unpacked" | "kept" | "members">;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
  readonly later?: (name: string) => boolean;
}

interface Zip {
  readonly source: Source;
  readonly options: ZipOptions;
  readonly keeper: Keeper;
  readonly nameOf: (path: string, offset: number) => string | null;
  readonly problem: (problem: ArchiveProblem) => void;
  /** Bytes unpacked so far. */
  unpacked: number;
}

const STORED = 0;
const DEFLATED = 8;
const METHODS: Readonly<Record<number, string>> = {
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "xz",
  99: "AES",
};

/** Lists a ZIP archive's files. Damage becomes a problem. */
export async function listZip(
  given: Source,
  options: ZipOptions,
  problem: (problem: ArchiveProblem) => void,
): Promise<readonly Listed[]> {
  const source = inBlocks(given);
  const keeper = createKeeper(options, options.limits.kept, problem);
  const zip: Zip = { source, options, keeper, nameOf: createMemberNames(problem), problem, unpacked: 0 };
  const entries = await listedEntries(given, options.limits.members, problem);
  if (entries === null) await walkMembers(zip);
  else for (const entry of entries) if (!(await addListed(zip, entry))) break;
  return keeper.listed;
}

const BLOCK = 256 << 10;

/** Reads a source in blocks: headers and small members are next to each other. */
function inBlocks(source: Source): Source {
  let start = 0;
  let block: Uint8Array = new Uint8Array(0);
  return {
    ...source,
    async read(offset, length) {
      const end = Math.min(offset + length, source.size);
      if (offset < start || end > start + block.length) {
        block = await source.read(offset, Math.min(Math.max(length, BLOCK), source.size - offset));
        start = offset;
      }
      return partOf(block, offset - start, length);
    },
  };
}

/** The entries of the directory; `null` if it is missing or damaged. */
async function listedEntries(
  source: Source,
  most: number,
  problem: (problem: ArchiveProblem) => void,
): Promise<readonly ZipEntry[] | null> {
  const directory = await findDirectory(source);
  if (directory === null) return null;
  const bytes = await source.read(directory.offset, directory.bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = directoryEntry(bytes, at, directory.before);
    if (found === null) return null;
    if (entries.length === most) {
      problem(tooMany(most, found.entry.header));
      break;
    }
    entries.push(found.entry);
    at = found.next;
  }
  return entries;
}

/** Adds a member of the directory. Returns whether more may be unpacked. */
async function addListed(zip: Zip, entry: ZipEntry): Promise<boolean> {
  const header = entry.header <= zip.source.size ? await headerAt(zip, entry.header) : null;
  if (header !== null) await addMember(zip, entry, header.data);
  else zip.problem(damagedMember(entry.path, "its header is missing", entry.header));
  return zip.unpacked <= zip.options.limits.unpacked;
}

/** Adds the members of an archive without a complete directory, mostly because its end is missing. */
async function walkMembers(zip: Zip): Promise<void> {
  const { source, options, problem } = zip;
  problem({
    severity: "error",
    code: "archive-without-directory",
    message:
      "The directory at the end of the ZIP archive is missing or damaged. Files are read in their order, as far as they go.",
    offset: source.size,
  });
  for (let at = 0, count = 0; ; count++) {
    const header = await headerAt(zip, at);
    if (header === null) return;
    if (count === options.limits.members) return problem(tooMany(count, at));
    if (!header.isStreamed) {
      await addMember(zip, header, header.data);
      at = header.data + header.packed;
    } else {
      const next = await addStreamed(zip, header);
      if (next === null) return;
      at = next;
    }
  }
}

function headerAt({ source, options }: Zip, offset: number): Promise<LocalHeader | null> {
  options.signal?.throwIfAborted();
  options.onBytes?.(offset);
  return localHeader(async (at, length) => source.read(at, length), offset);
}

/**
 * Adds a member whose sizes and checksum follow its bytes. Returns where the next header is; `null` if that is unknown.
 */
async function addStreamed(zip: Zip, header: LocalHeader): Promise<number | null> {
  const { source } = zip;
  if (header.method !== DEFLATED || header.isEncrypted) {
    await addMember(
      zip,
      { ...header, packed: source.size - header.data, size: source.size - header.data },
      header.data,
    );
    return null;
  }
  const found = await unpack(zip, header, header.data, () => true);
  if (found.fault !== null) {
    await addMember(zip, { ...header, packed: source.size - header.data, size: found.size }, header.data);
    return null;
  }
  const after = await source.read(found.end, 28);
  const crc = littleEndian(after, littleEndian(after) === 0x08074b50 ? 4 : 0);
  await addMember(zip, { ...header, packed: found.end - header.data, size: found.size, crc }, header.data);
  const length = [16, 12, 24, 20].find((at) => after[at] === 0x50 && after[at + 1] === 0x4b);
  return length === undefined ? null : found.end + length;
}

/** Adds a member whose bytes begin at `data`. */
async function addMember(zip: Zip, { path, ...header }: ZipEntry, data: number): Promise<void> {
  const { source, options, keeper, problem } = zip;
  const name = path.endsWith("/") ? null : zip.nameOf(path, header.header);
  if (name === null) return;
  const { size, packed, method, modified } = header;
  const entry = { name, size, modified };
  const add = (member: Source): void => void keeper.listed.push({ entry, source: dated(member, modified) });
  const cannot = header.isEncrypted
    ? "it is encrypted"
    : method === STORED || method === DEFLATED
      ? ""
      : unread(method);
  if (!(Number.isSafeInteger(size) && Number.isSafeInteger(packed))) {
    problem(damagedMember(name, "its size is not possible", header.header));
    add(absentSource(name, 0));
  } else if (cannot !== "") {
    const message = `${visible(name)} is not read: ${cannot}. Unpack the archive, and open the folder.`;
    problem({ severity: "warning", code: "unread-member", message, offset: header.header });
    add(absentSource(name, size));
  } else if (method === STORED) {
    if (data + size > source.size) problem(endsWithin(name, source.size));
    add(partSource(source, name, data, Math.max(0, Math.min(size, source.size - data))));
  } else {
    const write = keeper.sink.entry(entry);
    if (write !== null) await keep(zip, { ...header, path: name }, data, write);
    else {
      if (data + packed > source.size) problem(endsWithin(name, source.size));
      if (options.later?.(name) === true) return add(laterSource(zip, { ...header, path: name }, data));
    }
    keeper.sink.entryEnd(true);
  }
}

const unread = (method: number): string =>
  METHODS[method] === undefined
    ? `its compression method ${method} is unknown`
    : `it is compressed with ${METHODS[method]}`;

/** Unpacks a member for the keeper, and verifies it if it is kept to its end. */
async function keep(zip: Zip, entry: ZipEntry, data: number, write: (bytes: Uint8Array) => boolean): Promise<void> {
  const { problem, options } = zip;
  const found = await unpack(zip, entry, data, write);
  if (found.fault !== null) problem(found.fault);
  else if (found.isEnough) return;
  else if (zip.unpacked > options.limits.unpacked) {
    const message = limitMessage("unpacked", options.limits.unpacked);
    problem({ severity: "error", code: "archive-too-large", message, limit: "unpacked", offset: data });
  } else if (found.crc !== entry.crc) {
    problem(badChecksum(visible(entry.path), "checksum (CRC-32)", entry.header));
  } else if (found.size !== entry.size) problem(badChecksum(visible(entry.path), "length", entry.header));
}

interface Unpacked {
  /** Where the bytes after its data are, in the archive. */
  readonly end: number;
  readonly size: number;
  readonly crc: number;
  /** Whether `write` wanted no more. */
  readonly isEnough: boolean;
  readonly fault: ArchiveProblem | null;
}

/** Unpacks the bytes at `data`. What was unpacked before a fault has been written. */
async function unpack(
  zip: Zip,
  { path, packed }: ZipEntry,
  data: number,
  write: (bytes: Uint8Array) => boolean,
): Promise<Unpacked> {
  const { source, options } = zip;
  // A member whose size follows it ends where its data says.
  const length = packed > 0 ? Math.min(packed, source.size - data) : source.size - data;
  const input = packedInput(partSource(source, path, data, Math.max(0, length)), (offset) => {
    options.signal?.throwIfAborted();
    options.onBytes?.(data + offset);
  });
  let crc = 0;
  let size = 0;
  let isEnough = false;
  let fault: ArchiveProblem | null = null;
  try {
    await inflate(input, (bytes) => {
      crc = crc32(bytes, crc);
      size += bytes.length;
      zip.unpacked += bytes.length;
      if (zip.unpacked > options.limits.unpacked) return false;
      isEnough = !write(bytes);
      return !isEnough;
    });
  } catch (error) {
    if (!(error instanceof UnpackError || error instanceof SourceError)) throw error;
    const isCut = data + offsetOf(input) >= source.size - 1;
    const what = error.message.replace(/^The compressed data is damaged: |\.$/g, "");
    fault = isCut ? endsWithin(path, source.size) : damagedMember(path, what, data + offsetOf(input));
  }
  return { end: data + offsetOf(input), size, crc, isEnough, fault };
}

/** A member that is unpacked when it is first read. */
function laterSource(zip: Zip, entry: ZipEntry, data: number): Source {
  const { path: name, size } = entry;
  const { kept } = zip.options.limits;
  let unpacked: Promise<Uint8Array> | null = null;
  const unpackAll = async (): Promise<Uint8Array> => {
    if (size > kept) throw new SourceError(`${visible(name)} is not kept. ${limitMessage("kept", kept)}`);
    const chunks: Uint8Array[] = [];
    let length = 0;
    const { fault } = await unpack({ ...zip, unpacked: 0 }, entry, data, (bytes) => {
      chunks.push(bytes.slice());
      length += bytes.length;
      return length <= size;
    });
    if (fault !== null) throw new SourceError(fault.message);
    return joined(chunks, Math.min(length, size));
  };
  return {
    name,
    size,
    async read(offset, length) {
      unpacked ??= unpackAll();
      return partOf(await unpacked, offset, length);
    },
  };
}

const endsWithin = (name: string, offset: number): ArchiveProblem => ({
  severity: "error",
  code: "truncated-archive",
  message: `The archive ends in the middle of ${visible(name)}.`,
  offset,
});

const damagedMember = (name: string, what: string, offset: number): ArchiveProblem => ({
  severity: "error",
  code: "archive-damaged",
  message: `${visible(name)} is damaged: ${what}.`,
  offset,
});
