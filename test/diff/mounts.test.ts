// Files on mounts are compared by the places of the mounts: their ids are valid within one dump.

import { describe, expect, test } from "vitest";
import type { Source } from "../../app/decoder/source.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { PLACES } from "../../app/diff/pairs/match-mounts.ts";
import { changeSentence } from "../../app/export/changes/changes-text.ts";
import { readResources } from "../../app/resources/read.ts";
import { setSources } from "../support/criu.ts";
import { FOWN, imageBytes, type Message } from "../support/criu-set.ts";
import { editEntries, mapNumbers, setNumber, withFile } from "../support/edit-set.ts";
import { openSources } from "../support/resources.ts";

const SET = setSources("verdicts/mnt");
const MOUNTS = "mountpoints-9.img";
/** Mounts of the set, by their ids in it. */
const [ROOT, PROC, TMP] = [63, 64, 65];

async function compare(before: readonly Source[], after: readonly Source[]) {
  const [one, other] = [await openSources(before), await openSources(after)];
  const resources = { before: await readResources(one), after: await readResources(other) };
  const comparison = diff(one.checkpoint, other.checkpoint, { resources });
  const sentences = Array.from(comparison.changes.kind, (_, index) => changeSentence(comparison, index));
  return { changes: changesJson(comparison), sentences };
}

/** The set as another dump would number its mounts. */
function renumbered(set: readonly Source[]): Source[] {
  const mounts = mapNumbers(set, MOUNTS, "mnt_entry", (field, value) =>
    /\.(mnt_id|parent_mnt_id)$/.test(field) ? value + 1000n : value,
  );
  // A sint32 is stored as twice its value.
  return mapNumbers(mounts, "files.img", "file_entry", (field, value) =>
    field === "reg_file_entry.mnt_id" ? value + 2000n : value,
  );
}

const onMount = (set: readonly Source[], entry: number, mount: number): Source[] =>
  setNumber(set, "files.img", "file_entry", entry, "reg.mnt_id", 2 * mount);

const mountMessage = (id: number, parent: number, at: string): Message => [
  [1, 0],
  [2, id],
  [3, 8],
  [4, parent],
  [5, 0],
  [6, "/"],
  [7, at],
  [8, "none"],
  [9, ""],
];

/** The set with a second mount over that of /t, whose file is on it. */
function stacked(): Source[] {
  const mounts = [
    mountMessage(ROOT, 42, "/"),
    mountMessage(TMP, ROOT, "/t"),
    mountMessage(PROC, ROOT, "/proc"),
    mountMessage(70, TMP, "/t"),
  ];
  return withFile(SET, MOUNTS, imageBytes("MNTS", mounts));
}

/** The ids of the two mounts at /t, each with that of the other. */
const swaps: ReadonlyMap<bigint, bigint> = new Map([
  [BigInt(TMP), 70n],
  [70n, BigInt(TMP)],
]);

/** The index of the entry of a file with this id. */
const entryOf = async (id: number): Promise<number> => {
  const { files } = (await openSources(SET)).checkpoint;
  return files.id.indexOf(id);
};

const [OUT, FILE, CWD] = [3, 4, 5];

describe("files on mounts", () => {
  test("are the same if a dump numbers its mounts anew, in another order", async () => {
    const other = editEntries(renumbered(SET), MOUNTS, (entries) => entries.toReversed());
    expect((await compare(SET, other)).changes).toEqual([]);
    expect((await compare(stacked(), renumbered(stacked()))).changes).toEqual([]);
  });

  test("that are on another mount have changed, although the path is the same", async () => {
    const after = renumbered(onMount(SET, await entryOf(OUT), TMP));
    const { changes, sentences } = await compare(SET, after);
    const holders = [1, 2].map((fd) => ({ pid: 20_428, fd }));
    expect(changes).toEqual([
      { kind: "file-detail", holders, key: "mountId", before: { mountpoint: "/" }, after: { mountpoint: "/t" } },
    ]);
    expect(sentences).toEqual(["pid 20428 fd 1, pid 20428 fd 2 /out: mount / → /t"]);
    expect((await compare(after, SET)).sentences).toEqual(["pid 20428 fd 1, pid 20428 fd 2 /out: mount /t → /"]);
  });

  test("are compared by places although resources are not", async () => {
    const [one, other] = [await openSources(SET), await openSources(onMount(SET, await entryOf(OUT), TMP))];
    const places = { before: await readResources(one, PLACES), after: await readResources(other, PLACES) };
    expect(changesJson(diff(one.checkpoint, other.checkpoint, { places }))).toMatchObject([
      { kind: "file-detail", key: "mountId", before: { mountpoint: "/" }, after: { mountpoint: "/t" } },
    ]);
  });

  test("that are on a mount above another have changed", async () => {
    const after = onMount(stacked(), await entryOf(FILE), 70);
    expect((await compare(stacked(), after)).sentences).toEqual([
      "pid 20428 fd 3 /t/file: mount /t → /t, above another",
    ]);
  });

  test("can be the working directory of a task", async () => {
    const after = renumbered(onMount(SET, await entryOf(CWD), PROC));
    expect((await compare(SET, after)).changes).toEqual([
      {
        kind: "task-detail",
        pid: 20_428,
        key: "cwd.mountId",
        before: { mountpoint: "/" },
        after: { mountpoint: "/proc" },
      },
    ]);
  });

  test("are not compared if the image does not have the mount", async () => {
    expect((await compare(SET, onMount(SET, await entryOf(OUT), 999))).changes).toEqual([]);
  });
});

describe("mounts", () => {
  const edited = (mounts: readonly Message[]): Source[] => withFile(SET, MOUNTS, imageBytes("MNTS", mounts));
  const sub = (parent: number): Message => mountMessage(71, parent, "/t/sub");
  const [root, tmp, proc] = [
    mountMessage(ROOT, 42, "/"),
    mountMessage(TMP, ROOT, "/t"),
    mountMessage(PROC, ROOT, "/proc"),
  ];
  const above = mountMessage(70, TMP, "/t");

  test("that are on another mount have changed", async () => {
    const { changes, sentences } = await compare(
      edited([root, tmp, proc, sub(TMP)]),
      renumbered(edited([root, tmp, proc, sub(ROOT)])),
    );
    expect(changes).toEqual([
      {
        kind: "resource-changed",
        resource: "mounts",
        key: { mountpoint: "/t/sub", level: null },
        field: "parent",
        before: "/t",
        after: "/",
      },
    ]);
    expect(sentences).toEqual(["mount /t/sub: on /t → /"]);
  });

  test("that are on another of several mounts at one mount point have changed", async () => {
    const before = edited([root, tmp, proc, above, sub(TMP)]);
    const { changes } = await compare(before, renumbered(edited([root, tmp, proc, above, sub(70)])));
    expect(changes).toMatchObject([{ kind: "resource-changed", field: "parentLevel", before: null, after: 1 }]);
    expect((await compare(before, renumbered(before))).changes).toEqual([]);
  });

  test("at one mount point are the same in any order, and matched by what is below them", async () => {
    const sourced = (mount: Message, source: string): Message =>
      mount.map((field) => (field[0] === 8 ? [8, source] : field));
    const stack = [root, sourced(tmp, "lower"), proc, sourced(above, "upper")];
    expect((await compare(edited(stack), renumbered(edited(stack.toReversed())))).changes).toEqual([]);
    const { changes } = await compare(edited(stack), edited([root, sourced(tmp, "lower"), proc]));
    expect(changes).toMatchObject([
      { kind: "resource-removed", resource: "mounts", key: { mountpoint: "/t", level: 1 } },
    ]);
  });

  test("whose root was unlinked have changed", async () => {
    const { changes } = await compare(edited([root, tmp, proc]), edited([root, [...tmp, [16, 1]], proc]));
    expect(changes).toMatchObject([{ resource: "mounts", field: "deleted", before: null, after: true }]);
  });
});

describe("a FIFO and a unix socket with a path", () => {
  const OPTIONS: Message = [1, 2, 3, 4, 5, 6].map((field) => [field, 0] as const);
  const [FIFO, PATH, SOCKET] = [21, 22, 23];
  /** The set with both on a mount. @param signal What the FIFO sends to its owner; 0: it has none. */
  const withBoth = (set: readonly Source[], mount: number, signal = 0): Source[] => {
    const owner: Message = [1, 2, 3, 4, 5].map((field) => [field, field === 3 ? signal : 0] as const);
    const path: Message = [
      [1, PATH],
      [2, 0],
      [3, 0],
      [5, owner],
      [6, "/t/pipe"],
      // A sint32 is stored as twice its value.
      [7, 2 * mount],
    ];
    const fifo: Message = [
      [1, FIFO],
      [2, 7],
      [3, PATH],
    ];
    const socket: Message = [
      ...[SOCKET, 99, 1, 7, 2, 0, 0, 0].map((value, at) => [at + 1, value] as const),
      [9, FOWN],
      [10, OPTIONS],
      [11, "/t/socket"],
      [17, 2 * mount],
    ];
    const entryBytes = (type: number, id: number, field: number, body: Message): Uint8Array =>
      imageBytes("FILES", [
        [
          [1, type],
          [2, id],
          [field, body],
        ],
      ]).subarray(12);
    const slot = (id: number, type: number, fd: number): Uint8Array =>
      imageBytes("FDINFO", [
        [
          [1, id],
          [2, 0],
          [3, type],
          [4, fd],
        ],
      ]).subarray(12);
    const files = editEntries(set, "files.img", (entries) => [
      ...entries,
      entryBytes(1, PATH, 3, path),
      entryBytes(3, FIFO, 17, fifo),
      entryBytes(5, SOCKET, 16, socket),
    ]);
    return editEntries(files, "fdinfo-2.img", (entries) => [...entries, slot(FIFO, 3, 8), slot(SOCKET, 5, 9)]);
  };

  test("are the same if a dump numbers its mounts anew", async () => {
    expect((await compare(withBoth(SET, TMP), withBoth(renumbered(SET), TMP + 1000))).changes).toEqual([]);
  });

  test("have changed if they are on another mount, although their path is the same", async () => {
    const { sentences } = await compare(withBoth(SET, TMP), withBoth(renumbered(SET), PROC + 1000));
    expect(sentences).toEqual([
      "pid 20428 fd 8 /t/pipe: mount /t → /proc",
      "pid 20428 fd 9 socket:[unix stream /t/socket]: mount /t → /proc",
    ]);
  });

  test("have changed if the same id is that of a mount of another place", async () => {
    const swapped = mapNumbers(stacked(), MOUNTS, "mnt_entry", (field, value) =>
      /\.(mnt_id|parent_mnt_id)$/.test(field) ? (swaps.get(value) ?? value) : value,
    );
    const { sentences } = await compare(withBoth(stacked(), TMP), withBoth(swapped, TMP));
    expect(sentences.filter((sentence) => /fd [89] .* mount \/t → \/t, above another$/.test(sentence))).toHaveLength(2);
  });

  test("are not compared by a mount that the image does not have", async () => {
    expect((await compare(withBoth(SET, TMP), withBoth(SET, 999))).changes).toEqual([]);
  });

  test("a FIFO has the owner that the entry of its path has", async () => {
    const { changes } = await compare(withBoth(SET, TMP), withBoth(SET, TMP, 10));
    expect(changes).toMatchObject([{ key: "owner", holders: [{ fd: 8 }], before: null, after: { signal: 10 } }]);
  });
});

describe("fanotify marks on mounts", () => {
  const mark = (id: number, mask: number): Message => [
    [1, 20],
    [2, 2],
    [3, 0],
    [4, mask],
    [5, 0],
    [6, 1],
    [
      8,
      [
        [1, id],
        [2, "/t"],
      ],
    ],
  ];
  /** A set with a fanotify group that has marks of `mask` on mounts. */
  const withMarks = (set: readonly Source[], mask: number, ...ids: readonly number[]): Source[] => {
    const fanotify: Message = [
      [1, 20],
      [2, 2],
      [3, FOWN],
      [4, 0],
      [5, 0],
      ...ids.map((id) => [6, mark(id, mask)] as const),
    ];
    const entry = imageBytes("FILES", [
      [
        [1, 12],
        [2, 20],
        [14, fanotify],
      ],
    ]).subarray(12);
    const slot = imageBytes("FDINFO", [
      [
        [1, 20],
        [2, 0],
        [3, 12],
        [4, 9],
      ],
    ]).subarray(12);
    const files = editEntries(set, "files.img", (entries) => [...entries, entry]);
    return editEntries(files, "fdinfo-2.img", (entries) => [...entries, slot]);
  };

  test("are compared without the ids of the mounts", async () => {
    expect((await compare(withMarks(SET, 1, TMP), withMarks(renumbered(SET), 1, TMP + 1000))).changes).toEqual([]);
    const { changes } = await compare(withMarks(SET, 1, TMP), withMarks(SET, 2, TMP));
    expect(changes).toMatchObject([{ kind: "file-detail", key: "marks" }]);
    expect(JSON.stringify(changes)).not.toContain("65");
  });

  test("have changed if they are on a mount of another place", async () => {
    const moved = await compare(withMarks(SET, 1, TMP), withMarks(renumbered(SET), 1, ROOT + 1000));
    expect(moved.changes).toMatchObject([
      { key: "marks", before: [{ mount: { mountpoint: "/t" } }], after: [{ mount: { mountpoint: "/" } }] },
    ]);
    expect((await compare(withMarks(SET, 1, TMP, ROOT), withMarks(SET, 1, ROOT, TMP))).changes).toEqual([]);
  });

  test("have changed if the same id is that of a mount of another place", async () => {
    const swapped = mapNumbers(stacked(), MOUNTS, "mnt_entry", (field, value) =>
      /\.(mnt_id|parent_mnt_id)$/.test(field) ? (swaps.get(value) ?? value) : value,
    );
    const { changes, sentences } = await compare(withMarks(stacked(), 1, TMP), withMarks(swapped, 1, TMP));
    expect(changes.filter((change) => "key" in change && change.key === "marks")).toHaveLength(1);
    expect(sentences.join()).toContain("above another");
  });

  test("are compared without their places if the place of one is not known", async () => {
    expect((await compare(withMarks(SET, 1, TMP, 999), withMarks(SET, 1, ROOT, 998))).changes).toEqual([]);
  });
});

test("a mount of the same place in another namespace is identified by a task that is in it", async () => {
  const set = setSources("w7/before");
  const { sentences } = await compare(set, setNumber(set, "ids-1.img", "task_kobj_ids_entry", 0, "mnt_ns_id", 99));
  expect(sentences.filter((sentence) => sentence.includes(": mount "))).toEqual(
    expect.arrayContaining([expect.stringMatching(/^pid 1: executable: mount \/, of pid 1 → \/, of pid \d+$/)]),
  );
});
