// Entries of memory: the files that tasks map and execute, and the number of pages in the set.

import { USE } from "../../../model/checkpoint.ts";
import { pageSizeIn } from "../memory/address-space.ts";
import { VMA_FILE } from "../memory/mappings.ts";
import { PAGEMAP_ENTRY, PE, pagemapEntry } from "../memory/pagemap-entry.ts";
import type { Entry, SetContext } from "../walk/context.ts";
import { before, since, taskOfPid } from "../walk/context.ts";
import { eachBytes, fieldNumber, isSet, low, plan, scan } from "../wire/wire.ts";
import { markUse } from "./file-links.ts";
import { addTaskFile } from "./on-task-details.ts";

export const MM = plan("mm_entry", ["exe_file_id"]);
const VMAS = fieldNumber("mm_entry", "vmas");
const VMA = plan("vma_entry", ["shmid", "status"]);

/** mm_entry: a task's executable, the size of a page and, except in old releases, its mappings. */
export function onMm(set: SetContext, entry: Entry): number {
  const { bytes, start, end } = entry;
  const seen = scan(bytes, start, end, MM, set.values);
  addMm(set, entry, seen);
  eachBytes(bytes, start, end, VMAS, (from, to) => void readMapping(set, bytes, from, to));
  return seen;
}

/** Adds the values of an mm_entry other than its mappings, as MM extracts them. */
export function addMm(set: SetContext, { bytes, start, end, number }: Entry, seen: number): void {
  const { values } = set;
  if (isSet(seen, MM.slot.exe_file_id)) {
    const exe = low(values, MM.slot.exe_file_id);
    markUse(set, exe, USE.executable);
    addTaskFile(set, taskOfPid(set, number), "exe", exe);
  }
  set.facts.pageSize ??= pageSizeIn(bytes, start, end);
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
export function onPagemap(set: SetContext, entry: Entry): number {
  const seen = scan(entry.bytes, entry.start, entry.end, PAGEMAP_ENTRY, set.values);
  addPagemap(set, entry, seen);
  return seen;
}

/** Adds the values of a pagemap_entry, as PAGEMAP_ENTRY extracts them. */
export function addPagemap(set: SetContext, { member }: Entry, seen: number): void {
  const { values, pages, facts } = set;
  const entry = pagemapEntry(seen, values);
  if ((entry.flags & PE.parent) !== 0) facts.parentEntries++;
  if (entry.hasWideCount) since(set, 402);
  else before(set, 402);
  if ((entry.flags & PE.present) !== 0) {
    pages.set(member, (pages.get(member) ?? 0) + entry.pages);
    facts.memoryPages += entry.pages;
  }
}
