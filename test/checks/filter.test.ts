// Which findings are asked for, by code.

import { describe, expect, test } from "vitest";
import { chooseFindings, codesOf, isSound, unknownCodes } from "../../app/checks/filter.ts";
import type { Finding } from "../../app/checks/finding.ts";

const finding = (code: string, severity: Finding["severity"] = "error"): Finding => ({
  code,
  severity,
  message: code,
  errno: null,
  record: null,
  field: null,
  offset: null,
});

const FOUND = {
  findings: [finding("H1"), finding("H21", "warning"), finding("pid-repeated"), finding("bytes-after-tail", "note")],
  unlisted: [{ code: "H21", count: 3 }],
};
const codes = (choice: Parameters<typeof chooseFindings>[1]) => {
  const { findings, unlisted } = chooseFindings(FOUND, choice);
  return [findings.map(({ code }) => code), unlisted.length];
};

describe("choosing findings", () => {
  test("leaves all, takes only some, leaves some out", () => {
    expect(codes({})).toEqual([["H1", "H21", "pid-repeated", "bytes-after-tail"], 1]);
    expect(codes({ only: ["h21", "H1"] })).toEqual([["H1", "H21"], 1]);
    expect(codes({ ignore: ["H21", "PID-repeated"] })).toEqual([["H1", "bytes-after-tail"], 0]);
    expect(codes({ only: ["H1", "H21"], ignore: ["H1"] })).toEqual([["H21"], 1]);
    expect(codes({ only: [] })).toEqual([["H1", "H21", "pid-repeated", "bytes-after-tail"], 1]);
  });

  test("reads codes from a list, and reports unknown ones", () => {
    expect(codesOf(" H1,h27  pid-repeated,, ")).toEqual(["H1", "h27", "pid-repeated"]);
    expect(codesOf("")).toEqual([]);
    expect(unknownCodes(["h1", "H99", "PID-repeated"], ["H1", "pid-repeated"])).toEqual(["H99"]);
  });

  test("knows what is sound", () => {
    expect(isSound([])).toBe(true);
    expect(isSound([finding("bytes-after-tail", "note")])).toBe(true);
    expect(isSound([finding("H21", "warning")])).toBe(false);
    expect(isSound([finding("H1")])).toBe(false);
  });
});
