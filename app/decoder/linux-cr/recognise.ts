// Detects a Linux-CR image and its dialect from its bytes. The format has no reliable version field: `rev` stayed the
// same through incompatible changes, so the types and lengths of the first records decide.

import type { Machine } from "../../model/checkpoint.ts";
import type { Source } from "../source.ts";
import { openWindow } from "../window.ts";
import { type Dialect, dialect, dialectOnMachine } from "./catalogue/dialect.ts";

/** HEADER's magic, as a little-endian image has it. */
export const HEADER_MAGIC = 0x00feed0cc0a2d200n;
/** TAIL's magic. */
export const TAIL_MAGIC = 0x002d2a0cc0deef00n;

const TYPE_HEADER = 1;
const TYPE_ERROR = 9999;
const TYPE_TAIL = 9001;
const SHORT_HEADER = 48;
const LONG_HEADER = 72;

/** Facts detected from the bytes before an image is decoded. */
export interface Recognition {
  readonly dialect: Dialect;
  /** Why this dialect, as a sentence. */
  readonly evidence: string;
  readonly machine: Machine;
  /** HEADER's arch_id. */
  readonly archId: number;
  /** Set if the evidence leaves the dialect open, or if no known version writes such a header. */
  readonly doubt?: string;
}

/** One record's header. */
interface RecordHead {
  readonly offset: number;
  readonly type: number;
  readonly length: number;
}

/** Records that are examined for evidence: usually all before the first task's memory. */
const SURVEY_RECORDS = 4096;

interface Survey {
  readonly littleEndian: boolean;
  /** Bytes of HEADER; 0 if the image begins with an ERROR record. */
  readonly headerLength: number;
  /** Bytes of the image. */
  readonly size: number;
  /** Whether the image ends without TAIL, as far as it was examined. */
  readonly isCut: boolean;
  readonly arch: number;
  readonly major: number;
  readonly rev: number;
  /** u16 at 34 and 50 of a long header: auxv's length, number of rlimits. */
  readonly auxv: number;
  readonly rlimits: number;
  readonly records: readonly RecordHead[];
  /** A word of a TASK record, where only its values differ between dialects; 0 if it was not read. */
  u32(offset: number): number;
}

/** Whether bytes (16 are enough) begin like a Linux-CR image. */
export function isLinuxCr(head: Uint8Array): boolean {
  if (head.length < 16) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const littleEndian = view.getUint32(0, true) === TYPE_HEADER || view.getUint32(0, true) === TYPE_ERROR;
  const type = view.getUint32(0, littleEndian);
  const length = view.getUint32(4, littleEndian);
  if (type === TYPE_ERROR) return length === 8;
  const isHeader = type === TYPE_HEADER && (length === SHORT_HEADER || length === LONG_HEADER);
  return isHeader && view.getBigUint64(8, littleEndian) === HEADER_MAGIC;
}

/** Reads the headers of the first records; `null`: not a Linux-CR image. */
async function survey(source: Source): Promise<Survey | null> {
  const window = openWindow(source);
  await window.fill(0, LONG_HEADER);
  if (!isLinuxCr(window.bytes.subarray(0, Math.min(window.end, 16)))) return null;
  const { view } = window;
  const littleEndian = view.getUint32(0, true) === TYPE_HEADER || view.getUint32(0, true) === TYPE_ERROR;
  const type = view.getUint32(0, littleEndian);
  const length = view.getUint32(4, littleEndian);
  // Copied: a Buffer's slice would share a larger ArrayBuffer.
  const head = Uint8Array.from(window.bytes.subarray(0, Math.min(window.end, LONG_HEADER)));
  const headView = new DataView(head.buffer);
  const u16 = (at: number): number => (at + 2 <= head.length ? headView.getUint16(at, littleEndian) : 0);

  const records: RecordHead[] = [];
  const words = new Map<number, number>();
  let offset = 0;
  while (records.length < SURVEY_RECORDS) {
    // Evidence is in the heads and in the first words of a task.
    if (offset + 80 > window.end) await window.fill(offset, 80);
    if (offset + 8 > window.end) break;
    const at = offset - window.start;
    const record = {
      offset,
      type: window.view.getUint32(at, littleEndian),
      length: window.view.getUint32(at + 4, littleEndian),
    };
    if (record.length < 8) break;
    if (record.type >= 101 && record.type <= 103) {
      const end = Math.min(80, window.bytes.length - at - 3);
      for (let word = 8; word < end; word += 4)
        words.set(offset + word, window.view.getUint32(at + word, littleEndian));
    }
    records.push(record);
    offset += record.length;
    // From v19-rc2 on a page of raw bytes follows SOCKET_FRAG; before, 704 is SOCKET_UNIX, which is longer.
    if (record.type === 704 && record.length === 16) offset += 4096;
  }
  return {
    littleEndian,
    headerLength: type === TYPE_HEADER ? length : 0,
    size: source.size,
    isCut: records.length < SURVEY_RECORDS && !records.some((record) => record.type === TYPE_TAIL),
    // The only field that is little-endian in every image.
    arch: head.length >= 18 ? headView.getUint16(16, true) : 0,
    major: u16(18),
    rev: u16(24),
    auxv: u16(34),
    rlimits: u16(50),
    records,
    u32: (at) => words.get(at) ?? 0,
  };
}

interface Verdict {
  readonly name: string;
  readonly evidence: string;
  readonly doubt?: string;
}

const verdict = (name: string, evidence: string, doubt?: string): Verdict =>
  doubt === undefined ? { name, evidence } : { name, evidence, doubt };

/** The first record of these types. */
const first = (records: readonly RecordHead[], ...types: number[]): RecordHead | undefined =>
  records.find((record) => types.includes(record.type));

/** Decides on the dialect. The order of tests matters. */
function decide(found: Survey): Verdict {
  const { records, headerLength } = found;
  if (headerLength === 0) {
    const string = records[1]?.type;
    return string === 5
      ? verdict("v19", "it begins with an ERROR record, and STRING has type 5", "later versions cannot be ruled out")
      : verdict("v16", "it begins with an ERROR record, and STRING has type 4", "v17 and v18 cannot be ruled out");
  }
  if (found.size < headerLength) return { ...decideByHeader(found), doubt: "the image ends inside HEADER" };
  return decideByHeader(found);
}

function decideByHeader(found: Survey): Verdict {
  const { records, headerLength, rev } = found;
  if (headerLength === SHORT_HEADER) return decideShort(records);
  const second = records[1];
  if (second?.type === 3) {
    return found.rlimits === 0
      ? verdict("v17", "HEADER is 72 bytes, BUFFER has type 3 and no number of rlimits is given")
      : verdict("v18", `HEADER is 72 bytes, BUFFER has type 3, rev is ${rev}`);
  }
  if (rev <= 2)
    return verdict(
      "v18",
      `HEADER is 72 bytes and rev is ${rev}`,
      second ? "BUFFER has no known type" : "the image ends here",
    );
  if (rev === 3) return verdict("v19-dev-20091104", "rev is 3");
  if (rev === 4) return decideRev4(found);
  if (rev === 5) return decideRev5(found);
  const doubt = rev === 6 ? undefined : `rev ${rev} is not known; read as rev 6`;
  const choice = decideRev6(found);
  return doubt === undefined ? choice : { ...choice, doubt };
}

function decideShort(records: readonly RecordHead[]): Verdict {
  const archAt = records.findIndex((record) => record.type === 2);
  const next = archAt < 0 ? undefined : records[archAt + 1];
  if (next?.type === 101) {
    return next.length === 16
      ? verdict("v16", "HEADER is 48 bytes and TREE (type 101, 16 bytes) follows HEADER_ARCH")
      : verdict("seed", `HEADER is 48 bytes and TASK (type 101, ${next.length} bytes) follows HEADER_ARCH`);
  }
  if (next?.type === 102) return verdict("v16", "HEADER is 48 bytes and TASK has type 102");
  return verdict("seed", "HEADER is 48 bytes", "the image does not reach its first task");
}

/** The doubt about a choice that depends on records which a cut image may have lost; none if the image is whole. */
const unless = ({ isCut }: Survey, evidence: string): string | undefined =>
  isCut ? `the image ends before ${evidence}` : undefined;

function decideRev4(found: Survey): Verdict {
  const { records, arch } = found;
  if (arch === 5) return verdict("v19-rc2-x86_64", "rev is 4 and arch_id 5");
  const buffer = first(records, 703);
  if (buffer?.length === 104) return verdict("v19-rc2", "rev is 4 and SOCKET_BUFFER is 104 bytes");
  if (records.some(({ type, length }) => betterDialect("v19-dev-20091116", type, length) !== null)) {
    return verdict("v19-rc2", "rev is 4 and sockets are numbered as from v19-rc2 on");
  }
  if (buffer?.length === 16) return verdict("v19-dev-20091116", "rev is 4 and SOCKET_BUFFER is 16 bytes");
  return verdict(
    "v19-dev-20091116",
    "rev is 4, and nothing in it differs between v19-dev-20091116 and v19-rc2",
    unless(found, "its first socket"),
  );
}

function decideRev5(found: Survey): Verdict {
  const { records, arch, auxv } = found;
  const task = first(records, 102);
  if (task?.length === 72) return verdict("v19-rc3", "rev is 5 and TASK is 72 bytes");
  if (arch === 1 && auxv >= 100) return verdict("v19-rc3", `rev is 5 and auxv's length ${auxv} is in bytes`);
  return task
    ? verdict("v19", `rev is 5 and TASK is ${task.length} bytes`)
    : verdict("v19", "rev is 5", "the image does not reach its first task");
}

function decideRev6(found: Survey): Verdict {
  const { records, arch, major } = found;
  const opening = first(records, 101);
  if (opening?.length === 24) return decidePids(found);
  const treeAt = records.findIndex((record) => record.type === 101);
  const task = first(records, 102);
  if (task?.length === 80) {
    return first(records, 306)?.length === 96
      ? verdict("v23-dev-20110110", "rev is 6, TASK is 80 bytes and TTY 96")
      : verdict("v23-rc1", "rev is 6, TASK is 80 bytes and TREE has type 101", terminalDoubt(found));
  }
  const pids = records[treeAt + 1];
  const tree = records[treeAt];
  const count = tree ? found.u32(tree.offset + 8) : 0;
  if (treeAt >= 0 && pids !== undefined && count > 0 && pids.length - 8 === count * 32) {
    return verdict("v20-nestedpids", "rev is 6 and a task's pids take 32 bytes");
  }
  if (first(records, 118)) return verdict("v20-netns", "rev is 6 and there is a VPIDS record (type 118)");
  if (arch === 6) return verdict("v21-arm", "rev is 6 and arch_id 6");
  if (treeAt < 0 && major === 3)
    return verdict("samsung-3.0", "rev is 6 and the kernel is 3.x", "the image does not reach its tree of tasks");
  return task
    ? verdict("v21", `rev is 6, TASK is ${task.length} bytes and there is no VPIDS record`)
    : verdict("v21", "rev is 6", "the image does not reach its first task");
}

/** Only the length of TTY distinguishes v23-dev-20110110 from v23-rc1. */
const terminalDoubt = (found: Survey): string | undefined =>
  first(found.records, 306) === undefined ? unless(found, "its first terminal") : undefined;

function decidePids(found: Survey): Verdict {
  const { records, arch, major } = found;
  const start = "rev is 6, PIDS has type 101 and 24 bytes";
  // Kernels after 3.x never had the format: their images are written from outside the kernel.
  if (major === 3 || arch === 4) return verdict("samsung-3.0", `${start}, and the kernel is ${major}.x`);
  const vma = first(records, 402);
  if (vma?.length === 72) return verdict("v23-pids", `${start}, and VMA is 72 bytes`);
  if (vma?.length === 80) return verdict("v23-rc2", `${start}, and VMA is 80 bytes`);
  const task = first(records, 103);
  if (task === undefined) return verdict("v23-pids", start, "the image does not reach its first task");
  // TASK is 80 bytes in both; robust_futex_head_len (12 on 32-bit, 24 on 64-bit machines) moved from 36 to 68.
  const isHeadLength = (value: number) => value === 12 || value === 24;
  const early = isHeadLength(found.u32(task.offset + 36));
  const late = isHeadLength(found.u32(task.offset + 68));
  if (early && !late) return verdict("v23-pids", `${start}, and TASK has its robust futex length at 36`);
  if (late && !early) return verdict("v23-rc2", `${start}, and TASK has its robust futex length at 68`);
  const doubt = "v23-pids cannot be ruled out: no VMA is reached, and TASK fits both";
  return verdict("v23-rc2", `${start}, and nothing in it is only in v23-pids`, doubt);
}

/** Records that show that an image is of another dialect than the one detected: type and length → dialect. */
const TELLTALES: Readonly<Record<string, readonly { type: number; length: number; is: string }[]>> = {
  "v19-dev-20091116": [
    { type: 703, length: 104, is: "v19-rc2" },
    { type: 704, length: 16, is: "v19-rc2" },
    { type: 705, length: 256, is: "v19-rc2" },
    { type: 706, length: 328, is: "v19-rc2" },
  ],
  "v23-rc1": [{ type: 306, length: 96, is: "v23-dev-20110110" }],
  "v23-pids": [{ type: 402, length: 80, is: "v23-rc2" }],
  "v23-rc2": [{ type: 402, length: 72, is: "v23-pids" }],
};

/**
 * The dialect that has a record of this type and length, which the detected one lacks; `null` if there is none.
 */
export const betterDialect = (name: string, type: number, length: number): string | null =>
  TELLTALES[name]?.find((telltale) => telltale.type === type && telltale.length === length)?.is ?? null;

const ARCH_NAMES: Record<string, Machine["arch"]> = {
  X86_32: "x86-32",
  X86_64: "x86-64",
  S390X: "s390x",
  PPC32: "powerpc",
  PPC64: "powerpc64",
  ARM: "arm",
};
const WORD_SIZES: Record<string, 4 | 8> = { X86_32: 4, X86_64: 8, S390X: 8, PPC32: 4, PPC64: 8, ARM: 4 };

/** The dialect of that name for the machine that `arch_id` names in it. */
export function dialectFor(
  name: string,
  archId: number,
  littleEndian: boolean,
): { dialect: Dialect; machine: Machine } {
  const id = dialect(name).enumName("CKPT_ARCH", archId);
  const arch = id === undefined ? null : (ARCH_NAMES[id] ?? null);
  return {
    dialect: dialectOnMachine(name, arch),
    machine: { arch, littleEndian, wordSize: id === undefined ? null : (WORD_SIZES[id] ?? null) },
  };
}

/**
 * Recognises a Linux-CR image; `null`: the bytes are something else.
 *
 * @param chosen Name of a dialect that the user chose.
 * @throws Error if there is no dialect of the name `chosen`.
 */
export async function recognise(source: Source, chosen?: string): Promise<Recognition | null> {
  const found = await survey(source);
  if (found === null) return null;
  const decided = chosen === undefined ? decide(found) : verdict(chosen, "chosen manually");
  const { dialect: chosenDialect, machine } = dialectFor(decided.name, found.arch, found.littleEndian);
  const doubts = [
    ...(decided.doubt === undefined ? [] : [decided.doubt]),
    ...(machine.arch === null && found.headerLength > 0 ? [`arch_id ${found.arch} is not known`] : []),
  ];
  const recognition = { dialect: chosenDialect, evidence: sentence(decided.evidence), machine, archId: found.arch };
  return doubts.length === 0 ? recognition : { ...recognition, doubt: sentence(doubts.join("; ")) };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
