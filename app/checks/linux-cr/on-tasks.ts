// Checks of tasks, their memory and their signals.

import { DIALECT_NAMES } from "../../decoder/linux-cr/catalogue/dialect-names.ts";
import { vmFlag, vmFlagNames } from "../../decoder/linux-cr/catalogue/vm-flags.ts";
import { NONE } from "../../model/checkpoint.ts";
import { recordLength } from "../../model/records.ts";
import { endTable } from "./on-files.ts";
import { bigOf, expect, faultAt, fieldFault, hasField, numberOf, type Scan, wantLength } from "./scan.ts";
import { NEXT } from "./successors.ts";

const COMM_LENGTH = 16;
const NSIG = 64;

// Linux include/linux/sched.h of 2.6.30 to 3.0.
const TASK_DEAD = 64;
const EXIT_ZOMBIE = 16;

const isEarly = ({ dialect }: Scan): boolean => dialect.name === "seed" || dialect.name === "v16";

/** TASK: the next task begins. */
export function onTask(scan: Scan): void {
  endTask(scan);
  if (scan.dialect.name === "seed" && scan.tasks === 1) {
    fieldFault(scan, "several-tasks", "type", "A second task follows: a seed kernel reads one task, and then TAIL.");
  }
  scan.taskRecord = scan.record;
  scan.commLength = COMM_LENGTH;
  const exitState = numberOf(scan, "exit_state");
  scan.taskNeedsObjects = isEarly(scan) || exitState === 0;
  if (hasField(scan, "task_comm_len")) {
    const length = numberOf(scan, "task_comm_len");
    scan.commLength = length;
    if (length < 1 || length > COMM_LENGTH) {
      fieldFault(scan, "H6", "task_comm_len", `A task's name takes ${length} bytes; it must take 1 to ${COMM_LENGTH}.`);
      scan.commLength = -1;
    }
  }
  if (scan.kind.fields.size > 0) checkExit(scan, exitState);
  scan.tasks++;
}

function checkExit(scan: Scan, exitState: number): void {
  const state = numberOf(scan, "state");
  const code = numberOf(scan, "exit_code");
  const signal = numberOf(scan, "exit_signal") | 0;
  if (state === TASK_DEAD) {
    if (exitState !== EXIT_ZOMBIE) {
      fieldFault(scan, "H30", "exit_state", `A dead task has exit_state ${exitState}; that of a zombie is 16.`);
      return;
    }
    if (!isExitCode(code)) fieldFault(scan, "H30", "exit_code", `A dead task has the exit code ${code}.`);
  } else if (code !== 0) fieldFault(scan, "H30", "exit_code", `A living task has the exit code ${code}.`);
  const { pid, tgid } = scan.checkpoint.tasks;
  const own = pid[scan.tasks] ?? NONE;
  const thread = own > 0 && own !== tgid[scan.tasks];
  const leader = own > 0 && !thread;
  const fits = signal === -1 ? !leader : signal >= 0 && signal <= NSIG && !thread;
  if (!fits) {
    const who = thread ? "A thread" : leader ? "A task that leads its threads" : "A task";
    fieldFault(scan, "H30", "exit_signal", `${who} has the exit signal ${signal}.`);
  }
  const parentDeath = numberOf(scan, "pdeath_signal");
  if (parentDeath > NSIG) {
    fieldFault(scan, "H30", "pdeath_signal", `A task has the parent-death signal ${parentDeath}; ${NSIG} is the last.`);
  }
}

/** wait(2)'s form: a status in the second byte, or a signal in the first. */
const isExitCode = (code: number): boolean => code < 0x10000 && ((code & 0xff) === 0 || code <= NSIG);

/** Closes the current task; reports a missing TASK_OBJS. */
export function endTask(scan: Scan): void {
  endTable(scan);
  const { taskRecord, taskNeedsObjects } = scan;
  scan.taskRecord = NONE;
  if (taskRecord === NONE || !taskNeedsObjects || scan.broken) return;
  faultAt(scan, "H1", taskRecord, "type", 0, "A task has no TASK_OBJS.");
  scan.broken = true;
}

/** STRING: the name of the task before it. */
export function onString(scan: Scan): void {
  const { commLength } = scan;
  scan.commLength = -1;
  if (commLength < 0) return;
  const length = scan.length - 8;
  if (length !== commLength) {
    const early = isEarly(scan);
    const message = `A task's name takes ${length} bytes instead of ${commLength}.`;
    fieldFault(scan, early ? "H6" : "H1", "len", message);
  }
  if (scan.dialect.name === "seed") expect(scan, NEXT.comm);
}

/** TASK_OBJS: what the task uses. */
export function onTaskObjs(scan: Scan): void {
  endTable(scan);
  scan.taskNeedsObjects = false;
}

/** Entries of GDT for thread-local storage, of 8 bytes each (Linux asm/segment.h). */
const TLS_ENTRIES = 3;
const TLS_BYTES = 24;

/** THREAD: thread-local storage of x86. */
export function onThread(scan: Scan): void {
  if (!hasField(scan, "gdt_entry_tls_entries")) return;
  const entries = numberOf(scan, "gdt_entry_tls_entries");
  const bytes = numberOf(scan, "sizeof_tls_array");
  if (entries !== TLS_ENTRIES) {
    fieldFault(
      scan,
      "H35",
      "gdt_entry_tls_entries",
      `THREAD has ${entries} entries for TLS instead of ${TLS_ENTRIES}.`,
    );
  }
  if (bytes !== TLS_BYTES) {
    fieldFault(scan, "H35", "sizeof_tls_array", `THREAD's TLS entries take ${bytes} bytes instead of ${TLS_BYTES}.`);
  }
  if (!hasField(scan, "ntls")) {
    wantLength(scan, scan.kind.size + TLS_BYTES);
    return;
  }
  wantLength(scan, scan.kind.size);
  const used = numberOf(scan, "ntls");
  if (used > TLS_ENTRIES) {
    fieldFault(scan, "H35", "ntls", `THREAD uses ${used} TLS entries; there are only ${TLS_ENTRIES}.`);
  }
  if (used > 0) expect(scan, NEXT.tlsInUse);
  else expect(scan, NEXT.noTls);
}

/** THREAD_TLS: the entries of THREAD. */
export const onThreadTls = (scan: Scan): void => wantLength(scan, 8 + TLS_BYTES);

/** CPU: whether the floating-point state follows. */
export function onCpu(scan: Scan): void {
  if (!hasField(scan, "used_math")) return;
  if (numberOf(scan, "used_math") !== 0) expect(scan, NEXT.fpuUsed);
  else if (isEarly(scan)) expect(scan, NEXT.fpuUnused);
}

/** CPU_FPU: as long as HEADER_ARCH says. */
export function onCpuFpu(scan: Scan): void {
  if (scan.xstateSize >= 0) wantLength(scan, 8 + scan.xstateSize);
}

/** MM: the layout of a process's memory. */
export function onMm(scan: Scan): void {
  endTable(scan);
  for (const part of ["code", "data"]) {
    if (bigOf(scan, `end_${part}`) >= bigOf(scan, `start_${part}`)) continue;
    fieldFault(scan, "H31", `end_${part}`, `A process's ${part} ends before it starts.`);
  }
  const exe = numberOf(scan, "exe_objref");
  if (exe < 0) fieldFault(scan, "H31", "exe_objref", `A process's executable has objref ${exe}.`);
}

const VM_SHARED = vmFlag("VM_SHARED");
const VM_MAYSHARE = vmFlag("VM_MAYSHARE");
const VM_HUGETLB = vmFlag("VM_HUGETLB");
/** Flags of mappings that a restart cannot restore. */
const REFUSED = [
  ...["VM_IO", "VM_HUGETLB", "VM_NONLINEAR", "VM_PFNMAP", "VM_RESERVED", "VM_NORESERVE"],
  ...["VM_MAPPED_COPY", "VM_INSERTPAGE", "VM_MIXEDMAP", "VM_SAO"],
].reduce((mask, name) => mask | vmFlag(name), 0n);

/** VMA: one mapping. */
export function onVma(scan: Scan): void {
  const type = numberOf(scan, "vma_type");
  const kind = scan.dialect.enumName("CKPT_VMA", type);
  const flags = bigOf(scan, "vm_flags");
  if (bigOf(scan, "vm_end") < bigOf(scan, "vm_start")) {
    fieldFault(scan, "H32", "vm_end", "A mapping ends before it starts.");
  }
  const objref = numberOf(scan, "vma_objref");
  if (objref < 0) fieldFault(scan, "H32", "vma_objref", `A mapping's file has objref ${objref}.`);
  if (kind === undefined || kind === "MAX") {
    fieldFault(scan, "H32", "vma_type", `A mapping is of type ${type}, which ${scan.dialect.name} does not have.`);
    return;
  }
  const shared = since(scan, "v20-nestedpids") ? VM_SHARED | VM_MAYSHARE : VM_SHARED;
  if ((kind === "ANON" || kind === "FILE") && (flags & shared) !== 0n) {
    fieldFault(scan, "H32", "vm_flags", "A private mapping has flags of a shared one.");
  }
  const refused = flags & (kind.startsWith("HUGETLB") ? REFUSED & ~VM_HUGETLB : REFUSED);
  if (refused !== 0n) {
    const names = vmFlagNames(refused).join(" and ");
    fieldFault(scan, "H33", "vm_flags", `A mapping has ${names}, which cannot be restored.`);
  }
}

const since = ({ dialect }: Scan, name: string): boolean =>
  DIALECT_NAMES.indexOf(dialect.name) >= DIALECT_NAMES.indexOf(name);

const LEAST_PAGE = 4096;

/** PGARR: how many pages follow, in one BUFFER. */
export function onPgarr(scan: Scan): void {
  const pages = Number(bigOf(scan, "nr_pages"));
  if (pages === 0) return;
  expect(scan, NEXT.pagesDue);
  const { records } = scan.checkpoint;
  const next = scan.record + 1;
  if (next >= records.count || records.kinds[records.kind[next] as number]?.name !== "BUFFER") return;
  const payload = recordLength(records, next) - 8;
  // An address of 4 or 8 bytes for each page, then the pages.
  const each = payload / pages;
  const fits = [4, 8].some((word) => each - word >= LEAST_PAGE && Number.isInteger(Math.log2(each - word)));
  if (fits) return;
  const message = `${pages} pages take ${payload} bytes, which is not a whole number of pages and addresses.`;
  faultAt(scan, "H1", next, "len", 4, message);
  scan.broken = true;
}

const LDT_ENTRY = 8;
const LDT_ENTRIES = 8192;

/** MM_CONTEXT: the LDT of x86 follows. */
export function onMmContext(scan: Scan): void {
  if (!hasField(scan, "ldt_entry_size")) return;
  const size = numberOf(scan, "ldt_entry_size");
  const count = numberOf(scan, "nldt");
  if (size !== LDT_ENTRY) {
    fieldFault(scan, "H34", "ldt_entry_size", `An entry of the LDT takes ${size} bytes instead of ${LDT_ENTRY}.`);
  }
  if (count > LDT_ENTRIES) {
    fieldFault(scan, "H34", "nldt", `The LDT has ${count} entries; at most ${LDT_ENTRIES} are possible.`);
  }
  scan.ldtEntries = count > LDT_ENTRIES ? -1 : count;
  if (scan.dialect.recordType("MM_CONTEXT_LDT") !== undefined) expect(scan, NEXT.ldt);
}

/** MM_CONTEXT_LDT: its entries. */
export function onLdt(scan: Scan): void {
  if (scan.ldtEntries >= 0) wantLength(scan, 8 + scan.ldtEntries * LDT_ENTRY);
}

/** SIGPENDING: pending signals. */
export function onSigpending(scan: Scan): void {
  const count = numberOf(scan, "nr_pending");
  const info = scan.dialect.struct("ckpt_siginfo")?.size ?? 0;
  if (scan.length === scan.kind.size + count * info || info === 0) return;
  const message = `${count} pending signals take ${scan.length - scan.kind.size} bytes instead of ${count * info}.`;
  fieldFault(scan, "H36", "nr_pending", message);
}

/** SIGHAND: an action for each signal. */
export function onSighand(scan: Scan): void {
  endTable(scan);
  const action = scan.dialect.struct("ckpt_sigaction") ?? scan.dialect.struct("ckpt_hdr_sigaction");
  if (action !== undefined) wantLength(scan, 8 + NSIG * action.size);
}

/** FS: a working directory and a root follow. */
export function onFs(scan: Scan): void {
  endTable(scan);
  scan.namesDue = 2;
}
