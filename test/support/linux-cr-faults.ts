// Linux-CR images with one fault each, and the finding that it gives.

import type { Errno } from "../../app/checks/rule.ts";
import {
  append,
  cString,
  insertBefore,
  makeRecord,
  type Parts,
  removeRecord,
  setField,
  setPayload,
  swapRecords,
} from "./edit-image.ts";

/** Two tasks that share a table; one task with a file in three descriptors; v23 with memory and a terminal, with sockets. */
export const BASES = {
  tables: "seed-tables/before.ckpt",
  one: "seed-one/before.ckpt",
  v23: "v23-s1/before.ckpt",
  sockets: "diff-blind/before.ckpt",
} as const;

/** One fault: the edit that makes it, and the finding. The record of `at` is named by name and number. */
export interface Fault {
  readonly code: string;
  readonly base: keyof typeof BASES;
  readonly edit: (image: Parts) => Parts;
  readonly at: readonly [name: string, n: number] | null;
  readonly field: string | null;
  readonly errno: Errno | null;
}

export const fault = (
  code: string,
  base: keyof typeof BASES,
  what: string,
  edit: (image: Parts) => Parts,
  at: Fault["at"],
  field: string | null,
  errno: Errno | null,
): [string, Fault] => [`${code}: ${what}`, { code, base, edit, at, field, errno }];

/** A fault in one field. */
export const set = (
  code: string,
  base: keyof typeof BASES,
  name: string,
  n: number,
  field: string,
  value: number | bigint,
  errno: Errno | null,
): [string, Fault] =>
  fault(
    code,
    base,
    `${name}.${field} is ${value} in ${base}`,
    (image) => setField(image, name, n, field, value),
    [name, n],
    field,
    errno,
  );

export const flag = (digits: string): number => Number.parseInt(digits, 8);
const path = (length: number): Uint8Array => cString(`/${"x".repeat(length - 1)}`);
export const FLAGS = "common.f_flags";
export const MODE = "common.f_mode";
export const POS = "common.f_pos";

/** An eventfd with a position, in a descriptor of its own. */
const withEventfd = (image: Parts, pos: number): Parts => {
  const type = image.dialect.enums.CKPT_FILE?.get("EVENTFD") ?? 0;
  const object = image.dialect.enums.CKPT_OBJ?.get("FILE") ?? 0;
  const file = makeRecord(
    image,
    "FILE",
    { "common.f_type": type, "common.f_flags": 2, "common.f_mode": 3, "common.f_credref": 2, "common.f_pos": pos },
    new Uint8Array(0),
    "ckpt_hdr_file_eventfd",
  );
  return insertBefore(
    setField(image, "FILE_TABLE", 0, "fdt_nfds", 5),
    "OBJREF",
    12,
    makeRecord(image, "OBJREF", { objtype: object, objref: 90 }),
    file,
    makeRecord(image, "FILE_DESC", { fd_objref: 90, fd_descriptor: 9 }),
  );
};

export const FAULTS: readonly [string, Fault][] = [
  fault(
    "H1",
    "tables",
    "a path is missing",
    (i) => removeRecord(i, "FILE_NAME", 1),
    ["FILE_DESC", 1],
    "type",
    "EINVAL",
  ),
  fault(
    "H1",
    "one",
    "a descriptor is missing",
    (i) => removeRecord(i, "FILE_DESC", 1),
    ["FILE_TABLE", 0],
    "fdt_nfds",
    "EINVAL",
  ),
  fault(
    "H1",
    "one",
    "a descriptor is too many",
    (i) => setField(i, "FILE_TABLE", 0, "fdt_nfds", 3),
    ["FILE_DESC", 3],
    "type",
    "EINVAL",
  ),
  fault("H1", "one", "TASK_OBJS is missing", (i) => removeRecord(i, "TASK_OBJS"), ["TASK", 0], "type", "EINVAL"),
  fault("H1", "tables", "CPU is missing", (i) => removeRecord(i, "CPU", 1), ["CPU_FPU", 0], "type", "EINVAL"),
  fault("H1", "tables", "CPU_FPU is missing", (i) => removeRecord(i, "CPU_FPU"), ["TAIL", 0], "type", "EINVAL"),
  fault("H1", "tables", "THREAD_TLS is missing", (i) => removeRecord(i, "THREAD_TLS"), ["CPU", 1], "type", "EINVAL"),
  fault(
    "H1",
    "one",
    "a name of the kernel is missing",
    (i) => removeRecord(i, "BUFFER", 2),
    ["HEADER_ARCH", 0],
    "type",
    "EINVAL",
  ),
  fault(
    "H1",
    "one",
    "a name of the kernel is short",
    (i) => setPayload(i, "BUFFER", 1, new Uint8Array(64)),
    ["BUFFER", 1],
    "len",
    "EINVAL",
  ),
  fault(
    "H1",
    "one",
    "a record of no known type",
    (i) => setField(insertBefore(i, "TAIL", 0, makeRecord(i, "BUFFER")), "BUFFER", 3, "type", 777),
    ["BUFFER", 3],
    "type",
    "EINVAL",
  ),
  set("H1", "one", "CPU", 0, "len", 256, "EINVAL"),
  fault(
    "H1",
    "v23",
    "a path of two is missing",
    (i) => removeRecord(i, "FILE_NAME", 3),
    ["SIGHAND", 0],
    "type",
    "EINVAL",
  ),
  fault(
    "H1",
    "v23",
    "groups are missing",
    (i) => setField(i, "GROUPINFO", 0, "ngroups", 4),
    ["GROUPINFO", 0],
    "len",
    "EINVAL",
  ),
  fault(
    "H1",
    "v23",
    "pages are missing",
    (i) => setField(i, "PGARR", 1, "nr_pages", 3),
    ["BUFFER", 8],
    "len",
    "EINVAL",
  ),
  fault(
    "H1",
    "v23",
    "SIGHAND is short",
    (i) => setPayload(i, "SIGHAND", 0, new Uint8Array(2016)),
    ["SIGHAND", 0],
    "len",
    "EINVAL",
  ),
  fault(
    "H1",
    "v23",
    "the name of a task is short",
    (i) => setPayload(i, "STRING", 0, cString("short")),
    ["STRING", 0],
    "len",
    "EINVAL",
  ),
  set("H2", "one", "HEADER", 0, "arch_id", 9, "EINVAL"),
  set("H2", "one", "HEADER", 0, "rev", 2, "EINVAL"),
  set("H2", "one", "HEADER", 0, "major", 0, "EINVAL"),
  set("H3", "one", "HEADER", 0, "uflags", 1, "EINVAL"),
  set("H3", "v23", "HEADER", 0, "uflags", 4, "EINVAL"),
  set("H4", "one", "HEADER", 0, "uts_version_len", 64, "EINVAL"),
  set("H4", "v23", "HEADER", 0, "constants.signal_nsig", 128, "EINVAL"),
  set("H4", "v23", "HEADER", 0, "constants.tty_termios_nccs", 8, "EINVAL"),
  set("H5", "one", "HEADER_ARCH", 0, "has_fxsr", 2, "EINVAL"),
  fault(
    "H5",
    "one",
    "XSAVE without FXSR",
    (i) => setField(setField(i, "HEADER_ARCH", 0, "has_fxsr", 0), "HEADER_ARCH", 0, "has_xsave", 1),
    ["HEADER_ARCH", 0],
    "has_xsave",
    "EINVAL",
  ),
  set("H5", "one", "HEADER_ARCH", 0, "xstate_size", 513, "EINVAL"),
  set("H6", "one", "TASK", 0, "task_comm_len", 0, "EINVAL"),
  fault(
    "H6",
    "one",
    "the name has another length",
    (i) => setField(i, "TASK", 0, "task_comm_len", 8),
    ["STRING", 0],
    "len",
    "EINVAL",
  ),
  set("H7", "one", "OBJREF", 2, "objref", 2, "EINVAL"),
  set("H8", "v23", "OBJREF", 10, "objtype", 77, "EINVAL"),
  set("H9", "v23", "OBJREF", 11, "objref", -1, "EINVAL"),
  set("H10", "one", "FILE_TABLE", 0, "fdt_nfds", -1, "EMFILE"),
  set("H10", "one", "FILE_TABLE", 0, "fdt_nfds", 1_048_577, "EMFILE"),
  set("H11", "one", "FILE_DESC", 3, "fd_objref", 0, "EINVAL"),
  set("H11", "one", "FILE_DESC", 0, "fd_descriptor", -1, "EINVAL"),
  set("H12", "one", "FILE_DESC", 3, "fd_objref", 99, "EINVAL"),
  set("H12", "v23", "TASK_CREDS", 0, "ecred_ref", 99, "EINVAL"),
  set("H12", "v23", "TTY", 1, "link_objref", 99, "EINVAL"),
  set("H13", "one", "FILE_DESC", 3, "fd_objref", 1, "ENOMSG"),
  set("H13", "v23", "TASK_OBJS", 0, "mm_objref", 18, "ENOMSG"),
  set("H14", "one", "FILE_DESC", 3, "fd_descriptor", 1_048_576, "EBADF"),
  fault(
    "H15",
    "one",
    "an unknown type",
    (i) => setField(i, "FILE", 0, "common.f_type", 7),
    ["FILE", 0],
    "f_type",
    "EINVAL",
  ),
  fault("H16", "one", "FILE is long", (i) => setPayload(i, "FILE", 0, new Uint8Array(8)), ["FILE", 0], "len", "EINVAL"),
  fault(
    "H17",
    "one",
    "a path of 4088 bytes",
    (i) => setPayload(i, "FILE_NAME", 0, path(4088)),
    ["FILE_NAME", 0],
    "len",
    "EINVAL",
  ),
  fault(
    "H18",
    "v23",
    "a path of 4096 bytes",
    (i) => setPayload(i, "FILE_NAME", 0, path(4096)),
    ["FILE_NAME", 0],
    "len",
    "EINVAL",
  ),
  fault(
    "H19",
    "one",
    "a path without NUL",
    (i) => setPayload(i, "FILE_NAME", 0, path(9).subarray(0, 9)),
    ["FILE_NAME", 0],
    "text",
    null,
  ),
  fault(
    "H19",
    "v23",
    "a path with a NUL inside",
    (i) => setPayload(i, "FILE_NAME", 0, cString("/a\0b")),
    ["FILE_NAME", 0],
    "text",
    null,
  ),
  fault(
    "H20",
    "one",
    "an empty path",
    (i) => setPayload(i, "FILE_NAME", 0, cString("")),
    ["FILE_NAME", 0],
    "text",
    "ENOENT",
  ),
  fault(
    "H20",
    "one",
    "a path without a slash",
    (i) => setPayload(i, "FILE_NAME", 0, cString("tmp")),
    ["FILE_NAME", 0],
    "text",
    null,
  ),
  set("H21", "one", "FILE", 0, FLAGS, flag("102"), null),
  set("H21", "v23", "FILE", 1, FLAGS, flag("1402"), "EINVAL"),
  set("H22", "one", "FILE", 0, FLAGS, flag("40000002") >>> 0, null),
  set("H23", "one", "FILE", 0, POS, 0x1_8000_0000n, "EINVAL"),
  set("H23", "one", "FILE", 0, POS, -1, "EINVAL"),
  set("H23", "v23", "FILE", 1, POS, 0xc000_0000n, "EINVAL"),
  set("H24", "v23", "FILE", 1, MODE, 28, "EINVAL"),
  set("H25", "v23", "FILE", 1, "common.f_credref", 0, "EINVAL"),
  set("H25", "v23", "FILE", 1, "common.f_credref", 3, "ENOMSG"),
  set("H26", "one", "FILE", 0, MODE, 28, null),
  set("H26", "v23", "FILE", 1, MODE, 29, null),
  fault(
    "H27",
    "one",
    "an unlinked file",
    (i) => setPayload(i, "FILE_NAME", 0, cString("/tmp/a (deleted)")),
    ["FILE_NAME", 0],
    "text",
    null,
  ),
  fault(
    "H27",
    "v23",
    "a file that is called so",
    (i) => setPayload(i, "FILE_NAME", 0, cString("/tmp/a (deleted)")),
    ["FILE_NAME", 0],
    "text",
    null,
  ),
  set("H28", "one", "FILE_DESC", 2, "fd_descriptor", 1, null),
  fault(
    "H28",
    "one",
    "descriptors out of order",
    (i) => swapRecords(i, "FILE_DESC", 1, 2),
    ["FILE_DESC", 2],
    "fd_descriptor",
    null,
  ),
  set("H28", "one", "FILE_DESC", 1, "fd_close_on_exec", 2, null),
  set("H29", "v23", "TREE", 0, "nr_tasks", 0, "EINVAL"),
  fault(
    "H29",
    "v23",
    "pids are missing",
    (i) => setPayload(i, "BUFFER", 5, new Uint8Array(16)),
    ["BUFFER", 5],
    "len",
    "EINVAL",
  ),
  fault(
    "H29",
    "v23",
    "a task is missing",
    (i) => setPayload(setField(i, "TREE", 0, "nr_tasks", 2), "BUFFER", 5, new Uint8Array(48)),
    ["TREE", 0],
    "nr_tasks",
    "EINVAL",
  ),
  set("H30", "v23", "TASK", 0, "exit_code", 9, "EINVAL"),
  set("H30", "v23", "TASK", 0, "exit_signal", 65, "EINVAL"),
  set("H30", "v23", "TASK", 0, "exit_signal", -1, "EINVAL"),
  set("H30", "v23", "TASK", 0, "pdeath_signal", 65, "EINVAL"),
  fault(
    "H30",
    "v23",
    "a dead task that is not a zombie",
    (i) => setField(i, "TASK", 0, "state", 64),
    ["TASK", 0],
    "exit_state",
    "EINVAL",
  ),
  set("H31", "v23", "MM", 0, "end_code", 1, "EINVAL"),
  set("H31", "v23", "MM", 0, "end_data", 1, "EINVAL"),
  set("H32", "v23", "VMA", 2, "vm_end", 1, "EINVAL"),
  set("H32", "v23", "VMA", 4, "vma_type", 11, "EINVAL"),
  set("H32", "v23", "VMA", 2, "vm_flags", 0x80, "EINVAL"),
  set("H32", "v23", "VMA", 2, "vma_objref", -2, "EINVAL"),
  set("H33", "v23", "VMA", 2, "vm_flags", 0x4000, "ENOSYS"),
  set("H34", "v23", "MM_CONTEXT", 0, "ldt_entry_size", 16, "EINVAL"),
  set("H34", "v23", "MM_CONTEXT", 0, "nldt", 8193, "EINVAL"),
  set("H35", "one", "THREAD", 0, "gdt_entry_tls_entries", 4, "EINVAL"),
  set("H35", "v23", "THREAD", 0, "sizeof_tls_array", 8, "EINVAL"),
  set("H35", "tables", "THREAD", 1, "ntls", 4, "EINVAL"),
  set("H36", "v23", "SIGPENDING", 1, "nr_pending", 1, "EINVAL"),
  fault("H37", "v23", "a pipe without a number", (i) => asPipe(i, 0), ["FILE", 1], "pipe_objref", "EINVAL"),
  fault(
    "H37",
    "v23",
    "a pipe with too much in it",
    (i) => insertBefore(asPipe(i, 55), "FILE_DESC", 3, makeRecord(i, "PIPE_BUF", {}, new Uint8Array(1024 * 1024 + 1))),
    ["PIPE_BUF", 0],
    "len",
    "EINVAL",
  ),
  set("H39", "tables", "TASK_OBJS", 1, "files_objref", 0, "EINVAL"),
  set("H40", "one", "TAIL", 0, "magic", 1, "EINVAL"),
  fault("H41", "one", "TAIL is missing", (i) => removeRecord(i, "TAIL"), ["CPU", 0], null, "EPIPE"),
  fault("H42", "one", "the dump failed", (i) => failed(i), ["STRING", 1], null, "EINVAL"),
  fault("H42", "v23", "the dump failed", (i) => failed(i), ["STRING", 1], null, "EIO"),
  set("directory-written", "one", "FILE", 0, FLAGS, flag("200002"), "EISDIR"),
  fault(
    "position-impossible",
    "v23",
    "an eventfd has a negative position",
    (i) => withEventfd(i, -1),
    ["FILE", 2],
    POS,
    null,
  ),
  fault("several-tasks", "tables", "a task too many", (i) => i, ["TASK", 1], "type", "EINVAL"),
  set("async-without-owner", "one", "FILE", 0, FLAGS, flag("20002"), null),
  set("H7", "v23", "TTY", 0, "file_objref", 12, "EINVAL"),
  set("H9", "v23", "TTY", 0, "file_objref", 0, "EINVAL"),
  fault("position-impossible", "v23", "an eventfd has a position", (i) => withEventfd(i, 3), ["FILE", 2], POS, null),
  fault(
    "object-unused",
    "one",
    "no descriptor leads to a file",
    (i) => setField(i, "FILE_DESC", 3, "fd_objref", 2),
    ["OBJREF", 2],
    "objref",
    null,
  ),
  fault("table-without-task", "tables", "no task has a table", (i) => spareTable(i), ["OBJREF", 3], "objref", null),
  fault("pid-repeated", "v23", "two tasks have one pid", (i) => twoZombies(i), ["BUFFER", 5], "[2].vpid", null),
  fault(
    "bytes-after-tail",
    "one",
    "bytes follow",
    (i) => append(i, { name: "", struct: null, bytes: new Uint8Array(5) }),
    null,
    null,
    null,
  ),
];

/** The image's second file as a pipe's end, without a path. */
function asPipe(image: Parts, pipe: number): Parts {
  const type = image.dialect.enums.CKPT_FILE?.get("PIPE") ?? 0;
  const file = makeRecord(
    image,
    "FILE",
    {
      "common.f_type": type,
      "common.f_flags": 1,
      "common.f_mode": 2,
      "common.f_credref": 2,
      "common.f_secref": -1,
      pipe_objref: pipe,
    },
    new Uint8Array(0),
    "ckpt_hdr_file_pipe",
  );
  return insertBefore(removeRecord(removeRecord(image, "FILE", 1), "FILE_NAME", 0), "FILE_DESC", 3, file);
}

/** The dump failed before TAIL. */
const failed = (image: Parts): Parts =>
  insertBefore(
    removeRecord(image, "TAIL"),
    "CPU",
    0,
    makeRecord(image, "ERROR"),
    makeRecord(image, "STRING", {}, cString("\0task 1 (x): -9")),
  );

/** A table without descriptors before the second task's TASK_OBJS. */
const spareTable = (image: Parts): Parts =>
  insertBefore(
    image,
    "TASK_OBJS",
    1,
    makeRecord(image, "OBJREF", { objtype: 1, objref: 90 }),
    makeRecord(image, "FILE_TABLE", { fdt_nfds: 0 }),
  );

/** Two zombies more, of one pid. */
function twoZombies(image: Parts): Parts {
  const entries = new Uint8Array(72);
  // Tag 1 is the one pid object that there is; 2 and 2 are another one.
  const view = new DataView(entries.buffer);
  [1, 2, 2].forEach((tag, task) => {
    view.setInt32(task * 24, tag, true);
    view.setInt32(task * 24 + 8, tag, true);
  });
  const numbers = new Uint8Array(16);
  new DataView(numbers.buffer).setInt32(4, 4242, true);
  new DataView(numbers.buffer).setInt32(12, 4243, true);
  const zombie = makeRecord(image, "TASK", { state: 64, exit_state: 16, exit_code: 256, exit_signal: 17 });
  const comm = makeRecord(image, "STRING", {}, new Uint8Array(16));
  let edited = setPayload(setField(image, "TREE", 0, "nr_tasks", 3), "BUFFER", 5, entries);
  edited = setPayload(setField(edited, "PIDS", 0, "nr_pids", 2), "BUFFER", 4, numbers);
  return insertBefore(edited, "TAIL", 0, zombie, comm, zombie, comm);
}
