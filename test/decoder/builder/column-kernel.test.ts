// The kernel gives the same result as loops, for columns in any order.

import { describe, expect, test } from "vitest";
import { createColumnKernel } from "../../../app/decoder/builder/column-kernel.ts";
import { createDetails } from "../../../app/decoder/builder/details.ts";
import { holdersByFile, recordsByFile, sortDescriptors } from "../../../app/decoder/builder/index-edges.ts";
import { createBuilder } from "../../../app/decoder/builder.ts";
import { readingFlags } from "../../../app/decoder/criu/details/reading-flags.ts";
import { type Checkpoint, HAS, NONE } from "../../../app/model/checkpoint.ts";
import { random } from "../../support/random.ts";

const ROWS = 12_000;
const below = random(11);

/** A column of numbers that the function makes. */
const column = (make: (row: number) => number): number[] => Array.from({ length: ROWS }, (_, row) => make(row));

const KEYS: readonly (readonly [string, readonly number[]])[] = [
  ["one for each row", column((row) => row)],
  ["in order", column((row) => row >> 3)],
  ["in order, with gaps", column((row) => 5 + 3 * (row >> 2))],
  ["in any order", column(() => below(500))],
  ["some of them missing", column(() => below(500) - 20)],
  ["all of them missing", column(() => NONE)],
];
const BUCKETS = 40_000;

describe.each(KEYS)("keys %s", (_name, keys) => {
  const kernel = createColumnKernel();

  test("are sorted", () => {
    expect(kernel.sort(Int32Array.from(keys), ROWS, BUCKETS)).not.toBeNull();
    const descriptors = { count: ROWS, file: Int32Array.from(keys) } as unknown as Checkpoint["descriptors"];
    expect(holdersByFile(descriptors, BUCKETS, kernel)).toEqual(holdersByFile(descriptors, BUCKETS, null));
    // Its memory is used again.
    const pairs = { count: ROWS, capacity: ROWS, file: Int32Array.from(keys), record: Uint32Array.from(keys) };
    expect(recordsByFile(pairs, BUCKETS, kernel)).toEqual(recordsByFile(pairs, BUCKETS, null));
  });

  test("order details", () => {
    const finished = (own: typeof kernel | null) => {
      const details = createDetails();
      for (const [at, key] of keys.entries()) details.add(key < 0 ? 3 : key, `key ${at % 7}`, at % 100);
      return details.finish(own);
    };
    expect(finished(kernel)).toEqual(finished(null));
  });
});

test.each<readonly [string, readonly number[], (row: number) => number]>([
  ["in order", column((row) => row >> 3), (row) => row],
  ["in order, with numbers that occur twice", column((row) => row >> 3), (row) => row >> 1],
  ["with numbers that begin again in each table", column((row) => row >> 4), (row) => row & 15],
  ["with a number that is less than the one before", column((row) => row >> 4), (row) => (row === 9000 ? 0 : row)],
  ["with a table that is less than the one before", column((row) => (row === 9000 ? 0 : row >> 4)), (row) => row],
])("descriptors %s are in the same order", (_name, tables, fd) => {
  const sorted = (kernel: ReturnType<typeof createColumnKernel> | null) => {
    const builder = createBuilder();
    for (const [row, table] of tables.entries()) builder.addDescriptor(table, fd(row), row, 0, row);
    return sortDescriptors(builder.descriptors, 2000, kernel);
  };
  expect(sorted(createColumnKernel())).toEqual(sorted(null));
});

test.each([0, 1, 2, 3])("the same is done about each file, %i", (variant) => {
  const firsts = [0];
  for (let file = 0; file < ROWS; file++) firsts.push((firsts[file] as number) + Math.max(0, below(5) - 2));
  const hasFurther = variant % 2 === 0;
  const checkpoint = {
    files: {
      count: ROWS,
      has: Uint8Array.from({ length: ROWS }, () => below(2) * HAS.inode + below(2) * HAS.deleted + HAS.flags),
      record: Int32Array.from({ length: ROWS }, (_, file) => 2 * file - below(3)),
    },
    fileRecords: hasFurther
      ? { first: Uint32Array.from(firsts), record: new Uint32Array(firsts[ROWS] as number) }
      : { first: new Uint32Array(0), record: new Uint32Array(0) },
  } as unknown as Checkpoint;
  const contents = variant < 2 ? null : Uint8Array.from({ length: ROWS }, () => below(32));
  const context = { detailed: [3, 700, ROWS - 1], contents: { known: [], ofFile: contents } };
  const flags = readingFlags(checkpoint, context, createColumnKernel());
  expect(flags).toEqual(readingFlags(checkpoint, context, null));
  expect(new Set(flags).size).toBeGreaterThan(5);
});

test.each([100, 300_000])("%i rows are left to loops", (rows) => {
  expect(createColumnKernel().sort(new Int32Array(rows), rows, 10)).toBeNull();
});
