// Holds the catalogue against the layouts that gcc computed from the original headers, for every dialect.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DIALECT_SOURCES } from "../../../../app/decoder/linux-cr/catalogue/catalogue.ts";
import { dialect, structNames } from "../../../../app/decoder/linux-cr/catalogue/dialect.ts";
import { DIALECT_NAMES } from "../../../../app/decoder/linux-cr/catalogue/dialect-names.ts";
import type { Layout } from "../../../../app/decoder/linux-cr/catalogue/layout.ts";

interface GccStruct {
  readonly size: number;
  readonly fields: readonly (readonly [name: string, type: string, offset: number, size: number])[];
}
interface GccVersion {
  readonly date: string;
  readonly rev: number | null;
  readonly enums: Readonly<Record<string, number>>;
  readonly structs: Readonly<Record<string, GccStruct>>;
  readonly x86_32: Readonly<Record<string, GccStruct>>;
  readonly arch?: Readonly<Record<string, { readonly structs: Readonly<Record<string, GccStruct>> }>>;
}

const path = new URL("../../../fixtures/linux-cr/layouts.json", import.meta.url);
const { versions } = JSON.parse(readFileSync(path, "utf8")) as { versions: Record<string, GccVersion> };

const PLAIN_TYPES: Record<string, string> = { "long unsigned int": "u64", int: "s32", union: "u64" };

const plainType = (type: string): string => {
  const [name = "", count = ""] = type.split(" [");
  const plain = PLAIN_TYPES[type] ?? PLAIN_TYPES[name] ?? type.split(" [")[0]?.replace(/^__/, "") ?? "";
  return count === "" ? plain : `${plain}[${count}`;
};

const byOffset = (a: readonly unknown[], b: readonly unknown[]) =>
  Number(a[2]) - Number(b[2]) || String(a[0]).localeCompare(String(b[0]));

const gcc = (struct: GccStruct) => ({
  size: struct.size,
  fields: struct.fields.map(([name, type, offset, size]) => [name, plainType(type), offset, size]).sort(byOffset),
});
const ours = (layout: Layout | undefined) =>
  layout && {
    size: layout.size,
    fields: layout.fields.map(({ name, type, offset, size }) => [name, type, offset, size]).sort(byOffset),
  };

// Constants of the running kernel and of x86 registers: no record holds them under these names.
const NOT_OURS = /^(CKPT_(ARCH_NSIG|NEW_UTS|N_TTY|RLIM|TTY_NCC|UNIX|X86_SEG|PF)|CHECKPOINT_)/;

describe("the catalogue has the dialects that are known", () => {
  test("all of them, in order", () => {
    expect(DIALECT_NAMES).toEqual(Object.keys(versions));
    expect(DIALECT_SOURCES.map((source) => source.name)).toEqual(DIALECT_NAMES);
  });
});

describe.each(Object.entries(versions))("dialect %s", (name, version) => {
  test("has the date and revision", () => {
    const { date, rev } = dialect(name);
    expect({ date, rev }).toEqual({ date: version.date, rev: version.rev });
  });

  test("numbers every enum as the headers do", () => {
    const wanted = Object.entries(version.enums).filter(([key]) => !NOT_OURS.test(key));
    const found = Object.entries(dialect(name).enums).flatMap(([prefix, values]) =>
      [...values].map(([key, value]) => [`${prefix}_${key}`, value] as const),
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
  });

  test("describes exactly the structs that are known", () => {
    expect(structNames(name).sort()).toEqual(Object.keys(version.structs).sort());
  });

  test("lays out every struct as gcc does, for 64-bit machines and for x86-32", () => {
    for (const [struct, wanted] of Object.entries(version.structs)) {
      expect(ours(dialect(name).struct(struct)), struct).toEqual(gcc(wanted));
      expect(ours(dialect(name, 4).struct(struct)), struct).toEqual(gcc(version.x86_32[struct] ?? wanted));
    }
  });

  test.each(Object.entries(version.arch ?? {}))("lays out the structs of %s", (arch, { structs }) => {
    for (const [struct, layout] of Object.entries(structs)) {
      expect(ours(dialect(name, 8, arch).struct(struct)), struct).toEqual(gcc(layout));
    }
  });
});
