// Tar's header blocks: ustar, GNU and PAX.

import { decodeText, exactText } from "../../model/text/text.ts";
import { createMemberNames } from "./member-name.ts";
import type { ArchiveProblem } from "./problem.ts";
import type { Sparse } from "./sparse.ts";

/** What a header says about a member. */
export interface TarEntry {
  /** Path without a leading `./` or `/`. Raw text. */
  readonly name: string;
  readonly size: number;
  /** Seconds since 1970; 0 if unknown. */
  readonly modified: number;
  /** The member that a hard link is another name of. */
  readonly hardLink?: string;
  /** The path, relative to the link's own directory, that a symbolic link leads to. */
  readonly symbolicLink?: string;
  /** How a sparse file is stored; absent: it is stored whole. */
  readonly sparse?: Sparse;
}

/** What a header block calls for. `body`: bytes that follow it, without padding. */
export type Step =
  | { readonly kind: "bad" }
  | { readonly kind: "blank" }
  /** A further header block of a sparse file follows before the body. */
  | { readonly kind: "extension"; readonly body: number }
  | { readonly kind: "meta"; readonly type: string; readonly body: number }
  | { readonly kind: "entry"; readonly entry: TarEntry; readonly body: number }
  | { readonly kind: "other"; readonly body: number };

export const BLOCK = 512;

/** Long names and PAX headers larger than this are skipped. */
export const META_LIMIT = 1 << 20;

/** Bytes up to the next block boundary. */
export const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

const isBlank = (block: Uint8Array): boolean => block[0] === 0 && block.every((byte) => byte === 0);

/** A number in a header: octal text, or base 256 if its first bit is set; NaN if it is neither. */
function headerNumber(block: Uint8Array, at: number, length: number): number {
  const first = block[at] as number;
  if (first & 0x80) {
    // Negative numbers, which also have the second bit set, are not sizes: they become unsafe integers here.
    let value = first & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + (block[at + i] as number);
    return Number.isSafeInteger(value) ? value : Number.NaN;
  }
  const text = headerText(block, at, length).trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || "0", 8) : Number.NaN;
}

function headerText(block: Uint8Array, at: number, length: number): string {
  const end = block.subarray(at, at + length).indexOf(0);
  return exactText(block.subarray(at, end < 0 ? at + length : at + end));
}

/** Whether a block is a tar header: its checksum is right. Old programs summed up signed bytes. */
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

/** The records of a PAX header. */
function readPax(
  bytes: Uint8Array,
  offset: number,
  problem: (problem: ArchiveProblem) => void,
): ReadonlyMap<string, string> {
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
    const [key, value] = [bytes.subarray(space + 1, equals), bytes.subarray(equals + 1, end - 1)].map(exactText);
    addRecord(found, key ?? "", value ?? "");
    at = end;
  }
  return found;
}

/** The list of a sparse file's parts: one record, or in the first version of the format two for each part. */
const SPARSE_MAP = "GNU.sparse.map";

function addRecord(found: Map<string, string>, key: string, value: string): void {
  if (key !== "GNU.sparse.offset" && key !== "GNU.sparse.numbytes") found.set(key, value);
  else found.set(SPARSE_MAP, found.has(SPARSE_MAP) ? `${found.get(SPARSE_MAP)},${value}` : value);
}

/** Adds the parts of a sparse file that a header block lists from `at`, up to `count`: offset and length of each. */
function addParts(parts: number[], block: Uint8Array, at: number, count: number): void {
  for (let next = at; next < at + count * 24 && block[next + 12] !== 0; next += 24) {
    parts.push(headerNumber(block, next, 12), headerNumber(block, next + 12, 12));
  }
}

/** A PAX value as a number; `otherwise` if there is none; NaN if it is not a number. */
function paxNumber(value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  return /^\d{1,15}(\.\d*)?$/.test(value) ? Number(value) : Number.NaN;
}

export interface TarParser {
  /** Reads the header block at `offset` of the archive. */
  header(block: Uint8Array, offset: number): Step;
  /** Takes the body of a long name or PAX header. */
  meta(type: string, bytes: Uint8Array, offset: number): void;
}

/** Reads an archive header by header. `problem` is called for what is wrong. */
export function createTarParser(problem: (problem: ArchiveProblem) => void): TarParser {
  let longName: string | null = null;
  let longLink: string | null = null;
  let pax: ReadonlyMap<string, string> = new Map();
  let globalPax: ReadonlyMap<string, string> = new Map();
  /** A sparse file whose header continues in further blocks. */
  let extended: { readonly step: Extract<Step, { kind: "entry" }>; readonly parts: number[] } | null = null;

  const memberName = createMemberNames(problem);

  /** The names and numbers of a header, with overrides from the long names and PAX headers before it. */
  const readFields = (block: Uint8Array) => {
    const own = (key: string): string | undefined => pax.get(key) ?? globalPax.get(key);
    const isUstar = headerText(block, 257, 6).startsWith("ustar") && block[262] === 0;
    const prefix = isUstar ? headerText(block, 345, 155) : "";
    const short = headerText(block, 0, 100);
    const stored = headerNumber(block, 136, 12);
    const fields = {
      name: own("GNU.sparse.name") ?? own("path") ?? longName ?? (prefix === "" ? short : `${prefix}/${short}`),
      target: own("linkpath") ?? longLink ?? headerText(block, 157, 100),
      size: paxNumber(own("size"), headerNumber(block, 124, 12)),
      modified: paxNumber(own("mtime"), Number.isNaN(stored) ? 0 : stored) || 0,
      isPaxSparse: own("GNU.sparse.major") !== undefined || own("GNU.sparse.size") !== undefined,
      paxParts:
        own(SPARSE_MAP)
          ?.split(",")
          .map((text) => paxNumber(text, Number.NaN)) ?? null,
      realSize: paxNumber(own("GNU.sparse.realsize") ?? own("GNU.sparse.size"), Number.NaN),
    };
    pax = new Map();
    longName = null;
    longLink = null;
    return fields;
  };

  const readEntry = (block: Uint8Array, type: string, offset: number): Step => {
    const { name: path, target, size, modified, isPaxSparse, realSize, paxParts } = readFields(block);
    if (!Number.isSafeInteger(size)) return { kind: "bad" };
    if ("3456".includes(type)) return { kind: "other", body: 0 };
    const isLink = type === "1" || type === "2";
    const body = isLink ? 0 : size;
    if (!"012S7".includes(type) || path.endsWith("/")) return { kind: "other", body };
    const name = memberName(path, offset);
    if (name === null) return { kind: "other", body };
    if (type === "1") {
      const hardLink = memberName(target, offset);
      const entry = hardLink === null ? null : { name, size: 0, modified, hardLink };
      return entry === null ? { kind: "other", body } : { kind: "entry", entry, body };
    }
    if (type === "2") return { kind: "entry", entry: { name, size: 0, modified, symbolicLink: target }, body };
    if (type !== "S" && !isPaxSparse) return { kind: "entry", entry: { name, size, modified }, body };
    const whole = type === "S" ? headerNumber(block, 483, 12) : realSize;
    const parts: number[] | null = type === "S" ? [] : paxParts;
    const sparse: Sparse = { stored: size, parts };
    const step: Extract<Step, { kind: "entry" }> = {
      kind: "entry",
      entry: { name, size: Number.isSafeInteger(whole) ? whole : size, modified, sparse },
      body,
    };
    if (type !== "S" || parts === null) return step;
    addParts(parts, block, 386, 4);
    if (block[482] === 0) return step;
    extended = { step, parts };
    return { kind: "extension", body };
  };

  return {
    header(block, offset) {
      if (extended !== null) {
        const { step, parts } = extended;
        addParts(parts, block, 0, 21);
        if (block[504] !== 0) return { kind: "extension", body: step.body };
        extended = null;
        return step;
      }
      if (isBlank(block)) return { kind: "blank" };
      const size = headerNumber(block, 124, 12);
      if (!isTarHeader(block) || Number.isNaN(size)) return { kind: "bad" };
      const type = String.fromCharCode(block[156] || 48);
      return "xgLK".includes(type) ? { kind: "meta", type, body: size } : readEntry(block, type, offset);
    },
    meta(type, bytes, offset) {
      if (type === "x") pax = readPax(bytes, offset, problem);
      else if (type === "g") globalPax = readPax(bytes, offset, problem);
      else if (type === "L") longName = headerText(bytes, 0, bytes.length);
      else longLink = headerText(bytes, 0, bytes.length);
    },
  };
}
