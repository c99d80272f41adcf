// CRIU sets with one fault each, and the finding that it gives.

import type { Source } from "../../app/decoder/source.ts";
import { copied, editEntries, editField, setNumber, withFile, without } from "./edit-set.ts";
import { zeros } from "./memory.ts";

/** One fault: the edit that makes it, and where the finding is. */
export interface Fault {
  readonly code: string;
  readonly set: string;
  readonly edit: (set: readonly Source[]) => readonly Source[];
  readonly member: string | null;
  readonly field: string | null;
}

export const fault = (
  code: string,
  what: string,
  edit: Fault["edit"],
  member: string | null = null,
  field: string | null = null,
  set = "w4/before",
): [string, Fault] => [`${code}: ${what}`, { code, set, edit, member, field }];

/** Entries of files.img in w4/before. */
export const AT = { null: 1, pipe: 4, fifo: 7, unix: 10, memfd: 27, epoll: 33, tty: 29, cwd: 35 };
/** Its id, which a descriptor's entry begins with. */
const URANDOM = 33;
const DIRECTORY = 0o200001;

/** Faults of single entries and members; see reference-faults.ts for more. */
export const ENTRY_FAULTS: readonly [string, Fault][] = [
  fault("member-missing", "a task's core is not there", (s) => without(s, "core-31495.img")),
  fault("member-missing", "the inventory is not there", (s) => without(s, "inventory.img")),
  fault("member-missing", "the open files are not there", (s) => without(s, "files.img")),
  fault("member-twice", "a file is there twice", (s) => [...s, ...copied(s, "files.img", "copy/files.img").slice(-1)]),
  fault("image-damaged", "a file has another's magic", (s) => copied(s, "files.img", "fs-31493.img"), "fs-31493.img"),
  fault(
    "image-damaged",
    "a file is cut",
    (s) => withFile(s, "tty-info.img", bytesOf(s, "tty-info.img").subarray(0, -3)),
    "tty-info.img",
  ),
  fault(
    "table-missing",
    "a task's table is not there",
    (s) => setNumber(s, "ids-31495.img", "task_kobj_ids_entry", 0, "files_id", 77),
    "ids-31495.img",
    "files_id",
  ),
  fault(
    "dead-task-with-descriptors",
    "a zombie has a table",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "tc.task_state", 2),
    "ids-31495.img",
    "files_id",
  ),
  fault(
    "descriptor-without-file",
    "a descriptor leads nowhere",
    (s) => setNumber(s, "fdinfo-2.img", "fdinfo_entry", 1, "id", 777),
    "fdinfo-2.img",
    "id",
  ),
  fault(
    "descriptor-number",
    "a descriptor is negative",
    (s) => setNumber(s, "fdinfo-2.img", "fdinfo_entry", 2, "fd", 0xffff_ffffn),
    "fdinfo-2.img",
  ),
  fault(
    "descriptor-repeated",
    "a descriptor is there twice",
    (s) => setNumber(s, "fdinfo-2.img", "fdinfo_entry", 1, "fd", 0),
    "fdinfo-2.img",
    "fd",
  ),
  fault(
    "descriptor-flags",
    "a descriptor has unknown flags",
    (s) => setNumber(s, "fdinfo-2.img", "fdinfo_entry", 1, "flags", 2),
    "fdinfo-2.img",
    "flags",
  ),
  fault(
    "descriptor-type",
    "a descriptor says another type",
    (s) => setNumber(s, "fdinfo-2.img", "fdinfo_entry", 0, "type", 2),
    "fdinfo-2.img",
    "type",
  ),
  fault(
    "file-missing",
    "a working directory is not there",
    (s) => setNumber(s, "fs-31493.img", "fs_entry", 0, "cwd_id", 777),
    "fs-31493.img",
    "cwd_id",
  ),
  fault(
    "file-missing",
    "an executable is not there",
    (s) => setNumber(s, "mm-31493.img", "mm_entry", 0, "exe_file_id", 777),
    "mm-31493.img",
    "exe_file_id",
  ),
  fault(
    "file-missing",
    "a mapped file is not there",
    (s) => setNumber(s, "mm-31493.img", "mm_entry", 0, "vmas.shmid", 777),
    "mm-31493.img",
    "vmas[0].shmid",
  ),
  fault(
    "file-missing",
    "the path of a FIFO is not there",
    (s) => setNumber(s, "files.img", "file_entry", AT.fifo, "fifo.regf_id", 777),
    "files.img",
    "fifo.regf_id",
  ),
  fault(
    "file-missing",
    "an unlinked file is not there",
    (s) => setNumber(s, "remap-fpath.img", "remap_file_path_entry", 0, "orig_id", 777),
    "remap-fpath.img",
    "orig_id",
    "w1/before",
  ),
  fault(
    "file-repeated",
    "two files have one id",
    (s) => editEntries(s, "files.img", (entries) => [...entries, entries[AT.cwd] as Uint8Array]),
    "files.img",
  ),
  fault(
    "file-undescribed",
    "a file has no message",
    (s) => setNumber(s, "files.img", "file_entry", AT.null, "reg", null),
    "files.img",
  ),
  fault(
    "file-unused",
    "no descriptor leads to a file",
    (s) => editEntries(s, "fdinfo-2.img", (entries) => entries.filter((entry) => entry[1] !== URANDOM)),
    "files.img",
    "id",
  ),
  fault(
    "peer-missing",
    "a unix socket's peer is not there",
    (s) => setNumber(s, "files.img", "file_entry", AT.unix, "usk.peer", 7),
    "files.img",
    "usk.peer",
  ),
  fault(
    "ghost-missing",
    "an unlinked file's contents are not there",
    (s) => without(s, "ghost-file-1.img"),
    "remap-fpath.img",
    "remap_id",
    "w1/before",
  ),
  fault(
    "terminal-missing",
    "a terminal is not described",
    (s) => setNumber(s, "files.img", "file_entry", AT.tty, "tty.tty_info_id", 9),
    "files.img",
    "tty.tty_info_id",
  ),
  fault("memfd-missing", "a memfd is not described", (s) => without(s, "memfd.img"), "files.img", "memfd.inode_id"),
  fault(
    "data-without-pipe",
    "data of no pipe",
    (s) => withFile(s, "fifo-data.img", joined(bytesOf(s, "fifo-data.img"), strayData(s))),
    "fifo-data.img",
    "pipe_id",
  ),
  fault(
    "flags-left-over",
    "O_TRUNC is left",
    (s) => setNumber(s, "files.img", "file_entry", AT.null, "reg.flags", 0o1002),
    "files.img",
    "reg.flags",
  ),
  fault(
    "directory-written",
    "a directory is open for writing",
    (s) => setNumber(s, "files.img", "file_entry", AT.cwd, "reg.flags", DIRECTORY),
    "files.img",
    "reg.flags",
  ),
  fault(
    "position-impossible",
    "a position is negative",
    (s) => setNumber(s, "files.img", "file_entry", AT.memfd, "memfd.pos", -1n),
    "files.img",
    "memfd.pos",
  ),
  fault(
    "table-without-task",
    "no task has a table",
    (s) => copied(s, "fdinfo-3.img", "fdinfo-9.img"),
    "fdinfo-9.img",
    "id",
  ),
  fault(
    "task-without-pid",
    "a task has no pid",
    (s) => {
      const more = editEntries(s, "pstree.img", (entries) => [...entries, entries[1] as Uint8Array]);
      return setNumber(more, "pstree.img", "pstree_entry", 2, "pid", null);
    },
    "pstree.img",
  ),
  fault(
    "pid-repeated",
    "two tasks have one pid",
    (s) => editEntries(s, "pstree.img", (entries) => [...entries, entries[1] as Uint8Array]),
    "pstree.img",
    "pid",
  ),
  fault(
    "parent-missing",
    "a task's parent is not there",
    (s) => setNumber(s, "pstree.img", "pstree_entry", 1, "ppid", 5),
    "pstree.img",
    "ppid",
  ),
  fault(
    "member-missing",
    "the filters of a task are not there",
    (s) => without(s, "seccomp.img"),
    "core-13405.img",
    "thread_core.seccomp_mode",
    "verdicts/tree",
  ),
  fault(
    "member-missing",
    "the System V segments are not there",
    (s) => without(s, "ipcns-shm-9.img"),
    "mm-25572.img",
    "vmas[11].shmid",
    "r1/before",
  ),
  fault(
    "member-missing",
    "the contents of a System V segment are not there",
    (s) => without(s, "pagemap-shmem-0.img"),
    "mm-25572.img",
    "vmas[11].shmid",
    "r1/before",
  ),
  fault(
    "member-missing",
    "the contents of a memfd are not there",
    (s) => without(s, "pagemap-shmem-1143.img"),
    "memfd.img",
    "shmid",
  ),
  fault(
    "member-missing",
    "the state of a TCP connection is not there",
    (s) => without(s, "tcp-stream-23edb2.img"),
    "files.img",
    "isk.ino",
    "verdicts/tcp",
  ),
  fault(
    "member-missing",
    "the files of a tmpfs are not there",
    (s) => without(s, "tmpfs-dev-40.tar.gz.img"),
    "mountpoints-9.img",
    "root_dev",
    "verdicts/mnt",
  ),
  fault(
    "member-missing",
    "a plugin's image is not there",
    (s) => without(s, "amdgpu-kfd-90.img"),
    "files.img",
    "ext.id",
    "cases/gpu-plugin",
  ),
  fault("pages-missing", "memory is not there", (s) => without(s, "pages-3.img"), "pagemap-31495.img", "pages_id"),
  fault(
    "pages-missing",
    "memory is cut",
    (s) => [...without(s, "pages-3.img"), zeros("pages-3.img", 65_535)],
    "pagemap-31495.img",
    "pages_id",
  ),
  fault("parent-set-missing", "the dump before is not there", (s) => s, null, null, "cases/incremental/2"),
  fault("pre-dump", "memory alone", (s) => s, null, null, "cases/incremental/1"),
  fault("version-newer", "a later version", (s) => s, null, null, "cases/newer-criu"),
  fault("core-without-task", "a core of no task", (s) => copied(s, "core-31495.img", "core-7.img"), "core-7.img"),
  fault(
    "contents-missing",
    "the contents of pipes are not there",
    (s) => without(s, "pipes-data.img"),
    "files.img",
    "pipe.pipe_id",
    "verdicts/tree",
  ),
  fault(
    "file-without-descriptor",
    "no descriptor leads to a unix socket",
    (s) => editEntries(s, "fdinfo-2.img", (entries) => entries.filter((entry) => entry[1] !== 5)),
    "files.img",
    "id",
    "verdicts/sock",
  ),
  fault(
    "remap-missing",
    "no remap names a ghost",
    (s) => without(s, "remap-fpath.img"),
    "ghost-file-1.img",
    null,
    "w1/before",
  ),
  fault("link-remap", "a hard link stands in", (s) => s, "remap-fpath.img", "remap_id", "cases/link-remap"),
  fault(
    "field-missing",
    "a task has no name",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "tc.comm", null),
    "core-31495.img",
  ),
  fault(
    "image-damaged",
    "a field has another wire type",
    (s) => editField(s, "files.img", "file_entry", AT.null, "reg.pos", () => new Uint8Array(2)),
    "files.img",
  ),
  fault(
    "value-impossible",
    "a timer's microseconds are a second",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "tc.timers.prof.vusec", 1_000_000),
    "core-31495.img",
    "tc.timers.prof.vusec",
  ),
  fault(
    "value-impossible",
    "a limit is above its maximum",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "tc.rlimits.rlimits.max", 0),
    "core-31495.img",
    "tc.rlimits.rlimits[0].cur",
  ),
  fault(
    "value-impossible",
    "a mode of seccomp that there is not",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "thread_core.seccomp_mode", 3),
    "core-31495.img",
    "thread_core.seccomp_mode",
  ),
  fault(
    "value-impossible",
    "a robust list of no size that there is",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "thread_core.futex_rla_len", 25),
    "core-31495.img",
    "thread_core.futex_rla_len",
  ),
  fault(
    "value-impossible",
    "a priority without a policy that has one",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "thread_core.sched_prio", 7),
    "core-31495.img",
    "thread_core.sched_prio",
  ),
  fault(
    "value-impossible",
    "effective capabilities that are not permitted",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "thread_core.creds.cap_prm", 0),
    "core-31495.img",
    "thread_core.creds.cap_eff[0]",
  ),
  fault(
    "value-impossible",
    "no_new_privs is no flag",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "thread_core.creds.no_new_privs", 5),
    "core-31495.img",
    "thread_core.creds.no_new_privs",
  ),
  fault(
    "value-impossible",
    "the descriptor of an inotify watch is 0",
    (s) => setNumber(s, "files.img", "file_entry", 26, "ify.wd.wd", 0),
    "files.img",
    "ify.wd[0].wd",
  ),
  fault(
    "value-impossible",
    "an inotify watch has no events",
    (s) => setNumber(s, "files.img", "file_entry", 26, "ify.wd.mask", 0),
    "files.img",
    "ify.wd[0].mask",
  ),
  fault(
    "value-impossible",
    "the name of a unix socket is too long",
    (s) => editField(s, "files.img", "file_entry", AT.unix, "usk.name", () => new Uint8Array(109)),
    "files.img",
    "usk.name",
  ),
  fault(
    "value-impossible",
    "a listening socket is not of TCP",
    (s) => setNumber(s, "files.img", "file_entry", 18, "isk.proto", 0),
    "files.img",
    "isk.state",
  ),
  fault(
    "value-impossible",
    "a socket lacks its address",
    (s) => editField(s, "files.img", "file_entry", 18, "isk.dst_addr", () => null),
    "files.img",
  ),
  fault(
    "value-impossible",
    "a session's leader is in another group",
    (s) => setNumber(s, "pstree.img", "pstree_entry", 0, "pgid", 31_495),
    "pstree.img",
    "pgid",
  ),
  fault(
    "value-impossible",
    "a mapping begins within a page",
    (s) => editField(s, "mm-31495.img", "mm_entry", 0, "vmas.start", (start) => (start as bigint) + 1n),
    "mm-31495.img",
    "vmas[0].start",
  ),
  fault(
    "watch-impossible",
    "an epoll watches /dev/null",
    (s) => setNumber(s, "files.img", "file_entry", AT.epoll, "epfd.tfd.tfd", 0),
    "files.img",
    "epfd.tfd[0].tfd",
  ),
  fault(
    "process-missing",
    "a pidfd refers to no task",
    (s) => setNumber(s, "files.img", "file_entry", 3, "pidfd.nspid", 777),
    "files.img",
    "pidfd.nspid",
    "cases/pidfd-dead",
  ),
  fault(
    "init-missing",
    "CRIU was in another pid namespace",
    (s) => setNumber(s, "inventory.img", "inventory_entry", 0, "root_ids.pid_ns_id", 777),
    "pstree.img",
    "pid",
  ),
  fault(
    "value-impossible",
    "a mapping ends before it begins",
    (s) => setNumber(s, "mm-31495.img", "mm_entry", 0, "vmas.end", 4096),
    "mm-31495.img",
    "vmas[0].start",
  ),
  fault(
    "value-impossible",
    "the heap ends before it begins",
    (s) => setNumber(s, "mm-31495.img", "mm_entry", 0, "mm_brk", 4096),
    "mm-31495.img",
    "mm_start_brk",
  ),
  fault(
    "value-impossible",
    "no state of a task",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "tc.task_state", 0),
    "core-31495.img",
    "tc.task_state",
  ),
  fault(
    "value-impossible",
    "no version",
    (s) => setNumber(s, "inventory.img", "inventory_entry", 0, "img_version", 0),
    "inventory.img",
    "img_version",
  ),
  fault(
    "core-incomplete",
    "a task has no registers",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "thread_info", null),
    "core-31495.img",
    "mtype",
  ),
  fault(
    "core-incomplete",
    "a core is of another machine",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "mtype", 3),
    "core-31495.img",
    "mtype",
  ),
  fault(
    "core-incomplete",
    "a task has no credentials",
    (s) => setNumber(s, "core-31495.img", "core_entry", 0, "thread_core.creds", null),
    "core-31495.img",
    "tc",
  ),
  fault(
    "pages-outside",
    "pages are not in a mapping",
    (s) => setNumber(s, "pagemap-31495.img", "pagemap_entry", 1, "vaddr", 4096),
    "pagemap-31495.img",
    "vaddr",
  ),
  fault(
    "file-id-differs",
    "a file's message has another id",
    (s) => setNumber(s, "files.img", "file_entry", AT.null, "reg.id", 999),
    "files.img",
    "reg.id",
  ),
  fault(
    "file-undescribed",
    "a file has no type",
    (s) => setNumber(s, "files.img", "file_entry", AT.cwd, "type", 0),
    "files.img",
    "type",
  ),
  fault(
    "file-type-newer",
    "a file has a type and a message of a later release",
    (s) =>
      editEntries(
        setNumber(
          setNumber(s, "files.img", "file_entry", AT.cwd, "type", 25),
          "files.img",
          "file_entry",
          AT.cwd,
          "reg",
          null,
        ),
        "files.img",
        // Field 27, a message.
        (entries) => entries.map((entry, at) => (at === AT.cwd ? Uint8Array.of(...entry, 0xda, 0x01, 2, 8, 1) : entry)),
      ),
    "files.img",
    "type",
  ),
  fault(
    "watch-missing",
    "an epoll watches what is not there",
    (s) => setNumber(s, "files.img", "file_entry", AT.epoll, "epfd.tfd.tfd", 999),
    "files.img",
    "epfd.tfd[0].tfd",
  ),
  fault(
    "lock-without-descriptor",
    "a lock is of a descriptor that is not there",
    (s) => setNumber(s, "filelocks.img", "file_lock_entry", 0, "fd", 999),
    "filelocks.img",
    "fd",
    "cases/file-locks",
  ),
  fault(
    "lock-without-descriptor",
    "a lock is of a task that is not there",
    (s) => setNumber(s, "filelocks.img", "file_lock_entry", 0, "pid", 99_999),
    "filelocks.img",
    "pid",
    "cases/file-locks",
  ),
  fault(
    "mount-missing",
    "a mount is on none",
    (s) => setNumber(s, "mountpoints-9.img", "mnt_entry", 0, "parent_mnt_id", 99_999),
    "mountpoints-9.img",
    "parent_mnt_id",
    "verdicts/mnt",
  ),
  fault(
    "mount-missing",
    "a file is on no mount",
    (s) => setNumber(s, "files.img", "file_entry", AT.null, "reg.mnt_id", 2 * 99_999),
    "files.img",
    "reg.mnt_id",
    "verdicts/mnt",
  ),
  fault(
    "parent-missing",
    "a second task has no parent",
    (s) => setNumber(s, "pstree.img", "pstree_entry", 1, "ppid", 0),
    "pstree.img",
    "ppid",
  ),
  fault("memory-elsewhere", "pages are lazy", (s) => s, "pagemap-12577.img", "pages_id", "cases/lazy-pages"),
];

/** What is in a pipe, with the number of another pipe. */
function strayData(set: readonly Source[]): Uint8Array {
  const data = bytesOf(set, "pipes-data.img");
  data[13] = (data[13] ?? 0) ^ 0x10;
  return data.subarray(8);
}

const joined = (...pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap((piece) => [...piece]));

/** Bytes of a file of the set, a copy that may be written to. */
function bytesOf(set: readonly Source[], name: string): Uint8Array {
  const source = set.find((candidate) => candidate.name === name);
  const bytes = Uint8Array.from(source?.read(0, source.size) as Uint8Array);
  return bytes;
}
