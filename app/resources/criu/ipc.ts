// System V IPC: members of three kinds, whose entries are followed by the contents of what they describe.
//
//   ipcns-shm  the bytes of the segment, padded to 4, unless pagemap-shmem-ID has them
//   ipcns-sem  a 16-bit value for each semaphore, padded to 8
//   ipcns-msg  for each message a size, an ipc_msg and the text, padded to 8

import { framingOf, word } from "../../decoder/criu/framing.ts";
import { MEMBER_KINDS } from "../../decoder/criu/member-kinds.ts";
import type { MessageName } from "../../decoder/criu/messages.ts";
import type { Values } from "../../decoder/criu/values.ts";
import { type Source, SourceError } from "../../decoder/source.ts";
import type { Input } from "../table.ts";
import { spec, type Tables } from "../tables.ts";
import { type SetReader, take, valuesOf } from "./set-reader.ts";

/** CRIU writes no larger descriptions. */
const MOST_ENTRY = 4096;
/** Most semaphores of a set whose values are listed: SEMMSL of the kernel. */
const MOST_SEMAPHORES = 32_000;
/** Most messages of a queue that are counted one by one. */
const MOST_MESSAGES = 1 << 20;

type Draft = Record<string, Input>;

/** Reads numbers and entries of a member, in its byte order. */
interface Cursor {
  readonly source: Source;
  readonly littleEndian: boolean;
}

const padded = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;

/** Reads the table of IPC objects. Returns the keys of shared memory by id, by which mappings are named. */
export async function readIpc(set: SetReader, tables: Tables): Promise<Map<number, number>> {
  const keys = new Map<number, number>();
  if (!tables.wants("ipc", "mappings")) return keys;
  if (set.members.ofKind("ipcns-var").length > 0) tables.hold("ipc");
  await readKind(set, tables, "shm", "ipc_shm_entry", async (_cursor, entry) => {
    const [id, key] = [entry.number("desc.id"), entry.number("desc.key")];
    if (id !== null && key !== null) keys.set(id, key);
    return entry.bool("in_pagemaps") === true ? 0 : padded(entry.number("size") ?? 0, 4);
  });
  await readKind(set, tables, "sem", "ipc_sem_entry", readSemaphores);
  await readKind(set, tables, "msg", "ipc_msg_entry", readMessages);
  return keys;
}

/** Reads the members of a kind. `contents` says how many bytes follow an entry, and takes what it needs of them. */
async function readKind(
  set: SetReader,
  tables: Tables,
  kind: "shm" | "sem" | "msg",
  message: MessageName,
  contents: (cursor: Cursor, entry: Values, row: Draft, at: number) => Promise<number | null>,
): Promise<void> {
  for (const [member, namespace] of set.members.ofKind(`ipcns-${kind}`)) {
    const source = set.source(member);
    if (source === undefined) continue;
    tables.hold("ipc");
    const start = await beginning(source, `ipcns-${kind}`);
    if (start === null) continue;
    const cursor: Cursor = { source, littleEndian: start.littleEndian };
    for (let at: number = start.length; at + 4 <= source.size; ) {
      const head = await readExactly(source, at, 4);
      const length = head === null ? MOST_ENTRY + 1 : word(head, 0, cursor.littleEndian);
      const bytes = length > MOST_ENTRY ? null : await readExactly(source, at + 4, length);
      if (bytes === null) break;
      const entry = valuesOf({ bytes, base: 0, start: 0, end: length, isCut: false, message });
      const row: Draft = { namespace, kind };
      take(row, spec("ipc"), message, entry, set.arch);
      take(row, spec("ipc"), "ipc_desc_entry", entry.nested("desc"), set.arch);
      const further = await contents(cursor, entry, row, at + 4 + length);
      if (!tables.add("ipc", row) && tables.wants("ipc")) return;
      if (further === null) break;
      at += 4 + length + further;
    }
  }
}

/** Where the first entry begins, and the byte order; `null`: the member is not what its name says. */
async function beginning(source: Source, name: string) {
  const kind = MEMBER_KINDS.find((each) => each.name === name);
  const head = await readExactly(source, 0, Math.min(8, source.size));
  return kind === undefined || head === null ? null : framingOf(kind, head);
}

/** Exactly these bytes; `null` if they cannot be read or the member ends before. */
async function readExactly(source: Source, offset: number, length: number): Promise<Uint8Array | null> {
  try {
    const bytes = await source.read(offset, length);
    return bytes.length === length ? bytes : null;
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

async function readSemaphores(
  { source, littleEndian }: Cursor,
  entry: Values,
  row: Draft,
  at: number,
): Promise<number | null> {
  const count = entry.number("nsems") ?? 0;
  const bytes = await readExactly(source, at, 2 * Math.min(count, MOST_SEMAPHORES));
  if (bytes === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  row.values = Array.from({ length: bytes.length / 2 }, (_, nth) => view.getUint16(2 * nth, littleEndian));
  return padded(2 * count, 8);
}

async function readMessages(
  { source, littleEndian }: Cursor,
  entry: Values,
  row: Draft,
  from: number,
): Promise<number | null> {
  const count = entry.number("qnum") ?? 0;
  row.messages = count;
  let at = from;
  let used = 0n;
  for (let nth = 0; nth < count; nth++) {
    const head = nth < MOST_MESSAGES ? await readExactly(source, at, 4) : null;
    const length = head === null ? MOST_ENTRY + 1 : word(head, 0, littleEndian);
    const bytes = length > MOST_ENTRY ? null : await readExactly(source, at + 4, length);
    if (bytes === null) return null;
    const message = valuesOf({ bytes, base: 0, start: 0, end: length, isCut: false, message: "ipc_msg" });
    const size = message.number("msize") ?? 0;
    used += BigInt(size);
    at += 4 + length + padded(size, 8);
  }
  row.usedBytes = used;
  return at - from;
}
