// The facts that a line of a listing adds to the name of an open file.

import { expect, test } from "vitest";
import { fieldsOf } from "../../app/decoder/criu/details/file-fields.ts";
import { FILE_FIELDS } from "../../app/decoder/criu/format/file-types.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { createFactWords } from "../../app/export/fact-words.ts";
import { type Checkpoint, NONE } from "../../app/model/checkpoint.ts";
import { encodeText, visible } from "../../app/model/text/text.ts";
import { fileNames } from "../../app/model/text/words.ts";
import { imageBytes, inventoryAndTree, type Message } from "../support/criu-set.ts";
import { random } from "../support/random.ts";

const UNIX_STREAM: Message = [
  [1, 1],
  [2, 50_001],
  [3, 1],
  // Established.
  [4, 1],
  [5, 2],
];

/** A set with one open file, of an fd_types number and with a message in a field of file_entry. */
async function withFile(type: number, field: number, message: Message): Promise<Checkpoint> {
  const entry: Message = [
    [1, type],
    [2, 1],
    [field, message],
  ];
  const members = [...inventoryAndTree(1).members, ["files.img", imageBytes("FILES", [entry])] as const];
  return (await decodeCriuSet(members.map(([name, bytes]) => bytesSource(name, bytes)))).checkpoint;
}

const factsOf = (checkpoint: Checkpoint): string => createFactWords(checkpoint, fileNames(checkpoint))(0, NONE);

/** The same checkpoint with another name of its only file. */
function named(checkpoint: Checkpoint, name: string): Checkpoint {
  const text = encodeText(name);
  const files = { ...checkpoint.files, nameOffset: Uint32Array.of(0), nameLength: Uint32Array.of(text.length) };
  return { ...checkpoint, text, files };
}

test("a fact that is a word of a made-up name is left out", async () => {
  const checkpoint = await withFile(5, 16, UNIX_STREAM);
  expect(factsOf(named(checkpoint, "socket:[x]"))).toBe("state established");
  const below = random(7);
  const pieces = ["established", "stablished", " ", "->", "-", ">", "x", "]", "é", "\n"];
  for (let round = 0; round < 5000; round++) {
    const inside = Array.from({ length: below(7) }, () => pieces[below(pieces.length)]).join("");
    const start = ["socket:[", "socket:", ":[", "a_1:["][below(4)] ?? "";
    const name = `${start}${inside}${below(4) === 0 ? "" : "]"}`;
    const isInName = /^\w+:\[/.test(name) && inside.length > 0 && wordsOf(visible(name)).includes("established");
    expect([name, factsOf(named(checkpoint, name))]).toEqual([name, isInName ? "" : "state established"]);
  }
});

/** The words of a name between its first bracket and its last character. */
const wordsOf = (name: string): string[] => name.slice(name.indexOf("[") + 1, -1).split(/ |->/);

test("a name that is shown shortened is searched as it is shown", async () => {
  const checkpoint = await withFile(5, 16, UNIX_STREAM);
  const long = (length: number): string => `socket:[${"x".repeat(length)} established]`;
  expect(factsOf(named(checkpoint, long(1000)))).toBe("");
  expect(factsOf(named(checkpoint, long(5000)))).toBe("state established");
});

test("facts that are longer than any line are shortened", async () => {
  const field = fieldsOf("file_entry").byName.get("ify");
  const watch = field?.message?.byName.get("wd");
  const inode = watch?.message?.byName.get("i_ino");
  const watches = Array.from({ length: 300 }, (_, at) => [watch?.number ?? 0, [[inode?.number ?? 0, at]]] as const);
  const facts = factsOf(await withFile(FILE_FIELDS.indexOf("ify"), field?.number ?? 0, [[1, 1], ...watches]));
  expect(facts).toMatch(/^watches .{248}… \([\d,]+ characters\)$/);
});
