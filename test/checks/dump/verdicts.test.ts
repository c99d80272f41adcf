// The checks of a dump on recorded facts, against what CRIU 4.2 did with the same processes.

import { describe, expect, test } from "vitest";
import type { DumpFacts } from "../../../app/checks/dump/facts.ts";
import recorded from "../../fixtures/dump-verdicts/facts.json" with { type: "json" };
import { expectVerdict, VERDICTS, type Verdict } from "../../support/dump-verdicts.ts";

const FACTS = recorded as unknown as Readonly<Record<string, DumpFacts>>;

/** Made again with criu inside the namespace, which is another process than the one that is recorded. */
const isElsewhere = ({ options }: Verdict): boolean => options.includes("same mount namespace");

describe("what CRIU 4.2 did", () => {
  const known = VERDICTS.filter((record) => !isElsewhere(record));

  test.each(known)("$verdict: $case $options", (record) => {
    const facts = FACTS[record.case];
    if (facts === undefined) throw new Error(`facts.json lacks ${record.case}`);
    expectVerdict(facts, record);
  });

  test("is recorded for each of them", () => {
    expect(known.length).toBeGreaterThan(160);
  });
});
