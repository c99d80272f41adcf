// Notes values of entries that depend on the restoring machine, if the set is compared with one.

import { buildIdText } from "../../../decoder/criu/format/meaning.ts";
import { eachBytes, eachVarint, exact, fieldNumber, plan } from "../../../decoder/criu/wire/wire.ts";
import { exactText } from "../../../model/text/text.ts";
import { MOST_NEEDS } from "../../needs.ts";
import { has, low, type Scan, scanInto } from "../scan.ts";
import type { MountNote } from "./host-notes.ts";

const RLIMITS = fieldNumber("task_rlimits_entry", "rlimits");
const RLIMIT = plan("rlimit_entry", ["cur", "max"]);

/** Notes the limits in a task_rlimits_entry, in the order of their numbers. */
export function noteLimits(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  if (!scan.isCompared) return;
  eachBytes(bytes, start, end, RLIMITS, (from, to) => noteLimit(scan, bytes, from, to));
}

/** Notes the limit in an rlimit_entry, the next of its task. */
export function noteLimit(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  if (!scan.isCompared) return;
  const last = scan.hostNotes.limits.at(-1);
  const resource = last?.pid === scan.memberNumber ? last.resource + 1 : 0;
  const seen = scanInto(scan, bytes, start, end, RLIMIT);
  if (!has(seen, 1) || !has(seen, 2)) return;
  scan.hostNotes.limits.push({ pid: scan.memberNumber, resource, soft: exact(scan.out, 1), hard: exact(scan.out, 2) });
}

const FPREGS = plan("thread_info_x86", ["fpregs"]);
const XSAVE = plan("user_x86_fpregs_entry", ["xsave"]);
/** Parts of the extended state (XSAVE), with the flag of /proc/cpuinfo that a processor with them has. */
const PARTS: readonly (readonly [field: string, flag: string])[] = [
  ["ymmh_space", "avx"],
  ["opmask_reg", "avx512f"],
  ["zmm_upper", "avx512f"],
  ["hi16_zmm", "avx512f"],
  ["pkru", "pku"],
];
const PART_NAMES = PARTS.map(([field]) => field);
const STATE = plan("user_x86_xsave_entry", PART_NAMES);

/** Notes the parts of the processor's extended state that a thread_info_x86 has. */
export function noteFeatures(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  if (!scan.isCompared) return;
  const { features } = scan.hostNotes;
  if (!has(scanInto(scan, bytes, start, end, FPREGS), 1)) return;
  const [from, to] = [low(scan, 1), scan.out[3] as number];
  if (!has(scanInto(scan, bytes, from, to, XSAVE), 1)) return;
  const [inner, innerEnd] = [low(scan, 1), scan.out[3] as number];
  const seen = scanInto(scan, bytes, inner, innerEnd, STATE);
  for (const [index, [, flag]] of PARTS.entries()) {
    if (has(seen, index + 1) && !features.has(flag)) features.set(flag, scan.memberNumber);
  }
}

const CREDS = plan("thread_core_entry", ["creds"]);
const PROFILE = plan("creds_entry", ["lsm_profile"]);

/** Notes the security profile in a thread_core_entry. */
export function noteProfile(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  if (!scan.isCompared || !has(scanInto(scan, bytes, start, end, CREDS), 1)) return;
  noteCredentials(scan, bytes, low(scan, 1), scan.out[3] as number);
}

/** Notes the security profile in a creds_entry. */
export function noteCredentials(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  if (!scan.isCompared || !has(scanInto(scan, bytes, start, end, PROFILE), 1)) return;
  const profile = exactText(bytes.subarray(low(scan, 1), scan.out[3] as number));
  if (profile !== "") scan.hostNotes.profiles.push({ pid: scan.memberNumber, profile });
}

/** Notes a mapping of the file with an id; its address is in the slots 3 and 4. */
export function noteMapping(scan: Scan, seen: number, file: number, isShared: boolean): void {
  const { mappings } = scan.hostNotes;
  if (!scan.isCompared || !has(seen, 3) || !has(seen, 4) || mappings.has(file)) return;
  mappings.set(file, { pid: scan.memberNumber, start: exact(scan.out, 3), end: exact(scan.out, 4), isShared });
}

/** Notes a mount. */
export function noteMount({ hostNotes }: Scan, mount: MountNote): void {
  if (hostNotes.mounts.length < MOST_NEEDS) hostNotes.mounts.push(mount);
}

const BUILD_ID = fieldNumber("reg_file_entry", "build_id");

/** Notes the build id in a reg_file_entry: 32-bit words in the byte order of the dumping machine. */
export function noteBuildId(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  if (!scan.isCompared) return;
  const words: number[] = [];
  eachVarint(bytes, start, end, BUILD_ID, (word) => words.push(word));
  if (words.length > 0) {
    scan.hostNotes.buildIds.set(scan.file - 1, buildIdText(words, scan.checkpoint.machine.littleEndian));
  }
}
