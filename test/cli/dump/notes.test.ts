// Notes of a dump: one line for each kind.

import { expect, test } from "vitest";
import { createNotes } from "../../../cli/dump/notes.ts";

test("one note is a sentence about its place", () => {
  const notes = createNotes();
  notes.add("closed", "pid 1 fd 2");
  notes.add("closed", "pid 1 fd 2");
  notes.add("changed", "pid 1 fd 3", "position 0 → 1");
  notes.add("changed", "pid 1 fd 3", "flags 0 → 04000");
  expect(notes.sentences()).toEqual([
    "pid 1 fd 2 was closed while it was read",
    "pid 1 fd 3 changed while it was read: position 0 → 1, flags 0 → 04000",
  ]);
});

test("many notes of a kind are counted, and the first are named", () => {
  const notes = createNotes();
  for (let fd = 0; fd < 5000; fd++) notes.add("closed", `pid 1 fd ${fd}`);
  expect(notes.sentences()).toEqual([
    "5000 descriptors were closed while they were read: pid 1 fd 0, pid 1 fd 1, pid 1 fd 2 and 4997 more",
  ]);
});
