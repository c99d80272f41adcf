// Builds dialects for decoder and encoder from the catalogue: applies edits, numbers enums, lays out structs.

import { DIALECT_SOURCES, STRUCT_OF_FILE, STRUCT_OF_RECORD } from "./catalogue.ts";
import type { DialectSource } from "./dialect-source.ts";
import { type Layout, layOut } from "./layout.ts";

/** One version of the format, for one kind of machine. */
export interface Dialect {
  readonly name: string;
  readonly date: string;
  readonly rev: number | null;
  readonly wordSize: 4 | 8;
  /** Values by prefix, then by name: enums.CKPT_HDR.TASK. */
  readonly enums: Readonly<Record<string, ReadonlyMap<string, number>>>;
  /** Record type by name; undefined: this version has no such record. */
  recordType(name: string): number | undefined;
  /** Record name by type; undefined: unknown. */
  recordName(type: number): string | undefined;
  /** Struct by its name in the kernel's headers; undefined: not known in this version. */
  struct(name: string): Layout | undefined;
  /** Name of the struct of a record; `null`: opaque. For FILE, the part that all kinds share. */
  structOfRecord(name: string): string | null;
  /** Name of an enum's value; undefined: none has it. */
  enumName(prefix: string, value: number): string | undefined;
}

interface EnumEntry {
  readonly name: string;
  /** An explicit value; otherwise one more than that of the entry before. */
  readonly value: number | undefined;
}

const parseEntry = (text: string): EnumEntry => {
  const [name = "", value] = text.split("=");
  return { name, value: value === undefined ? undefined : Number(value) };
};

function edit(entries: readonly EnumEntry[], instruction: string): EnumEntry[] {
  const removal = /^without (\w+)$/.exec(instruction);
  const insertion = /^([\w=-]+) (after|before|for) (\w+)$/.exec(instruction);
  const anchor = removal?.[1] ?? insertion?.[3];
  const at = entries.findIndex((entry) => entry.name === anchor);
  const old = entries[at];
  if (old === undefined) throw new Error(`enum edit finds nothing: ${instruction}`);
  const result = [...entries];
  if (insertion === null) {
    const next = entries[at + 1];
    result.splice(at, 1);
    if (next !== undefined && next.value === undefined) result[at] = { name: next.name, value: old.value };
    return result;
  }
  const added = parseEntry(insertion[1] ?? "");
  if (insertion[2] === "after") result.splice(at + 1, 0, added);
  else if (insertion[2] === "for") result[at] = { name: added.name, value: old.value };
  else result.splice(at, 1, { name: added.name, value: old.value }, { name: old.name, value: undefined });
  return result;
}

function numbered(entries: readonly EnumEntry[]): Map<string, number> {
  const values = new Map<string, number>();
  let next = 0;
  for (const { name, value } of entries) {
    const number = value ?? next;
    values.set(name, number);
    next = number + 1;
  }
  return values;
}

/** The sources from the base to `name`, in order. */
function lineage(name: string): DialectSource[] {
  const line: DialectSource[] = [];
  let next: string | undefined = name;
  while (next !== undefined) {
    const source = DIALECT_SOURCES.find((candidate) => candidate.name === next);
    if (source === undefined) throw new Error(`unknown dialect: ${next}`);
    line.unshift(source);
    next = source.from;
  }
  return line;
}

/** Dialects built so far. They depend on the catalogue alone and never change; there are a few dozen at most. */
const built = new Map<string, Dialect>();

/**
 * A dialect; built when it is first needed.
 *
 * @param arch Machine whose structs to use: `s390x`, `powerpc`, `arm`; anything else is x86.
 * @throws Error if there is no dialect of that name.
 */
export function dialect(name: string, wordSize: 4 | 8 = 8, arch: string | null = null): Dialect {
  const line = lineage(name);
  const machine = line.some((source) => arch !== null && source.arch?.[arch] !== undefined) ? arch : null;
  const key = `${name} ${wordSize} ${machine}`;
  const known = built.get(key) ?? build(line, wordSize, machine);
  built.set(key, known);
  return known;
}

/** @param line The sources from the base to the dialect. */
function build(line: readonly DialectSource[], wordSize: 4 | 8, arch: string | null): Dialect {
  const entries: Record<string, readonly EnumEntry[]> = {};
  const declarations = new Map<string, string>();
  for (const source of line) {
    for (const [prefix, change] of Object.entries(source.enums ?? {})) {
      entries[prefix] =
        typeof change === "string"
          ? change.split(" ").map(parseEntry)
          : change.reduce<readonly EnumEntry[]>(edit, entries[prefix] ?? []);
    }
    for (const [struct, declaration] of Object.entries(source.structs ?? {})) {
      if (declaration === null) declarations.delete(struct);
      else declarations.set(struct, declaration);
    }
  }
  const enums = Object.fromEntries(Object.entries(entries).map(([prefix, list]) => [prefix, numbered(list)]));
  const archDeclarations = new Map(
    line.flatMap((source) => Object.entries((arch === null ? undefined : source.arch?.[arch]) ?? {})),
  );

  const layouts = new Map<string, Layout>();
  const struct = (wanted: string): Layout | undefined => {
    const known = layouts.get(wanted);
    if (known !== undefined) return known;
    const declaration = archDeclarations.get(wanted) ?? declarations.get(wanted);
    if (declaration === undefined) return undefined;
    const layout = layOut(declaration, declarations, wordSize);
    layouts.set(wanted, layout);
    return layout;
  };

  const recordNames = new Map([...(enums.CKPT_HDR ?? [])].map(([record, type]) => [type, record]));
  const own = line.at(-1);
  return {
    name: own?.name ?? "",
    date: own?.date ?? "",
    rev: own?.rev ?? null,
    wordSize,
    enums,
    recordType: (record) => enums.CKPT_HDR?.get(record),
    recordName: (type) => recordNames.get(type),
    struct,
    structOfRecord(record) {
      const special = STRUCT_OF_RECORD[record];
      if (special !== undefined) return special;
      const usual = `ckpt_hdr_${record.toLowerCase()}`;
      return declarations.has(usual) || archDeclarations.has(usual) ? usual : null;
    },
    enumName(prefix, value) {
      for (const [entry, number] of enums[prefix] ?? []) if (number === value) return entry;
      return undefined;
    },
  };
}

/** The dialect as written on a machine (Machine.arch). */
export function dialectOnMachine(name: string, arch: string | null): Dialect {
  // Only x86-32 aligns a u64 inside a struct to 4 bytes.
  return dialect(name, arch === "x86-32" ? 4 : 8, arch?.startsWith("powerpc") ? "powerpc" : arch);
}

/** Names of the structs that a dialect describes. */
export function structNames(name: string): string[] {
  const names = new Set<string>();
  for (const source of lineage(name)) {
    for (const [struct, declaration] of Object.entries(source.structs ?? {})) {
      if (declaration === null) names.delete(struct);
      else names.add(struct);
    }
  }
  return [...names];
}

/** Name of the struct of a FILE record whose f_type has this name. */
export function structOfFile(type: string | undefined): string {
  return (type === undefined ? undefined : STRUCT_OF_FILE[type]) ?? "ckpt_hdr_file";
}
