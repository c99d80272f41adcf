// Values whose numbers depend on the machine that dumped.

import { describe, expect, test } from "vitest";
import { mapFlagNames, signalName, signalNames, waitStatus } from "../../../app/decoder/criu/format/meaning.ts";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { describedSet, setSources } from "../../support/criu.ts";
import { setNumber } from "../../support/edit-set.ts";

describe("a set of MIPS", async () => {
  const sources = setSources("cases/mips");
  const { checkpoint, file } = await describedSet(sources);

  test("has the open flags of MIPS", () => {
    expect(checkpoint.machine.arch).toBe("mips");
    expect(file(0).flagNames).toEqual(["O_RDONLY", "O_LARGEFILE"]);
    expect(file(3).flagNames).toEqual(["O_WRONLY", "O_APPEND", "O_LARGEFILE"]);
    expect(file(5).flagNames).toEqual(["O_RDWR", "O_NONBLOCK"]);
    expect(file(13).flagNames).toEqual(["O_RDWR", "O_LARGEFILE", "O_SYNC"]);
    expect(file(14).flagNames).toEqual(["O_RDWR", "O_LARGEFILE", "O_TMPFILE"]);
  });

  test("has the socket types of MIPS, in names, details and records", async () => {
    expect(file(7).name).toMatch(/^socket:\[unix stream /);
    expect(file(9).name).toMatch(/^socket:\[unix dgram /);
    expect(file(7).details).toMatchObject({ type: "stream" });
    expect(file(6).details).toMatchObject({ type: "dgram", protocol: "udp" });
    const { fields } = await decodeCriuSet(sources);
    const row = checkpoint.files.id.indexOf(file(7).id);
    const type = (await fields(checkpoint.files.record[row] as number)).find(({ name }) => name === "usk.type");
    expect(type).toMatchObject({ raw: "2", meaning: "stream" });
  });

  test("may be big-endian or little-endian", () => {
    expect(checkpoint.machine.littleEndian).toBe(true);
  });
});

test("before CRIU 2.4, a directory is detected by its flags, on every machine", async () => {
  const x86 = setSources("cases/aarch64-64k-pages").map((source) => source);
  const withoutMode = setNumber(x86, "files.img", "file_entry", 4, "reg.mode", null);
  const { checkpoint, file } = await describedSet(withoutMode);
  expect(checkpoint.machine.arch).toBe("aarch64");
  expect(file(4)).toMatchObject({ kind: "directory", path: "/tmp/pw/cwd" });
});

test("signals have the names of the machine", () => {
  expect([7, 10, 16, 18].map((signal) => signalName(signal, "mips"))).toEqual([
    "SIGEMT",
    "SIGBUS",
    "SIGUSR1",
    "SIGCHLD",
  ]);
  expect([7, 10, 16, 18].map((signal) => signalName(signal, "x86-64"))).toEqual([
    "SIGBUS",
    "SIGUSR1",
    "SIGSTKFLT",
    "SIGCONT",
  ]);
  expect(signalNames(1 << 9, 0, "mips")).toEqual(["SIGBUS"]);
  expect(waitStatus(10, "mips")).toBe("killed by SIGBUS");
  expect(waitStatus(10, "x86-64")).toBe("killed by SIGUSR1");
});

test("flags of mappings have the names of the machine", () => {
  expect(mapFlagNames(0x22, "x86-64")).toEqual(["MAP_PRIVATE", "MAP_ANONYMOUS"]);
  expect(mapFlagNames(0x802, "mips")).toEqual(["MAP_PRIVATE", "MAP_ANONYMOUS"]);
  expect(mapFlagNames(0x62, "powerpc64")).toEqual(["MAP_PRIVATE", "MAP_ANONYMOUS", "MAP_NORESERVE"]);
  expect(mapFlagNames(0x28, "x86-64")).toEqual(["MAP_DROPPABLE", "MAP_ANONYMOUS"]);
});
