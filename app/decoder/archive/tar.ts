// Tar (ustar, GNU and PAX): lists members with their offsets. Links are not followed.

import { decodeText, visible } from "../../model/text.ts";
import type { Source } from "../source.ts";

/** A problem of an archive. `offset` is in bytes from the start of the archive, after decompression. */
export interface ArchiveProblem {
  readonly severity: "error" | "warning" | "note";
  readonly code: string;
  readonly message: string;
  readonly offset: number;
}

/** A regular file in an archive. */
export interface TarMember {
  /** Path without a leading `./`. Raw text. */
  readonly name: string;
  /** Where its bytes begin. */
  readonly offset: number;
  readonly size: number;
}

const BLOCK = 512;

/** Long names and PAX headers larger than this are skipped. */
const META_LIMIT = 1 << 20;

/** At most this many members are read. */
const MEMBER_LIMIT = 500_000;

/** What to do after a header block. `body`: length of what follows it, in bytes, without padding. */
type Step =
  | { readonly kind: "end" }
  | { readonly kind: "bad" }
  | { readonly kind: "blank" }
  /** A further header block of a sparse file follows before the body. */
  | { readonly kind: "extension"; readonly body: number }
  | { readonly kind: "meta"; readonly type: string; readonly body: number }
  | { readonly kind: "file"; readonly name: string; readonly body: number }
  | { readonly kind: "other"; readonly body: number };

/** Bytes up to the next block boundary. */
const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** A number in a header: octal text, or base 256 if its first bit is set; NaN if it is neither. */
function headerNumber(block: Uint8Array, at: number, length: number): number {
  const first = block[at] as number;
  if (first & 0x80) {
    // Negative numbers (second bit set too) are not valid sizes; they become unsafe integers here.
    let value = first & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + (block[at + i] as number);
    return Number.isSafeInteger(value) ? value : Number.NaN;
  }
  const text = headerText(block, at, length).trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || "0", 8) : Number.NaN;
}

function headerText(block: Uint8Array, at: number, length: number): string {
  const end = block.subarray(at, at + length).indexOf(0);
  return decodeText(block.subarray(at, end < 0 ? at + length : at + end));
}

/** Whether a block is a tar header, by its checksum. Old programs summed signed bytes. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= 148 && at < 156 ? 32 : (block[at] as number);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const sum = headerNumber(block, 148, 8);
  return block[0] !== 0 && (sum === unsigned || sum === signed);
}

/** Reads an archive header by header. `problem` is called for each fault. */
function createTarParser(problem: (problem: ArchiveProblem) => void) {
  let longName: string | null = null;
  let pax: ReadonlyMap<string, string> = new Map();
  let globalPax: ReadonlyMap<string, string> = new Map();
  let blanks = 0;
  let sparse: number | null = null;

  const readPax = (bytes: Uint8Array, offset: number): Map<string, string> => {
    const found = new Map<string, string>();
    let at = 0;
    while (at < bytes.length && bytes[at] !== 0) {
      const space = bytes.indexOf(32, at);
      const length = Number(decodeText(bytes.subarray(at, space < 0 ? at : Math.min(space, at + 12))) || Number.NaN);
      const end = at + length;
      const equals = bytes.indexOf(61, space);
      if (!(space > at && length > 0 && end <= bytes.length && equals > space && equals < end)) {
        problem({ severity: "warning", code: "bad-pax-header", message: "A PAX header is damaged.", offset });
        break;
      }
      found.set(decodeText(bytes.subarray(space + 1, equals)), decodeText(bytes.subarray(equals + 1, end - 1)));
      at = end;
    }
    return found;
  };

  return {
    /** Reads the header block at `offset` of the archive. */
    header(block: Uint8Array, offset: number): Step {
      if (sparse !== null) {
        const body = sparse;
        if (block[504] === 0) sparse = null;
        return sparse === null ? { kind: "other", body } : { kind: "extension", body };
      }
      if (block[0] === 0 && block.every((byte) => byte === 0))
        return ++blanks === 2 ? { kind: "end" } : { kind: "blank" };
      blanks = 0;
      const stored = headerNumber(block, 124, 12);
      if (!isTarHeader(block) || Number.isNaN(stored)) return { kind: "bad" };
      const type = String.fromCharCode(block[156] || 48);
      if ("xgLK".includes(type)) return { kind: "meta", type, body: stored };
      const own = (key: string): string | undefined => pax.get(key) ?? globalPax.get(key);
      const isUstar = headerText(block, 257, 6).startsWith("ustar") && block[262] === 0;
      const prefix = isUstar ? headerText(block, 345, 155) : "";
      const short = headerText(block, 0, 100);
      const name = own("path") ?? longName ?? (prefix === "" ? short : `${prefix}/${short}`);
      const paxSize = own("size");
      const size = paxSize === undefined ? stored : /^\d{1,15}$/.test(paxSize) ? Number(paxSize) : Number.NaN;
      const isSparse = type === "S" || own("GNU.sparse.major") !== undefined || own("GNU.sparse.size") !== undefined;
      pax = new Map();
      longName = null;
      if (Number.isNaN(size)) return { kind: "bad" };
      if ("123456".includes(type)) {
        if (type === "1" || type === "2") {
          const message = `${visible(name)} is a link; it is not followed.`;
          problem({ severity: "note", code: "archive-link", message, offset });
        }
        return { kind: "other", body: 0 };
      }
      if (isSparse) {
        const message = `${visible(name)} is stored as a sparse file; it is skipped.`;
        problem({ severity: "warning", code: "sparse-member", message, offset });
        if (type !== "S" || block[482] === 0) return { kind: "other", body: size };
        sparse = size;
        return { kind: "extension", body: size };
      }
      if (!"07".includes(type) || name.endsWith("/")) return { kind: "other", body: size };
      const clean = name.replace(/^(\.\/+)+/, "");
      if (clean.startsWith("/") || clean.split("/").includes("..") || clean === "") {
        const message = `The path ${visible(name)} points outside the archive; it is skipped.`;
        problem({ severity: "warning", code: "unsafe-path", message, offset });
        return { kind: "other", body: size };
      }
      return { kind: "file", name: clean, body: size };
    },
    /** Takes the body of a long name or PAX header. */
    meta(type: string, bytes: Uint8Array, offset: number): void {
      if (type === "x") pax = readPax(bytes, offset);
      else if (type === "g") globalPax = readPax(bytes, offset);
      else if (type === "L") longName = headerText(bytes, 0, bytes.length);
    },
  };
}

const damagedHeader = (offset: number): ArchiveProblem => ({
  severity: "error",
  code: "bad-archive-header",
  message: "The archive is damaged: a header was expected here. The rest is ignored.",
  offset,
});

const truncated = (name: string, offset: number): ArchiveProblem => ({
  severity: "error",
  code: "truncated-archive",
  message: `The archive ends in the middle of ${name}.`,
  offset,
});

const tooLarge = (offset: number): ArchiveProblem => ({
  severity: "warning",
  code: "oversized-archive-header",
  message: `A header of more than ${META_LIMIT} bytes was skipped.`,
  offset,
});

const tooMany = (offset: number): ArchiveProblem => ({
  severity: "error",
  code: "too-many-members",
  message: `The archive has more than ${MEMBER_LIMIT} members; the rest are ignored.`,
  offset,
});

const noEnd = (offset: number): ArchiveProblem => ({
  severity: "note",
  code: "archive-without-end",
  message: "The archive ends without an end-of-archive marker.",
  offset,
});

/** Lists a tar's members from its headers, without reading the bodies. */
export async function listTar(
  source: Source,
  signal?: AbortSignal,
): Promise<{ readonly members: TarMember[]; readonly problems: ArchiveProblem[] }> {
  const members: TarMember[] = [];
  const problems: ArchiveProblem[] = [];
  const parser = createTarParser((problem) => problems.length < 1000 && problems.push(problem));
  let held = { base: 0, bytes: new Uint8Array(0) as Uint8Array };
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    if (offset < held.base || offset + length > held.base + held.bytes.length) {
      signal?.throwIfAborted();
      const size = Math.min(Math.max(length, 64 << 10), source.size - offset);
      held = { base: offset, bytes: await source.read(offset, size) };
    }
    return held.bytes.subarray(offset - held.base, offset - held.base + length);
  };
  let at = 0;
  while (at < source.size) {
    const block = at + BLOCK <= source.size ? await read(at, BLOCK) : new Uint8Array(0);
    if (block.length < BLOCK) {
      problems.push(truncated("a header", at));
      return { members, problems };
    }
    const step = parser.header(block, at);
    if (step.kind === "end") return { members, problems };
    if (step.kind === "bad") {
      problems.push(damagedHeader(at));
      return { members, problems };
    }
    at += BLOCK;
    if (step.kind === "blank" || step.kind === "extension") continue;
    const left = source.size - at;
    if (step.kind === "file") {
      if (members.length === MEMBER_LIMIT) {
        problems.push(tooMany(at - BLOCK));
        return { members, problems };
      }
      members.push({ name: step.name, offset: at, size: Math.min(step.body, left) });
    } else if (step.kind === "meta") {
      if (step.body > META_LIMIT) problems.push(tooLarge(at - BLOCK));
      else if (step.body <= left) parser.meta(step.type, await read(at, step.body), at - BLOCK);
    }
    if (step.body > left) {
      problems.push(truncated(step.kind === "file" ? visible(step.name) : "a header", at - BLOCK));
      return { members, problems };
    }
    at += padded(step.body);
  }
  problems.push(noEnd(at));
  return { members, problems };
}

/** Receives the files of a streamed tar. */
export interface TarSink {
  /**
   * A file begins. Returns a function that takes each block of its body (to be copied) until it returns false; `null`
   * if the body is not needed.
   */
  file(name: string, size: number): ((bytes: Uint8Array) => boolean) | null;
  /** The body of the last file has ended; `whole` unless the archive is cut off. */
  fileEnd(whole: boolean): void;
}

/** A tar that arrives in pieces. */
export interface TarStream {
  /** Takes the next bytes. Returns false when no more are needed. */
  push(bytes: Uint8Array): boolean;
  /** Must be called after the last bytes. */
  end(): void;
}

export function createTarStream(sink: TarSink, problem: (problem: ArchiveProblem) => void): TarStream {
  const parser = createTarParser(problem);
  const block = new Uint8Array(BLOCK);
  let filled = 0;
  let offset = 0;
  let files = 0;
  /** Bytes of the body, and of its padding, that are still to come. */
  let body = 0;
  let padding = 0;
  let state: "header" | "file" | "meta" | "skip" | "done" = "header";
  let write: ((bytes: Uint8Array) => boolean) | null = null;
  let meta: { readonly type: string; readonly bytes: Uint8Array; filled: number } | null = null;
  let name = "";

  const begin = (step: Step): void => {
    if (step.kind === "end" || step.kind === "bad") {
      if (step.kind === "bad") problem(damagedHeader(offset - BLOCK));
      state = "done";
      return;
    }
    if (step.kind === "blank" || step.kind === "extension") return;
    body = step.body;
    padding = padded(body) - body;
    name = step.kind === "file" ? visible(step.name) : "a header";
    state = "skip";
    if (step.kind === "file") {
      if (files++ === MEMBER_LIMIT) {
        problem(tooMany(offset - BLOCK));
        state = "done";
        return;
      }
      write = sink.file(step.name, body);
      state = "file";
    } else if (step.kind === "meta") {
      if (body > META_LIMIT) problem(tooLarge(offset - BLOCK));
      else {
        meta = { type: step.type, bytes: new Uint8Array(body), filled: 0 };
        state = "meta";
      }
    }
    if (body === 0) finish();
  };

  const finish = (): void => {
    if (state === "file") sink.fileEnd(true);
    else if (state === "meta" && meta !== null) parser.meta(meta.type, meta.bytes, offset);
    write = null;
    meta = null;
    state = padding > 0 ? "skip" : "header";
    body = padding;
    padding = 0;
  };

  return {
    push(bytes) {
      let at = 0;
      while (at < bytes.length && state !== "done") {
        if (state === "header") {
          const taken = Math.min(BLOCK - filled, bytes.length - at);
          block.set(bytes.subarray(at, at + taken), filled);
          filled += taken;
          at += taken;
          offset += taken;
          if (filled < BLOCK) break;
          filled = 0;
          begin(parser.header(block, offset - BLOCK));
          continue;
        }
        const taken = Math.min(body, bytes.length - at);
        const stretch = bytes.subarray(at, at + taken);
        if (state === "file") {
          if (write !== null && !write(stretch)) write = null;
        } else if (state === "meta" && meta !== null) {
          meta.bytes.set(stretch, meta.filled);
          meta.filled += taken;
        }
        at += taken;
        offset += taken;
        body -= taken;
        if (body === 0) finish();
      }
      return state !== "done";
    },
    end() {
      if (state === "file") sink.fileEnd(false);
      if (state === "file" || state === "meta" || (state === "skip" && body > 0)) problem(truncated(name, offset));
      else if (state === "header") problem(filled > 0 ? truncated("a header", offset) : noEnd(offset));
      state = "done";
    },
  };
}
