// System V IPC: shared memory, semaphores with their values, message queues with what is in them.

import {
  type IpcEntry,
  type IpcKind,
  readExactly,
  walkIpc,
  walkMessages,
} from "../../decoder/criu/wire/ipc-entries.ts";
import type { Source } from "../../decoder/source.ts";
import type { Input } from "../table.ts";
import { spec, type Tables } from "../tables.ts";
import { type SetReader, take } from "./set-reader.ts";

/** Most semaphores of a set whose values are listed: SEMMSL of the kernel. */
const MOST_SEMAPHORES = 32_000;

type Draft = Record<string, Input>;

const KINDS: readonly IpcKind[] = ["shm", "sem", "msg"];

/** Reads the table of IPC objects. Returns the keys of shared memory by id, by which mappings are named. */
export async function readIpc(set: SetReader, tables: Tables): Promise<Map<number, number>> {
  const keys = new Map<number, number>();
  if (!tables.wants("ipc", "mappings")) return keys;
  if (set.members.ofKind("ipcns-var").length > 0) tables.hold("ipc");
  for (const kind of KINDS) {
    for (const [member, namespace] of set.members.ofKind(`ipcns-${kind}`)) {
      const source = set.source(member);
      if (source === undefined) continue;
      tables.hold("ipc");
      await walkIpc(source, kind, async (entry) => {
        const [id, key] = [entry.values.number("desc.id"), entry.values.number("desc.key")];
        if (kind === "shm" && id !== null && key !== null) keys.set(id, key);
        const row = await rowOf(set, source, entry, namespace);
        return tables.add("ipc", row) || !tables.wants("ipc");
      });
    }
  }
  return keys;
}

async function rowOf(set: SetReader, source: Source, entry: IpcEntry, namespace: number): Promise<Draft> {
  const { kind, message, values } = entry;
  const row: Draft = { namespace, kind };
  if (values.has("hugetlb_flag")) row.hugePages = hugePageSize(values.number("hugetlb_flag") ?? 0);
  take(row, spec("ipc"), message, values, set.arch);
  take(row, spec("ipc"), "ipc_desc_entry", values.nested("desc"), set.arch);
  if (kind === "sem") row.values = await semaphoresOf(source, entry);
  if (kind === "msg") {
    row.messages = values.number("qnum") ?? 0;
    row.usedBytes = await usedBytes(source, entry);
  }
  return row;
}

/** shmget(2), SHM_HUGE_SHIFT: the binary logarithm of the size of a page is above it. */
const HUGE_SHIFT = 26;

const hugePageSize = (flags: number): bigint => (flags >>> HUGE_SHIFT === 0 ? 0n : 1n << BigInt(flags >>> HUGE_SHIFT));

/** The values of semaphores; `null` if they are cut off. */
async function semaphoresOf(source: Source, { values, contents, littleEndian }: IpcEntry) {
  const count = values.number("nsems") ?? 0;
  const bytes = await readExactly(source, contents, 2 * Math.min(count, MOST_SEMAPHORES));
  if (bytes === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 2 }, (_, nth) => view.getUint16(2 * nth, littleEndian));
}

/** Bytes of the messages in a queue; `null` if they are cut off. */
async function usedBytes(source: Source, entry: IpcEntry): Promise<bigint | null> {
  let used: bigint | null = 0n;
  await walkMessages(source, entry, (size, end) => {
    used = end === null || used === null ? null : used + BigInt(size);
  });
  return used;
}
