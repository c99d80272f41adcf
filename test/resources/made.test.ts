// What a recorded set does not have: sets made for one question each, and the words of proc(5) and others for it.

import { describe, expect, test } from "vitest";
import type { Source } from "../../app/decoder/source.ts";
import { setSources } from "../support/criu.ts";
import { imageBytes, type Message } from "../support/criu-set.ts";
import { editEntries, editField, setNumber, withFile } from "../support/edit-set.ts";
import { resourcefulSet } from "../support/resourceful-set.ts";
import { entries, openSources } from "../support/resources.ts";

const MM = "mm-25572.img";
const CORE = "core-25572.img";

/** The set with a further mapping of task 25572, after all others. */
const withMapping = (start: number, pages: number, status: number, flags = 0x22): Source[] =>
  editEntries(resourcefulSet(), MM, ([mm = new Uint8Array(0)]) => {
    const range = [start, start + pages * 4096, 0, 0, 3, flags, status].map((value, at) => [at + 1, value] as const);
    const vma: Message = [...range, [8, 1]];
    // The message, after magics and size.
    return [Uint8Array.from([...mm, ...imageBytes("MM", [[[14, vma]]]).subarray(12)])];
  });

async function mappingsOf(set: readonly Source[]) {
  const found = await entries(await openSources(set), "mappings");
  return found.filter(({ pid }) => pid === 25_572);
}

describe("mappings", () => {
  const ANONYMOUS = 0x201;

  test("with MAP_GROWSDOWN are not stacks, except the one with the address where the stack began", async () => {
    const found = await mappingsOf(withMapping(0x10000, 4, ANONYMOUS, 0x122));
    expect(found[0]).toMatchObject({ start: "10000", kind: "anonymous" });
    expect(found.filter(({ kind }) => kind === "stack")).toHaveLength(1);
  });

  test("of io_setup(2) have the name of /proc/PID/maps", async () => {
    const [ring] = await mappingsOf(withMapping(0x10000, 2, 0x2001));
    expect(ring).toMatchObject({ kind: "aio", path: "/[aio]" });
  });

  test("that are guards inside another come after it, and have no memory of their own", async () => {
    const before = await mappingsOf(resourcefulSet());
    const heap = before.findIndex(({ kind }) => kind === "heap");
    const start = Number.parseInt(String(before[heap]?.start), 16);
    const set = withMapping(start + 4096, 1, 0x10000, 0);
    const found = await mappingsOf(set);
    expect(found.map(({ kind }) => kind)).toEqual(before.map(({ kind }) => kind).toSpliced(heap + 1, 0, "guard"));
    const [memory, plain] = [
      await (await openSources(set)).memory(),
      await (await openSources(resourcefulSet())).memory(),
    ];
    if (typeof memory === "string" || typeof plain === "string") throw new Error("no memory");
    expect(memory.mappings.count).toBe(plain.mappings.count);
  });
});

test("a policy that is reset on fork has the names of chrt(1)", async () => {
  const set = setNumber(resourcefulSet(), CORE, "core_entry", 0, "thread_core.sched_policy", 0x4000_0002);
  const [thread] = await entries(await openSources(set), "threads");
  expect(thread?.policy).toBe("SCHED_RR|SCHED_RESET_ON_FORK");
});

test("a timer that notifies a thread names it", async () => {
  const timer = "tc.timers.posix";
  const one = setNumber(resourcefulSet(), CORE, "core_entry", 0, `${timer}.it_sigev_notify`, 4);
  const two = setNumber(one, CORE, "core_entry", 0, `${timer}.notify_thread_id`, 25_573);
  const set = setNumber(two, CORE, "core_entry", 0, `${timer}.sival_ptr`, 0x7fdeff3e1234n);
  const found = await entries(await openSources(set), "timers");
  expect(found.filter(({ kind }) => kind === "posix")).toMatchObject([
    { notify: "SIGEV_THREAD_ID", thread: 25_573, sigval: "7fdeff3e1234" },
  ]);
});

test("sockets are in a network namespace of the table", async () => {
  const image = await openSources(resourcefulSet());
  const own = (await entries(image, "namespaces")).filter(({ pid, kind }) => pid === 25_575 && kind === "net");
  const sockets = await entries(image, "sockets");
  expect(sockets.length).toBeGreaterThan(10);
  expect(new Set(sockets.map(({ namespace }) => namespace))).toEqual(new Set(own.map(({ id }) => id)));
});

test("user namespaces have their maps of ids", async () => {
  const extent = (first: number, lower: number, count: number): Message => [
    [1, first],
    [2, lower],
    [3, count],
  ];
  const maps: Message = [
    [1, extent(0, 100_000, 65_536)],
    [1, extent(65_536, 1000, 1)],
    [2, extent(0, 100_000, 65_536)],
  ];
  const set = withFile(resourcefulSet(), "userns-14.img", imageBytes("USERNS", [maps]));
  expect(await entries(await openSources(set), "idmaps")).toEqual([
    { namespace: 14, kind: "uid", first: 0, lowerFirst: 100_000, count: 65_536 },
    { namespace: 14, kind: "uid", first: 65_536, lowerFirst: 1000, count: 1 },
    { namespace: 14, kind: "gid", first: 0, lowerFirst: 100_000, count: 65_536 },
  ]);
});

test("the path of a locked file is not known if the image does not say what the file is", async () => {
  const set = setSources("cases/file-locks");
  const pathsOf = async (sources: readonly Source[]) =>
    (await entries(await openSources(sources), "locks")).map(({ path }) => path);
  const paths = await pathsOf(set);
  expect(paths).toHaveLength(4);
  // Of the file of the second lock, id and type are left.
  const bodiless = editField(set, "files.img", "file_entry", 4, "reg", () => null);
  expect(await pathsOf(bodiless)).toEqual(paths.with(1, null));
});

test("an overlay is named as in mountinfo", async () => {
  const one = setNumber(resourcefulSet(), "mountpoints-12.img", "mnt_entry", 0, "fstype", 17);
  const set = editField(one, "mountpoints-12.img", "mnt_entry", 0, "fsname", () => null);
  const [root] = await entries(await openSources(set), "mounts");
  expect(root?.type).toBe("overlay");
});

test("a lock can begin below 0, and one that is cut off has no place", async () => {
  const locks = "filelocks.img";
  const below = setNumber(setSources("cases/file-locks"), locks, "file_lock_entry", 0, "start", -8n);
  const cut = setNumber(below, locks, "file_lock_entry", 1, "start", null);
  const rows = await entries(await openSources(cut), "locks");
  const starts = new Map(rows.map(({ fd, start }) => [fd, start]));
  expect([...starts.values()].toSorted()).toEqual(["-8", "0", "0", null].toSorted());
});

describe("control groups", () => {
  const group = (path: string, hidden: number): Message => [
    [1, "cpu"],
    [2, path],
    [3, hidden],
  ];
  const groups = (id: number, path: string, hidden: number): Message => [
    [1, id],
    [2, group(path, hidden)],
  ];
  const image = imageBytes("CGROUP", [
    [
      [1, groups(1, "/pod/a", 4)],
      [1, groups(2, "/pod/b", 99)],
    ],
  ]);
  const withGroups = withFile(resourcefulSet(), "cgroup.img", image);

  test("are those of tasks, and of threads in others", async () => {
    const other = setNumber(withGroups, "core-25573.img", "core_entry", 0, "thread_core.cg_set", 2);
    const found = await entries(await openSources(other), "cgroups");
    expect(found.map(({ pid, tid, path }) => [pid, tid, path])).toEqual([
      [25_572, 25_572, "/pod/a"],
      [25_572, 25_573, "/pod/b"],
      [25_575, 25_575, "/pod/a"],
    ]);
    // What is hidden is not longer than the path.
    expect(found.map(({ root }) => root)).toEqual(["/pod", null, "/pod"]);
  });
});

test("a network namespace has the name by which the restore provides it", async () => {
  const set = setSources("w7/before");
  const named = editField(set, "netns-10.img", "netns_entry", 0, "ext_key", () => Buffer.from("extRootNetNS"));
  const external = async (sources: readonly Source[]) =>
    (await entries(await openSources(sources), "namespaces")).filter((row) => row.external !== null);
  expect(await external(set)).toEqual([]);
  expect(await external(named)).toMatchObject([
    { pid: 1, kind: "net", id: 10, external: "extRootNetNS" },
    { pid: 2, kind: "net", id: 10, external: "extRootNetNS" },
  ]);
});
