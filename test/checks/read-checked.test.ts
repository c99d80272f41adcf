// Reading and checking a message in one pass agrees with checking it and then reading it, whatever its bytes are.

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { handlerOf } from "../../app/checks/criu/entries/entries.ts";
import type { Handler } from "../../app/checks/criu/entries/handler.ts";
import { readChecked } from "../../app/checks/criu/entries/read-checked.ts";
import { isSound } from "../../app/checks/criu/entries/shapes.ts";
import { isSet, scan, scratch } from "../../app/decoder/criu/wire/wire.ts";
import { NONE } from "../../app/model/checkpoint.ts";
import { setSources } from "../support/criu.ts";
import { editField } from "../support/edit-set.ts";
import { type RecordedEntry, recordedEntries } from "../support/entries.ts";
import { openSources } from "../support/resources.ts";

interface Entry extends RecordedEntry {
  readonly handler: Handler;
}

let entries: readonly Entry[] = [];

beforeAll(async () => {
  const found = await recordedEntries("r1/after");
  entries = found.flatMap((entry) => {
    const handler = handlerOf(entry.message);
    return handler === null ? [] : [{ ...entry, handler }];
  });
});

/** Reads in one pass, and compares with reading alone. Returns whether it was read. */
function readInOnePass({ shape, handler: { plan } }: Entry, bytes: Uint8Array): boolean {
  const [out, expected] = [scratch(), scratch()];
  const seen = readChecked(bytes, 0, bytes.length, shape, { plan }, out, new Uint32Array(2));
  if (seen === NONE) return false;
  expect(isSound(bytes, 0, bytes.length, shape, new Uint32Array(2))).toBe(true);
  expect(seen).toBe(scan(bytes, 0, bytes.length, plan, expected));
  for (let slot = 1; slot < 31; slot++) {
    if (isSet(seen, slot))
      expect([...out.slice(2 * slot, 2 * slot + 2)]).toEqual([...expected.slice(2 * slot, 2 * slot + 2)]);
  }
  return true;
}

test("entries of a recorded set are read in one pass", () => {
  const unread = entries.filter((entry) => !readInOnePass(entry, entry.bytes));
  expect(new Set(entries.map(({ message }) => message)).size).toBeGreaterThan(8);
  expect(unread.map(({ message }) => message)).toEqual([]);
});

test("an entry with other bytes is read as scan reads it, or not at all", () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "insert", "remove")), {
    minLength: 1,
    maxLength: 3,
  });
  let unread = 0;
  fc.assert(
    fc.property(fc.nat(), edits, (which, list) => {
      const entry = entries[which % entries.length] as Entry;
      const bytes = [...entry.bytes];
      for (const [place, value, how] of list) {
        const inserted = how === "remove" ? [] : [value];
        bytes.splice(place % (bytes.length + 1), how === "insert" ? 0 : 1, ...inserted);
      }
      if (!readInOnePass(entry, Uint8Array.from(bytes))) unread++;
    }),
    { numRuns: 3000 },
  );
  expect(unread).toBeGreaterThan(0);
});

test("the message of an open file is checked although it is read apart from its entry", async () => {
  const set = setSources("w4/before");
  const codes = async (sources: typeof set): Promise<Set<string>> => {
    const { findings } = await checkImage(await openSources(sources));
    return new Set(findings.map(({ code }) => code));
  };
  expect(await codes(set)).not.toContain("field-missing");
  const regular = firstRegular(set);
  const lacking = editField(set, "files.img", "file_entry", regular, "reg.pos", () => null);
  expect(await codes(lacking)).toContain("field-missing");
  // Nor is one left out because the entry has no id.
  const nameless = editField(lacking, "files.img", "file_entry", regular, "id", () => null);
  expect(await codes(nameless)).toContain("field-missing");
});

/** The first entry of files.img that is a regular file. */
function firstRegular(set: ReturnType<typeof setSources>): number {
  for (let entry = 0; ; entry++) {
    let type: unknown = null;
    editField(set, "files.img", "file_entry", entry, "type", (value) => {
      type = value;
      return value;
    });
    if (type === 1n) return entry;
  }
}
