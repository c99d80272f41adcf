// System V IPC: members of three kinds, whose entries are followed by the contents of what they describe.
//
//   ipcns-shm  the bytes of the segment, padded to 4, unless pagemap-shmem-ID has them
//   ipcns-sem  a 16-bit value for each semaphore, padded to 8
//   ipcns-msg  for each message a size, an ipc_msg and the text, padded to 8

import { type Source, SourceError } from "../../source.ts";
import { MEMBER_KINDS } from "../format/member-kinds.ts";
import type { MessageName } from "../format/messages.ts";
import { framingOf, word } from "./framing.ts";
import { createValueReader, type Values } from "./values.ts";

/** CRIU writes no larger descriptions. */
const MOST_ENTRY = 4096;

const MESSAGE_OF = { shm: "ipc_shm_entry", sem: "ipc_sem_entry", msg: "ipc_msg_entry" } as const;

export type IpcKind = keyof typeof MESSAGE_OF;

/** An entry of a member. */
export interface IpcEntry {
  readonly kind: IpcKind;
  readonly message: MessageName;
  readonly values: Values;
  /** Where the contents begin in the member. */
  readonly contents: number;
  readonly littleEndian: boolean;
}

const valuesOf = createValueReader();

const padded = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;

/**
 * Calls `visit` for each entry of a member, as far as they can be read.
 *
 * @param visit Returns whether to go on.
 */
export async function walkIpc(
  source: Source,
  kind: IpcKind,
  visit: (entry: IpcEntry) => boolean | Promise<boolean>,
): Promise<void> {
  const member = MEMBER_KINDS.find(({ name }) => name === `ipcns-${kind}`);
  const head = await readExactly(source, 0, Math.min(8, source.size));
  const start = member === undefined || head === null ? null : framingOf(member, head);
  if (start === null) return;
  const { littleEndian } = start;
  const message = MESSAGE_OF[kind];
  for (let at: number = start.length; at + 4 <= source.size; ) {
    const found = await readMessage(source, at, message, littleEndian);
    if (found === null) return;
    const entry = { kind, message, values: found.values, contents: found.end, littleEndian };
    const contents = (await visit(entry)) ? await sizeOfContents(source, entry) : null;
    if (contents === null) return;
    at = found.end + contents;
  }
}

/** A size and a message of that size. */
async function readMessage(source: Source, at: number, message: MessageName, littleEndian: boolean) {
  const head = await readExactly(source, at, 4);
  const length = head === null ? MOST_ENTRY + 1 : word(head, 0, littleEndian);
  const bytes = length > MOST_ENTRY ? null : await readExactly(source, at + 4, length);
  if (bytes === null) return null;
  const values = valuesOf({ bytes, base: 0, start: 0, end: length, isCut: false, message });
  return { values, end: at + 4 + length };
}

/** Exactly these bytes; `null` if they cannot be read or the member ends before. */
export async function readExactly(source: Source, offset: number, length: number): Promise<Uint8Array | null> {
  try {
    const bytes = await source.read(offset, length);
    return bytes.length === length ? bytes : null;
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

/** Bytes of a segment that follow its entry: none if a pagemap has them. */
export const segmentBytes = (values: Values): number =>
  values.bool("in_pagemaps") === true ? 0 : (values.number("size") ?? 0);

async function sizeOfContents(source: Source, entry: IpcEntry): Promise<number | null> {
  const { kind, values, contents } = entry;
  if (kind === "shm") return padded(segmentBytes(values), 4);
  if (kind === "sem") return padded(2 * (values.number("nsems") ?? 0), 8);
  let end: number | null = contents;
  await walkMessages(source, entry, (_, next) => {
    end = next;
  });
  return end === null ? null : end - contents;
}

/** Most messages of a queue that are read one by one. */
const MOST_MESSAGES = 1 << 20;

/**
 * Calls `visit` with the size of each message of a queue, and where it ends; with a `null` end
 * if there are more than can be read.
 */
export async function walkMessages(
  source: Source,
  { values, contents, littleEndian }: IpcEntry,
  visit: (size: number, end: number | null) => void,
): Promise<void> {
  const count = values.number("qnum") ?? 0;
  let at = contents;
  for (let nth = 0; nth < count; nth++) {
    const found = nth < MOST_MESSAGES ? await readMessage(source, at, "ipc_msg", littleEndian) : null;
    if (found === null) {
      visit(0, null);
      return;
    }
    const size = found.values.number("msize") ?? 0;
    at = found.end + padded(size, 8);
    visit(size, at);
  }
}
