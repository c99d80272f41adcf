// Signal handlers are compared by the place in the file that is mapped at their addresses.

import { describe, expect, test } from "vitest";
import { changesJson } from "../../app/diff/describe/describe.ts";
import type { Row } from "../../app/resources/table.ts";
import { changesAndNotes } from "../support/compare.ts";
import { setNumber } from "../support/edit-set.ts";
import { changesOf, line } from "../support/made-resources.ts";
import { resourcefulSet } from "../support/resourceful-set.ts";
import { openSources } from "../support/resources.ts";

const handler = (at: bigint): Row => ({ signal: "SIGHUP", action: "handler", handler: at });
const mapping = (start: bigint, kind: string, offset: bigint): Row => ({
  ...{ start, end: start + 0x4000n, size: 0x4000n, permissions: "r-xp" },
  ...{ kind, path: kind === "file" ? "/lib/x.so" : null, offset },
});

/** Changes of a handler at an address of a mapping, if both are elsewhere after. */
const changes = (before: readonly Row[], at: bigint, after: readonly Row[], then: bigint): string[] =>
  changesJson(
    changesOf({ signals: [handler(at)], mappings: before }, { signals: [handler(then)], mappings: after }),
  ).map(line);

describe("a handler", () => {
  test("that is in the same place of a file which is mapped elsewhere has not changed", () => {
    const [before, after] = [[mapping(0x7000n, "file", 0x1000n)], [mapping(0x9000n, "file", 0x1000n)]];
    expect(changes(before, 0x7010n, after, 0x9010n)).toEqual([]);
  });

  test("that is in the same place of a file, of which another part is mapped, has not changed", () => {
    const [before, after] = [[mapping(0x7000n, "file", 0x1000n)], [mapping(0x9000n, "file", 0x3000n)]];
    const found = changes(before, 0x9010n, after, 0x9010n);
    expect(found.filter((each) => each.startsWith("signals"))).toEqual([]);
    const moved = changes(before, 0x9010n, [mapping(0x20000n, "file", 0x3000n)], 0x20010n);
    expect(moved.filter((each) => each.startsWith("signals"))).toEqual([]);
  });

  test("that is in another place of the file has changed", () => {
    const [before, after] = [[mapping(0x7000n, "file", 0x1000n)], [mapping(0x9000n, "file", 0x1000n)]];
    expect(changes(before, 0x7010n, after, 0x9020n)).toEqual(['signals 7 handler: "7010" → "9020"']);
  });

  test("that is in memory without a file has changed only if the memory has not moved", () => {
    const [before, after] = [[mapping(0x7000n, "anonymous", 0n)], [mapping(0x9000n, "anonymous", 0n)]];
    expect(changes(before, 0x7010n, before, 0x7020n)).toEqual(['signals 7 handler: "7010" → "7020"']);
    expect(changes(before, 0x7010n, after, 0x9020n).filter((each) => each.startsWith("signals"))).toEqual([]);
  });

  test("that went from a file to other memory has changed", () => {
    const both = [mapping(0x7000n, "file", 0n), mapping(0x20000n, "anonymous", 0n)];
    expect(changes(both, 0x7010n, both, 0x20010n)).toEqual(['signals 7 handler: "7010" → "20010"']);
  });

  test("is not compared without mappings", () => {
    const none = { signals: [handler(0x10n)] };
    expect(changesJson(changesOf(none, { signals: [handler(0x20n)] }))).toEqual([]);
  });

  test("of a recorded task has changed if its address has, whose mappings are not read", async () => {
    const set = resourcefulSet();
    const other = setNumber(set, "core-25572.img", "core_entry", 0, "tc.sigactions.sigaction", 0x402000);
    const { changes: found } = await changesAndNotes(await openSources(set), await openSources(other));
    expect(found.map(line)).toEqual(['signals 25572 handler: "401000" → "402000"']);
  });
});
