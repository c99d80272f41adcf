// The rules for Linux-CR images, as data. H1 to H42 are the checks of the kernel's restart code, in the order of
// docs/checks.md; rules whose code is a word are faults that a restart would not notice.
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
const FROM_V18 = { from: "v18" } as const;

const DAMAGED = "The image was damaged or cut, or the tool that wrote it is wrong: take the dump again.";
const WRITER = "No kernel writes this: look for a bug in the tool that made or edited the image.";

type Table = readonly Omit<Rule, "format">[];

const NUMBERED: Table = [
  {
    code: "H1",
    title: "A record has the wrong length for its struct, or a type that cannot occur here",
    examines: "type and len of every record; which record follows which",
    outcomes: EINVAL,
    remedy: DAMAGED,
  },
  {
    code: "H2",
    title: "HEADER names a kernel or an architecture that does not write this version of the format",
    examines: "HEADER.rev, arch_id, major",
    outcomes: EINVAL,
    target: "major, minor, patch, rev and arch_id must equal those of the restarting kernel.",
    remedy: "Restart on the kernel that wrote the image; if HEADER was edited, restore it.",
  },
  {
    code: "H3",
    title: "HEADER.uflags has flags that this version does not know",
    examines: "HEADER.uflags",
    outcomes: EINVAL,
    remedy: "The seed has no flags; SUBTREE (1) exists from v16 on, NETNS (2) from v20-netns on.",
  },
  {
    code: "H4",
    title: "HEADER's constants differ from those of every kernel of the architecture",
    examines: "HEADER.uts_…_len, HEADER.constants",
    outcomes: EINVAL,
    target: "The constants must equal those of the restarting kernel; at_vector_size differs between kernels.",
    remedy: WRITER,
  },
  {
    code: "H5",
    title: "HEADER_ARCH describes a floating-point unit that does not exist",
    examines: "HEADER_ARCH.has_fxsr, has_xsave, xstate_size (x86)",
    outcomes: EINVAL,
    target: "All three must equal those of the restarting machine's processor.",
    remedy:
      "Restart on a machine with the same kind of processor; a value that no machine has suggests an edited image.",
  },
  {
    code: "H6",
    title: "TASK.task_comm_len is not 1 to 16, or is not the length of the name that follows",
    examines: "TASK.task_comm_len; len of the STRING after TASK",
    outcomes: [refused("EINVAL", UP_TO_V16)],
    remedy: `${WRITER} A length of 0 crashes the kernel of v16.`,
  },
  {
    code: "H7",
    title: "An objref is announced twice",
    examines: "OBJREF.objref",
    outcomes: EINVAL,
    remedy: "Two images may have been joined, or a record copied: give the second object its own number.",
  },
  {
    code: "H8",
    title: "OBJREF.objtype is not a type of object of this version",
    examines: "OBJREF.objtype",
    outcomes: EINVAL,
    remedy: "The image may be of another version than detected: choose the dialect manually.",
  },
  {
    code: "H9",
    title: "An objref is not positive",
    examines: "OBJREF.objref",
    outcomes: [wrong({ until: "v19-dev-20091104" }), refused("EINVAL", { from: "v19-dev-20091116" })],
    remedy: WRITER,
  },
  {
    code: "H10",
    title: "A file table announces a negative number of descriptors, or more than 1,048,576",
    examines: "FILE_TABLE.fdt_nfds",
    outcomes: [refused("EMFILE")],
    target: "The upper limit is fs.nr_open of the restarting machine; 1,048,576 is its default.",
    remedy: "Raise fs.nr_open on the restarting machine; a negative number is a bug in the tool that wrote the image.",
  },
  {
    code: "H11",
    title: "A descriptor is negative, or its objref is not above 0",
    examines: "FILE_DESC.fd_objref, fd_descriptor",
    outcomes: EINVAL,
    remedy: WRITER,
  },
  {
    code: "H12",
    title: "A record refers to an object that has not been described yet",
    examines: "every field that holds an objref",
    outcomes: EINVAL,
    remedy: "The object's records are missing or come later: the image was assembled wrongly.",
  },
  {
    code: "H13",
    title: "An objref names an object of the wrong type",
    examines: "every field that holds an objref",
    outcomes: [refused("ENOMSG")],
    remedy: "The reference was renumbered wrongly, or two objects have the same number.",
  },
  {
    code: "H14",
    title: "A descriptor exceeds the limit on open files",
    examines: "FILE_DESC.fd_descriptor",
    outcomes: [refused("EBADF")],
    target: "The limit is RLIMIT_NOFILE of the restarting process; it cannot exceed fs.nr_open, 1,048,576 by default.",
    remedy: "Raise the limit (ulimit -n) before restarting.",
  },
  {
    code: "H15",
    title: "FILE.f_type is not a kind of file of this version",
    examines: "FILE.f_type",
    outcomes: EINVAL,
    remedy: "The image may be of another version than detected: choose the dialect manually.",
  },
  {
    code: "H16",
    title: "FILE has the wrong length for its kind of file",
    examines: "len of FILE",
    outcomes: EINVAL,
    remedy: DAMAGED,
  },
  {
    code: "H17",
    title: "FILE_NAME is longer than 4,096 bytes: its path is longer than 4,087",
    examines: "len of FILE_NAME",
    outcomes: [refused("EINVAL", UP_TO_V16)],
    remedy:
      "A dump can write paths of 4,088 to 4,095 bytes, but no restart can read them: move the file to a shorter path.",
  },
  {
    code: "H18",
    title: "FILE_NAME's payload is longer than 4,096 bytes",
    examines: "len of FILE_NAME",
    outcomes: [refused("EINVAL", FROM_V17)],
    remedy: WRITER,
  },
  {
    code: "H19",
    title: "A path does not end in NUL, or has a NUL inside",
    examines: "FILE_NAME's payload",
    outcomes: [wrong()],
    remedy: "Up to v16 the kernel reads past the end of a path without NUL; a path with a NUL inside is cut there.",
  },
  {
    code: "H20",
    title: "A path cannot be opened: it does not begin with a slash",
    examines: "FILE_NAME's payload",
    outcomes: [refused("ENOENT"), wrong()],
    target:
      "The file must exist and be openable with f_flags and f_mode. Otherwise the restart fails with the error of open.",
    remedy: "Make the file available under its path before restarting.",
  },
  {
    code: "H21",
    title: "f_flags has O_CREAT, O_EXCL, O_NOCTTY or O_TRUNC, which open(2) drops",
    examines: "FILE.f_flags",
    outcomes: [wrong(UP_TO_V16), refused("EINVAL", FROM_V17)],
    remedy: "Clear the flags: up to v16 a restart obeys them, and creates or truncates the file.",
  },
  {
    code: "H22",
    title: "f_flags has bits that neither open(2) nor fcntl(F_SETFL) can restore",
    examines: "FILE.f_flags",
    outcomes: [wrong()],
    remedy: "Unknown bits are lost in a restart. They may be flags of another architecture.",
  },
  {
    code: "H23",
    title: "f_pos is 2^63 or above, or its low 32 bits are 0x80000000 or above",
    examines: "FILE.f_pos, f_mode",
    outcomes: EINVAL,
    remedy:
      "The kernel stores the result of the seek in an int and mistakes such a position for an error: dump while the position is different. Up to v16 the low bits 0xffffffe3 (-ESPIPE) are ignored; from v17 on a restart seeks only if f_mode has LSEEK.",
  },
  {
    code: "H24",
    title: "f_mode is not what reopening with f_flags gives",
    examines: "FILE.f_mode, f_flags",
    outcomes: [refused("EINVAL", FROM_V17)],
    target: "Bits other than READ and WRITE depend on the file that is opened.",
    remedy: "Make f_mode match the access mode in f_flags; it may lack WRITE.",
  },
  {
    code: "H25",
    title: "f_credref does not name credentials",
    examines: "FILE.f_credref",
    outcomes: [refused("EINVAL", FROM_V17), refused("ENOMSG", FROM_V17)],
    remedy: "The credentials' records are missing, or were renumbered wrongly.",
  },
  {
    code: "H26",
    title: "READ and WRITE in f_mode contradict the access mode in f_flags",
    examines: "FILE.f_mode, f_flags",
    outcomes: [wrong()],
    remedy: "The kernel uses f_flags; a contradiction suggests that the image was edited.",
  },
  {
    code: "H27",
    title: "Path ends in “ (deleted)”",
    examines: "FILE_NAME's payload",
    outcomes: [wrong(UP_TO_V16), odd(FROM_V17)],
    remedy:
      "The file was unlinked while it was open: reopening fails or finds another file. Restore its contents under exactly that name. From v17 on unlinked files are not dumped, so this may be the real name of the file.",
  },
  {
    code: "H28",
    title: "Descriptors are repeated or out of order, or close-on-exec is neither 0 nor 1",
    examines: "FILE_DESC.fd_descriptor, fd_close_on_exec",
    outcomes: [wrong()],
    remedy: "The last of a repeated descriptor wins. A dump writes descriptors in order.",
  },
  {
    code: "H29",
    title: "TREE's number of tasks or the size of their pids is wrong",
    examines: "TREE.nr_tasks, PIDS, the BUFFERs after them, TASK",
    outcomes: [refused("EINVAL", { from: "v16" })],
    remedy: DAMAGED,
  },
  {
    code: "H30",
    title: "A task's state, exit code and exit signal contradict each other",
    examines: "TASK.state, exit_state, exit_code, exit_signal, pdeath_signal",
    outcomes: [refused("EINVAL", FROM_V17)],
    remedy: WRITER,
  },
  {
    code: "H31",
    title: "Code or data of an MM ends before it starts, or its exe_objref is negative",
    examines: "MM.start_code, end_code, start_data, end_data, exe_objref",
    outcomes: [refused("EINVAL", FROM_V17)],
    remedy: WRITER,
  },
  {
    code: "H32",
    title: "A VMA ends before it starts, is of an unknown type, or is shared although its type is private",
    examines: "VMA.vm_start, vm_end, vma_type, vma_objref, vm_flags",
    outcomes: [refused("EINVAL", FROM_V17)],
    remedy: WRITER,
  },
  {
    code: "H33",
    title: "A VMA has flags that a restart cannot restore",
    examines: "VMA.vm_flags",
    outcomes: [refused("ENOSYS", { from: "v16" })],
    remedy: "Remove the mapping (of a device, of huge pages, made by remap_file_pages) before taking the dump.",
  },
  {
    code: "H34",
    title: "An LDT entry is not 8 bytes long, or there are more than 8,192 of them",
    examines: "MM_CONTEXT.ldt_entry_size, nldt (x86)",
    outcomes: [refused("EINVAL", { from: "v16" })],
    target: "vdso must equal the address of the new process's vdso.",
    remedy: "Restart with the vdso at the old address (set vm.vdso_enabled, or turn off randomize_va_space).",
  },
  {
    code: "H35",
    title: "THREAD does not have 3 entries of 8 bytes for thread-local storage",
    examines: "THREAD.gdt_entry_tls_entries, sizeof_tls_array, ntls (x86)",
    outcomes: EINVAL,
    target: "v20 also refuses TLS descriptors that the processor would reject.",
    remedy: WRITER,
  },
  {
    code: "H36",
    title: "SIGPENDING's length does not match its number of signals",
    examines: "SIGPENDING.nr_pending, len",
    outcomes: [refused("EINVAL", { from: "v18" })],
    remedy: DAMAGED,
  },
  {
    code: "H37",
    title: "A pipe's number is not positive, or its contents do not fit into it",
    examines: "FILE.pipe_objref; FILE_PIPE.pipe_len; len of PIPE_BUF",
    outcomes: [refused("EINVAL", { from: "v16" })],
    remedy: WRITER,
  },
  {
    code: "H38",
    title: "The restarting kernel runs another security module",
    examines: "nothing: the image does not say",
    outcomes: [refused("EPERM", { from: "v19-dev-20091116" })],
    target: "The name in the BUFFER after CONTAINER must be that of the running module, but only if labels are kept.",
    remedy: "Restart without keeping labels, or on a kernel that runs the same module.",
  },
  {
    code: "H39",
    title: "TASK_OBJS.files_objref does not name a file table that has been described",
    examines: "TASK_OBJS.files_objref",
    outcomes: EINVAL,
    remedy: "The table's records are missing, or the reference was renumbered wrongly.",
  },
  {
    code: "H40",
    title: "TAIL has the wrong magic number",
    examines: "TAIL.magic",
    outcomes: EINVAL,
    remedy: DAMAGED,
  },
  {
    code: "H41",
    title: "The image ends before its TAIL",
    examines: "the end of the image",
    outcomes: [refused("EPIPE")],
    remedy: "The dump or a copy of it was cut short: copy it again, or take the dump again.",
  },
  {
    code: "H42",
    title: "The image contains an ERROR record: the dump failed",
    examines: "ERROR and the STRING after it",
    outcomes: [refused("EINVAL", { until: "v17" }), refused("EIO", { from: "v18" })],
    remedy: "The message says why the dump failed. Remove the cause and take the dump again.",
  },
];

const WORDS: Table = [
  {
    code: "directory-written",
    title: "A directory is open for writing",
    examines: "FILE.f_flags: O_DIRECTORY with an access mode other than O_RDONLY",
    outcomes: [refused("EISDIR")],
    remedy: "No kernel opens a directory for writing: the flags were edited, or belong to another architecture.",
  },
  {
    code: "position-impossible",
    title: "f_pos is impossible for the kind of file",
    examines: "FILE.f_pos: negative as a loff_t, or not 0 for a pipe, FIFO, socket, epoll or eventfd",
    outcomes: [wrong()],
    remedy: WRITER,
  },
  {
    code: "several-tasks",
    title: "A seed image has more than one task",
    examines: "the TASK records",
    outcomes: [refused("EINVAL", { until: "seed" })],
    remedy: "A seed kernel restarts one task: restart with v16 or later, from an image of that version.",
  },
  {
    code: "async-without-owner",
    title: "f_flags has FASYNC, but the image has no owner for the signals",
    examines: "FILE.f_flags",
    outcomes: [wrong({ until: "v19" }), odd({ from: "v20-nestedpids" })],
    remedy:
      "No version stores the owner: up to v19 SIGIO goes to nobody after a restart, until the program sets the owner again. From v20 on a file with an owner is not dumped, so there was none.",
  },
  {
    code: "object-unused",
    title: "An announced object is never referred to",
    examines: "OBJREF, against every field that holds an objref",
    outcomes: [wrong()],
    remedy: "What referred to it is missing: a descriptor or a task may have been cut out of the image.",
  },
  {
    code: "table-without-task",
    title: "No task uses a file table",
    examines: "FILE_TABLE, against TASK_OBJS.files_objref",
    outcomes: [wrong()],
    remedy: "The task that used the table is missing from the image, or names another.",
  },
  {
    code: "socket-refused",
    title: "A socket is in a state that no restart accepts",
    examines: "SOCKET.socket.state, sock.state, sock.shutdown, sock.userlocks, sock.err, sock.flags; SOCKET_UNIX.peer",
    outcomes: [refused("EINVAL", FROM_V18), refused("ENOSYS", FROM_V18)],
    target: "The backlog of a unix datagram socket must not exceed net.unix.max_dgram_qlen.",
    remedy: "Take the dump when no connection is being set up or closed, and without SO_TIMESTAMPING.",
  },
  {
    code: "terminal-refused",
    title: "A terminal is not a side of a pseudo-terminal, or is being closed",
    examines: "TTY.driver_type, driver_subtype, link_objref, file_objref, flags",
    outcomes: [refused("EINVAL", FROM_V18)],
    target: "The master is opened under its number, which must be free.",
    remedy: "Only pseudo-terminals can be restored: run the program on one before taking the dump.",
  },
  {
    code: "groups-refused",
    title: "Supplementary groups do not ascend, or there are more than 65,536",
    examines: "GROUPINFO.ngroups, groups",
    outcomes: [refused("EINVAL", FROM_V17)],
    remedy: "A kernel keeps groups sorted, but setgroups(2) can give it one twice: set each group once.",
  },
  {
    code: "limit-refused",
    title: "A soft resource limit is above its hard limit",
    examines: "SIGNAL.rlim",
    outcomes: [refused("EINVAL", FROM_V18)],
    target: "Raising a hard limit takes CAP_SYS_RESOURCE; RLIMIT_NOFILE cannot exceed fs.nr_open.",
    remedy: WRITER,
  },
  {
    code: "eventfd-refused",
    title: "eventfd(2) does not take the flags of an eventfd, or not its whole count",
    examines: "FILE.count, flags",
    outcomes: [refused("EINVAL", { from: "v19-dev-20091104" }), wrong({ from: "v19-dev-20091104" })],
    remedy: "A count of 2^32 or above loses its upper bits in a restart: dump after the program has read it.",
  },
  {
    code: "epoll-refused",
    title: "The items of an epoll belong to an open file that is no epoll",
    examines: "EPOLL_ITEMS.epfile_objref",
    outcomes: [refused("EINVAL", { from: "v19-dev-20091104" })],
    remedy: WRITER,
  },
  {
    code: "pid-repeated",
    title: "Two tasks have the same pid",
    examines: "the BUFFER after TREE",
    outcomes: [wrong({ from: "v16" })],
    remedy: WRITER,
  },
  {
    code: "bytes-after-tail",
    title: "Bytes follow TAIL",
    examines: "the bytes after TAIL",
    outcomes: [odd()],
    remedy: "A restart stops at TAIL. If another image follows, split the file there.",
  },
  {
    code: "archive-damaged",
    title: "The file around the image is damaged, or could not be read to its end",
    examines: "headers, sizes and checksums of the compression or archive",
    outcomes: [refused(null), wrong()],
    remedy: "Copy the file again: the image may be cut or changed.",
  },
  {
    code: "image-incomplete",
    title: "The image is incomplete",
    examines: "what no other check explains",
    outcomes: [wrong()],
    remedy: DAMAGED,
  },
];

/** All rules for Linux-CR images. */
export const LINUX_CR_RULES: readonly Rule[] = [...NUMBERED, ...WORDS].map((rule) => ({ ...rule, format: "linux-cr" }));
