// Takes the notes of mappings, vma_entry, from the kernel. Casts `as number` read notes.

import { VMA_FILE, VMA_SHARED, VMA_STATUS } from "../../../decoder/criu/memory/mappings.ts";
import { checkMapping, isAligned, referMapped } from "../entries/entries.ts";
import type { Scan } from "../scan.ts";
import { isPrivate, mappedBy } from "../set/memory.ts";
import { NOTE, type NotedRun } from "./check-kernel.ts";

/** The slots of VMA: shmid, status, start and end. */
const ALL = 0b11110;
const [ID, STATUS, START, END] = [0, 2, 4, 6].map((word) => NOTE.header + word) as [number, number, number, number];
/** Statuses of mappings that refer to something. */
const REFERS = VMA_FILE | VMA_STATUS.socket | VMA_STATUS.sysv | VMA_SHARED;

/** Takes the mappings of an address space, whose notes begin at `from`; returns where they end. */
export function takeMappings(scan: Scan, run: NotedRun, from: number, words: number): number {
  const { notes, end } = run;
  const node = notes[from + NOTE.node];
  const entry = notes[from + NOTE.entry] as number;
  let mapped = scan.mapped.get(scan.memberNumber);
  scan.record = run.row + entry;
  let at = from;
  for (
    let nth = 0;
    at < end && notes[at + NOTE.node] === node && notes[at + NOTE.entry] === entry;
    nth++, at += words
  ) {
    const status = notes[at + STATUS] as number;
    const low = notes[at + START] as number;
    const start = (notes[at + START + 1] as number) * 2 ** 32 + low;
    const seen = notes[at + NOTE.seen] as number;
    const isUsual = (seen & ALL) === ALL && (status & VMA_STATUS.guard) === 0 && start >= (mapped?.end ?? 0);
    if (!isUsual || scan.isCompared || !isAligned(low) || !isAligned(notes[at + END] as number)) {
      checkUnusual(scan, run, at, nth);
      mapped = scan.mapped.get(scan.memberNumber);
      continue;
    }
    mapped ??= mappedBy(scan);
    mapped.start = start;
    mapped.end = (notes[at + END + 1] as number) * 2 ** 32 + (notes[at + END] as number);
    if (isPrivate(status)) mapped.ranges.push(start, mapped.end);
    if ((status & REFERS) === 0) continue;
    scan.offset = offsetOf(run, at);
    referMapped(scan, seen, nth, notes[at + ID] as number, status);
  }
  return at;
}

const offsetOf = ({ notes, offset }: NotedRun, at: number): number => offset + (notes[at + NOTE.start] as number) - 4;

function checkUnusual(scan: Scan, run: NotedRun, at: number, nth: number): void {
  const { notes } = run;
  scan.offset = offsetOf(run, at);
  for (let word = 0; word < 8; word++) scan.out[2 + word] = notes[at + NOTE.header + word] as number;
  checkMapping(scan, notes[at + NOTE.seen] as number, nth);
}
