// Files that are like one before them have the details that they would have without it.

import { expect, test } from "vitest";
import { FIELD_TABLES, type FieldTable, type KnownField } from "../../../app/decoder/criu/field-table.ts";
import { FILE_FIELDS } from "../../../app/decoder/criu/file-types.ts";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { endpointText, writeEndpoint } from "../../../app/decoder/criu/meaning.ts";
import { WIRE } from "../../../app/decoder/criu/wire.ts";
import { bytesSource, type DecodeOptions } from "../../../app/decoder/source.ts";
import { isFactKey } from "../../../app/export/detail-facts.ts";
import { createFactWords } from "../../../app/export/fact-words.ts";
import { type Checkpoint, NONE } from "../../../app/model/checkpoint.ts";
import { detailsOf } from "../../../app/model/detail-store.ts";
import { createJsonBytes } from "../../../app/model/json-bytes.ts";
import { linksOf } from "../../../app/model/links.ts";
import { decodeText } from "../../../app/model/text.ts";
import { fileNames } from "../../../app/model/words.ts";
import { imageBytes, inventoryAndTree, type Message } from "../../support/criu-set.ts";
import { random } from "../../support/random.ts";

type Below = (below: number) => number;

const tableOf = (message: string): FieldTable => {
  const table = FIELD_TABLES.get(message);
  if (table === undefined) throw new Error(`There is no message ${message}`);
  return table;
};

/** A message with few different values, so that many are alike; its id is `id`. */
function messageLike({ byName }: FieldTable, id: number, below: Below, depth = 0): Message {
  return [...byName.values()].flatMap((field): Message => {
    if (field.name === "id" && depth === 0) return [[field.number, id]];
    const most = field.isRepeated ? 3 : 1;
    const count = below(8) === 0 ? below(most + 2) : field.label === "optional" ? 0 : 1;
    return Array.from({ length: count }, () => [field.number, valueLike(field, below, depth)] as const);
  });
}

function valueLike({ name, wire, message }: KnownField, below: Below, depth: number): Message[number][1] {
  if (message !== null) return depth > 2 ? [] : messageLike(message, 0, below, depth + 1);
  if (wire !== WIRE.varint) return ["", "", "name", "/run/socket", "\0abstract\u0007"][below(5)] ?? "";
  const isVarying = ["ino", "peer", "pipe_id", "src_port", "dst_port", "tfd", "ticks", "vsec"].includes(name);
  if (isVarying) return below(400);
  return below(6) > 0 ? 2 : ([0, 1, 3, 10, 300, 0x0100_007f, 2 ** 32 - 1, 2 ** 40][below(8)] ?? 0);
}

const TYPES = FILE_FIELDS.flatMap((name, type) => {
  const field = tableOf("file_entry").byName.get(name ?? "");
  return field?.message == null || name === "tty" || name === "tunf" ? [] : [{ type, field, table: field.message }];
});

test("whatever they are", async () => {
  const below = random(3);
  const files = Array.from({ length: 2000 }, (_, at) => {
    const { type, field, table } = TYPES[below(TYPES.length)] as (typeof TYPES)[number];
    return { type, id: at + 1, number: field.number, message: messageLike(table, at + 1, below) };
  });
  // Entries with fields out of order are not compared with others.
  const decoded = async (entryOf: (file: (typeof files)[number]) => Message, options: DecodeOptions = {}) => {
    const members = [...inventoryAndTree(1).members, ["files.img", imageBytes("FILES", files.map(entryOf))] as const];
    const sources = members.map(([name, bytes]) => bytesSource(name, bytes));
    return (await decodeCriuSet(sources, options)).checkpoint;
  };
  const usualEntry = ({ type, id, number, message }: (typeof files)[number]): Message => [
    [1, type],
    [2, id],
    [number, message],
  ];
  const usual = await decoded(usualEntry);
  const alone = await decoded(({ type, id, number, message }) => [
    [2, id],
    [1, type],
    [number, message],
  ]);
  expect(usual.files.count).toBe(files.length);
  const textOf = (checkpoint: Checkpoint, file: number): string =>
    JSON.stringify([file, detailsOf(checkpoint, file), linksOf(checkpoint, file)]);
  const differing = files.map((_, file) => file).filter((file) => textOf(usual, file) !== textOf(alone, file));
  expect(differing.map((file) => [textOf(usual, file), textOf(alone, file)])).toEqual([]);
  expect(decodeText(usual.fileDetails.pool)).toBe(decodeText(alone.fileDetails.pool));

  // Those that a listing shows are enough for a listing.
  const few = await decoded(usualEntry, { details: isFactKey });
  expect(few.fileDetails.count).toBeLessThan(usual.fileDetails.count);
  const [allWords, fewWords] = [usual, few].map((checkpoint) => createFactWords(checkpoint, fileNames(checkpoint)));
  for (const file of files.keys()) {
    expect([file, fewWords?.(file, NONE)]).toEqual([file, allWords?.(file, NONE)]);
    expect(linksOf(few, file)).toEqual(linksOf(usual, file));
  }
});

test("the address of an IPv4 socket is written as it is put into words", () => {
  for (const littleEndian of [true, false]) {
    for (const [word, port] of [
      [0x0100_007f, 0],
      [0, 65_535],
      [0xfffe_0a09, 8080],
    ] as const) {
      const out = createJsonBytes(8);
      writeEndpoint(out, word, port, littleEndian);
      const written: unknown = JSON.parse(decodeText(out.bytes.subarray(0, out.length)));
      expect(written).toBe(endpointText([word], port, littleEndian));
    }
  }
});
