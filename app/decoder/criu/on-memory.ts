// Entries of memory: the files that tasks map and execute, and the number of pages in the set.

import { USE } from "../../model/checkpoint.ts";
import type { Entry, SetContext } from "./context.ts";
import { before, since, taskOfPid } from "./context.ts";
import { markUse } from "./file-links.ts";
import { addTaskFile } from "./on-task-details.ts";
import { eachBytes, eachVarint, fieldNumber, high, isSet, low, plan, scan } from "./wire.ts";

const MM = plan("mm_entry", ["exe_file_id"]);
const VMAS = fieldNumber("mm_entry", "vmas");
const AUXILIARY_VECTOR = fieldNumber("mm_entry", "mm_saved_auxv");
const VMA = plan("vma_entry", ["shmid", "status"]);
const PAGEMAP = plan("pagemap_entry", ["compat_nr_pages", "in_parent", "flags", "nr_pages"]);

/** vma_entry.status: VMA_FILE_PRIVATE or VMA_FILE_SHARED; shmid is then a file id. */
const VMA_FILE = (1 << 6) | (1 << 7);
/** pagemap_entry.flags: the page is in the parent set. */
const PE_PARENT = 1;
/** pagemap_entry.flags: the page is in the set's pages file. */
const PE_PRESENT = 4;

/** Linux include/uapi/linux/auxvec.h. */
const AT_PAGESZ = 6;

/** mm_entry: a task's executable, the size of a page and, except in old releases, its mappings. */
export function onMm(set: SetContext, { bytes, start, end, number }: Entry): number {
  const { values } = set;
  const seen = scan(bytes, start, end, MM, values);
  if (isSet(seen, MM.slot.exe_file_id)) {
    const exe = low(values, MM.slot.exe_file_id);
    markUse(set, exe, USE.executable);
    addTaskFile(set, taskOfPid(set, number), "exe", exe);
  }
  set.facts.pageSize ??= pageSizeIn(bytes, start, end);
  eachBytes(bytes, start, end, VMAS, (from, to) => void readMapping(set, bytes, from, to));
  return seen;
}

/** The page size in an auxiliary vector, which is pairs of a type and a value; `null` if it is not there or no size. */
function pageSizeIn(bytes: Uint8Array, start: number, end: number): number | null {
  let nth = 0;
  let type = -1;
  let size = 0;
  eachVarint(bytes, start, end, AUXILIARY_VECTOR, (low) => {
    if (nth++ % 2 === 0) type = low;
    else if (type === AT_PAGESZ) size = low;
  });
  const isPowerOfTwo = size !== 0 && (size & (size - 1)) === 0;
  return isPowerOfTwo && size >= 4096 && size <= 1 << 24 ? size : null;
}

/** vma_entry: a mapping. In old releases mappings have a file of their own. */
export const onVma = (set: SetContext, { bytes, start, end }: Entry): number => readMapping(set, bytes, start, end);

function readMapping(set: SetContext, bytes: Uint8Array, start: number, end: number): number {
  const { values } = set;
  const { shmid, status } = VMA.slot;
  const seen = scan(bytes, start, end, VMA, values);
  const isFile = isSet(seen, status) && (low(values, status) & VMA_FILE) !== 0;
  if (isFile && isSet(seen, shmid)) markUse(set, low(values, shmid), USE.mapping);
  return seen;
}

/** pagemap_entry: a run of pages. */
export function onPagemap(set: SetContext, { bytes, start, end, member }: Entry): number {
  const { values, pages, facts } = set;
  const { slot } = PAGEMAP;
  const seen = scan(bytes, start, end, PAGEMAP, values);
  const isInParent = isSet(seen, slot.in_parent) && low(values, slot.in_parent) !== 0;
  const isPresent = isSet(seen, slot.flags) ? (low(values, slot.flags) & PE_PRESENT) !== 0 : !isInParent;
  if (isInParent || (isSet(seen, slot.flags) && (low(values, slot.flags) & PE_PARENT) !== 0)) facts.parentEntries++;
  let count = isSet(seen, slot.compat_nr_pages) ? low(values, slot.compat_nr_pages) : 0;
  if (isSet(seen, slot.nr_pages)) {
    since(set, 402);
    count = high(values, slot.nr_pages) * 2 ** 32 + low(values, slot.nr_pages);
  } else before(set, 402);
  if (isPresent) {
    pages.set(member, (pages.get(member) ?? 0) + count);
    facts.memoryPages += count;
  }
  return seen;
}
