// What a set says of the host that it was dumped on.

import { expect, test } from "vitest";
import { hostOf } from "../../../../app/decoder/criu/sets/set-host.ts";
import { uptimeOf } from "../../../../app/decoder/criu/sets/set-times.ts";
import { bytesSource } from "../../../../app/decoder/source.ts";
import { earlierOf } from "../../../../app/model/comparison/earlier.ts";
import { bigEndianSet, fixtureBytes, setSources } from "../../../support/criu.ts";
import { withFile } from "../../../support/edit-set.ts";

const SET = setSources("r1/before");

test("is its name and machine", async () => {
  expect(await hostOf(SET)).toEqual({ "host name": "inner-host", machine: "X86_64" });
  expect(await hostOf(await bigEndianSet(SET))).toEqual(await hostOf(SET));
});

test("is unknown where the set has no UTS namespace, or several", async () => {
  const utsns = SET.filter(({ name }) => /utsns/.test(name));
  const without = SET.filter((source) => !utsns.includes(source));
  expect(await hostOf(without)).toEqual({ machine: "X86_64" });
  const [source] = utsns;
  const twin = bytesSource("utsns-77.img", (await source?.read(0, source.size)) ?? new Uint8Array());
  expect(await hostOf([...SET, twin])).toEqual({ machine: "X86_64" });
  expect(
    await hostOf([bytesSource("utsns-1.img", new Uint8Array(9)), bytesSource("core-1.img", new Uint8Array(9))]),
  ).toEqual({});
});

test("keeps the uptimes of two hosts from deciding which of two sets is earlier", async () => {
  const evidence = async (name: string, sources: typeof SET) => ({
    name,
    time: null,
    parent: null,
    packedTime: null,
    fileTime: null,
    uptime: await uptimeOf(sources),
    host: await hostOf(sources),
  });
  const later = setSources("r1/after");
  const sameHost = withFile(later, "utsns-10.img", fixtureBytes("r1/before/utsns-10.img"));
  expect(earlierOf(await evidence("x", SET), await evidence("y", sameHost))).toMatchObject({
    sure: true,
    earlier: "first",
  });
  expect(earlierOf(await evidence("x", SET), await evidence("y", later))).toMatchObject({ sure: false });
});
