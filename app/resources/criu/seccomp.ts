// Seccomp: the filters of a set, and the threads that they apply to. Each filter names its predecessor.

import { crc32 } from "../../decoder/archive/checksums.ts";
import { bytesIn, type Message, messagesIn, numberIn } from "../../decoder/criu/read-message.ts";
import type { RecordRow, TaskRow } from "../../model/rows.ts";
import type { Tables } from "../tables.ts";
import { filterFlags } from "../words.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

/** What applies to a thread whose latest filter is this one. */
interface Chain {
  /** Lengths of the programs, the latest first. */
  readonly instructions: readonly number[];
  readonly flags: readonly string[];
  readonly digest: string;
}

export type Filters = (latest: number) => Chain | null;

/** Most filters of one thread. The kernel allows 32,768 instructions in all of them. */
const MOST_FILTERS = 4096;
/** Most filters of all threads together, each counted as often as it applies. */
const MOST_STEPS = 1 << 20;
/** A sock_filter. */
const INSTRUCTION_BYTES = 8;

/** Reads the filters of a set. Returns `null` for a filter that is missing from the set. */
export async function readFilters(set: SetReader): Promise<Filters> {
  const filters: Message[] = [];
  for await (const entry of set.entries("seccomp")) {
    for (const filter of messagesIn(messageOf(entry, "seccomp_entry"), "seccomp_filters")) filters.push(filter);
  }
  const known = new Map<number, Chain | null>();
  let steps = 0;
  return (latest) => {
    let chain = known.get(latest);
    if (chain === undefined) {
      chain = steps < MOST_STEPS ? chainOf(filters, latest) : null;
      steps += chain?.instructions.length ?? 0;
      known.set(latest, chain);
    }
    return chain;
  };
}

function chainOf(filters: readonly Message[], latest: number): Chain | null {
  if (filters[latest] === undefined) return null;
  const instructions: number[] = [];
  const flags = new Set<string>();
  const parts: string[] = [];
  const seen = new Set<number>();
  for (let at: number | null = latest; at !== null && !seen.has(at) && seen.size < MOST_FILTERS; ) {
    const filter: Message | null = filters[at] ?? null;
    if (filter === null) break;
    seen.add(at);
    const program = bytesIn(filter, "filter") ?? new Uint8Array(0);
    instructions.push(Math.floor(program.length / INSTRUCTION_BYTES));
    for (const name of filterFlags(numberIn(filter, "flags") ?? 0)) flags.add(name);
    parts.push(crc32(program).toString(16).padStart(8, "0"));
    at = numberIn(filter, "prev");
  }
  return { instructions, flags: [...flags], digest: parts.join(" ") };
}

const MODES: Readonly<Record<number, string>> = { 1: "strict", 2: "filter" };

/** Adds the row of a thread whose system calls are restricted. Before CRIU 3.6 the task has the mode of all threads. */
export function addSeccomp(
  tables: Tables,
  filters: Filters,
  owner: { readonly pid: number; readonly tid: number; readonly task: TaskRow; readonly record: RecordRow },
  { tc, thread }: { readonly tc: Message | null; readonly thread: Message | null },
): void {
  tables.hold("seccomp");
  const number = numberIn(thread, "seccomp_mode") ?? numberIn(tc, "old_seccomp_mode") ?? 0;
  if (number === 0) return;
  const mode = MODES[number] ?? `mode ${number}`;
  const latest = numberIn(thread, "seccomp_filter") ?? numberIn(tc, "old_seccomp_filter");
  const chain = mode === "filter" && latest !== null ? filters(latest) : null;
  const { pid, tid, task, record } = owner;
  tables.add("seccomp", { pid, tid, mode, filters: chain?.instructions.length ?? null, ...chain }, task, record);
}
