// Builds tar archives, well-formed or not.

import { gzipSync } from "node:zlib";
import { encodeText, exactBytes } from "../../app/model/text/text.ts";

export interface TarEntry {
  /** Also made by `exactText`. */
  readonly name: string;
  readonly bytes?: Uint8Array;
  /** Type flag; a regular file if absent. */
  readonly type?: string;
  /** Written instead of the true size: a number (octal), or twelve raw bytes. */
  readonly size?: number | Uint8Array;
  readonly prefix?: string;
  /** What a link leads to. */
  readonly link?: string;
  /** Seconds since 1970. */
  readonly modified?: number;
}

/** One entry: header, body and padding. */
export function tarEntry({
  name,
  bytes = new Uint8Array(0),
  type = "0",
  size = bytes.length,
  prefix,
  link,
  modified = 0,
}: TarEntry): Uint8Array {
  const block = new Uint8Array(512 + Math.ceil(bytes.length / 512) * 512);
  const put = (at: number, text: string) => block.set(exactBytes(text), at);
  put(0, name.slice(0, 100));
  put(100, "0000644\0");
  if (typeof size === "number") put(124, `${size.toString(8).padStart(11, "0")}\0`);
  else block.set(size, 124);
  put(136, `${modified.toString(8).padStart(11, "0")}\0`);
  put(148, "        ");
  block[156] = type.charCodeAt(0);
  if (link !== undefined) put(157, link);
  put(257, "ustar\0");
  put(263, "00");
  if (prefix !== undefined) put(345, prefix);
  let sum = 0;
  for (let at = 0; at < 512; at++) sum += block[at] as number;
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  block.set(bytes, 512);
  return block;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const tar = (entries: readonly TarEntry[]): Uint8Array =>
  concat([...entries.map(tarEntry), new Uint8Array(1024)]);

export const gzip = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));

/** A Zstandard frame of raw blocks, which needs no compressor. */
export function zstdRaw(bytes: Uint8Array, windowByte = 0x38): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, windowByte])];
  for (let at = 0; at === 0 || at < bytes.length; at += 0x10000) {
    const part = bytes.subarray(at, at + 0x10000);
    const word = (part.length << 3) | (at + 0x10000 >= bytes.length ? 1 : 0);
    parts.push(Uint8Array.from([word & 255, (word >> 8) & 255, word >> 16]), part);
  }
  return concat(parts);
}

/** One PAX record. */
export function paxRecord(key: string, value: string): Uint8Array {
  const text = ` ${key}=${value}\n`;
  const bytes = encodeText(text).length;
  let length = bytes + 1;
  while (`${length}`.length + bytes !== length) length++;
  return encodeText(`${length}${text}`);
}
