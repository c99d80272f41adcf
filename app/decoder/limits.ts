// Limits on the resources that an input can use, as data, declared only here. docs/reliability.md lists them. Past a
// limit, decoding stops, what was decoded so far is kept, and a problem names the limit.

import { counted, sizeText } from "../model/text/words.ts";

export type LimitName = (typeof LIMITS)[number]["name"];

/** The value of a limit: `perByte` for each byte of the input, but no less than `least` and no more than `most`. */
interface Limit {
  readonly name: string;
  /** What is counted: a noun, in the singular. */
  readonly unit: "byte" | "row" | "file" | "archive" | "level";
  readonly least: number;
  /** 0: the limit does not depend on the input's size. */
  readonly perByte: number;
  readonly most: number;
  /** What is limited, and why it is limited there. */
  readonly what: string;
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;

const fixed = (value: number) => ({ least: value, perByte: 0, most: value });

export const LIMITS = [
  {
    name: "rows",
    unit: "row",
    least: 1_000_000,
    perByte: 1,
    most: 200_000_000,
    what: "Rows of all kinds: records, tasks, tables, descriptors, open files. No valid image has one for every 4 bytes; compressed, none was seen with one for every 3.",
  },
  {
    name: "memory",
    unit: "byte",
    least: 128 * MIB,
    perByte: 32,
    most: GIB,
    what: "Memory of the decoded image. A million open files take about 100 MiB.",
  },
  {
    name: "unpacked",
    unit: "byte",
    least: 4 * GIB,
    perByte: 0,
    most: 4 * GIB,
    what: "Bytes that an archive unpacks to, whether they are kept or not. Mostly memory pages, which are skipped.",
  },
  {
    name: "kept",
    unit: "byte",
    least: 128 * MIB,
    perByte: 64,
    most: 512 * MIB,
    what: "Bytes of an archive that are kept in memory: the members that are decoded.",
  },
  {
    name: "window",
    unit: "byte",
    ...fixed(128 * MIB),
    what: "The window of a zstd frame or the dictionary of xz, which is memory that a header asks for. The zstd program has the same limit.",
  },
  {
    name: "members",
    unit: "file",
    ...fixed(500_000),
    what: "Files in an archive. The largest set of a machine with 32,768 tasks has fewer.",
  },
  {
    name: "archives",
    unit: "archive",
    ...fixed(100),
    what: "Archives that are opened in all, including nested ones. A pod has one for each container.",
  },
  {
    name: "levels",
    unit: "level",
    ...fixed(3),
    what: "Nested archives: a compressed tar of a pod's containers, each of which is a compressed tar.",
  },
  {
    name: "files",
    unit: "file",
    ...fixed(10_000),
    what: "Files with unknown names whose first bytes are examined, so that unrelated folders are not read in full.",
  },
] as const satisfies readonly Limit[];

/** The limits in force for one input. */
export type Limits = { readonly [name in LimitName]: number };

/** Limits that the user set; Infinity: none. */
export type ChosenLimits = { readonly [name in LimitName]?: number };

/** The limits for an input of `size` bytes, in the form it was given: compressed, if it is. */
export function limitsFor(size: number, chosen: ChosenLimits = {}): Limits {
  const value = ({ least, perByte, most }: Limit): number => Math.min(most, Math.max(least, size * perByte));
  return Object.fromEntries(
    LIMITS.map((limit) => [limit.name, chosen[limit.name] ?? value(limit)]),
  ) as unknown as Limits;
}

/** No limits at all. */
export const NO_LIMITS: ChosenLimits = Object.fromEntries(LIMITS.map(({ name }) => [name, Number.POSITIVE_INFINITY]));

/** Whether a word is the name of a limit. */
export const isLimitName = (word: string): word is LimitName => LIMITS.some(({ name }) => name === word);

/** `128 MiB`, `1,000,000 rows`. */
function amountText(name: LimitName, value: number): string {
  const unit = LIMITS.find((limit) => limit.name === name)?.unit ?? "row";
  return unit === "byte" ? sizeText(value) : counted(value, unit);
}

/** The message for a limit that was reached. */
export const limitMessage = (name: LimitName, value: number): string =>
  `The limit “${name}” of ${amountText(name, value)} was reached; the rest was not decoded. A higher limit shows more.`;

/** The limits for an input whose size does not matter: the highest, unless the user raises them. */
export const HIGHEST: Limits = limitsFor(Number.MAX_SAFE_INTEGER);

/** How many times as high the user wants some limits, by their names. */
export type RaisedLimits = Readonly<Record<string, number>>;

/** The limits for an input of `size` bytes that the user raised. */
export function raisedLimits(size: number, raised: RaisedLimits): Limits {
  const limits = limitsFor(size);
  return Object.fromEntries(
    LIMITS.map(({ name }) => [name, limits[name] * Math.max(1, raised[name] ?? 1)]),
  ) as unknown as Limits;
}

/** Thrown by a builder that may not grow further. Decoders turn it into a problem. */
export class LimitReached extends Error {
  override readonly name = "LimitReached";
  readonly limit: LimitName;

  constructor(limit: LimitName, value: number) {
    super(limitMessage(limit, value));
    this.limit = limit;
  }
}

/** Room that is left for rows and memory. */
export interface Budget {
  /** Takes rows of the given size, at least one and at most `wanted`; returns how many. @throws LimitReached */
  takeRows(wanted: number, bytesPerRow: number): number;
  /** Takes memory, at least `least` and at most `wanted` bytes; returns how many. @throws LimitReached */
  takeBytes(wanted: number, least?: number): number;
  /** How many bytes are left. */
  bytesLeft(): number;
  /** Lets decoding finish after a limit was reached. */
  lift(): void;
}

/** A budget. Without limits it is never exhausted. */
export function createBudget(limits?: Pick<Limits, "rows" | "memory">): Budget {
  let rows = limits?.rows ?? Number.POSITIVE_INFINITY;
  let memory = limits?.memory ?? Number.POSITIVE_INFINITY;
  return {
    takeRows(wanted, bytesPerRow) {
      if (rows < 1) throw new LimitReached("rows", limits?.rows ?? 0);
      const most = Math.min(rows, Math.floor(memory / bytesPerRow));
      if (most < 1) throw new LimitReached("memory", limits?.memory ?? 0);
      // Rows taken in advance must leave room for the rows of other kinds that come with them.
      const taken = Math.min(wanted, Math.ceil(most / 2));
      rows -= taken;
      memory -= taken * bytesPerRow;
      return taken;
    },
    takeBytes(wanted, least = wanted) {
      if (memory < least) throw new LimitReached("memory", limits?.memory ?? 0);
      const taken = Math.min(wanted, memory);
      memory -= taken;
      return taken;
    },
    bytesLeft: () => memory,
    lift() {
      rows = Number.POSITIVE_INFINITY;
      memory = Number.POSITIVE_INFINITY;
    },
  };
}
