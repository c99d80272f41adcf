// CRIU sets in which a task names what is not in the set, or not in its order.

import { MAGICS } from "../../app/decoder/criu/messages.ts";
import { AT, ENTRY_FAULTS, type Fault, fault } from "./criu-faults.ts";
import { editEntries, reverseField, setNumber, withFile } from "./edit-set.ts";

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
      // fdinfo_entry { id: 99, flags: 0, type: NS, fd: 99 }, file_entry { type: NS, id: 99, nsf { id: 99, ns_id: 77, … } }
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

/** An image file with one entry of less than 256 bytes. */
function image(magic: number, entry: readonly number[]): Uint8Array {
  const words = new Uint8Array(12);
  const view = new DataView(words.buffer);
  for (const [at, word] of [MAGICS.IMG_COMMON, magic, entry.length].entries()) view.setUint32(4 * at, word, true);
  return Uint8Array.of(...words, ...entry);
}

/** One fault each, of every code. */
export const FAULTS: readonly [string, Fault][] = [...ENTRY_FAULTS, ...REFERENCE_FAULTS];
