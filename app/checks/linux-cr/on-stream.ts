// Checks of the records of the stream as a whole: HEADER, its machine, the tree of tasks, objects, TAIL.

import type { Dialect } from "../../decoder/linux-cr/catalogue/dialect.ts";
import { HEADER_MAGIC, TAIL_MAGIC } from "../../decoder/linux-cr/recognise.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { bigOf, expect, faultAt, fieldFault, hasField, numberOf, type Scan, wantLength } from "./scan.ts";

/** Names of the uts arrays that follow HEADER, in order. */
const UTS = ["uts_release_len", "uts_version_len", "uts_machine_len"];
const UTS_LENGTH = 65;

/**
 * Constants that every kernel of the time had, by field. Linux include/linux: sched.h (TASK_COMM_LEN), utsname.h
 * (__NEW_UTS_LEN + 1), resource.h (RLIM_NLIMITS), tty.h (N_TTY_BUF_SIZE); _NSIG; NCC and NCCS of termbits.h.
 */
const CONSTANTS: Readonly<Record<string, readonly number[]>> = {
  task_comm_len: [16],
  signal_nsig: [64],
  uts_sysname_len: [UTS_LENGTH],
  uts_nodename_len: [UTS_LENGTH],
  uts_release_len: [UTS_LENGTH],
  uts_version_len: [UTS_LENGTH],
  uts_machine_len: [UTS_LENGTH],
  uts_domainname_len: [UTS_LENGTH],
  rlimit_nlimits: [16],
  n_tty_buf_size: [4096],
  tty_termios_ncc: [8, 10],
  tty_termios_nccs: [19],
};

const UFLAGS: readonly { readonly bit: number; readonly from: string }[] = [
  { bit: 1, from: "v16" },
  { bit: 2, from: "v20-netns" },
];

/** HEADER: the version of the format, the writing kernel and its constants. */
export function onHeader(scan: Scan, dialects: readonly string[]): void {
  const { dialect } = scan;
  if (bigOf(scan, "magic") !== HEADER_MAGIC) fieldFault(scan, "H2", "magic", "HEADER does not have its magic number.");
  const archId = scan.window.view.getUint16(scan.at + 16, true);
  if (dialect.enumName("CKPT_ARCH", archId) === undefined) {
    fieldFault(scan, "H2", "arch_id", `No architecture has the number ${archId} in ${dialect.name}.`);
  }
  const rev = numberOf(scan, "rev");
  if (dialect.rev !== null && rev !== dialect.rev) {
    fieldFault(scan, "H2", "rev", `HEADER says revision ${rev}; ${dialect.name} has ${dialect.rev}.`);
  }
  // Kernels after 3.x never wrote the format, but other tools can describe their processes in it.
  const major = numberOf(scan, "major");
  if (major < 2) fieldFault(scan, "H2", "major", `No kernel of version ${major} has checkpoints.`);
  const uflags = bigOf(scan, "uflags");
  const known = UFLAGS.filter(({ from }) => dialects.indexOf(dialect.name) >= dialects.indexOf(from));
  const unknown = known.reduce((left, { bit }) => left & ~BigInt(bit), uflags);
  if (unknown !== 0n) {
    fieldFault(scan, "H3", "uflags", `HEADER has flags that ${dialect.name} does not know: 0x${unknown.toString(16)}.`);
  }
  for (const [name, values] of Object.entries(CONSTANTS)) {
    if (!hasField(scan, name)) continue;
    const value = numberOf(scan, name);
    if (values.includes(value)) continue;
    fieldFault(scan, "H4", name, `HEADER says that ${name} is ${value}; on every kernel it is ${values.join(" or ")}.`);
  }
  scan.utsLeft = UTS.length;
}

/** xstate_size with and without AVX. */
const [SSE_STATE, AVX_STATE] = [576, 832];

/** HEADER_ARCH: the floating-point unit. */
export function onHeaderArch(scan: Scan): void {
  if (!hasField(scan, "has_fxsr")) return;
  const fxsr = numberOf(scan, "has_fxsr");
  const xsave = numberOf(scan, "has_xsave");
  const size = numberOf(scan, "xstate_size");
  if (fxsr > 1) {
    fieldFault(scan, "H5", "has_fxsr", `has_fxsr is ${fxsr}; it must be 0 or 1.`);
    return;
  }
  if (xsave > fxsr) {
    fieldFault(scan, "H5", "has_xsave", `has_xsave is ${xsave} where has_fxsr is ${fxsr}.`);
    return;
  }
  // The legacy area and the XSAVE header come first; i387 frames are 112 bytes (Linux asm/processor.h).
  const fits = xsave === 1 ? size >= 576 : size === (fxsr === 1 ? 512 : 112);
  if (!fits) {
    const wanted = xsave === 1 ? "at least 576" : fxsr === 1 ? "512" : "112";
    fieldFault(scan, "H5", "xstate_size", `xstate_size is ${size} instead of ${wanted}.`);
    return;
  }
  scan.xstateSize = size;
  scan.features.set("fxsr", fxsr === 1).set("xsave", xsave === 1);
  // These kernels save the legacy area and the XSAVE header, and with AVX the upper halves of the YMM registers.
  if (xsave === 1 && (size === SSE_STATE || size === AVX_STATE)) scan.features.set("avx", size === AVX_STATE);
}

/** BUFFER: its content depends on the record before it. */
export function onBuffer(scan: Scan): void {
  const { due } = scan;
  scan.due = null;
  if (scan.utsLeft > 0) {
    wantLength(scan, 8 + UTS_LENGTH);
    scan.utsLeft--;
    expect(scan, scan.utsLeft > 0 ? ["BUFFER"] : ["HEADER_ARCH"]);
  } else if (due !== null) {
    const length = scan.length - 8;
    if (length !== due.length) {
      fieldFault(scan, due.code, "len", `${due.what} take ${length} bytes instead of ${due.length}.`);
      scan.broken = true;
    } else if (scan.at + scan.length <= scan.window.bytes.length) due.check?.(scan);
  }
}

/** Bytes of an entry of the BUFFER after TREE. */
const entrySize = ({ dialect }: Scan): number =>
  (dialect.struct("ckpt_task_pids") ?? dialect.struct("ckpt_pids") ?? dialect.struct("ckpt_hdr_pids"))?.size ?? 24;

/** TREE: how many tasks there are; their pids follow. */
export function onTree(scan: Scan): void {
  const { dialect } = scan;
  const tasks = scan.window.view.getInt32(scan.at + 8, scan.littleEndian);
  scan.treeRecord = scan.record;
  scan.treeTasks = tasks;
  if (tasks < 1) {
    fieldFault(scan, "H29", "nr_tasks", `TREE announces ${tasks} tasks; it must announce at least one.`);
    scan.treeTasks = -1;
    return;
  }
  // Up to v23-dev the depths of nested namespaces follow, if there are any.
  const depths =
    dialect.struct("ckpt_task_pids") === undefined && dialect.recordType("VPIDS") === undefined
      ? dialect.struct("ckpt_pids")?.byName.get("depth")
      : undefined;
  scan.due = {
    code: "H29",
    length: tasks * entrySize(scan),
    what: `The pids of ${tasks} tasks`,
    check(at) {
      at.pidsRecord = at.record;
      if (depths === undefined) return;
      let sum = 0;
      const size = entrySize(at);
      for (let task = 0; task < tasks; task++) {
        sum += Math.max(0, at.window.view.getInt32(at.at + 8 + task * size + depths.offset, at.littleEndian));
      }
      if (sum === 0) return;
      at.due = { code: "H29", length: sum * 4, what: `The ${sum} pids of nested namespaces` };
      expect(at, ["BUFFER"]);
    },
  };
}

/** VPIDS: the pids of nested namespaces follow. */
export function onVpids(scan: Scan): void {
  const count = numberOf(scan, "nr_vpids");
  if (count < 0) {
    fieldFault(scan, "H29", "nr_vpids", `VPIDS announces ${count} pids.`);
    return;
  }
  if (count === 0) return;
  scan.due = { code: "H29", length: count * 4, what: `The ${count} pids of nested namespaces` };
  expect(scan, ["BUFFER"]);
}

/** PIDS: objects that represent pids, as entries of {u32 depth; s32 numbers[depth + 1]}. */
export function onPids(scan: Scan): void {
  const objects = numberOf(scan, "nr_pids");
  const vpids = numberOf(scan, "nr_vpids");
  const { record } = scan;
  scan.due = {
    code: "H29",
    length: 8 * objects + 4 * vpids,
    what: `The numbers of ${objects} pids`,
    check(at) {
      const { view } = at.window;
      const end = at.at + at.length;
      let sum = 0;
      let entry = at.at + 8;
      for (let object = 0; object < objects && entry + 8 <= end; object++) {
        const depth = view.getUint32(entry, at.littleEndian);
        sum += depth;
        entry += 8 + 4 * depth;
      }
      if (sum === vpids) return;
      faultAt(at, "H29", record, "nr_vpids", 12, `PIDS announces ${vpids} nested pids, but its entries hold ${sum}.`);
    },
  };
}

/** By number: 1 for each type of object (CKPT_OBJ_…) that a dialect has. */
export const objectTypesOf = (dialect: Dialect): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, type) => {
    const name = dialect.enumName("CKPT_OBJ", type);
    return type > 0 && name !== undefined && name !== "MAX" ? 1 : 0;
  });

/** OBJREF: an object is announced. */
export function onObjref(scan: Scan): void {
  const { view } = scan.window;
  const type = view.getUint32(scan.at + 8, scan.littleEndian);
  const objref = view.getInt32(scan.at + 12, scan.littleEndian);
  const isKnown = type < scan.objectTypes.length && scan.objectTypes[type] === 1;
  if (!isKnown) typeFault(scan, type, objref);
  else if (objref <= 0) objrefFault(scan, type, objref);
  else if ((scan.reserved.size > 0 && scan.reserved.has(objref)) || !scan.byObjref.add(objref, scan.objects)) {
    repeatedFault(scan, type, objref);
  } else {
    scan.objectType[scan.objects] = type;
    scan.objectRecord[scan.objects] = scan.record;
    scan.objects++;
  }
}

// In functions of their own: if several messages of one function contain the same number, V8 writes it out once, ahead
// of all of them, for each record.

function typeFault(scan: Scan, type: number, objref: number): void {
  loseAnnouncement(scan, null);
  fieldFault(scan, "H8", "objtype", `Objref ${objref} is of type ${type}, which ${scan.dialect.name} does not have.`);
}

function objrefFault(scan: Scan, type: number, objref: number): void {
  loseAnnouncement(scan, type);
  fieldFault(scan, "H9", "objref", `An object is announced under objref ${objref}; objrefs are positive.`);
}

function repeatedFault(scan: Scan, type: number, objref: number): void {
  loseAnnouncement(scan, type);
  fieldFault(scan, "H7", "objref", `Objref ${objref} is announced a second time.`);
}

/** Notes that an object was announced wrongly, so that consequences are not reported as well. `type` null: unknown. */
function loseAnnouncement(scan: Scan, type: number | null): void {
  for (const flags of [scan.lost, scan.dangling]) {
    if (type === null) flags.fill(1);
    else flags[type] = 1;
  }
  for (const code of ["file-without-objref", "table-without-objref", "name-without-file"]) scan.explained.add(code);
}

/** TAIL: the end of the image. */
export function onTail(scan: Scan): void {
  if (bigOf(scan, "magic") !== TAIL_MAGIC) fieldFault(scan, "H40", "magic", "TAIL does not have its magic number.");
}

/** Whether the pids of tasks repeat, by their column. */
export function checkPids(scan: Scan, seen: { add(pid: number, row: number): boolean }, checkpoint: Checkpoint): void {
  const { tasks } = checkpoint;
  const size = entrySize(scan);
  for (let task = 0; task < tasks.count; task++) {
    const pid = tasks.pid[task] as number;
    if (pid <= 0 || seen.add(pid, task)) continue;
    const message = `Two tasks have the pid ${pid}.`;
    faultAt(scan, "pid-repeated", scan.pidsRecord, `[${task}].vpid`, 8 + task * size, message);
  }
}
