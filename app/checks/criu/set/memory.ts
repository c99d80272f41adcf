// Checks of memory: whether the set has the pages that pagemaps call for.

import { VMA_STATUS } from "../../../decoder/criu/memory/mappings.ts";
import { PE, pagemapEntry } from "../../../decoder/criu/memory/pagemap-entry.ts";
import { type Plan, plan, wide } from "../../../decoder/criu/wire/wire.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { counted, sizeText } from "../../../model/text/words.ts";
import { fault, faultAt, has, low, type Scan } from "../scan.ts";
import type { MappedFacts, PagemapFacts } from "./memory-facts.ts";

/** Sizes of later versions are not known: pages may be compressed. */
const NEWEST_VERSION = 2;

export const PAGEMAP_HEAD: Plan = plan("pagemap_head", ["pages_id"]);

function factsOf(scan: Scan): PagemapFacts {
  let facts = scan.pagemaps.get(scan.member);
  if (facts === undefined) {
    const { memberKind, memberNumber } = scan;
    const isShared = memberKind === "pagemap-shmem";
    facts = {
      head: NONE,
      isShared,
      number: memberNumber,
      pagesId: NONE,
      present: 0,
      lazy: 0,
      inParent: 0,
      ranges: null,
      next: 0,
      isOutside: false,
    };
    scan.pagemaps.set(scan.member, facts);
  }
  return facts;
}

/** pagemap_head: the number of the file with the pages. */
export function onPagemapHead(scan: Scan, seen: number): void {
  const facts = factsOf(scan);
  facts.head = scan.record;
  if (has(seen, 1)) facts.pagesId = low(scan, 1);
}

/** pagemap_entry: a run of pages. */
export function onPagemap(scan: Scan, seen: number): void {
  const facts = factsOf(scan);
  const { start, pages, flags } = pagemapEntry(seen, scan.out);
  if ((flags & PE.present) !== 0) facts.present += pages;
  else if ((flags & PE.lazy) !== 0) facts.lazy += pages;
  if ((flags & PE.parent) !== 0) facts.inParent += pages;
  if (!Number.isNaN(start)) checkRange(scan, facts, start, pages);
}

/** Whether the pages of a mapping with a status are in the task's own pagemap: vma_entry_is_private() of CRIU. */
export const isPrivate = (status: number): boolean =>
  (status & VMA_STATUS.aio) !== 0 ||
  ((status & VMA_STATUS.regular) !== 0 && (status & (VMA_STATUS.anonPrivate | VMA_STATUS.filePrivate)) !== 0);

/** The mappings of the current member's task. */
export function mappedBy({ mapped, memberNumber }: Scan): MappedFacts {
  let facts = mapped.get(memberNumber);
  if (facts === undefined) {
    facts = { ranges: [], start: 0, end: 0, isOdd: false };
    mapped.set(memberNumber, facts);
  }
  return facts;
}

/**
 * Notes the range of a mapping of the current member's task, which CRIU expects in order: slots 3 and 4 of the scan.
 *
 * @param nth Which of the mappings in its mm_entry it is; NONE: it has an entry of its own.
 */
export function noteRange(scan: Scan, seen: number, status: number, nth: number): void {
  // Guard regions lie in mappings; CRIU lists them after all of these.
  if (!has(seen, 3) || !has(seen, 4) || (status & VMA_STATUS.guard) !== 0) return;
  const mapped = mappedBy(scan);
  const [start, end] = [wide(scan.out, 3), wide(scan.out, 4)];
  if (start < mapped.end && !mapped.isOdd) {
    mapped.isOdd = true;
    const [code, message] =
      start < mapped.start
        ? ["mappings-unsorted", `The mapping at ${hex(start)} comes after the one at ${hex(mapped.start)}.`]
        : ["mappings-overlap", `The mapping at ${hex(start)} begins before the one at ${hex(mapped.start)} ends.`];
    fault(scan, code, nth === NONE ? "start" : `vmas[${nth}].start`, message);
  }
  mapped.start = start;
  mapped.end = end;
  if (isPrivate(status)) mapped.ranges.push(start, end);
}

const hex = (address: number): string => address.toString(16);

/**
 * Checks that a run of pages is in mappings of the task, which are decoded before its pagemap. Reports the first one.
 */
function checkRange(scan: Scan, facts: PagemapFacts, start: number, pages: number): void {
  if (facts.isShared || facts.isOutside || scan.isDamaged) return;
  const mapped = scan.mapped.get(facts.number);
  if (mapped === undefined) return;
  facts.ranges ??= joinedRanges(mapped.ranges);
  const { ranges } = facts;
  const end = start + pages * scan.pageSize;
  // The first range that ends after the run begins; nearly all runs are in order.
  const before = facts.next > 0 ? (ranges[2 * facts.next - 1] as number) : 0;
  let next = before > start ? 0 : facts.next;
  while (next < ranges.length / 2 && (ranges[2 * next + 1] as number) <= start) next++;
  facts.next = next;
  if ((ranges[2 * next] as number) <= start && (ranges[2 * next + 1] as number) >= end) return;
  facts.isOutside = true;
  const message = `Pages at ${hex(start)}-${hex(end)} are not in the private mappings of task ${facts.number}.`;
  fault(scan, "pages-outside", "vaddr", message);
}

/** Ranges in order, those that adjoin as one. */
function joinedRanges(ranges: readonly number[]): Float64Array {
  const sorted = inOrder(ranges);
  const joined = new Float64Array(ranges.length);
  let length = 0;
  for (let at = 0; at < sorted.length; at += 2) {
    const start = sorted[at] as number;
    const end = sorted[at + 1] as number;
    if (length > 0 && (joined[length - 1] as number) >= start) {
      joined[length - 1] = Math.max(joined[length - 1] as number, end);
      continue;
    }
    joined[length++] = start;
    joined[length++] = end;
  }
  return joined.subarray(0, length);
}

/** Ranges by their starts. They are in order, unless that has been reported. */
function inOrder(ranges: readonly number[]): readonly number[] {
  let last = 0;
  while (last + 2 < ranges.length && (ranges[last + 2] as number) >= (ranges[last] as number)) last += 2;
  if (last + 2 >= ranges.length) return ranges;
  const order = Array.from({ length: ranges.length / 2 }, (_, at) => at);
  order.sort((a, b) => (ranges[2 * a] as number) - (ranges[2 * b] as number));
  return order.flatMap((at) => ranges.slice(2 * at, 2 * at + 2));
}

/** Checks, when all entries have been read, that the pages files are there and long enough. */
export function checkMemory(scan: Scan): void {
  for (const facts of scan.pagemaps.values()) {
    if (facts.lazy > 0) {
      const message = `${counted(facts.lazy, "page")} of task ${facts.number} must be fetched from the page server of the dump.`;
      faultAt(scan, "memory-elsewhere", facts.head, "pages_id", message);
    }
    if (facts.pagesId === NONE || facts.present === 0) continue;
    checkPages(scan, facts);
  }
}

function checkPages(scan: Scan, facts: PagemapFacts): void {
  const { head, isShared, pagesId, number, present } = facts;
  const name = `pages-${pagesId}.img`;
  const member = scan.members.find("pages", pagesId);
  const whose = isShared ? `the contents of shared memory ${number}` : `the memory of task ${number}`;
  const severity = isShared ? "warning" : "error";
  if (member === NONE) {
    const message = `${name} is missing: it has ${whose}, ${counted(present, "page")}.`;
    faultAt(scan, "pages-missing", head, "pages_id", message, severity);
    return;
  }
  const size = scan.checkpoint.members[member]?.size ?? 0;
  const needed = present * scan.pageSize;
  if (size >= needed || scan.inventory.version > NEWEST_VERSION) return;
  const message = `${name} has ${sizeText(size)}, but ${whose} takes ${sizeText(needed)}.`;
  faultAt(scan, "pages-missing", head, "pages_id", message, severity);
}
