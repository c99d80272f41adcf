import { expect, test } from "vitest";
import { statusOf } from "../../../cli/dump/processes.ts";

const FIELDS: Readonly<Record<string, string>> = {
  SigPnd: "0000000000000000",
  ShdPnd: "0000000000000200",
  SigBlk: "0000000000010000",
  SigIgn: "0000000000384004",
  SigCgt: "000000004b817efb",
  CapInh: "0000000000000000",
  CapPrm: "000001ffffffffff",
  CapEff: "0000000000000400",
  CapBnd: "000001ffffffffff",
};

test("sets of capabilities and signals are read from hexadecimal digits", () => {
  const { status } = statusOf((name) => FIELDS[name] ?? "");
  expect(status?.capabilities).toEqual({
    effective: "1024",
    permitted: "2199023255551",
    inheritable: "0",
    bounding: "2199023255551",
  });
  expect(status?.signals).toMatchObject({ sharedPending: "512", blocked: "65536", pending: "0" });
});

test.each(Object.keys(FIELDS))("without %s, none is recorded, so that it is not taken for an empty set", (missing) => {
  expect(statusOf((name) => (name === missing ? "" : (FIELDS[name] ?? "")))).toEqual({});
});
