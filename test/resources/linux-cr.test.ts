// The tables of Linux-CR images from the original writer's code, against what its scenarios say.

import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { changesJson } from "../../app/diff/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { readResources } from "../../app/resources/read.ts";
import { fixtureBytes, open } from "../support/open.ts";
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

test("the first dialect holds no memory, and says so", async () => {
  const tables = await readResources(await open(fixtureBytes("linux-cr/seed-one/before.ckpt")));
  expect([tables.mappings?.held, tables.limits?.held, tables.tasks?.held]).toEqual([false, false, true]);
});
