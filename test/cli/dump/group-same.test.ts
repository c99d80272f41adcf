// Grouping by an order: what is equal is found, with few comparisons.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupSame } from "../../../cli/dump/group-same.ts";

/** Groups by looking each object up among those before: what grouping means. */
function naive(objects: readonly number[]): number[] {
  const seen: number[] = [];
  return objects.map((object) => {
    if (!seen.includes(object)) seen.push(object);
    return seen.indexOf(object);
  });
}

describe("grouping", () => {
  test("finds equal rows, whatever their buckets", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (objects, buckets) => {
        const groups = groupSame(
          objects.length,
          (row) => String((objects[row] as number) % buckets),
          (a, b) => (objects[a] as number) - (objects[b] as number),
        );
        expect([...groups]).toEqual(naive(objects));
      }),
    );
  });

  test("compares no more often than sorting does, and hardly at all if all are equal", () => {
    let comparisons = 0;
    const count = (objects: readonly number[]): number => {
      comparisons = 0;
      groupSame(
        objects.length,
        () => "",
        (a, b) => {
          comparisons++;
          return (objects[a] as number) - (objects[b] as number);
        },
      );
      return comparisons;
    };
    const scattered = Array.from({ length: 4096 }, (_, row) => (row * 2654435761) % 4096);
    expect(count(scattered)).toBeLessThan(4096 * 12);
    expect(count(scattered.map(() => 1))).toBeLessThan(4096);
  });

  test("compares nothing across buckets", () => {
    const groups = groupSame(
      100,
      (row) => String(row),
      () => {
        throw new Error("compared");
      },
    );
    expect(groups[99]).toBe(99);
  });
});
