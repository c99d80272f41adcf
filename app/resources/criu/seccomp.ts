// Seccomp: the filters of a set, and the threads that they apply to. Each filter names its predecessor.

import { crc32 } from "../../decoder/archive/compression/checksums.ts";
import type { Values } from "../../decoder/criu/wire/values.ts";
import type { RecordRow, TaskRow } from "../../model/rows.ts";
import type { Tables } from "../tables.ts";
import { filterFlags } from "../words.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

/** The filters that apply to a thread whose latest filter is this one. */
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
  const filters: Filter[] = [];
  for await (const entry of set.entries("seccomp")) {
    filters.push(...(messageOf(entry, "seccomp_entry")?.each("seccomp_filters", filterOf) ?? []));
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

interface Filter {
  readonly program: Uint8Array;
  readonly flags: number;
  readonly prev: number | null;
}

const filterOf = (filter: Values): Filter => ({
  program: filter.bytes("filter") ?? new Uint8Array(0),
  flags: filter.number("flags") ?? 0,
  prev: filter.number("prev"),
});

function chainOf(filters: readonly Filter[], latest: number): Chain | null {
  if (filters[latest] === undefined) return null;
  const instructions: number[] = [];
  const flags = new Set<string>();
  const parts: { readonly digest: string; readonly flags: number }[] = [];
  const seen = new Set<number>();
  for (let at: number | null = latest; at !== null && !seen.has(at) && seen.size < MOST_FILTERS; ) {
    const filter: Filter | null = filters[at] ?? null;
    if (filter === null) break;
    seen.add(at);
    instructions.push(Math.floor(filter.program.length / INSTRUCTION_BYTES));
    for (const name of filterFlags(filter.flags)) flags.add(name);
    parts.push({ digest: crc32(filter.program).toString(16).padStart(8, "0"), flags: filter.flags });
    at = filter.prev;
  }
  // The list of flags does not say which filter has which.
  const areAlike = parts.every((part) => part.flags === parts[0]?.flags);
  const digest = parts.map((part) => (areAlike ? part.digest : `${part.digest}:${part.flags.toString(16)}`)).join(" ");
  return { instructions, flags: [...flags], digest };
}

const MODES: Readonly<Record<number, string>> = { 1: "strict", 2: "filter" };

/** Adds the row of a thread whose system calls are restricted. Before CRIU 3.6 the task has the mode of all threads. */
export function addSeccomp(
  tables: Tables,
  filters: Filters,
  owner: { readonly pid: number | null; readonly tid: number; readonly task: TaskRow; readonly record: RecordRow },
  { tc, thread }: { readonly tc: Values | null; readonly thread: Values | null },
): void {
  tables.hold("seccomp");
  const number = thread?.number("seccomp_mode") ?? tc?.number("old_seccomp_mode") ?? 0;
  if (number === 0) return;
  const mode = MODES[number] ?? `mode ${number}`;
  const latest = thread?.number("seccomp_filter") ?? tc?.number("old_seccomp_filter") ?? null;
  const chain = mode === "filter" && latest !== null ? filters(latest) : null;
  const { pid, tid, task, record } = owner;
  tables.add("seccomp", { pid, tid, mode, filters: chain?.instructions.length ?? null, ...chain }, task, record);
}
