// The kernel finds in columns of open files and descriptors what TypeScript finds in them.

import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { startCheckKernel } from "../../app/checks/criu/kernel/batches.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { criuSet, imageBytes, type Message, regularFile } from "../support/criu-set.ts";
import { random } from "../support/random.ts";
import { openSources } from "../support/resources.ts";

/** A set whose tasks hold the first of some regular files, each with a path and flags. */
function setOf(
  files: readonly { readonly path: string; readonly flags?: number; readonly pos?: number }[],
  held: number,
) {
  const entries = files.map(({ path, flags = 2, pos = 0 }, at): Message => {
    const changed = regularFile(at + 1, path).map(([field, value]): Message[number] =>
      field === 2 ? [2, flags] : field === 3 ? [3, pos] : [field, value],
    );
    return [
      [1, 1],
      [2, at + 1],
      [3, changed],
    ];
  });
  const descriptors = Array.from(
    { length: held },
    (_, at): Message => [
      [1, at + 1],
      [2, 0],
      [3, 1],
      // Two numbers occur twice.
      [4, at === 5000 || at === 4096 ? at - 1 : at],
    ],
  );
  const changed = [
    bytesSource("files.img", imageBytes("FILES", entries)),
    bytesSource("fdinfo-1.img", imageBytes("FDINFO", descriptors)),
  ];
  return [...criuSet(1, 1).filter(({ name }) => !changed.some((other) => other.name === name)), ...changed];
}

async function bothWays(sources: readonly Source[]) {
  const image = await openSources(sources);
  const found = async (kernels: "always" | false) => {
    const { findings, unlisted, needs, demands } = await checkImage(image, { kernels, host: {} });
    return { findings, unlisted, needs, demanded: demands?.list };
  };
  return [await found("always"), await found(false)] as const;
}

const next = random(7);
const paths = Array.from({ length: 6000 }, (_, at) => {
  const kind = next(12);
  if (kind === 0) return `/proc/${next(50)}/maps`;
  if (kind === 1) return `/dev/pts/${next(5)}`;
  // Some are the beginnings of others, and some are longer than a word.
  return `/srv/${"data/".repeat(next(4))}${at % 3 === 0 ? next(3000) : next(40)}`;
});

describe("columns of open files", () => {
  test("paths, equal and different ones", async () => {
    const [batched, single] = await bothWays(
      setOf(
        paths.map((path) => ({ path })),
        5500,
      ),
    );
    expect(batched).toEqual(single);
    expect(single.needs?.outside.length).toBeGreaterThan(1000);
    expect(single.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["file-unused", "descriptor-repeated"]),
    );
  });

  test("flags and positions", async () => {
    const files = paths.slice(0, 5000).map((path, at) => ({
      path,
      flags: at % 7 === 0 ? 0o100 << next(6) : next(0o400000),
      pos: at % 11 === 0 ? 2 ** 63 : at,
    }));
    const [batched, single] = await bothWays(setOf(files, 5000));
    expect(batched).toEqual(single);
    const codes = new Set(single.findings.map(({ code }) => code));
    for (const code of ["flags-left-over", "directory-written", "position-impossible"]) expect(codes).toContain(code);
  });

  test("names longer than the kernel's text", async () => {
    const files = [..."abcabc"].map((name) => ({ path: `/${name.repeat(100_000)}` }));
    const [batched, single] = await bothWays(setOf([...files, { path: `/${"d".repeat(300_000)}` }, ...files], 13));
    expect(batched).toEqual(single);
    expect(single.needs?.outside).toHaveLength(4);
  });

  test("too many paths for the kernel", () => {
    const count = 2 ** 18 + 1;
    const kernel = startCheckKernel()?.kernel.columns;
    const settings = { masks: { leftOver: [], leftOverMask: 0, knownMask: 0, directory: 0, temporary: 0 } };
    const checkpoint = { files: { count } } as never;
    expect(
      kernel?.checkFiles(checkpoint, new Uint8Array(count), { ...settings, pathKinds: new Set(), prefixes: [] }),
    ).toBe(null);
  });
});

describe("numbers", () => {
  const kernel = startCheckKernel()?.kernel.columns;

  test("that are not among others", () => {
    const below = random(9);
    for (const size of [0, 1, 50, 3000]) {
      for (const range of [40, 100_000, 2 ** 32]) {
        const list = (length: number) => Uint32Array.from({ length }, () => below(range));
        const [keys, numbers] = [list(size), list(2 * size)];
        const known = new Set(keys);
        const missing = [...numbers.keys()].filter((row) => !known.has(numbers[row] ?? -1));
        expect([...(kernel?.findMissing(keys, numbers) ?? [])]).toEqual(missing);
      }
    }
  });

  test("that are not in pairs", () => {
    const unpaired = (...rows: readonly (readonly [number, number])[]) => [
      ...(kernel?.findUnpaired(
        Uint32Array.from(rows, ([number]) => number),
        Uint32Array.from(rows, ([, peer]) => peer),
      ) ?? []),
    ];
    expect(unpaired([5, 6], [7, 0], [6, 5], [8, 8])).toEqual([]);
    // A peer that is missing, one that has none, and one that has another.
    expect(unpaired([5, 6], [6, 5], [7, 9], [8, 10], [10, 0], [11, 6])).toEqual([2, 3, 5]);
    // The last of two with one number counts.
    expect(unpaired([5, 6], [6, 5], [6, 0])).toEqual([0]);
    expect(unpaired([5, 6], [6, 0], [6, 5])).toEqual([]);
  });

  test("more than there is room for", () => {
    expect(kernel?.findMissing(new Uint32Array(2 ** 18 + 1), new Uint32Array(1))).toBe(null);
    expect(kernel?.findMissing(new Uint32Array(1), new Uint32Array(2 ** 21))).toBe(null);
  });
});
