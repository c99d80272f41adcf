// Sets of big-endian hosts: magics, sizes of entries and what CRIU stores as the host has it in memory.

import { describe, expect, test } from "vitest";
import { decodeCriuSet, recogniseCriu } from "../../../app/decoder/criu/index.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { recordAt } from "../../../app/model/records.ts";
import { bigEndianSet, describedSet, fixtureBytes, setSources, TRUE_SETS } from "../../support/criu.ts";

describe("a set of s390x", async () => {
  const { checkpoint, document, file } = await describedSet(setSources("cases/s390x"));

  test("is decoded like any other", () => {
    expect(document.problems).toEqual([]);
    expect(document.complete).toBe(true);
    expect(checkpoint.machine).toEqual({ arch: "s390x", littleEndian: false, wordSize: 8 });
    expect(document.tasks).toMatchObject([{ pid: 28861, comm: "pub1" }]);
    expect(file(1)).toMatchObject({ path: "/tmp/pw/net.out", pos: "633", flags: 0o100001 });
  });

  test("has internet addresses in the host's order", () => {
    expect(file(8).name).toBe("socket:[tcp [::]:8461 listen]");
    expect(file(11).name).toBe("socket:[udp [::ffff:127.0.0.1]:8463]");
    expect(file(12).name).toBe("socket:[udp [::1]:8464->[::1]:8465]");
  });

  test("has the protocols of packet sockets in the host's order, which is network order", () => {
    expect(file(16).name).toBe("socket:[packet raw all]");
    expect(file(17).details).toMatchObject({ protocol: "ip" });
  });

  test("is detected by the first bytes of any of its files", () => {
    for (const name of ["inventory.img", "files.img"]) {
      expect(recogniseCriu("x", fixtureBytes(`cases/s390x/${name}`).subarray(0, 8)), name).toBe("image");
    }
  });

  test("is read from files with other names", async () => {
    const renamed = setSources("cases/s390x").map((source) => ({
      ...source,
      name: source.name.replace(".img", ".bin"),
    }));
    const { checkpoint } = await decodeCriuSet(renamed);
    expect(checkpoint.problems).toEqual([]);
    expect(checkpoint.descriptors.count).toBe(19);
  });

  test("names the magics in its records", async () => {
    const { checkpoint, fields } = await decodeCriuSet(setSources("cases/s390x"));
    const member = checkpoint.members.findIndex(({ name }) => name === "files.img");
    const magics = await fields(recordAt(checkpoint.records, member, 0));
    expect(magics.map(({ raw, meaning }) => [raw, meaning])).toEqual([
      ["0x54564319", "IMG_COMMON"],
      ["0x56303138", "FILES"],
    ]);
  });

  test("shows addresses in its records in the host's order", async () => {
    const { checkpoint, fields } = await decodeCriuSet(setSources("cases/s390x"));
    const row = document.files.indexOf(file(12));
    const found = await fields(checkpoint.files.record[row] as number);
    const words = found.filter(({ name }) => name.startsWith("isk.src_addr")).map(({ meaning }) => meaning);
    expect(words).toEqual(["0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.1"]);
  });
});

test.each(TRUE_SETS)("%s is the same from a big-endian host", async (directory) => {
  const sources = setSources(directory);
  const little = (await decodeCriuSet(sources)).checkpoint;
  const big = (await decodeCriuSet(await bigEndianSet(sources))).checkpoint;
  expect(big.machine.littleEndian).toBe(false);
  expect(big.problems).toEqual(little.problems);
  expect(big.records).toEqual(little.records);
  expect(big.tasks).toEqual(little.tasks);
  expect(big.descriptors).toEqual(little.descriptors);
});

test("a file in the other byte order than the rest is an error", async () => {
  const sources = setSources("w1/before").map((source) => {
    if (source.name !== "files.img") return source;
    const bytes = fixtureBytes("cases/s390x/files.img");
    return bytesSource(source.name, bytes);
  });
  const { checkpoint } = await decodeCriuSet(sources);
  expect(checkpoint.complete).toBe(false);
  expect(checkpoint.problems).toContainEqual(
    expect.objectContaining({
      severity: "error",
      code: "wrong-magic",
      message: "files.img is big-endian, but the files before it are little-endian.",
    }),
  );
});
