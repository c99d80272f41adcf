// Which of two images is earlier.

import { describe, expect, test } from "vitest";
import { type Evidence, earlierOf, reversedText } from "../../../app/model/comparison/earlier.ts";

const image = (name: string, more: Partial<Evidence> = {}): Evidence => ({
  name,
  time: null,
  uptime: null,
  parent: null,
  packedTime: null,
  fileTime: null,
  ...more,
});

/** The names in the order that is decided, whichever way round they are given; `null`: it is unsure. */
function order(one: Evidence, other: Evidence): string[] | null {
  const both = [
    [one, other],
    [other, one],
  ] as const;
  const results = both.map(([first, second]) => {
    const { earlier, sure } = earlierOf(first, second);
    const names = earlier === "first" ? [first.name, second.name] : [second.name, first.name];
    return { sure, names };
  });
  expect(results[1]).toEqual(results[0]);
  return results[0]?.sure ? results[0].names : null;
}

describe("names", () => {
  test.each([
    ["before.ckpt", "after.ckpt"],
    ["w1/before/set", "w1/after/set"],
    ["nginx-pre.tar", "nginx-post.tar"],
    ["old/dump", "new/dump"],
    ["dump.old", "dump"],
    ["dump", "dump-after"],
    ["prev", "current"],
    ["first.img", "second.img"],
    ["dump1.ckpt", "dump2.ckpt"],
    ["dump9.ckpt", "dump10.ckpt"],
    ["dump.ckpt", "dump-2.ckpt"],
    ["img-0099", "img-0100"],
    ["checkpoint-2024-01-31T10-00-00Z.tar", "checkpoint-2024-02-01T09-00-00Z.tar"],
    ["checkpoint-pod_ns-c-2024-01-31T10:00:00Z.tar", "checkpoint-pod_ns-c-2024-01-31T10:00:01Z.tar"],
    ["c-20240131-235959", "c-20240201-000000"],
    ["x-31.01.2024", "x-01.02.2024"],
    ["x-31Jan2024", "x-1Feb2024"],
    ["t-1700000000.ckpt", "t-1700000100.ckpt"],
    ["was", "now"],
  ])("%s comes before %s", (early, late) => {
    expect(order(image(early), image(late))).toEqual([early, late]);
  });
  test.each([
    ["a.ckpt", "b.ckpt"],
    ["nginx-4512.ckpt", "nginx-20391.ckpt"],
    ["dump.ckpt", "dump (1).ckpt"],
    ["3f9a", "77b2"],
    ["x-old-after", "x-new-before"],
    ["same", "same"],
    ["dump", "nginx-new"],
  ])("of %s and %s neither is surely earlier", (one, other) => {
    expect(order(image(one), image(other))).toBeNull();
  });
});

describe("times", () => {
  test("the images' own come first", () => {
    const early = image("after", { time: 100, packedTime: 9, fileTime: 9e6 });
    const late = image("before", { time: 101, packedTime: 1, fileTime: 1 });
    expect(order(early, late)).toEqual(["after", "before"]);
    expect(earlierOf(early, late).reason).toBe(
      "According to the images, they were taken at 1970-01-01 00:01:40 UTC and 1970-01-01 00:01:41 UTC.",
    );
  });
  test("equal ones of the images leave it to the names", () => {
    expect(order(image("after", { time: 100 }), image("before", { time: 100 }))).toEqual(["before", "after"]);
  });
  test("a set comes after the one that it names as its parent", () => {
    expect(order(image("1", { time: 5 }), image("0", { parent: "1", time: 4 }))).toEqual(["1", "0"]);
  });
  test("the host's uptime and the archive's times count, unless the names contradict them", () => {
    expect(order(image("x", { uptime: 4.5 }), image("y", { uptime: 3.5 }))).toEqual(["y", "x"]);
    expect(order(image("x", { packedTime: 45 }), image("y", { packedTime: 35 }))).toEqual(["y", "x"]);
    expect(order(image("before", { uptime: 4.5 }), image("after", { uptime: 3.5 }))).toBeNull();
    expect(earlierOf(image("before", { packedTime: 2 }), image("after", { packedTime: 1 })).earlier).toBe("first");
    expect(order(image("x", { uptime: 1, packedTime: 9 }), image("y", { uptime: 2, packedTime: 8 }))).toBeNull();
  });
  test("the host's uptime is in doubt if the files' times contradict it: the host may have been started again", () => {
    const [old, young] = [
      image("x", { uptime: 900_000, fileTime: 1000 }),
      image("y", { uptime: 60, fileTime: 90_000 }),
    ];
    expect(order(old, young)).toBeNull();
    expect(earlierOf(old, young).reason).toMatch(
      /^The host had been up .* But: the files' times, which copying changes/,
    );
    expect(order(image("x", { uptime: 2, fileTime: 1060 }), image("y", { uptime: 3, fileTime: 1000 }))).toEqual([
      "x",
      "y",
    ]);
  });
  test("uptimes of different hosts say nothing", () => {
    const one = image("x", { uptime: 4.5, host: { "host name": "web-2", machine: "X86_64" } });
    const other = image("y", { uptime: 3.5, host: { "host name": "web\u202e1" } });
    expect(order(one, other)).toBeNull();
    expect(earlierOf(one, other).reason).toBe(
      "The host had been up for 3.5 s and 4.5 s at the dumps. But: these are different hosts (host name web-2 and web\\u202e1).",
    );
    expect(order(one, image("y", { uptime: 3.5, host: { machine: "AARCH64" } }))).toBeNull();
    // What only one records is no difference.
    expect(order(one, image("y", { uptime: 3.5, host: { machine: "X86_64" } }))).toEqual(["y", "x"]);
    expect(order(one, image("y", { uptime: 3.5 }))).toEqual(["y", "x"]);
    // What else is known still counts.
    expect(order({ ...one, packedTime: 1 }, { ...other, packedTime: 2 })).toEqual(["x", "y"]);
    expect(order({ ...one, name: "after" }, { ...other, name: "before" })).toEqual(["before", "after"]);
  });
  test("the files' decide last, never for sure, and not at all if copying explains them", () => {
    expect(order(image("x", { fileTime: 1000 }), image("y", { fileTime: 9000 }))).toBeNull();
    expect(earlierOf(image("y", { fileTime: 9000 }), image("x", { fileTime: 1000 }))).toMatchObject({
      earlier: "second",
      sure: false,
      reason: expect.stringContaining("which copying changes"),
    });
    expect(earlierOf(image("y", { fileTime: 1060 }), image("x", { fileTime: 1000 })).reason).toBe(
      "Neither the images, their names nor their files say which is earlier.",
    );
    expect(order(image("after", { fileTime: 1 }), image("before", { fileTime: 1e6 }))).toEqual(["before", "after"]);
  });
});

test("the files' times can only cast doubt on a wrong order", () => {
  const numbers = [null, 1000, 9000];
  const names = [
    ["x", "y"],
    ["before", "after"],
    ["after", "before"],
  ] as const;
  let doubted = 0;
  for (const [name, otherName] of names) {
    for (const [time, otherTime] of [...numbers.map((each) => [each, null] as const), [9000, 1000] as const]) {
      for (const uptime of numbers) {
        for (const packedTime of numbers) {
          const one = image(name, { time, uptime, packedTime });
          const other = image(otherName, { time: otherTime, uptime: uptime && 5000, packedTime: packedTime && 5000 });
          const without = reversedText(earlierOf(one, other));
          for (const [fileTime, otherFileTime] of [
            [1000, 9000],
            [9000, 1000],
          ] as const) {
            const found = reversedText(earlierOf({ ...one, fileTime }, { ...other, fileTime: otherFileTime }));
            if (found !== null) expect(found).toBe(without);
            else if (without !== null) doubted++;
          }
        }
      }
    }
  }
  expect(doubted).toBeGreaterThan(0);
});
