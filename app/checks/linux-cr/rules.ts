// The rules for Linux-CR images, as data. H1 to H42 are the checks of the kernel's reading side, in the order in which
// docs/checks.md tells them; those with words for a code are faults that a restart would not notice.
//
// Sources: the restart side of the patches of v16 to v21 and v23, and of user-cr's restart.c.

import type { Outcome, Rule } from "../rule.ts";

const refused = (errno: Outcome["errno"], span: Pick<Outcome, "from" | "until"> = {}): Outcome => ({
  severity: "error",
  errno,
  ...span,
});
const wrong = (span: Pick<Outcome, "from" | "until"> = {}): Outcome => ({ severity: "warning", errno: null, ...span });
const odd = (span: Pick<Outcome, "from" | "until"> = {}): Outcome => ({ severity: "note", errno: null, ...span });

const EINVAL: readonly Outcome[] = [refused("EINVAL")];
const UP_TO_V16 = { until: "v16" } as const;
const FROM_V17 = { from: "v17" } as const;

const DAMAGED = "The image was damaged or cut, or the tool that wrote it is wrong: take the dump again.";
const WRITER = "No kernel writes this: look for a fault in the tool that made or edited the image.";

type Table = readonly Omit<Rule, "format">[];

const NUMBERED: Table = [
  {
    code: "H1",
    title: "Every record has the length of its struct, and is of a type that may stand there.",
    examines: "type and len of every record; which record follows which",
    outcomes: EINVAL,
    remedy: DAMAGED,
  },
  {
    code: "H2",
    title: "HEADER names a kernel and an architecture that write this version of the format.",
    examines: "HEADER.rev, arch_id, major",
    outcomes: EINVAL,
    target: "major, minor and patch, rev and arch_id must equal those of the kernel that restarts.",
    remedy: "Restart on the kernel that wrote the image; if HEADER was edited, put it back.",
  },
  {
    code: "H3",
    title: "HEADER.uflags has only flags that the version knows.",
    examines: "HEADER.uflags",
    outcomes: EINVAL,
    remedy: "The flags are 0 in the seed, SUBTREE (1) from v16 on, and NETNS (2) from v20-netns on.",
  },
  {
    code: "H4",
    title: "HEADER's constants are those that every kernel of the architecture has.",
    examines: "HEADER.uts_…_len, HEADER.constants",
    outcomes: EINVAL,
    target: "The constants must equal those of the kernel that restarts; at_vector_size differs between kernels.",
    remedy: WRITER,
  },
  {
    code: "H5",
    title: "HEADER_ARCH describes a floating-point unit that exists.",
    examines: "HEADER_ARCH.has_fxsr, has_xsave, xstate_size (x86)",
    outcomes: EINVAL,
    target: "All three must equal those of the processor that restarts.",
    remedy:
      "Restart on a machine of the same kind of processor; a value that no machine has points to an edited image.",
  },
  {
    code: "H6",
    title: "TASK.task_comm_len is 1 to 16 and is the length of the name that follows.",
    examines: "TASK.task_comm_len; len of the STRING after TASK",
    outcomes: [refused("EINVAL", UP_TO_V16)],
    remedy: `${WRITER} A length of 0 crashes the kernel of v16.`,
  },
  {
    code: "H7",
    title: "Every objref is announced once.",
    examines: "OBJREF.objref",
    outcomes: EINVAL,
    remedy: "Two images may have been joined, or a record was copied: give the second object a number of its own.",
  },
  {
    code: "H8",
    title: "OBJREF.objtype is a type of object that the version has.",
    examines: "OBJREF.objtype",
    outcomes: EINVAL,
    remedy: "The image may be of another version than it was taken for; choose the dialect by hand.",
  },
  {
    code: "H9",
    title: "Objrefs are positive.",
    examines: "OBJREF.objref",
    outcomes: [wrong({ until: "v19-dev-20091104" }), refused("EINVAL", { from: "v19-dev-20091116" })],
    remedy: WRITER,
  },
  {
    code: "H10",
    title: "A file table announces between none and 1,048,576 descriptors.",
    examines: "FILE_TABLE.fdt_nfds",
    outcomes: [refused("EINVAL"), refused("EMFILE")],
    target: "The upper limit is the machine's fs.nr_open; 1,048,576 is what it is without a change.",
    remedy: "Raise fs.nr_open on the machine that restarts; a negative number is a fault of the writer.",
  },
  {
    code: "H11",
    title: "A descriptor is not negative and names an objref above 0.",
    examines: "FILE_DESC.fd_objref, fd_descriptor",
    outcomes: EINVAL,
    remedy: WRITER,
  },
  {
    code: "H12",
    title: "What a record refers to has been described before it.",
    examines: "every field that holds an objref",
    outcomes: EINVAL,
    remedy: "The object's records are missing or come later: the image was cut together wrongly.",
  },
  {
    code: "H13",
    title: "An objref names an object of the type that is wanted.",
    examines: "every field that holds an objref",
    outcomes: [refused("ENOMSG")],
    remedy: "The reference was renumbered wrongly, or two objects took one number.",
  },
  {
    code: "H14",
    title: "Descriptors are below the limit of open files.",
    examines: "FILE_DESC.fd_descriptor",
    outcomes: [refused("EBADF")],
    target:
      "The limit is RLIMIT_NOFILE of the process that restarts; no limit can be above 1,048,576 without a change of fs.nr_open.",
    remedy: "Raise the limit (ulimit -n) before restarting.",
  },
  {
    code: "H15",
    title: "FILE.f_type is a kind of file that the version has.",
    examines: "FILE.f_type",
    outcomes: EINVAL,
    remedy: "The image may be of another version than it was taken for; choose the dialect by hand.",
  },
  {
    code: "H16",
    title: "FILE has the length of its kind's struct.",
    examines: "len of FILE",
    outcomes: EINVAL,
    remedy: DAMAGED,
  },
  {
    code: "H17",
    title: "FILE_NAME takes at most 4,096 bytes: a path of 4,087.",
    examines: "len of FILE_NAME",
    outcomes: [refused("EINVAL", UP_TO_V16)],
    remedy: "A dump can write paths of 4,088 to 4,095 bytes, which no restart reads: move the file to a shorter path.",
  },
  {
    code: "H18",
    title: "FILE_NAME's payload takes at most 4,096 bytes.",
    examines: "len of FILE_NAME",
    outcomes: [refused("EINVAL", FROM_V17)],
    remedy: WRITER,
  },
  {
    code: "H19",
    title: "A path ends in NUL and holds no other.",
    examines: "FILE_NAME's payload",
    outcomes: [wrong()],
    remedy: "Up to v16 the kernel reads on past the end of a path without NUL; one with a NUL inside is cut there.",
  },
  {
    code: "H20",
    title: "A path can be opened: it begins with a slash.",
    examines: "FILE_NAME's payload",
    outcomes: [refused("ENOENT"), wrong()],
    target:
      "Whether the file is there, and can be opened with f_flags and f_mode. A failed restart gives open's own error.",
    remedy: "Make the file available under its path before restarting.",
  },
  {
    code: "H21",
    title: "f_flags has none of O_CREAT, O_EXCL, O_NOCTTY and O_TRUNC, which open(2) drops.",
    examines: "FILE.f_flags",
    outcomes: [wrong(UP_TO_V16), refused("EINVAL", FROM_V17)],
    remedy: "Clear the flags: up to v16 a restart obeys them, and creates or empties the file.",
  },
  {
    code: "H22",
    title: "f_flags has only flags that opening a file and fcntl(F_SETFL) can bring back.",
    examines: "FILE.f_flags",
    outcomes: [wrong()],
    remedy: "Bits without a meaning are lost in a restart. They may be another architecture's flags.",
  },
  {
    code: "H23",
    title: "The low 32 bits of f_pos are below 0x80000000.",
    examines: "FILE.f_pos",
    outcomes: [refused(null, UP_TO_V16)],
    remedy: "The kernel keeps the position in an int and takes it for an error: dump when the position is elsewhere.",
  },
  {
    code: "H24",
    title: "f_mode is what reopening with f_flags gives.",
    examines: "FILE.f_mode, f_flags",
    outcomes: [refused("EINVAL", FROM_V17)],
    target: "Bits other than READ and WRITE depend on the file that is opened.",
    remedy: "Make f_mode agree with the access mode in f_flags; it may lack WRITE.",
  },
  {
    code: "H25",
    title: "f_credref names credentials.",
    examines: "FILE.f_credref",
    outcomes: [refused("EINVAL", FROM_V17), refused("ENOMSG", FROM_V17)],
    remedy: "The credentials' records are missing, or were renumbered wrongly.",
  },
  {
    code: "H26",
    title: "f_mode's READ and WRITE agree with the access mode in f_flags.",
    examines: "FILE.f_mode, f_flags",
    outcomes: [wrong()],
    remedy: "The kernel goes by f_flags; a disagreement points to an edited image.",
  },
  {
    code: "H27",
    title: "No path ends in “ (deleted)”.",
    examines: "FILE_NAME's payload",
    outcomes: [wrong(UP_TO_V16), odd(FROM_V17)],
    remedy:
      "The file was unlinked while it was open: reopening fails or finds another file. Put its contents back under that very name. From v17 on no unlinked file is dumped, so the file may truly be called that.",
  },
  {
    code: "H28",
    title: "Descriptors ascend and do not repeat; close-on-exec is 0 or 1.",
    examines: "FILE_DESC.fd_descriptor, fd_close_on_exec",
    outcomes: [wrong()],
    remedy: "Of a repeated descriptor the later one stays. A dump writes them in order.",
  },
  {
    code: "H29",
    title: "TREE announces as many tasks as there are, at least one, and their pids take the room they should.",
    examines: "TREE.nr_tasks, PIDS, the BUFFERs after them, TASK",
    outcomes: [refused("EINVAL", { from: "v16" })],
    remedy: DAMAGED,
  },
  {
    code: "H30",
    title: "A task's state, exit code and exit signal go together.",
    examines: "TASK.state, exit_state, exit_code, exit_signal, pdeath_signal",
    outcomes: [refused("EINVAL", FROM_V17)],
    remedy: WRITER,
  },
  {
    code: "H31",
    title: "Code and data of an MM do not end before they start, and its exe_objref is not negative.",
    examines: "MM.start_code, end_code, start_data, end_data, exe_objref",
    outcomes: [refused("EINVAL", FROM_V17)],
    remedy: WRITER,
  },
  {
    code: "H32",
    title: "A VMA does not end before it starts, is of a known type, and is not shared if its type is private.",
    examines: "VMA.vm_start, vm_end, vma_type, vma_objref, vm_flags",
    outcomes: [refused("EINVAL", FROM_V17)],
    remedy: WRITER,
  },
  {
    code: "H33",
    title: "A VMA has no flags that a restart cannot bring back.",
    examines: "VMA.vm_flags",
    outcomes: [refused("ENOSYS", { from: "v16" })],
    remedy: "The mapping (of a device, of huge pages, made by remap_file_pages) has to go before the dump is taken.",
  },
  {
    code: "H34",
    title: "An entry of the LDT takes 8 bytes, and there are at most 8,192.",
    examines: "MM_CONTEXT.ldt_entry_size, nldt (x86)",
    outcomes: [refused("EINVAL", { from: "v16" })],
    target: "vdso must equal the address that the new process's vdso has.",
    remedy: "Restart with the vdso at the old address (vm.vdso_enabled, or randomize_va_space off).",
  },
  {
    code: "H35",
    title: "THREAD has 3 entries of 8 bytes for thread-local storage.",
    examines: "THREAD.gdt_entry_tls_entries, sizeof_tls_array, ntls (x86)",
    outcomes: EINVAL,
    target: "v20 also refuses TLS descriptors that the processor would not take.",
    remedy: WRITER,
  },
  {
    code: "H36",
    title: "SIGPENDING is as long as its number of signals says.",
    examines: "SIGPENDING.nr_pending, len",
    outcomes: [refused("EINVAL", { from: "v18" })],
    remedy: DAMAGED,
  },
  {
    code: "H37",
    title: "A pipe has a positive number, and its contents fit into it.",
    examines: "FILE.pipe_objref; FILE_PIPE.pipe_len; len of PIPE_BUF",
    outcomes: [refused("EINVAL", { from: "v16" })],
    remedy: WRITER,
  },
  {
    code: "H38",
    title: "The security module is the one that the restarting kernel runs.",
    examines: "nothing: the image cannot tell",
    outcomes: [refused("EPERM", { from: "v19-dev-20091116" })],
    target: "The name in the BUFFER after CONTAINER must be the running module's, and only if labels are to be kept.",
    remedy: "Restart without keeping labels, or on a kernel that runs the same module.",
  },
  {
    code: "H39",
    title: "TASK_OBJS.files_objref names a file table that has been described.",
    examines: "TASK_OBJS.files_objref",
    outcomes: EINVAL,
    remedy: "The table's records are missing, or the reference was renumbered wrongly.",
  },
  {
    code: "H40",
    title: "TAIL has its magic number.",
    examines: "TAIL.magic",
    outcomes: EINVAL,
    remedy: DAMAGED,
  },
  {
    code: "H41",
    title: "The image goes on to its TAIL.",
    examines: "the end of the image",
    outcomes: [refused("EPIPE")],
    remedy: "The dump or a copy of it was cut short: copy it again, or take the dump again.",
  },
  {
    code: "H42",
    title: "There is no ERROR record.",
    examines: "ERROR and the STRING after it",
    outcomes: [refused("EINVAL", { until: "v17" }), refused("EIO", { from: "v18" })],
    remedy: "The dump failed, and the message says at what. Remove the cause and take the dump again.",
  },
];

const WORDS: Table = [
  {
    code: "directory-written",
    title: "A directory is not open for writing.",
    examines: "FILE.f_flags: O_DIRECTORY with an access mode other than O_RDONLY",
    outcomes: [refused("EISDIR")],
    remedy: "No kernel opens a directory for writing; the flags were edited, or are another architecture's.",
  },
  {
    code: "position-impossible",
    title: "f_pos is a position that the kind of file can have.",
    examines: "FILE.f_pos: negative as a loff_t, or not 0 for a pipe, FIFO, socket, epoll or eventfd",
    outcomes: [wrong()],
    remedy: WRITER,
  },
  {
    code: "object-unused",
    title: "What is announced is referred to.",
    examines: "OBJREF, against every field that holds an objref",
    outcomes: [wrong()],
    remedy: "What referred to it is missing: a descriptor or a task may have been cut out of the image.",
  },
  {
    code: "table-without-task",
    title: "A file table is some task's.",
    examines: "FILE_TABLE, against TASK_OBJS.files_objref",
    outcomes: [wrong()],
    remedy: "The task that had the table is missing from the image, or names another.",
  },
  {
    code: "pid-repeated",
    title: "No two tasks have one pid.",
    examines: "the BUFFER after TREE",
    outcomes: [wrong({ from: "v16" })],
    remedy: WRITER,
  },
  {
    code: "bytes-after-tail",
    title: "Nothing follows TAIL.",
    examines: "the bytes behind TAIL",
    outcomes: [odd()],
    remedy: "A restart stops at TAIL. If another image follows, cut the file there.",
  },
];

/** All rules for Linux-CR images. */
export const LINUX_CR_RULES: readonly Rule[] = [...NUMBERED, ...WORDS].map((rule) => ({ ...rule, format: "linux-cr" }));
