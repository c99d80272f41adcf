// The table of mappings.

import { MAPPING_KINDS } from "../../model/mappings.ts";
import { column, PID, type ResourceSpec } from "../resource.ts";

const MAPPINGS: ResourceSpec = {
  name: "mappings",
  noun: "mapping",
  title: "Mappings",
  scope: "task",
  meaning: "The memory of each task, as in /proc/PID/maps.",
  key: ["pid", "path", "offset", "kind"],
  places: ["start"],
  columns: [
    PID,
    column("start", "address", "start", "its first address", {
      criu: "vma_entry.start",
      linuxCr: "ckpt_hdr_vma.vm_start",
      notCompared: "renumbered",
    }),
    column("end", "address", "end", "the address after its last", {
      criu: "vma_entry.end",
      linuxCr: "ckpt_hdr_vma.vm_end",
      notCompared: "renumbered",
    }),
    column("size", "decimal", "size", "in bytes"),
    column("permissions", "text", "permissions", "read, write, execute; `p` private or `s` shared", {
      criu: "vma_entry.prot",
      linuxCr: "ckpt_hdr_vma.vm_flags",
    }),
    column("kind", "text", "kind", `one of: ${MAPPING_KINDS.join(", ")}`, { linuxCr: "ckpt_hdr_vma.vma_type" }),
    column("path", "text", "path", "the mapped file, or the name of its memory"),
    column("offset", "decimal", "offset", "where in the file it begins, in bytes", {
      criu: "vma_entry.pgoff",
      linuxCr: "ckpt_hdr_vma.vm_pgoff",
    }),
    column("file", "number", "open file", "the open file that is mapped: an id in `files`", {
      criu: "vma_entry.shmid",
      linuxCr: "ckpt_hdr_vma.vma_objref",
      notCompared: "renumbered",
    }),
    column(
      "object",
      "number",
      "shared memory",
      "the memory without a path that several mappings may show: its number",
      {
        notCompared: "renumbered",
        comparedAs: "group",
        minor: true,
      },
    ),
    column("flags", "list", "flags", "MAP_…; of Linux-CR VM_…", {
      criu: "vma_entry.flags",
      linuxCr: "ckpt_hdr_vma.vm_flags",
    }),
    column(
      "hugePages",
      "decimal",
      "huge pages",
      "bytes of each page, if they are huge pages; CRIU sets have it among the flags",
      {
        linuxCr: "ckpt_hdr_vma.hugetlb_shift",
        minor: true,
      },
    ),
    column("advice", "list", "advice", "MADV_…; see madvise(2)", { criu: "vma_entry.madv" }),
    column("present", "number", "pages", "pages that are in the image", { notCompared: "volatile" }),
    column("inParent", "number", "in parent", "pages that are in the parent set", { notCompared: "volatile" }),
    column("lazy", "number", "lazy", "pages that a page server has", { notCompared: "volatile" }),
  ],
};

const AIO: ResourceSpec = {
  name: "aio",
  noun: "AIO context",
  title: "AIO contexts",
  scope: "task",
  meaning: "The contexts for asynchronous I/O of each task; see io_setup(2). Their memory is among the mappings.",
  key: ["pid"],
  columns: [
    PID,
    column("ring", "address", "ring", "where its ring of events is", {
      criu: "aio_ring_entry.id",
      notCompared: "renumbered",
    }),
    column("requests", "number", "requests", "how many may be outstanding", { criu: "aio_ring_entry.nr_req" }),
    column("length", "number", "length", "of the ring, in bytes", { criu: "aio_ring_entry.ring_len" }),
  ],
};

/** Tables of memory. */
export const MEMORY_RESOURCES: readonly ResourceSpec[] = [MAPPINGS, AIO];
