// The checks of Linux-CR images: sound images give nothing, and one with just one fault gives that finding and no other.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { MOST_PER_CODE } from "../../app/checks/finding.ts";
import { RULE_OF_PROBLEM } from "../../app/checks/linux-cr/problems.ts";
import { LINUX_CR_RULES } from "../../app/checks/linux-cr/rules.ts";
import type { Errno } from "../../app/checks/rule.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { recordOffset } from "../../app/model/records.ts";
import {
  append,
  cString,
  insertBefore,
  makeRecord,
  offsetOf,
  type Parts,
  putTogether,
  removeRecord,
  repeatRecord,
  setField,
  setPayload,
  swapRecords,
  takeApart,
} from "../support/edit-image.ts";
import { bigImage } from "../support/images.ts";
import { fixtureBytes, open } from "../support/open.ts";

/** Two tasks that share a table; one task with a file in three descriptors; a v23 image with memory and a terminal. */
const BASES = {
  tables: "seed-tables/before.ckpt",
  one: "seed-one/before.ckpt",
  v23: "v23-s1/before.ckpt",
} as const;

const takeBase = (base: keyof typeof BASES): Promise<Parts> => takeApart(fixtureBytes(`linux-cr/${BASES[base]}`));

const findingsOf = async (bytes: Uint8Array) => (await checkImage(await open(bytes))).findings;

/** One fault: the edit that makes it, and the finding. The record of `at` is named by name and number. */
interface Fault {
  readonly code: string;
  readonly base: keyof typeof BASES;
  readonly edit: (image: Parts) => Parts;
  readonly at: readonly [name: string, n: number] | null;
  readonly field: string | null;
  readonly errno: Errno | null;
}

const fault = (
  code: string,
  base: keyof typeof BASES,
  what: string,
  edit: (image: Parts) => Parts,
  at: Fault["at"],
  field: string | null,
  errno: Errno | null,
): [string, Fault] => [`${code}: ${what}`, { code, base, edit, at, field, errno }];

/** A fault in one field. */
const set = (
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

const flag = (digits: string): number => Number.parseInt(digits, 8);
const path = (length: number): Uint8Array => cString(`/${"x".repeat(length - 1)}`);
const FLAGS = "common.f_flags";
const MODE = "common.f_mode";
const POS = "common.f_pos";

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

const FAULTS: readonly [string, Fault][] = [
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
    "a dead task that is no zombie",
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

/** One base has two tasks, which a kernel of the seed refuses. */
const isOfBase = (base: keyof typeof BASES, code: string): boolean => base === "tables" && code === "several-tasks";

describe("a fault is found, and nothing else", () => {
  test.each(FAULTS)("%s", async (_, { code, base, edit, at, field, errno }) => {
    const edited = edit(await takeBase(base));
    const bytes = putTogether(edited);
    const all = await findingsOf(bytes);
    const found = all.filter((finding) => finding.code === code || !isOfBase(base, finding.code));
    expect(found.map((finding) => finding.code)).toEqual([code]);
    const [finding] = found;
    expect(finding).toMatchObject({ code, field, errno });
    expect(finding?.severity).toBe(errno === null ? finding?.severity : "error");
    if (at === null) return;
    const start = offsetOf(edited, ...at);
    const image = await open(bytes);
    expect(recordOffset(image.checkpoint.records, finding?.record ?? -1)).toBe(start);
    if (field === null) expect(finding?.offset).toBeGreaterThanOrEqual(start);
    else {
      const fields = await image.fields(finding?.record ?? -1);
      expect(finding?.offset).toBe(fields.find(({ name }) => name === field)?.offset);
    }
  });

  test("for every rule that an image alone can break", () => {
    const tried = new Set(FAULTS.map(([, { code }]) => code));
    const untried = LINUX_CR_RULES.filter(({ code }) => !tried.has(code)).map(({ code }) => code);
    // Only the kernel that restarts knows which security module it runs. The last two are not faults of records.
    expect(untried).toEqual(["H38", "archive-damaged", "image-incomplete"]);
  });
});

/** Images in the seed's dialect with more than one task. */
const SEVERAL = /^(seed-tables|v16-s[34])/;

describe("images that are sound", () => {
  const fixtures = readdirSync(new URL("../fixtures/linux-cr", import.meta.url)).filter((name) =>
    /^(seed|v)/.test(name),
  );
  const images = fixtures
    .filter((name) => name !== "seed-error")
    .flatMap((name) => ["before", "after"].map((when) => `${name}/${when}.ckpt`));

  test.each(images)("%s", async (name) => {
    const found = await findingsOf(fixtureBytes(`linux-cr/${name}`));
    // The program that wrote three of the scenarios did not drop O_CREAT when it opened a file, as open(2) does.
    const creates = /^v16-s[234]/.test(name);
    const codes = found.map(({ code }) => code).filter((code) => !(creates && code === "H21"));
    expect(codes).toEqual(SEVERAL.test(name) ? ["several-tasks"] : []);
  });

  test("a dump that failed says so and nothing else", async () => {
    const found = await findingsOf(fixtureBytes("linux-cr/seed-error/before.ckpt"));
    expect(found.map(({ code, errno }) => [code, errno])).toEqual([
      ["several-tasks", "EINVAL"],
      ["H42", "EINVAL"],
    ]);
    expect(found[1]?.message).toContain("task 601 (stuck), files_struct: -9");
    expect(found[1]?.message).toContain("no operation for checkpoints");
  });

  test.each(["seed", "v23-rc2"] as const)("a large one in %s", async (dialect) => {
    const bytes = Buffer.concat([...bigImage({ tasks: 20, descriptorsPerTask: 500, dialect })]);
    const codes = (await findingsOf(bytes)).map(({ code }) => code);
    expect(codes).toEqual(dialect === "seed" ? ["several-tasks"] : []);
  });
});

describe("a position that a seek takes for an error", () => {
  test("is ignored up to v16 where it looks like -ESPIPE", async () => {
    const image = setField(await takeBase("one"), "FILE", 0, POS, 0x1_ffff_ffe3n);
    expect(await findingsOf(putTogether(image))).toEqual([]);
  });

  test("does not matter from v17 on where the file cannot be sought", async () => {
    const image = setField(setField(await takeBase("v23"), "FILE", 1, POS, 0xc000_0000n), "FILE", 1, MODE, 3);
    expect((await findingsOf(putTogether(image))).map(({ code }) => code)).not.toContain("H23");
  });
});

describe("a finding", () => {
  test("names the task, the descriptor and the open file", async () => {
    const image = setField(await takeBase("one"), "FILE", 1, FLAGS, flag("102"));
    const [finding] = await findingsOf(putTogether(image));
    expect(finding).toMatchObject({ code: "H21", task: 0, file: 1 });
    expect(finding?.fd).toBeGreaterThanOrEqual(0);
  });

  test("of a path names the open file before it", async () => {
    const image = setPayload(await takeBase("v23"), "FILE_NAME", 0, cString("x"));
    expect((await findingsOf(putTogether(image)))[0]).toMatchObject({ code: "H20" });
  });
});

describe("checking", () => {
  test("leaves no image cut anywhere without a finding", async () => {
    const bytes = fixtureBytes(`linux-cr/${BASES.one}`);
    for (let length = 48; length < bytes.length; length += 7) {
      const image = await openImage([bytesSource("cut", bytes.subarray(0, length))]);
      if ("refused" in image) continue;
      const codes = (await checkImage(image)).findings.map(({ code }) => code);
      expect(codes, `cut at ${length}`).toEqual(["H41"]);
    }
  });

  test("keeps a thousand findings of a code, counts the others, and has them in the image's order", async () => {
    const image = await takeBase("one");
    const descriptor = makeRecord(image, "FILE_DESC", { fd_objref: 3, fd_descriptor: 1 });
    const many = Array.from({ length: MOST_PER_CODE + 5 }, () => descriptor);
    const edited = insertBefore(setField(image, "FILE_TABLE", 0, "fdt_nfds", 4 + many.length), "TASK_OBJS", 0, ...many);
    const { findings, unlisted } = await checkImage(await open(putTogether(edited)));
    expect(findings.length).toBe(MOST_PER_CODE);
    expect(unlisted).toEqual([{ code: "H28", count: 5 }]);
    const offsets = findings.map(({ offset }) => offset ?? 0);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  });

  test("tells several faults, each once", async () => {
    let image = await takeBase("one");
    image = setField(image, "FILE", 0, FLAGS, flag("1102"));
    image = setField(image, "FILE_DESC", 3, "fd_close_on_exec", 7);
    image = setPayload(image, "FILE_NAME", 1, cString("/x (deleted)"));
    const codes = (await findingsOf(putTogether(image))).map(({ code }) => code);
    expect(codes).toEqual(["H21", "H27", "H28"]);
  });

  test("stops when it is told to, and says how far it is", async () => {
    const image = await open(Buffer.concat([...bigImage({ tasks: 10, descriptorsPerTask: 500, dialect: "seed" })]));
    const controller = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ bytes, size }: { bytes: number; size: number }) => {
      seen.push(bytes / size);
      controller.abort(new Error("enough"));
    };
    await expect(checkImage(image, { signal: controller.signal, onProgress })).rejects.toThrow("enough");
    expect(seen.length).toBe(1);
    const all: number[] = [];
    await checkImage(image, { onProgress: ({ bytes, size }) => all.push(bytes / size) });
    expect(all.length).toBeGreaterThan(2);
    expect(all.at(-1)).toBe(1);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
  });

  test("knows every problem that the decoder can report", () => {
    const directory = new URL("../../app/decoder/linux-cr/", import.meta.url);
    const text = readdirSync(directory)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(new URL(name, directory), "utf8"))
      .join("\n");
    const calls = text.matchAll(/\b(?:report\(\s*walk,\s*"\w+",|fault\(walk,)\s*"([a-z-]+)"/g);
    const codes = [...new Set([...calls].map(([, code]) => code ?? ""))].toSorted();
    expect(codes.length).toBeGreaterThan(20);
    expect(codes).toEqual(Object.keys(RULE_OF_PROBLEM).toSorted());
  });
});

describe("an image edited by the tests", () => {
  test("is put together as it was taken apart", async () => {
    const bytes = fixtureBytes(`linux-cr/${BASES.v23}`);
    expect(Buffer.from(putTogether(await takeApart(bytes))).equals(bytes)).toBe(true);
    const twice = repeatRecord(await takeApart(bytes), "FILE_DESC", 1);
    expect(putTogether(twice).length).toBe(bytes.length + 24);
  });
});
