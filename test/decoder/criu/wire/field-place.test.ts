// A field that is found by its name is where the entry's pieces have it.

import { expect, test } from "vitest";
import { placeOfField } from "../../../../app/decoder/criu/wire/field-place.ts";
import { createEntryReader, type EntryBytes } from "../../../../app/decoder/criu/wire/inspect.ts";
import { pieces } from "../../../../app/decoder/criu/wire/pieces.ts";
import { random } from "../../../support/random.ts";
import { openRecorded } from "../../../support/resources.ts";

async function entriesOf(name: string): Promise<EntryBytes[]> {
  const { checkpoint, sources } = await openRecorded(name);
  const read = createEntryReader(checkpoint, sources);
  const found: EntryBytes[] = [];
  for (let record = 0; record < checkpoint.records.count; record++) {
    const entry = await read(record);
    if (entry !== null && entry.message !== null) found.push(entry);
  }
  return found;
}

/** The names that are looked for: those of an entry without faults. */
const namesIn = ({ bytes, start, end, message }: EntryBytes): string[] =>
  pieces(bytes, start, end, message ?? "").map(({ name }) => name);

test("every field of a recorded set that is not repeated", async () => {
  let found = 0;
  for (const { bytes, start, end, message } of await entriesOf("r1/after")) {
    for (const { name, offset } of pieces(bytes, start, end, message ?? "")) {
      if (name.includes("[")) continue;
      expect([name, placeOfField(bytes, start, end, message ?? "", name)]).toEqual([name, offset]);
      found++;
    }
  }
  expect(found).toBeGreaterThan(1000);
});

test("in an entry with other bytes it is found there, or not at all", async () => {
  const entries = await entriesOf("r1/after");
  const next = random(3);
  let [found, unknown] = [0, 0];
  for (let run = 0; run < 1000; run++) {
    const entry = entries[next(entries.length)] as EntryBytes;
    const names = namesIn(entry);
    const bytes = entry.bytes.slice(entry.start, entry.end);
    if (bytes.length === 0) continue;
    for (let left = 1 + next(3); left > 0; left--) bytes[next(bytes.length)] = next(2) === 0 ? next(256) : next(32);
    const split = pieces(bytes, 0, bytes.length, entry.message ?? "");
    for (const name of names.slice(0, 50)) {
      const place = placeOfField(bytes, 0, bytes.length, entry.message ?? "", name);
      if (place < 0) unknown++;
      else {
        expect([name, place]).toEqual([name, split.find((piece) => piece.name === name)?.offset]);
        found++;
      }
    }
  }
  expect(found).toBeGreaterThan(1000);
  expect(unknown).toBeGreaterThan(100);
});
