import { describe, expect, test } from "vitest";
import { accessOf, flagChange, flagNames, openFlag, socketType } from "../../../app/model/names/names.ts";
import { writerText } from "../../../app/model/text/words.ts";

describe("flags that are set together have one name", () => {
  test.each([
    [0o4010002, ["O_RDWR", "O_SYNC"]],
    [0o10002, ["O_RDWR", "O_DSYNC"]],
    [0o4000002, ["O_RDWR", "__O_SYNC"]],
    [0o20200002, ["O_RDWR", "O_TMPFILE"]],
    [0o20000002, ["O_RDWR", "__O_TMPFILE"]],
    [0o200000, ["O_RDONLY", "O_DIRECTORY"]],
    [0o24212001, ["O_WRONLY", "O_APPEND", "O_SYNC", "O_TMPFILE"]],
  ])("%o", (flags, names) => {
    expect(flagNames(flags, "x86-64")).toEqual(names);
  });
});

test.each([
  ["x86-64", 0o40000, "O_DIRECT"],
  ["s390x", 0o200000, "O_DIRECTORY"],
  ["riscv64", 0o200000, "O_DIRECTORY"],
  ["loongarch64", 0o400000, "O_NOFOLLOW"],
  ["arm", 0o40000, "O_DIRECTORY"],
  ["aarch64", 0o200000, "O_DIRECT"],
  ["aarch64", 0o400000, "O_LARGEFILE"],
  ["powerpc64", 0o200000, "O_LARGEFILE"],
  ["powerpc", 0o400000, "O_DIRECT"],
  ["mips", 0x8, "O_APPEND"],
  ["mips", 0x10, "O_DSYNC"],
  ["mips", 0x80, "O_NONBLOCK"],
  ["mips", 0x100, "O_CREAT"],
  ["mips", 0x200, "O_TRUNC"],
  ["mips", 0x400, "O_EXCL"],
  ["mips", 0x800, "O_NOCTTY"],
  ["mips", 0x1000, "FASYNC"],
  ["mips", 0x2000, "O_LARGEFILE"],
  ["mips", 0x4010, "O_SYNC"],
  ["mips", 0x8000, "O_DIRECT"],
  ["mips", 0x10000, "O_DIRECTORY"],
  ["mips", 0x20000, "O_NOFOLLOW"],
  ["mips", 0x40000, "O_NOATIME"],
  ["mips", 0x200000, "O_PATH"],
  ["mips", 0x410000, "O_TMPFILE"],
])("%s: %i is %s", (arch, flags, name) => {
  expect(flagNames(flags, arch)).toEqual(["O_RDONLY", name]);
});

test("O_PATH leaves no access, whatever the mode", () => {
  expect([0, 1, 2, 3].map(accessOf)).toEqual([0, 1, 2, 3]);
  expect([0, 1, 2].map((mode) => accessOf(0o10000000 | mode))).toEqual([3, 3, 3]);
});

test("bits without a name are hexadecimal, and last", () => {
  expect(flagNames(0o100000001 + 0x80000000, "x86-64")).toEqual(["O_WRONLY", "0x81000000"]);
});

test("a change of flags lists the names that only one side has", () => {
  expect(flagChange(0o2002, 0o4010002, "x86-64")).toEqual({ set: ["O_SYNC"], cleared: ["O_APPEND"] });
  expect(flagChange(0o4010002, 0o10002, "x86-64")).toEqual({ set: ["O_DSYNC"], cleared: ["O_SYNC"] });
  expect(flagChange(0x1000000, 0x3000000, "x86-64")).toEqual({ set: ["0x2000000"], cleared: [] });
  expect(flagChange(0x80, 0x8, "mips")).toEqual({ set: ["O_APPEND"], cleared: ["O_NONBLOCK"] });
});

test("the value of a flag depends on the architecture", () => {
  expect(openFlag("O_DIRECTORY", "aarch64")).toBe(0o40000);
  expect(openFlag("O_DIRECTORY", null)).toBe(0o200000);
  expect(openFlag("O_NONE", null)).toBe(0);
});

test("MIPS numbers stream and datagram sockets the other way round", () => {
  expect([1, 2, 3, 5].map((type) => socketType(type, "mips"))).toEqual(["dgram", "stream", "raw", "seqpacket"]);
  expect([1, 2, 3, 5].map((type) => socketType(type, "x86-64"))).toEqual(["stream", "dgram", "raw", "seqpacket"]);
});

test("a CRIU set is called by the releases that can have written it, a Linux-CR image by its dialect", () => {
  const facts = [{ label: "written by", value: "CRIU 3.16 to 4.1" }];
  expect(writerText({ format: "criu", dialect: "v1.1", facts })).toBe("CRIU 3.16 to 4.1");
  expect(writerText({ format: "criu", dialect: "v1.1", facts: [] })).toBe("CRIU");
  expect(writerText({ format: "linux-cr", dialect: "v21", facts: [] })).toBe("Linux-CR v21");
});
