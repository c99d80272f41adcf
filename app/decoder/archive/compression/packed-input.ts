// The bytes of a compressed file as its unpackers read them: in order, through one buffer.

import type { LimitName } from "../../limits.ts";
import type { Source } from "../../source.ts";

/** Data that is damaged, cut off or needs too much memory. The message is a sentence for the user. */
export class UnpackError extends Error {
  override readonly name = "UnpackError";
  /** Where in the compressed file, in bytes. */
  readonly offset: number;
  /** The limit that was reached, if that is the reason. */
  readonly limit: LimitName | undefined;

  constructor(message: string, offset: number, limit?: LimitName) {
    super(message);
    this.offset = offset;
    this.limit = limit;
  }
}

/**
 * Something wrong that does not end unpacking: a bad checksum, bytes after the end. `offset`: in the compressed file.
 */
export interface PackedProblem {
  readonly severity: "error" | "warning" | "note";
  readonly code: string;
  readonly message: string;
  readonly limit?: LimitName;
  readonly offset: number;
}

/** What an unpacker needs besides its input. */
export interface UnpackSink {
  /** Takes the next unpacked bytes (to be copied). Returns false if no more are needed. */
  readonly write: (bytes: Uint8Array) => boolean;
  readonly problem: (problem: PackedProblem) => void;
  /** The largest window or dictionary, in bytes, that may be allocated. */
  readonly windowLimit: number;
}

export interface PackedInput {
  /** The buffer. Bytes `at` to `end` - 1 are still to be read. */
  bytes: Uint8Array;
  at: number;
  end: number;
  /** Where the buffer begins in the file. */
  base: number;
  /** Whether the buffer reaches the end of the file. */
  atEnd: boolean;
  /** Reads on until `length` bytes are in the buffer, or all that are left. The last 8 bytes read stay in it. */
  fill(length: number): Promise<void>;
  /** Lets other tasks run, so that unpacking can be cancelled also while nothing has to be read. */
  pause(): Promise<void>;
}

const CHUNK = 256 << 10;
const KEPT = 8;

/** Lets other tasks run. */
export const pause = (): Promise<void> => new Promise((resume) => setTimeout(resume));

/** @param progress Called with how many bytes of the file have been read. */
export function packedInput(source: Source, progress: (offset: number) => void): PackedInput {
  const input: PackedInput = {
    bytes: new Uint8Array(0),
    at: 0,
    end: 0,
    base: 0,
    atEnd: source.size === 0,
    async fill(length) {
      while (!input.atEnd && input.end - input.at < length) {
        const from = input.base + input.end;
        progress(from);
        const more = await source.read(from, Math.min(Math.max(CHUNK, length), source.size - from));
        const kept = input.bytes.subarray(Math.max(0, input.at - KEPT), input.end);
        const bytes = new Uint8Array(kept.length + more.length);
        bytes.set(kept);
        bytes.set(more, kept.length);
        const at = Math.min(input.at, KEPT);
        input.base += input.at - at;
        input.bytes = bytes;
        input.at = at;
        input.end = bytes.length;
        // A file that was truncated meanwhile ends where no more bytes can be read.
        input.atEnd = more.length === 0 || from + more.length >= source.size;
      }
    },
    async pause() {
      await pause();
      progress(offsetOf(input));
    },
  };
  return input;
}

/** Where the next byte is in the file. */
export const offsetOf = ({ base, at }: PackedInput): number => base + at;

export const cutOff = (input: PackedInput): UnpackError =>
  new UnpackError("The compressed data is cut off.", input.base + input.end);

export const damaged = (input: PackedInput, what: string): UnpackError =>
  new UnpackError(`The compressed data is damaged: ${what}.`, offsetOf(input));

/** The next `length` bytes as a view. @throws UnpackError if the file ends before. */
export async function take(input: PackedInput, length: number): Promise<Uint8Array> {
  await input.fill(length);
  if (input.end - input.at < length) throw cutOff(input);
  input.at += length;
  return input.bytes.subarray(input.at - length, input.at);
}

/** Whether all bytes have been read. */
export async function isAtEnd(input: PackedInput): Promise<boolean> {
  await input.fill(1);
  return input.at === input.end;
}

/** Skips zeros, which some programs pad with. Returns how many. */
export async function skipZeros(input: PackedInput): Promise<number> {
  const from = offsetOf(input);
  while (!(await isAtEnd(input)) && input.bytes[input.at] === 0) {
    while (input.at < input.end && input.bytes[input.at] === 0) input.at++;
  }
  return offsetOf(input) - from;
}

export const littleEndian = (bytes: Uint8Array, at = 0): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0;

export const badChecksum = (what: string, kind: string, offset: number): PackedProblem => ({
  severity: "error",
  code: "bad-checksum",
  message: `The ${kind} of ${what} is wrong: the data was damaged. What was unpacked may be wrong too.`,
  offset,
});

export const bytesAfterEnd = (count: number, offset: number): PackedProblem => ({
  severity: "note",
  code: "bytes-after-end",
  message: `${count} ${count === 1 ? "byte follows" : "bytes follow"} the end of the compressed data; not read.`,
  offset,
});
