// The law of resources for Linux-CR: one edit of a field that a column comes from is exactly that change, and every
// other field of the records is known, with the reason why no table shows it.

import { beforeAll, describe, expect, test } from "vitest";
import { dialect } from "../../../app/decoder/linux-cr/catalogue/dialect.ts";
import { type Change, mirrored } from "../../../app/diff/changes.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { readResources } from "../../../app/resources/read.ts";
import type { ColumnSpec, ResourceSpec } from "../../../app/resources/resource.ts";
import { RESOURCES } from "../../../app/resources/resources.ts";
import { numberAt, type Parts, putTogether, setField } from "../../support/edit-image.ts";
import { open } from "../../support/open.ts";
import { resourcefulImage, withAdjustments, withSemaphores } from "../../support/resourceful-image.ts";
import { entries } from "../../support/resources.ts";

/**
 * Structs of terminals and epoll items, whose tables are not compared as such: test/diff has the law of details. And that
 * of open files, whose openers have a test of their own.
 */
const OF_FILES: ReadonlySet<string> = new Set(["ckpt_eventpoll_item", "ckpt_hdr_tty", "ckpt_hdr_file"]);

/** Records by struct, and the path to structs inside them. */
const PLACES: Readonly<Record<string, readonly [record: string, path: string]>> = {
  ckpt_rlimit: ["SIGNAL", "rlim[7]."],
  ckpt_sigaction: ["SIGHAND", "action[16]."],
  ckpt_hdr_ipc_perms: ["IPC_SHM", "perms."],
};

/** Records whose fields are walked. */
const RECORDS =
  "TASK CRED GROUPINFO USER USER_NS SECURITY TASK_CREDS NS TASK_NS UTS_NS IPC_NS IPC IPC_SHM IPC_MSG IPC_MSG_MSG IPC_SEM MM VMA SIGHAND SIGNAL SIGPENDING SIGNAL_TASK TASK_OBJS TASK_SEM_UNDO".split(
    " ",
  );

const DIALECT = dialect("v23-rc2");

const recordOf = (struct: string): string => RECORDS.find((name) => DIALECT.structOfRecord(name) === struct) ?? struct;

interface Edit {
  /** `ckpt_rlimit.rlim_cur`. */
  readonly source: string;
  readonly record: string;
  readonly path: string;
}

function editOf(source: string): Edit {
  const dot = source.indexOf(".");
  const [struct, field] = [source.slice(0, dot), source.slice(dot + 1)];
  const [record, path] = PLACES[struct] ?? [recordOf(struct), ""];
  const isArray = DIALECT.struct(struct)?.byName.get(field)?.type.endsWith("[0]") === true;
  // A set of signals is one word.
  return { source, record, path: `${path}${field}${isArray ? "[0]" : field.endsWith("sigset") ? "[0]" : ""}` };
}

/** Fields that the values of `sysctls` are made of. */
const SYSCTLS =
  "shm_ctlmax shm_ctlall shm_ctlmni msg_ctlmax msg_ctlmnb msg_ctlmni sem_ctl_msl sem_ctl_mns sem_ctl_opm sem_ctl_mni".split(
    " ",
  );

const sourcesOf = (spec: ResourceSpec, column: ColumnSpec): readonly string[] =>
  spec.name === "sysctls" && column.name === "value"
    ? SYSCTLS.map((field) => `ckpt_hdr_ipcns.${field}`)
    : (column.linuxCr ?? []);

const COLUMNS = RESOURCES.flatMap((spec) =>
  spec.columns.flatMap((column) =>
    sourcesOf(spec, column).map((source) => ({ ...editOf(source), spec, column, name: column.name })),
  ),
).filter(({ source }) => !OF_FILES.has(source.slice(0, source.indexOf("."))));

/** Edits that keep the value one of its kind; by default, the lowest bit. */
const BITS: Readonly<Record<string, bigint>> = {
  // From none to the label that the image has.
  "ckpt_hdr_ipc_perms.sec_ref": 901n,
  // From none to the terminal that the image has.
  "ckpt_hdr_signal.tty_objref": 14n,
  "ckpt_hdr_vma.vm_start": 0x1000n,
  "ckpt_hdr_vma.vm_end": 0x1000n,
  "ckpt_hdr_vma.vm_flags flags": 1n << 25n,
  "ckpt_hdr_vma.vm_flags permissions": 2n,
};

/** What changes instead of a column that is not compared, or with it. The objref of another file is another file. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  "ckpt_hdr_vma.vm_start": ["size"],
  "ckpt_hdr_vma.vm_end": ["size"],
  "ckpt_hdr_vma.vm_flags permissions": ["flags", "permissions"],
  "ckpt_hdr_task.robust_futex_list": ["robustList"],
  // 0: it is not armed.
  "ckpt_hdr_signal.it_virt_value": ["armed"],
  "ckpt_hdr_vma.vma_objref": ["resource-added", "resource-removed"],
};

let image: Parts;
beforeAll(async () => {
  image = await resourcefulImage();
});

function edited({ source, record, path }: Edit, column = ""): Uint8Array {
  const bit = BITS[`${source} ${column}`] ?? BITS[source] ?? 1n;
  return putTogether(setField(image, record, 0, path, numberAt(image, record, 0, path) ^ bit));
}

async function changesTo(bytes: Uint8Array): Promise<readonly Change[]> {
  const [before, after] = [await open(putTogether(image)), await open(bytes)];
  const resources = { before: await readResources(before), after: await readResources(after) };
  const changes = changesJson(diff(before.checkpoint, after.checkpoint, { resources }));
  const reversed = diff(after.checkpoint, before.checkpoint, {
    resources: { before: resources.after, after: resources.before },
  });
  const swapped = changesJson(reversed).map(({ kind }) => mirrored(kind));
  expect(swapped.toSorted()).toEqual(changes.map(({ kind }) => kind).toSorted());
  return changes;
}

/** The changes of tables: `limits soft`, `mappings resource-added`. */
function ofTables(changes: readonly Change[]): string[] {
  const own = changes.flatMap((change) =>
    "resource" in change ? [`${change.resource} ${"field" in change ? change.field : change.kind}`] : [],
  );
  return [...new Set(own)].toSorted();
}

function expected(source: string, spec: ResourceSpec, column: ColumnSpec): readonly string[] {
  const derived = DERIVED[`${source} ${column.name}`] ?? DERIVED[source];
  if (derived !== undefined) return derived;
  if (column.notCompared !== undefined && column.comparedAs !== "place") return [];
  return spec.key.includes(column.name) ? ["resource-added", "resource-removed"] : [column.name];
}

describe("one edit of a Linux-CR image", () => {
  test("what is added to a semaphore when a task ends is one change", async () => {
    expect(ofTables(await changesTo(putTogether(withAdjustments(image, [-7, 0, 1]))))).toEqual([]);
    const changes = await changesTo(putTogether(withAdjustments(image, [-7, -2, 1])));
    expect(changes.filter(({ kind }) => kind.startsWith("resource"))).toMatchObject([
      { kind: "resource-changed", resource: "undo", field: "values", before: [-7, 0, 1], after: [-7, -2, 1] },
    ]);
  });

  test("an undo list whose values are missing is one without values", async () => {
    const [row] = await entries(await open(putTogether(withAdjustments(image, [-7]))), "undo");
    expect(row).toMatchObject({ id: 5, values: null });
    expect(ofTables(await changesTo(putTogether(withAdjustments(image, [-7]))))).toEqual([]);
  });

  test.each(COLUMNS)("$source is one change of $spec.name $name", async (edit) => {
    const { source, spec, column } = edit;
    const bytes = edited(edit, column.name);
    const shown = async (of: Uint8Array) =>
      JSON.stringify((await entries(await open(of), spec.name)).map((entry) => entry[column.name]));
    expect(await shown(bytes)).not.toBe(await shown(putTogether(image)));
    const wanted = expected(source, spec, column).map((field) => `${spec.name} ${field}`);
    expect(ofTables(await changesTo(bytes))).toEqual(wanted);
  });

  test.each([8, 16, 24])("the value of a semaphore, of %i bytes, is one change", async (size) => {
    const changes = await changesTo(putTogether(withSemaphores(image, [7, 1, 2], size)));
    expect(changes.filter(({ kind }) => kind.startsWith("resource"))).toMatchObject([
      { kind: "resource-changed", resource: "ipc", field: "values", before: [7, 0, 2], after: [7, 1, 2] },
    ]);
  });
});

const REFERENCE = "names another object, which is compared";
const COUNT = "how many entries or records follow";
const PADDING = "padding";
const TIME = "a time or pid of the latest use, which advances by itself";
const ADDRESS = "an address of the program";

/** Fields that no table shows, with the reason. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  "ckpt_hdr_task.flags": "the kernel's own bits of task_struct",
  "ckpt_hdr_task.state": "a column of the list of tasks",
  "ckpt_hdr_task.exit_state": "a column of the list of tasks",
  "ckpt_hdr_task.exit_code": "of a zombie only: in the list of tasks",
  "ckpt_hdr_task.set_child_tid": ADDRESS,
  "ckpt_hdr_task.clear_child_tid": ADDRESS,
  "ckpt_hdr_task.compat_robust_futex_head_len": "the size of a struct of the kernel",
  "ckpt_hdr_task.compat_robust_futex_list": ADDRESS,
  "ckpt_hdr_task.robust_futex_head_len": "the size of a struct of the kernel",
  "ckpt_hdr_cred.user_ref": REFERENCE,
  "ckpt_hdr_cred.groupinfo_ref": REFERENCE,
  "ckpt_hdr_cred.cap_s.padding": PADDING,
  "ckpt_hdr_groupinfo.ngroups": COUNT,
  "ckpt_hdr_user_struct.uid": "the uid of its credentials",
  "ckpt_hdr_user_struct.userns_ref": REFERENCE,
  "ckpt_hdr_user_ns.creator_ref": REFERENCE,
  "ckpt_hdr_lsm.ptrref": REFERENCE,
  "ckpt_hdr_lsm.sectype": "the kind of object that had the label first",
  "ckpt_hdr_task_creds.cred_ref": REFERENCE,
  "ckpt_hdr_task_creds.ecred_ref": REFERENCE,
  "ckpt_hdr_ns.uts_objref": REFERENCE,
  "ckpt_hdr_ns.ipc_objref": REFERENCE,
  "ckpt_hdr_ns.net_objref": REFERENCE,
  "ckpt_hdr_task_ns.ns_objref": REFERENCE,
  "ckpt_hdr_utsns.sysname": "of the kernel, not of the namespace",
  "ckpt_hdr_utsns.release": "of the kernel, not of the namespace",
  "ckpt_hdr_utsns.version": "of the kernel, not of the namespace",
  "ckpt_hdr_utsns.machine": "of the kernel, not of the namespace",
  "ckpt_hdr_ipc.ipc_type": "which kind of object follows",
  "ckpt_hdr_ipc.ipc_count": COUNT,
  "ckpt_hdr_ipc_perms._padding": PADDING,
  "ckpt_hdr_ipc_perms.seq": "numbered anew for each object",
  "ckpt_hdr_ipc_shm.shm_atim": TIME,
  "ckpt_hdr_ipc_shm.shm_dtim": TIME,
  "ckpt_hdr_ipc_shm.shm_ctim": TIME,
  "ckpt_hdr_ipc_shm.shm_cprid": TIME,
  "ckpt_hdr_ipc_shm.shm_lprid": TIME,
  "ckpt_hdr_ipc_shm.objref": REFERENCE,
  "ckpt_hdr_ipc_msg.q_stime": TIME,
  "ckpt_hdr_ipc_msg.q_rtime": TIME,
  "ckpt_hdr_ipc_msg.q_ctime": TIME,
  "ckpt_hdr_ipc_msg.q_lspid": TIME,
  "ckpt_hdr_ipc_msg.q_lrpid": TIME,
  "ckpt_hdr_ipc_msg_msg.m_type": "messages come and go; the table counts them",
  "ckpt_hdr_ipc_msg_msg.m_ts": "messages come and go; the table counts them",
  "ckpt_hdr_ipc_msg_msg.sec_ref": REFERENCE,
  "ckpt_hdr_ipc_sem.sem_otime": TIME,
  "ckpt_hdr_ipc_sem.sem_ctime": TIME,
  "ckpt_hdr_ipc_sem.sem_nsems": COUNT,
  "ckpt_hdr_mm.map_count": COUNT,
  "ckpt_hdr_mm.exe_objref": REFERENCE,
  ...Object.fromEntries(
    "start_code end_code start_data end_data start_brk brk start_stack arg_start arg_end env_start env_end"
      .split(" ")
      .map((name) => [`ckpt_hdr_mm.${name}`, ADDRESS]),
  ),
  "ckpt_hdr_vma.ino_objref": REFERENCE,
  "ckpt_hdr_vma._padding": PADDING,
  "ckpt_hdr_vma.ino_size": "the size of shared memory without a file",
  "ckpt_hdr_vma.vm_page_prot": "follows from the permissions",
  "ckpt_sigaction.sa_restorer": ADDRESS,
  "ckpt_hdr_signal.tty_pgrp": "a pid, or from v23-pids on the number of a pid object: which, is not known",
  "ckpt_hdr_signal.tty_old_pgrp": "a pid, or from v23-pids on the number of a pid object: which, is not known",
  "ckpt_hdr_sigpending.nr_pending": COUNT,
  "ckpt_hdr_task_objs.files_objref": REFERENCE,
  "ckpt_hdr_task_objs.mm_objref": REFERENCE,
  "ckpt_hdr_task_objs.fs_objref": REFERENCE,
  "ckpt_hdr_task_objs.sem_undo_objref": REFERENCE,
  "ckpt_hdr_task_objs.sighand_objref": REFERENCE,
  "ckpt_hdr_task_objs.signal_objref": REFERENCE,
  "ckpt_hdr_task_sem_undo.semadj_count": COUNT,
};

/** Every field of the records, in arrays those of the entry that PLACES names. */
const FIELDS = RECORDS.flatMap((record) => {
  const struct = DIALECT.structOfRecord(record) ?? "";
  return (DIALECT.struct(struct)?.fields ?? []).flatMap(({ name, type }) => {
    const [inner] = Object.entries(PLACES).find(([, [of, path]]) => of === record && path.startsWith(`${name}[`)) ?? [];
    if (inner !== undefined) return (DIALECT.struct(inner)?.fields ?? []).map((field) => `${inner}.${field.name}`);
    if (name.startsWith("perms.")) return [`ckpt_hdr_ipc_perms.${name.slice("perms.".length)}`];
    return type === "ckpt_hdr" ? [] : [`${struct}.${name}`];
  });
}).filter((source) => !source.endsWith(".h"));

const SHOWN: ReadonlySet<string> = new Set(COLUMNS.map(({ source }) => source));

describe("the fields of a Linux-CR image", () => {
  test("are shown by a table, or known not to be", () => {
    const unknown = FIELDS.filter((source) => !SHOWN.has(source) && !(source in NOT_SHOWN));
    expect(unknown.filter((source) => !source.includes("siginfo"))).toEqual([]);
    const fields = new Set(FIELDS);
    expect(Object.keys(NOT_SHOWN).filter((source) => SHOWN.has(source) || !fields.has(source))).toEqual([]);
  });

  const SILENT = Object.entries(NOT_SHOWN).filter(([, reason]) => reason !== REFERENCE && reason !== COUNT);
  test.each(SILENT)("%s changes no table: %s", async (source) => {
    expect(ofTables(await changesTo(edited(editOf(source))))).toEqual([]);
  });
});
