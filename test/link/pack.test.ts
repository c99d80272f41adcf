// An image inside a link: what goes in comes out, what is to be left out does not, and no bytes do harm.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diff } from "../../app/diff/diff.ts";
import { bundle, fromLinkText, LINK_LIMIT, LINK_UNPACKED, toLinkText, unbundle } from "../../app/link/bundle.ts";
import { byteWriter } from "../../app/link/bytes.ts";
import { createMask } from "../../app/link/leave-out.ts";
import { isPacked, pack, type Unpacked, unpack } from "../../app/link/pack.ts";
import { type Checkpoint, commBytes, nameBytes } from "../../app/model/checkpoint.ts";
import { taskDetailsOf } from "../../app/model/detail-store.ts";
import type { Details } from "../../app/model/fields.ts";
import { decodeText, encodeText } from "../../app/model/text/text.ts";
import { unpackInputs } from "../../app/shell/opening/packed.ts";
import { arbitraryState } from "../support/arbitrary-state.ts";
import { bigCheckpoint } from "../support/big-state.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { checkpointOf, type State } from "../support/state.ts";

const inflated = (bytes: Uint8Array<ArrayBuffer>) =>
  new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));

const deflated = async (bytes: Uint8Array<ArrayBuffer>) => {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

const unpacked = (bytes: Uint8Array): Unpacked => {
  const result = unpack(bytes);
  if ("refused" in result) throw new Error(result.refused);
  return result;
};

/** All that a packed image is to hold. */
const graphOf = (checkpoint: Checkpoint) => {
  const { tasks, tables, descriptors, files } = checkpoint;
  const { commOffset: _o, commLength: _l, record: _a, ...taskColumns } = tasks;
  const { record: _b, ...tableColumns } = tables;
  const { record: _c, ...descriptorColumns } = descriptors;
  const { nameOffset: _n, record: _d, ...fileColumns } = files;
  const { format, dialect, evidence, complete, machine, time, facts } = checkpoint;
  return {
    head: { format, dialect, evidence, complete, machine, time, facts },
    problems: checkpoint.problems.map(({ member: _, ...problem }) => problem),
    comms: Array.from({ length: tasks.count }, (_, row) => decodeText(commBytes(checkpoint, row))),
    names: Array.from({ length: files.count }, (_, row) => decodeText(nameBytes(checkpoint, row))),
    tasks: taskColumns,
    tables: tableColumns,
    descriptors: descriptorColumns,
    files: fileColumns,
  };
};

describe("pack", () => {
  test("brings back any graph", () => {
    fc.assert(
      fc.property(fc.boolean().chain(arbitraryState), fc.string(), (state, name) => {
        const checkpoint = checkpointOf(state);
        const back = unpacked(pack(checkpoint, name));
        expect(back.name).toBe(decodeText(encodeText(name)));
        expect(graphOf(back.checkpoint)).toEqual(graphOf(checkpoint));
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    "linux-cr/v23-s1/before.ckpt",
    "linux-cr/v16-s3/after.ckpt",
    "linux-cr/seed-error/before.ckpt",
    "hostile/negative-count.ckpt",
  ])("brings back the graph of %s", async (path) => {
    const { checkpoint } = await open(fixtureBytes(path));
    expect(graphOf(unpacked(pack(checkpoint, "x")).checkpoint)).toEqual(graphOf(checkpoint));
  });

  test("brings back counts and pids of any value", () => {
    const checkpoint = checkpointOf({
      tasks: [{ pid: 1, comm: "a", table: 0 }],
      tables: [[{ fd: 0, file: 0 }]],
      files: [{ kind: "regular", path: "/x" }],
    });
    checkpoint.tables.announced[0] = -599_806_908;
    checkpoint.tasks.pgid[0] = 0x7fff_ffff;
    expect(graphOf(unpacked(pack(checkpoint, "x")).checkpoint)).toEqual(graphOf(checkpoint));
  });

  test("turns numbers that cannot be pids into NONE", () => {
    const checkpoint = checkpointOf({ tasks: [{ pid: 1, comm: "a", table: 0 }], tables: [[]], files: [] });
    checkpoint.tasks.ppid[0] = -5;
    expect(unpacked(pack(checkpoint, "x")).checkpoint.tasks.ppid[0]).toBe(-1);
  });

  test("is small: 1,000 descriptors fit into a link", async () => {
    const text = toLinkText(await bundle([pack(bigCheckpoint(1000), "x")]));
    expect(text.length).toBeLessThan(LINK_LIMIT / 4);
  });
});

describe("what is not a packed image", () => {
  const whole = pack(checkpointOf(fc.sample(arbitraryState(true), { numRuns: 1, seed: 1 })[0] as State), "x");

  test("every cut is refused", () => {
    for (let length = 0; length < whole.length; length++)
      expect(unpack(whole.subarray(0, length))).toHaveProperty("refused");
    expect(unpack(new Uint8Array([...whole, 0]))).toHaveProperty("refused");
  });

  test("every changed byte gives a checkpoint that holds together, or a sentence", () => {
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 1, 127, 128, 255]) {
        const bytes = whole.slice();
        bytes[at] = value;
        const result = unpack(bytes);
        if ("refused" in result) continue;
        const { tasks, tables, descriptors, files } = result.checkpoint;
        expect(tasks.table.every((table) => table < tables.count)).toBe(true);
        expect(descriptors.file.every((file) => file < files.count)).toBe(true);
        expect(tables.first.at(-1)).toBe(descriptors.count);
        expect(descriptors.closeOnExec.every((flag) => flag <= 1)).toBe(true);
        // Names lie in the text, and views can be made of them.
        for (let row = 0; row < files.count; row++)
          expect(nameBytes(result.checkpoint, row).length).toBe(files.nameLength[row]);
      }
    }
  });

  test("a later version is reported as one", () => {
    const later = whole.slice();
    later["ckptscope pack".length] = 3;
    expect(isPacked(later)).toBe(false);
    expect(unpack(later)).toEqual({ refused: expect.stringMatching(/later version/) });
  });
});

test("an image that would take too much memory is refused before it is built", () => {
  const writer = byteWriter();
  writer.raw(encodeText("ckptscope pack\x01"));
  writer.block(encodeText("{}"));
  // No names, no tasks, no tables, no descriptors, and five million open files of zeros.
  for (const count of [0, 0, 0, 0, 5_000_000]) writer.number(count);
  writer.raw(new Uint8Array(5_000_000 * 12));
  expect(unpack(writer.take())).toEqual({ refused: expect.stringMatching(/would take more than 1024 MiB of memory/) });
});

describe("bundles", () => {
  test("of earlier versions, which have no checksum, are read", async () => {
    const writer = byteWriter();
    writer.number(1);
    writer.block(encodeText("one"));
    expect(await unbundle(await deflated(writer.take()), 1000)).toEqual([encodeText("one")]);
  });

  test("with any byte changed are damaged", async () => {
    const plain = new Uint8Array(
      await new Response(inflated(await bundle([encodeText("one"), encodeText("two")]))).arrayBuffer(),
    );
    for (let at = 0; at < plain.length; at++) {
      const changed = plain.slice();
      changed[at] = (changed[at] ?? 0) ^ 64;
      expect(await unbundle(await deflated(changed), 1000)).toEqual({ refused: expect.stringMatching(/damaged/) });
    }
  });

  test("hold one or two images, as text that needs no escape", async () => {
    const packs = [encodeText("one"), encodeText("two")];
    for (const some of [packs.slice(0, 1), packs]) {
      const text = toLinkText(await bundle(some));
      expect(encodeURIComponent(text)).toBe(text);
      const piece = fromLinkText(text);
      expect("refused" in piece ? piece : await unbundle(piece, 1000)).toEqual(some);
    }
  });

  test("a bomb is not unpacked", async () => {
    const stream = new Blob([new Uint8Array(64 * 2 ** 20)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const bomb = new Uint8Array(await new Response(stream).arrayBuffer());
    expect(bomb.length).toBeLessThan(100_000);
    expect(await unbundle(bomb, 2 ** 20)).toEqual({ refused: expect.stringMatching(/more than 1 MiB/) });
  });

  test("what is too long is not even decoded", () => {
    expect(fromLinkText("A".repeat(LINK_LIMIT + 1))).toEqual({ refused: expect.stringMatching(/longer than/) });
    expect(fromLinkText("not base64!")).toEqual({ refused: expect.stringMatching(/damaged/) });
  });

  test("damage is reported, whatever the bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 50 }), async (bytes) => {
        expect(await unbundle(new Uint8Array(bytes), 1000)).toHaveProperty("refused");
      }),
    );
  });
});

describe("leaving out", () => {
  const before: State = {
    tasks: [{ pid: 7, comm: "secretd", table: 0 }],
    tables: [[0, 1, 2, 3].map((fd) => ({ fd, file: fd }))],
    files: [
      { kind: "regular", path: "/home/alice/diary.txt", pos: 10n },
      { kind: "regular", path: "/home/bob/diary.txt", pos: 10n },
      { kind: "pipe", path: "pipe:[5]", stable: 6 },
      { kind: "socket", path: "socket:[unix /run/alice.sock 1]", stable: 30 },
    ],
  };
  const after: State = {
    ...before,
    files: before.files.map((file, at) => (at === 1 ? { ...file, pos: 99n } : file)).toReversed(),
    tables: [[3, 2, 1, 0].map((file, fd) => ({ fd, file }))],
  };
  const packed = (choice: "nothing" | "directories" | "names") => {
    const mask = createMask(choice);
    return [before, after].map((state) => unpacked(pack(checkpointOf(state), "x", mask)).checkpoint);
  };
  const namesOf = (checkpoint: Checkpoint | undefined) => checkpoint && graphOf(checkpoint).names;
  const changesOf = ([a, b]: readonly Checkpoint[]) => diff(a as Checkpoint, b as Checkpoint).changes;

  test("directories become numbers", () => {
    const [was] = packed("directories");
    expect(namesOf(was)).toEqual(["…1/diary.txt", "…2/diary.txt", "pipe:[5]", "socket:[unix …3/alice.sock 1]"]);
  });

  test("names become numbers", () => {
    const [was, now] = packed("names");
    expect(namesOf(was)).toEqual(["file-1", "file-2", "pipe:[5]", "file-3:1"]);
    expect(namesOf(now)).toEqual(namesOf(was)?.toReversed());
    expect(was && graphOf(was).comms).toEqual(["task-1"]);
  });

  test("what changed stays the same", () => {
    const changes = changesOf(packed("nothing"));
    expect(changesOf(packed("directories"))).toEqual(changes);
    expect(changesOf(packed("names"))).toEqual(changes);
  });

  test("free text is left out where it may hold a name", async () => {
    const bytes = fixtureBytes("linux-cr/v23-s1/before.ckpt");
    const { checkpoint } = await open(bytes.subarray(0, bytes.length - 700));
    const withProblem = {
      ...checkpoint,
      problems: [...checkpoint.problems, { severity: "note" as const, code: "a-b", message: "/x/y is bad", offset: 1 }],
    };
    const { checkpoint: masked } = unpacked(pack(withProblem, "x", createMask("names")));
    expect(masked.facts).toEqual([]);
    expect(masked.evidence).toBe("");
    expect(masked.problems.at(-1)?.message).toBe("a b (the details were left out)");
    const { checkpoint: short } = unpacked(pack(withProblem, "x", createMask("directories")));
    expect(short.problems.map(({ message }) => message).join()).not.toContain("/x/y");
    expect(short.evidence).toBe(checkpoint.evidence);
  });
});

test("details of a task that no decoder adds are left out", () => {
  const wrong: readonly Details[] = [
    { threads: -1, exit: 1, exe: true },
    { threads: 0, exit: { code: "x" }, cwd: 99 },
    { threads: 1.5, exit: { signal: 9 }, root: -1 },
    { threads: "1", exit: [], root: ["/"] },
  ];
  const right: Details = { threads: 2, exit: { signal: "SIGKILL" }, exe: 0, cwd: "/", umask: 18, other: [-1] };
  const tasks = [...wrong, right].map((details, at) => ({ pid: at + 1, comm: "sh", details }));
  const state: State = { tasks, tables: [], files: [{ kind: "regular", path: "/bin/sh" }] };
  const { checkpoint } = unpacked(pack(checkpointOf(state), "x"));
  expect(tasks.map((_, task) => taskDetailsOf(checkpoint, task))).toEqual([{}, {}, {}, {}, right]);
});

test("a problem with an invalid code is left out", () => {
  const checkpoint = checkpointOf({ tasks: [{ pid: 1, comm: "a", table: 0 }], tables: [[]], files: [] });
  const problem = (code: string) => ({ severity: "note" as const, code, message: "x", offset: null });
  const forged = { ...checkpoint, problems: [problem("a-b"), problem("a b"), problem("<b>"), problem("")] };
  expect(unpacked(pack(forged, "x")).checkpoint.problems.map(({ code }) => code)).toEqual(["a-b"]);
});

test("only packed images are accepted inside a link", async () => {
  const link = readFileSync(new URL("../fixtures/hostile/link-pstree-64.txt", import.meta.url), "utf8").trim();
  const piece = fromLinkText(link);
  if ("refused" in piece) throw new Error(piece.refused);
  expect(await unpackInputs(piece, LINK_UNPACKED)).toEqual({ refused: expect.stringMatching(/damaged|more than/) });
  expect(await unpackInputs(await bundle([fixtureBytes("linux-cr/seed-one/before.ckpt")]), LINK_UNPACKED)).toEqual({
    refused: expect.stringMatching(/damaged/),
  });
});
