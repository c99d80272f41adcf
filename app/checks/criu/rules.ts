// The rules for CRIU image sets, as data. CRIU's restore gives no error numbers.
//
// Sources: CRIU's restore of files, sockets, terminals and tasks, and 28 sets of CRIU 4.2 and 3.19 that are sound.

import type { Outcome, Rule } from "../rule.ts";

const REFUSED: readonly Outcome[] = [{ severity: "error", errno: null }];
const WRONG: readonly Outcome[] = [{ severity: "warning", errno: null }];
const ODD: readonly Outcome[] = [{ severity: "note", errno: null }];

const COPY = "The set was copied in part: copy the whole directory again, or take the dump again.";
const DAMAGED = "The file was damaged or cut: copy it again, or take the dump again.";
const EDITED = "CRIU does not write this: look for a bug in the tool that made or edited the set.";

const LOST_OR_REFUSED: readonly Outcome[] = [...REFUSED, ...WRONG];

const TABLE: readonly Omit<Rule, "format">[] = [
  {
    code: "member-missing",
    title: "A file that other files of the set call for is missing",
    examines:
      "the names of the files, against pstree.img; ids-N.img and inventory.img root_ids (namespaces); core-N.img (seccomp, cgroups); memfds and mappings (pagemap-shmem-N, ipcns-shm-N); TCP connections (tcp-stream-N); tmpfs mounts, except of roots and of what comes from outside; external files (a plugin's images). A warning for what is restored without it, such as the settings of a network (netns-N)",
    outcomes: LOST_OR_REFUSED,
    remedy: COPY,
  },
  {
    code: "member-twice",
    title: "A file occurs twice in the set",
    examines: "the names of the files",
    outcomes: ODD,
    remedy: "The first one is read. Remove the other from the directory or archive.",
  },
  {
    code: "image-damaged",
    title: "A file has the wrong magic number, or a damaged entry",
    examines: "magic numbers, sizes of entries, the messages themselves",
    outcomes: REFUSED,
    remedy: DAMAGED,
  },
  {
    code: "field-missing",
    title: "An entry lacks a field that CRIU requires",
    examines: "every message that is described in app/decoder/criu/format/messages.ts, nested ones included",
    outcomes: REFUSED,
    remedy: DAMAGED,
  },
  {
    code: "value-impossible",
    title: "A value is out of range, and CRIU or the kernel refuses it",
    examines:
      "img_version; pid and ppid; task_state; oom_score_adj; pdeath_sig; the policy, priority and niceness of threads, their seccomp mode and robust list; capabilities, securebits and no_new_privs; pending signals; signals, microseconds and nanoseconds of timers; clocks of timerfds; families, types, protocols, addresses and options of sockets; names and inodes of unix sockets; signals of owners; kinds of namespaces; descriptors and events of inotify watches and fanotify marks; mappings and addresses in mm-N.img whose end is before their start; seccomp filters whose size is no number of instructions, or that come after themselves. A warning for limits above their maximum and oom_score_adj, which are not set",
    outcomes: LOST_OR_REFUSED,
    remedy: EDITED,
  },
  {
    code: "pages-missing",
    title: "Pages of memory are missing from the set",
    examines:
      "pagemap-N.img and pagemap-shmem-N.img: pages_id, number of pages; pages-N.img: its size; the same in the sets of the chain. An error for a task's own memory, a warning for shared memory and memfds, which are restored without contents",
    outcomes: LOST_OR_REFUSED,
    remedy: `${COPY} Sets kept only for inspection need no pages: ignore this code.`,
  },
  {
    code: "pages-outside",
    title: "Pages of memory are in no private mapping of their task",
    examines: "pagemap-N.img vaddr, number of pages; mm-N.img vmas (vmas-N.img in old sets): start, end, status",
    outcomes: REFUSED,
    remedy: "The two files are not of one dump: copy the whole directory again, or take the dump again.",
  },
  {
    code: "parent-set-missing",
    title: "Pages are in the parent set, the previous dump, which is missing",
    examines: "pagemap-N.img flags (PE_PARENT), in_parent; the parent link; the pagemaps of the sets that it leads to",
    outcomes: REFUSED,
    remedy: "Keep the directories of all dumps of the chain together, with their parent links.",
  },
  {
    code: "pre-dump",
    title: "The set is a pre-dump: it has memory only",
    examines: "inventory.img pre_dump_mode",
    outcomes: REFUSED,
    remedy: "Restore the dump that follows it, whose parent this one is.",
  },
  {
    code: "version-newer",
    title: "The set's version is newer than that of CRIU 4.2",
    examines: "inventory.img img_version",
    outcomes: REFUSED,
    target: "CRIU up to 4.2 refuses it; the release that wrote it accepts it.",
    remedy: "Restore with the release of CRIU that took the dump.",
  },
  {
    code: "file-type-newer",
    title: "An open file has a type that CRIU 4.2 does not know",
    examines: "files.img type",
    outcomes: REFUSED,
    target: "CRIU up to 4.2 refuses it; the release that wrote it accepts it.",
    remedy: "Restore with the release of CRIU that took the dump.",
  },
  {
    code: "core-without-task",
    title: "A core belongs to no task or thread of the process tree",
    examines:
      "the names of core-N.img, against pstree.img pid and threads. Faults in other files of such tasks are not reported",
    outcomes: WRONG,
    remedy:
      "CRIU does not read it. An earlier dump into the same directory left it behind, or a task is missing from pstree.img.",
  },
  {
    code: "core-incomplete",
    title: "A core lacks its task, registers or credentials, or the core of a further thread has a task",
    examines:
      "core-N.img tc, against pstree.img pid and threads; mtype and the registers of that machine; thread_core.creds, against creds-N.img in old sets",
    outcomes: REFUSED,
    remedy: DAMAGED,
  },
  {
    code: "contents-missing",
    title: "The bytes in a pipe or FIFO are missing from the set",
    examines: "pipes' and FIFOs' pipe_id, against pipes-data.img and fifo-data.img",
    outcomes: WRONG,
    remedy: COPY,
  },
  {
    code: "table-missing",
    title: "A task's files_id names an fdinfo image that is missing: its descriptors are lost",
    examines: "ids-N.img files_id (core-N.img in old sets)",
    outcomes: WRONG,
    remedy: COPY,
  },
  {
    code: "dead-task-with-descriptors",
    title: "A dead task has descriptors",
    examines: "ids-N.img, against core-N.img tc.task_state",
    outcomes: WRONG,
    remedy: "CRIU does not open them, and may wait for them for ever: look for a bug in the tool that edited the set.",
  },
  {
    code: "descriptor-without-file",
    title: "A descriptor refers to a missing open file",
    examines: "fdinfo-N.img id",
    outcomes: REFUSED,
    remedy: "The file's entry is missing from files.img, or the descriptor was renumbered wrongly.",
  },
  {
    code: "descriptor-number",
    title: "A descriptor's number is out of range",
    examines: "fdinfo-N.img fd",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "descriptor-repeated",
    title: "A file table has a descriptor twice",
    examines: "fdinfo-N.img fd",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "descriptor-flags",
    title: "A descriptor has flags other than FD_CLOEXEC",
    examines: "fdinfo-N.img flags",
    outcomes: WRONG,
    remedy: EDITED,
  },
  {
    code: "descriptor-type",
    title: "A descriptor's type is not that of its open file; CRIU looks files up by both",
    examines: "fdinfo-N.img type, against files.img type",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "file-missing",
    title: "A reference names an open file that is missing from the set",
    examines:
      "fs-N.img cwd_id, root_id; mm-N.img exe_file_id, vmas.shmid; fifo and tty regf_id; sk-queues.img id_for, scm.rights; remap-fpath.img orig_id. A warning for a packet without files, which is lost",
    outcomes: LOST_OR_REFUSED,
    remedy: "The file's entry is missing from files.img, or the reference was renumbered wrongly.",
  },
  {
    code: "reference-type",
    title: "A reference names an open file of another type than the one that CRIU looks for",
    examines:
      "files with a path: fs-N.img cwd_id, root_id; mm-N.img exe_file_id, vmas.shmid; fifo and tty regf_id; remap-fpath.img orig_id and hard links. Mapped memfds and packet sockets: mm-N.img vmas.shmid",
    outcomes: REFUSED,
    remedy: "CRIU looks open files up by id and type: the reference was renumbered wrongly.",
  },
  {
    code: "cgroup-missing",
    title: "A task is in a set of control groups that is missing",
    examines: "core-N.img cg_set, against the sets in cgroup.img",
    outcomes: REFUSED,
    remedy: "cgroup.img is of another dump, or lacks an entry: copy the whole directory again.",
  },
  {
    code: "filter-missing",
    title: "A seccomp filter is missing",
    examines: "core-N.img seccomp_filter, and seccomp.img prev of the filters in use, against seccomp.img",
    outcomes: REFUSED,
    remedy: "seccomp.img is of another dump, or lacks an entry: copy the whole directory again.",
  },
  {
    code: "namespace-missing",
    title: "A descriptor leads to a namespace, or a socket is in a network, that no task of the set is in",
    examines:
      "files.img nsf.ns_id; ns_id of sockets and tun devices, if tasks have a network namespace of their own; against ids-N.img",
    outcomes: REFUSED,
    remedy: "CRIU reaches it through a task that is in it: the number was edited, or the task was removed.",
  },
  {
    code: "mappings-unsorted",
    title: "The mappings of a task are not in the order of their addresses",
    examines: "mm-N.img vmas (vmas-N.img in old sets): start; not of guard regions, which come last",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "mappings-overlap",
    title: "Two mappings of a task overlap",
    examines: "mm-N.img vmas (vmas-N.img in old sets): start, end; not of guard regions, which lie in mappings",
    outcomes: WRONG,
    remedy: "CRIU maps one over the other: look for a bug in the tool that made or edited the set.",
  },
  {
    code: "file-repeated",
    title: "Two open files have the same id and type",
    examines: "files.img id, type",
    outcomes: WRONG,
    remedy: "Two sets may have been mixed. CRIU restores the last of them, and ckptscope shows the first.",
  },
  {
    code: "file-id-differs",
    title: "An open file's entry and the message in it have different ids",
    examines: "files.img id, and the id in the message of the file's type, which CRIU goes by",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "file-undescribed",
    title: "An open file lacks an id, or the message that its type calls for; or no open file has its type",
    examines: "files.img id, type and the message of that type",
    outcomes: REFUSED,
    remedy: DAMAGED,
  },
  {
    code: "file-unused",
    title: "No descriptor, task or other file uses an open file",
    examines: "files.img, against everything that names open files",
    outcomes: WRONG,
    remedy: "What used it is missing: a descriptor or a task may have been cut out of the set.",
  },
  {
    code: "file-without-descriptor",
    title: "No descriptor refers to a pipe, FIFO, unix socket or terminal, which CRIU restores through its descriptors",
    examines: "files.img, against fdinfo-N.img, the peers of unix sockets and packets in flight",
    outcomes: REFUSED,
    remedy: "The descriptors were lost with an fdinfo image, or cut out of it.",
  },
  {
    code: "peer-missing",
    title: "The peer of a unix socket is missing from the set, or is not connected to it",
    examines: "unix sockets' peer, against ino; of connections, the peer of the peer, unless that listens",
    outcomes: REFUSED,
    remedy: "Dump both ends, or restore with the socket as external.",
  },
  {
    code: "ghost-missing",
    title: "The contents of an unlinked file are missing from the set",
    examines: "remap-fpath.img remap_id, against ghost-file-N.img",
    outcomes: REFUSED,
    remedy: COPY,
  },
  {
    code: "remap-missing",
    title: "No remap names a file that stands in for an unlinked file",
    examines:
      "ghost-file-N.img and link_remap.N, against remap-fpath.img; mode and size of open files. A warning for a ghost file that can be of an earlier dump into the same directory: remap-fpath.img does not name it, or is missing, and no open file has its mode and size",
    outcomes: LOST_OR_REFUSED,
    remedy: "remap-fpath.img is missing or lacks an entry: the restore would open the file under its old name.",
  },
  {
    code: "link-remap",
    title: "A hard link stands in for an unlinked file",
    examines: "remap-fpath.img remap_type LINKED",
    outcomes: ODD,
    target: "The link (link_remap.N) must exist where the dump left it; the restore removes it.",
    remedy: "Copy it with the file system, and do not clean it up between dump and restore.",
  },
  {
    code: "memory-elsewhere",
    title: "Pages are with a page server, not in the set",
    examines: "pagemap-N.img flags: PE_LAZY without PE_PRESENT",
    outcomes: ODD,
    target: "The page server of the dump must be running and reachable.",
    remedy: "Restore with --lazy-pages, with criu lazy-pages connected to that server.",
  },
  {
    code: "terminal-missing",
    title: "The description of a terminal is missing from the set",
    examines: "tty files' tty_info_id, against tty-info.img",
    outcomes: REFUSED,
    remedy: COPY,
  },
  {
    code: "process-missing",
    title: "A pidfd refers to a process that is missing from the process tree",
    examines: "pidfds' nspid, against pstree.img pid",
    outcomes: REFUSED,
    remedy: "The process was removed from the tree, or the number was edited.",
  },
  {
    code: "memfd-missing",
    title: "The description of a memfd is missing from the set",
    examines: "memfd files' inode_id, against memfd.img",
    outcomes: REFUSED,
    remedy: COPY,
  },
  {
    code: "watch-impossible",
    title: "An epoll watches a descriptor twice, itself, an epoll that watches it, or a directory",
    examines:
      "epolls' tfd, against each other and the descriptors of the file tables that hold the epoll; mode and name of the files, not of regular ones, which some file systems can watch",
    outcomes: REFUSED,
    remedy:
      "The kernel refuses such watches. An epoll can watch two files by one number if a descriptor was closed while another leads to its file: remove the watch before closing it.",
  },
  {
    code: "watch-missing",
    title: "An epoll watches a descriptor that no task with the epoll has",
    examines: "epolls' tfd, against the descriptors of the file tables that hold the epoll",
    outcomes: REFUSED,
    remedy: "A descriptor may have been cut out of its table.",
  },
  {
    code: "lock-without-descriptor",
    title: "A file lock belongs to a descriptor or a task that is missing",
    examines:
      "filelocks.img pid and fd, against the tasks and their file tables. A warning for a lock of no task, which is not taken",
    outcomes: LOST_OR_REFUSED,
    remedy: "A descriptor may have been cut out of its table, or a task out of the process tree.",
  },
  {
    code: "mount-missing",
    title: "A mount, or an open file, names a mount that is missing from the set",
    examines: "mountpoints-N.img parent_mnt_id; regular files' mnt_id; against mountpoints-N.img mnt_id",
    outcomes: REFUSED,
    remedy: "The mount's entry is missing from mountpoints-N.img, or the reference was renumbered wrongly.",
  },
  {
    code: "mount-repeated",
    title: "Two mounts have the same id",
    examines: "mountpoints-N.img mnt_id",
    outcomes: REFUSED,
    remedy: "The kernel gives each mount an id of its own: entries were copied, or come from another dump.",
  },
  {
    code: "mount-unreachable",
    title: "A mount is on itself, or mounts are on each other",
    examines: "mountpoints-N.img parent_mnt_id, against mnt_id. A warning for mounts on each other",
    outcomes: LOST_OR_REFUSED,
    remedy: "CRIU mounts what it reaches from the root, and leaves such mounts out: the numbers were edited.",
  },
  {
    code: "contents-too-large",
    title: "A pipe or FIFO contains more than its capacity",
    examines: "pipes-data.img and fifo-data.img bytes, size (64 KiB if absent, with pages of 4 KiB)",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "data-without-pipe",
    title: "Pipe contents belong to no pipe of the set",
    examines: "pipes-data.img and fifo-data.img pipe_id",
    outcomes: WRONG,
    remedy: "The pipe's entry is missing from files.img; the bytes are lost.",
  },
  {
    code: "flags-left-over",
    title: "A regular file's flags have O_CREAT, O_EXCL, O_NOCTTY or O_TRUNC, which open(2) drops",
    examines: "regular files' flags",
    outcomes: WRONG,
    remedy: "Clear the flags: a restore could create or truncate the file.",
  },
  {
    code: "directory-written",
    title: "A directory is open for writing",
    examines: "regular files' flags: O_DIRECTORY with an access mode other than O_RDONLY",
    outcomes: REFUSED,
    remedy: "No kernel opens a directory for writing: the flags were edited.",
  },
  {
    code: "position-impossible",
    title: "A position is negative",
    examines:
      "pos of regular files, directories, memfds and BPF maps; not of files in /proc. A warning where a restore does not set it: for BPF maps, O_PATH, and files without a descriptor",
    outcomes: LOST_OR_REFUSED,
    remedy: EDITED,
  },
  {
    code: "table-without-task",
    title: "No task uses a file table",
    examines: "fdinfo-N.img, against files_id",
    outcomes: WRONG,
    remedy: "The task that used the table is missing from the process tree, or names another.",
  },
  {
    code: "task-without-pid",
    title: "A task of the process tree has no pid",
    examines: "pstree.img pid",
    outcomes: REFUSED,
    remedy: DAMAGED,
  },
  {
    code: "pid-repeated",
    title: "Two tasks have the same pid",
    examines: "pstree.img pid",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "parent-missing",
    title: "The parent of a task is missing from the process tree, or a second task has none",
    examines: "pstree.img ppid",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "thread-repeated",
    title: "A thread is in two tasks, has the pid of a task, or leads a session or a process group",
    examines: "pstree.img threads, pid, pgid, sid; not the threads of dead tasks",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "session-missing",
    title: "No task can give a task its session",
    examines: "pstree.img sid, ppid",
    outcomes: REFUSED,
    remedy:
      "CRIU forks a task in the session of an ancestor, unless it is a child of the root. The leader of the session ended while others stayed in it: end them, or let them lead sessions, before the dump.",
  },
  {
    code: "namespace-nested",
    title: "A task is in another namespace than its parent, and not in a network or mount namespace",
    examines:
      "ids-N.img pid_ns_id, ipc_ns_id, uts_ns_id, user_ns_id, time_ns_id; net_ns_id and mnt_ns_id if the root has those of CRIU",
    outcomes: REFUSED,
    remedy: EDITED,
  },
  {
    code: "init-missing",
    title: "The tasks have a pid namespace of their own, but not its init",
    examines: "pstree.img pid of the root; ids-N.img pid_ns_id, against inventory.img root_ids; pidns-N.img ext_key",
    outcomes: REFUSED,
    remedy: "Dump from the init of the namespace (pid 1), or dump and restore the namespace as external.",
  },
  {
    code: "parent-later",
    title: "A task comes before its parent in the process tree",
    examines: "pstree.img: the order of its entries",
    outcomes: REFUSED,
    remedy: "CRIU reads parents first: the entries were put in another order, or have each other as parents.",
  },
  {
    code: "archive-damaged",
    title: "The archive around the set is damaged, or could not be read to its end",
    examines: "the archive's headers, sizes and checksums",
    outcomes: LOST_OR_REFUSED,
    remedy: "Copy the archive again: files of the set may be missing or cut.",
  },
  {
    code: "set-incomplete",
    title: "The set is incomplete",
    examines: "what no other check explains",
    outcomes: WRONG,
    remedy: COPY,
  },
];

/** All rules for CRIU image sets. */
export const CRIU_RULES: readonly Rule[] = TABLE.map((rule) => ({ ...rule, format: "criu" }));
