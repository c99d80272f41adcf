// The tables of Linux-CR images from the original writer's code, against what its scenarios say.

import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { readResources } from "../../app/resources/read.ts";
import { type Parts, putTogether, setField } from "../support/edit-image.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { resourcefulImage, withSemaphores } from "../support/resourceful-image.ts";
import { entries } from "../support/resources.ts";

const BEFORE = "linux-cr/v23-s1/before.ckpt";
const expected = JSON.parse(new TextDecoder().decode(fixtureBytes("linux-cr/v23-s1/expected.json")));
const openBefore = () => open(fixtureBytes(BEFORE));

describe("v23", () => {
  test("has the task and its thread", async () => {
    const image = await openBefore();
    const [task] = expected.before.tasks;
    expect(await entries(image, "tasks")).toMatchObject([
      { pid: task.pid, ppid: task.ppid, pgid: task.pgid, sid: task.sid, name: task.comm, exitSignal: "SIGCHLD" },
    ]);
    expect(await entries(image, "threads")).toMatchObject([{ pid: 4242, tid: 4242, blocked: [], pending: [] }]);
  });

  test("cut anywhere in the task has no signal stack, as the whole has none", async () => {
    const bytes = fixtureBytes(BEFORE);
    for (let end = 400; end < 700; end++) {
      const threads = await entries(await open(bytes.subarray(0, end)), "threads");
      expect(
        threads.filter(({ signalStack }) => signalStack !== null),
        `cut at ${end}`,
      ).toEqual([]);
    }
  });

  test("has the mappings of its memory, with their pages", async () => {
    const found = await entries(await openBefore(), "mappings");
    const [memory] = expected.before.memory;
    expect(found).toHaveLength(memory.vmas);
    expect(found.reduce((sum, { present }) => sum + Number(present), 0)).toBe(memory.pages);
    expect(found).toMatchObject([
      { start: "400000", end: "410000", permissions: "r-xp", kind: "file", path: "/usr/sbin/server", file: 17 },
      { start: "610000", end: "611000", permissions: "rw-p", kind: "file", present: 1 },
      { start: "1000000", kind: "anonymous", path: null, offset: "0", file: null, present: 1 },
      { start: "70000000", kind: "stack", flags: expect.arrayContaining(["VM_GROWSDOWN"]) },
      { start: "7ffe0000", kind: "vdso", permissions: "r-xp", present: 0 },
    ]);
  });

  test("has credentials, limits, signals, namespaces, the host's name and terminals", async () => {
    const image = await openBefore();
    expect(await entries(image, "credentials")).toMatchObject([
      { uid: 0, euid: 0, groups: [0, 10, 100], effective: [], securebits: 0, noNewPrivs: null },
    ]);
    const [bounding] = (await entries(image, "credentials")).map((entry) => entry.bounding as string[]);
    expect([bounding?.length, bounding?.at(-1)]).toEqual([34, "CAP_MAC_ADMIN"]);
    const limits = await entries(image, "limits");
    expect(limits).toHaveLength(16);
    expect(limits.filter(({ soft }) => soft !== null)).toMatchObject([{ resource: "RLIMIT_NOFILE", soft: "1048576" }]);
    expect(await entries(image, "signals")).toMatchObject([
      { signal: "SIGCHLD", action: "handler", handler: "400c00", flags: ["SA_RESTORER", "SA_RESTART"] },
    ]);
    expect(await entries(image, "namespaces")).toMatchObject([
      { kind: "user", id: 4, own: null },
      { kind: "uts", id: 7, own: null },
      { kind: "ipc", id: 8 },
    ]);
    expect(await entries(image, "uts")).toMatchObject([{ nodename: "ckpt-host", domainname: "(none)" }]);
    expect(await entries(image, "terminals")).toMatchObject([
      { fd: 0, index: 3, side: "slave", rows: 24, columns: 80 },
      { fd: 1 },
      { fd: 2 },
    ]);
  });

  test("has no change of a resource but those of descriptors", async () => {
    const [before, after] = [await openBefore(), await open(fixtureBytes("linux-cr/v23-s1/after.ckpt"))];
    const resources = { before: await readResources(before), after: await readResources(after) };
    const changes = changesJson(diff(before.checkpoint, after.checkpoint, { resources }));
    expect(changes.filter((change) => "resource" in change)).toEqual([]);
  });
});

/** Bytes from sem_nsems to the end of IPC_SEM. */
const SEM_NSEMS_TO_END = 8;

describe("what the sample does not have", () => {
  const openResourceful = async () => open(putTogether(await resourcefulImage()));

  test("interval timers, in seconds", async () => {
    expect(await entries(await openResourceful(), "timers")).toMatchObject([
      { pid: 4242, kind: "ITIMER_REAL", id: null, interval: "5", value: "0.25" },
      { pid: 4242, kind: "ITIMER_VIRTUAL", interval: "0.5", value: "0" },
      { pid: 4242, kind: "ITIMER_PROF", interval: "0", value: "3" },
    ]);
  });

  test("IPC objects with the values of semaphores", async () => {
    const image = await openResourceful();
    const owner = { uid: 1000, gid: 1001, creatorUid: 1002, creatorGid: 1003, mode: 0o640, namespace: 8 };
    expect(await entries(image, "ipc")).toMatchObject([
      { kind: "shm", key: 0x5348, id: 3, ...owner, size: "8192", values: null, messages: null },
      { kind: "msg", key: 0x4d53, id: 4, ...owner, capacity: "16384", messages: 1, usedBytes: "5" },
      { kind: "sem", key: 0x5345, id: 5, ...owner, values: [7, 0, 2] },
    ]);
  });

  test.each([
    ["24 bytes for three semaphores, of kernels before 2.6.35", 8, [1, 2, 3]],
    ["a pointer-sized list in each, of 64-bit kernels", 24, [1, 2, 3]],
    ["semaphores of a size that no kernel had", 12, null],
  ])("semaphores in %s", async (_, size, values) => {
    const image = await open(putTogether(withSemaphores(await resourcefulImage(), [1, 2, 3], size)));
    expect((await entries(image, "ipc")).at(-1)).toMatchObject({ kind: "sem", values });
  });

  test("the values of semaphores that are cut off are unknown", async () => {
    const parts = await resourcefulImage();
    const sem = parts.parts.findIndex(({ name }) => name === "IPC_SEM");
    const image = await open(putTogether({ ...parts, parts: parts.parts.toSpliced(sem + 1, 1) }));
    expect((await entries(image, "ipc")).at(-1)).toMatchObject({ kind: "sem", id: 5, values: null });
  });

  test("the number of semaphores is unknown, and not 0, if the image ends before it", async () => {
    const { parts, ...rest } = await resourcefulImage();
    const sem = parts.findIndex(({ name }) => name === "IPC_SEM");
    const end = putTogether({ ...rest, parts: parts.slice(0, sem + 1) }).length;
    const image = await open(putTogether({ ...rest, parts }).subarray(0, end - SEM_NSEMS_TO_END));
    expect((await entries(image, "ipc")).at(-1)).toMatchObject({ kind: "sem", id: 5, values: null });
  });

  test("pending signals are unknown without the records that list them", async () => {
    const pending = async (parts: Parts) => (await entries(await open(putTogether(parts)), "threads"))[0];
    const image = await resourcefulImage();
    expect(await pending(image)).toMatchObject({ pending: [], sharedPending: [] });
    const without = { ...image, parts: image.parts.filter(({ name }) => name !== "SIGPENDING") };
    expect(await pending(without)).toMatchObject({ pending: null, sharedPending: null, signalStack: "7fff0000" });
  });

  test("the label of a task, its user namespace, PR_SET_DUMPABLE and its signal stack", async () => {
    const image = await openResourceful();
    expect(await entries(image, "credentials")).toMatchObject([{ pid: 4242, label: "system_u:system_r:server_t" }]);
    expect(await entries(image, "namespaces")).toContainEqual({
      pid: 4242,
      kind: "user",
      id: 4,
      own: null,
      external: null,
    });
    expect(await entries(image, "tasks")).toMatchObject([{ dumpable: 1 }]);
    expect(await entries(image, "threads")).toMatchObject([{ signalStack: "7fff0000" }]);
    const sample = await openBefore();
    expect(await entries(sample, "credentials")).toMatchObject([{ label: null }]);
    expect(await entries(sample, "threads")).toMatchObject([{ signalStack: null }]);
  });

  test.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 2],
  ])("the flags %i of a memory are PR_SET_DUMPABLE %i", async (flags, dumpable) => {
    const image = await open(putTogether(setField(await resourcefulImage(), "MM", 0, "flags", flags)));
    expect(await entries(image, "tasks")).toMatchObject([{ dumpable }]);
  });
});

test("the peer of a socket is an open file of the image, or unknown: not the objref of a socket that was cut off", async () => {
  const bytes = fixtureBytes("linux-cr/diff-blind/before.ckpt");
  let peers = 0;
  for (let size = bytes.length; size > 0; size -= 97) {
    const image = await openImage([bytesSource("cut", bytes.subarray(0, size))]);
    if ("refused" in image) continue;
    const ids = new Set<unknown>(image.checkpoint.files.id);
    for (const { peer } of await entries(image, "sockets")) {
      if (peer === null) continue;
      peers++;
      expect(ids, `cut at ${size}`).toContain(peer);
    }
  }
  expect(peers).toBeGreaterThan(0);
});

test("the first dialect records no memory, limits or threads, and says so", async () => {
  const tables = await readResources(await open(fixtureBytes("linux-cr/seed-one/before.ckpt")));
  const { mappings, limits, threads, tasks } = tables;
  expect([mappings, limits, threads, tasks].map((table) => table?.held)).toEqual([false, false, false, true]);
});
