// CRIU sets in which a task names what is not in the set, or not in its order.

import { MAGICS } from "../../app/decoder/criu/format/messages.ts";
import { VMA_STATUS } from "../../app/decoder/criu/memory/mappings.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { AT, ENTRY_FAULTS, type Fault, fault } from "./criu-faults.ts";
import { editEntries, editField, reverseField, setNumber, withFile } from "./edit-set.ts";

const { regular, filePrivate, fileShared, memfd: MEMFD } = VMA_STATUS;
const PRIVATE_FILE = regular | filePrivate;
const SHARED_FILE = regular | fileShared;
const FIRST_MAPPING = 0x40_0000;

const REFERENCE_FAULTS: readonly [string, Fault][] = [
  fault(
    "reference-type",
    "a working directory is a pipe",
    (s) => setNumber(s, "fs-31493.img", "fs_entry", 0, "cwd_id", 5),
    "fs-31493.img",
    "cwd_id",
  ),
  fault(
    "reference-type",
    "the path of a FIFO is a pipe",
    (s) => setNumber(s, "files.img", "file_entry", AT.fifo, "fifo.regf_id", 5),
    "files.img",
    "fifo.regf_id",
  ),
  fault(
    "cgroup-missing",
    "a thread's set of control groups is not there",
    (s) => {
      // cgroup_entry { sets { id: 1 } }
      const bytes = image(MAGICS.CGROUP, [0x0a, 2, 8, 1]);
      return setNumber(withFile(s, "cgroup.img", bytes), "core-31493.img", "core_entry", 0, "thread_core.cg_set", 3);
    },
    "core-31493.img",
    "thread_core.cg_set",
  ),
  fault(
    "filter-missing",
    "a thread's filter is not there",
    (s) => setNumber(s, "core-13405.img", "core_entry", 0, "thread_core.seccomp_filter", 9),
    "core-13405.img",
    "thread_core.seccomp_filter",
    "verdicts/tree",
  ),
  fault(
    "filter-missing",
    "the filter before a filter is not there",
    (s) => setNumber(s, "seccomp.img", "seccomp_entry", 0, "seccomp_filters.prev", 9),
    "seccomp.img",
    "seccomp_filters[0].prev",
    "verdicts/tree",
  ),
  fault(
    "namespace-missing",
    "no task is in the namespace of a descriptor",
    (s) => {
      // fdinfo_entry { id: 99, flags: 0, type: NS, fd: 99 }, file_entry { type: NS, id: 99, nsf
      // { id: 99, ns_id: 77, … } }
      const fd = Uint8Array.of(8, 99, 16, 0, 24, 14, 32, 99);
      const file = Uint8Array.of(8, 14, 16, 99, 42, 8, 8, 99, 16, 77, 24, 0, 32, 0);
      const held = editEntries(s, "fdinfo-2.img", (entries) => [...entries, fd]);
      return editEntries(held, "files.img", (entries) => [...entries, file]);
    },
    "files.img",
    "nsf.ns_id",
  ),
  fault(
    "mappings-unsorted",
    "the mappings are in another order",
    (s) => reverseField(s, "mm-31493.img", "mm_entry", "mm_entry.vmas"),
    "mm-31493.img",
    "vmas[1].start",
  ),
  fault(
    "mappings-overlap",
    "a mapping ends in the next one",
    (s) => setNumber(s, "mm-31493.img", "mm_entry", 0, "vmas.end", 0x7fff_ffff_f000),
    "mm-31493.img",
    "vmas[1].start",
  ),
  fault(
    "pages-outside",
    "pages are in a mapping of a shared file",
    (s) => {
      const moved = setNumber(s, "pagemap-31493.img", "pagemap_entry", 1, "vaddr", FIRST_MAPPING);
      return setNumber(moved, "mm-31493.img", "mm_entry", 0, "vmas.status", SHARED_FILE);
    },
    "pagemap-31493.img",
    "vaddr",
  ),
  fault(
    "reference-type",
    "a pipe is mapped",
    (s) => setNumber(s, "mm-31493.img", "mm_entry", 0, "vmas.shmid", 5),
    "mm-31493.img",
    "vmas[0].shmid",
  ),
  fault(
    "reference-type",
    "a file with a path is mapped as a memfd",
    (s) => setNumber(s, "mm-31493.img", "mm_entry", 0, "vmas.status", PRIVATE_FILE | MEMFD),
    "mm-31493.img",
    "vmas[0].shmid",
  ),
  fault(
    "reference-type",
    "an unlinked file is a pipe",
    // remap_file_path_entry { orig_id: 5, remap_id: 31493, remap_type: PROCFS }
    (s) => withFile(s, "remap-fpath.img", image(MAGICS.REMAP_FPATH, [8, 5, 16, 133, 246, 1, 24, 2])),
    "remap-fpath.img",
    "orig_id",
  ),
  fault(
    "parent-later",
    "a task is its own parent",
    (s) => setNumber(s, "pstree.img", "pstree_entry", 1, "ppid", 31_495),
    "pstree.img",
    "ppid",
  ),
  fault(
    "parent-later",
    "a child comes first",
    (s) => editEntries(s, "pstree.img", (entries) => entries.toReversed()),
    "pstree.img",
    "ppid",
  ),
];

/** Faults of the process tree, of what pipes contain and of what epolls watch. */
const WHOLE_FAULTS: readonly [string, Fault][] = [
  fault(
    "thread-repeated",
    "a thread has the pid of another task",
    // pstree_entry { …, threads: 31493 }
    (s) => withAppended(s, "pstree.img", 1, [40, 133, 246, 1]),
    "pstree.img",
    "threads[1]",
  ),
  fault(
    "session-missing",
    "the leader of a grandchild's session has ended",
    (s) => {
      const moved = setNumber(s, "pstree.img", "pstree_entry", 2, "ppid", 13_406);
      return setNumber(moved, "pstree.img", "pstree_entry", 2, "sid", 999);
    },
    "pstree.img",
    "sid",
    "verdicts/tree",
  ),
  fault(
    "namespace-nested",
    "a task has a pid namespace of its own",
    (s) => setNumber(s, "ids-31495.img", "task_kobj_ids_entry", 0, "pid_ns_id", 99),
    "ids-31495.img",
    "pid_ns_id",
  ),
  fault(
    "namespace-missing",
    "no task is in the network namespace of a socket",
    (s) => setNumber(s, "files.img", "file_entry", 5, "usk.ns_id", 99),
    "files.img",
    "usk.ns_id",
    "w7/before",
  ),
  fault(
    "value-impossible",
    "a filter comes after itself",
    (s) => setNumber(s, "seccomp.img", "seccomp_entry", 0, "seccomp_filters.prev", 0),
    "seccomp.img",
    "seccomp_filters[0].prev",
    "verdicts/tree",
  ),
  fault(
    "value-impossible",
    "a filter ends within an instruction",
    (s) => editField(s, "seccomp.img", "seccomp_entry", 0, "seccomp_filters.filter", () => new Uint8Array(12)),
    "seccomp.img",
    "seccomp_filters[0].filter",
    "verdicts/tree",
  ),
  fault(
    "mount-repeated",
    "two mounts have one id",
    (s) => editEntries(s, "mountpoints-9.img", ([first = new Uint8Array(), ...rest]) => [first, ...rest, first]),
    "mountpoints-9.img",
    "mnt_id",
    "verdicts/mnt",
  ),
  fault(
    "mount-unreachable",
    "a mount is on itself",
    (s) => setNumber(s, "mountpoints-9.img", "mnt_entry", 0, "parent_mnt_id", 65),
    "mountpoints-9.img",
    "parent_mnt_id",
    "verdicts/mnt",
  ),
  fault(
    "mount-unreachable",
    "two mounts are on each other",
    (s) => {
      const first = setNumber(s, "mountpoints-9.img", "mnt_entry", 0, "parent_mnt_id", 64);
      return setNumber(first, "mountpoints-9.img", "mnt_entry", 1, "parent_mnt_id", 65);
    },
    "mountpoints-9.img",
    "parent_mnt_id",
    "verdicts/mnt",
  ),
  fault(
    "contents-too-large",
    "more is in a pipe than its capacity",
    (s) =>
      // pipe_data_entry { pipe_id: 230712, bytes: 5000, size: 4096 } with its contents, and what pipes have in truth.
      editEntries(s, "pipes-data.img", (entries) => [
        Uint8Array.of(8, 184, 138, 14, 16, 136, 39, 24, 128, 32),
        ...entries,
      ]).map((source) => (source.name === "pipes-data.img" ? withContents(source, 8 + 4 + 10, 5000) : source)),
    "pipes-data.img",
    "bytes",
  ),
  fault(
    "contents-too-large",
    "no pipe has the capacity",
    (s) => setNumber(s, "pipes-data.img", "pipe_data_entry", 0, "size", 2 ** 31 + 1),
    "pipes-data.img",
    "size",
  ),
  fault(
    "watch-impossible",
    "an epoll watches itself",
    (s) => setNumber(s, "files.img", "file_entry", AT.epoll, "epfd.tfd.tfd", 50),
    "files.img",
    "epfd.tfd[0].tfd",
  ),
  fault(
    "watch-impossible",
    "two epolls watch each other",
    (s) => setNumber(s, "files.img", "file_entry", AT.epoll, "epfd.tfd.tfd", 51),
    "files.img",
    "epfd.tfd[0].tfd",
  ),
  fault(
    "watch-impossible",
    "an epoll watches a descriptor twice",
    (s) => setNumber(s, "files.img", "file_entry", AT.epoll, "epfd.tfd.tfd", 30),
    "files.img",
    "epfd.tfd[1].tfd",
  ),
  fault(
    "file-missing",
    "a packet is for no socket",
    (s) => setNumber(s, "sk-queues.img", "sk_packet_entry", 0, "id_for", 777),
    "sk-queues.img",
    "id_for",
  ),
];

/** A file of the set with bytes after those of an entry. */
const withAppended = (set: readonly Source[], name: string, nth: number, bytes: readonly number[]): Source[] =>
  editEntries(set, name, (entries) =>
    entries.map((entry, at) => (at === nth ? Uint8Array.of(...entry, ...bytes) : entry)),
  );

/** A file with zeros inserted. */
function withContents(source: Source, at: number, length: number): Source {
  const bytes = source.read(0, source.size) as Uint8Array;
  return bytesSource(
    source.name,
    Uint8Array.of(...bytes.subarray(0, at), ...new Uint8Array(length), ...bytes.subarray(at)),
  );
}

/** An image file with one entry of less than 256 bytes. */
function image(magic: number, entry: readonly number[]): Uint8Array {
  const words = new Uint8Array(12);
  const view = new DataView(words.buffer);
  for (const [at, word] of [MAGICS.IMG_COMMON, magic, entry.length].entries()) view.setUint32(4 * at, word, true);
  return Uint8Array.of(...words, ...entry);
}

/** One fault each, of every code. */
export const FAULTS: readonly [string, Fault][] = [...ENTRY_FAULTS, ...REFERENCE_FAULTS, ...WHOLE_FAULTS];
