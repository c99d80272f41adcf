// Unusual sets that CRIU writes and restores: nothing in them is an error.

import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import type { MessageName } from "../../app/decoder/criu/format/messages.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import type { Source } from "../../app/decoder/source.ts";
import { HAS } from "../../app/model/checkpoint.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { fixtureBytes, setSources } from "../support/criu.ts";
import { AT } from "../support/criu-faults.ts";
import { editField, setNumber, withFile, without } from "../support/edit-set.ts";
import { withPages } from "../support/memory.ts";

const checked = async (sources: readonly Source[], kernels: "always" | false = false) =>
  checkImage(await decodeCriuSet(sources), { kernels });

const pairsOf = async (sources: readonly Source[]): Promise<string[]> =>
  (await checked(sources)).findings.map(({ severity, code }) => `${severity} ${code}`);

test.each(["always", false] as const)("a policy that is reset on fork, with kernels: %s", async (kernels) => {
  const set = await withPages(setSources("w4/before"));
  const withPolicy = (policy: number) =>
    setNumber(set, "core-31495.img", "core_entry", 0, "thread_core.sched_policy", policy);
  const codes = async (policy: number) => (await checked(withPolicy(policy), kernels)).findings.map(({ code }) => code);
  // SCHED_BATCH | SCHED_RESET_ON_FORK; SCHED_DEADLINE | SCHED_RESET_ON_FORK.
  expect(await codes(0x4000_0003)).toEqual([]);
  expect(await codes(0x4000_0006)).toEqual(["value-impossible"]);
});

describe("the contents of a tmpfs", () => {
  const TMPFS = 5;
  /** Which entries they are. */
  const [TEMPORARY, PROC, ROOT] = [0, 1, 2];
  const MOUNTS = "mountpoints-9.img";
  const mounted = async () => without(await withPages(setSources("verdicts/mnt")), "tmpfs-dev-40.tar.gz.img");
  const tmpfsAt = (set: readonly Source[], n: number, device: number): Source[] => {
    const typed = setNumber(set, MOUNTS, "mnt_entry", n, "fstype", TMPFS);
    const moved = setNumber(typed, MOUNTS, "mnt_entry", n, "root_dev", device);
    return editField(moved, MOUNTS, "mnt_entry", n, "root", () => encodeText("/"));
  };

  test("are called for", async () => {
    expect(await pairsOf(await mounted())).toEqual(["error member-missing"]);
  });

  test("are not in the set if it is the root of a namespace", async () => {
    const set = await withPages(setSources("verdicts/mnt"));
    expect(await pairsOf(tmpfsAt(set, ROOT, 41))).toEqual([]);
  });

  test("are not in the set if another mount of all of it comes from outside", async () => {
    const set = tmpfsAt(await mounted(), PROC, 40);
    const outside = editField(set, MOUNTS, "mnt_entry", PROC, "ext_key", () => encodeText("key"));
    expect(await pairsOf(outside)).toEqual([]);
  });

  test("are called for if only a file in it comes from outside, unless it is of the same peer group", async () => {
    const set = tmpfsAt(await mounted(), PROC, 40);
    const outside = editField(set, MOUNTS, "mnt_entry", PROC, "ext_key", () => encodeText("key"));
    const part = editField(outside, MOUNTS, "mnt_entry", PROC, "root", () => encodeText("/null"));
    expect(await pairsOf(part)).toEqual(["error member-missing"]);
    const inGroup = setNumber(part, MOUNTS, "mnt_entry", PROC, "shared_id", 7);
    expect(await pairsOf(inGroup)).toEqual(["error member-missing"]);
    for (const field of ["shared_id", "master_id"]) {
      expect(await pairsOf(setNumber(inGroup, MOUNTS, "mnt_entry", TEMPORARY, field, 7))).toEqual([]);
    }
  });
});

describe("a network namespace", () => {
  test("that was left empty has nothing in the set", async () => {
    const whole = await withPages(setSources("cases/tun"));
    let set = without(without(whole, "netns-10.img"), "netdev-10.img");
    // The fixture lacks files without framing.
    for (const device of [23, 25, 27, 28]) set = withFile(set, `tmpfs-dev-${device}.tar.gz.img`, new Uint8Array(1));
    const { findings, needs } = await checked(set);
    expect(findings).toEqual([]);
    expect(needs?.options.map(({ option }) => option)).toContain("--empty-ns net");
    const options = (await checked(whole)).needs?.options.map(({ option }) => option);
    expect(options).not.toContain("--empty-ns net");
  });

  test("is restored without its settings", async () => {
    const set = without(await withPages(setSources("cases/tun")), "netns-10.img");
    expect(await pairsOf(set)).toEqual(["warning member-missing"]);
  });
});

test("ghost files of an earlier dump, whose remaps a later one removed", async () => {
  const set = await withPages(setSources("w2/before"));
  const left = withFile(set, "ghost-file-1.img", fixtureBytes("w1/before/ghost-file-1.img"));
  expect(await pairsOf(left)).toEqual(["warning remap-missing"]);
});

describe("a negative position", () => {
  const [NULL, HELD, UNHELD] = [1, 3, 0];
  const withPosition = async (entry: number, position: bigint, field = "reg.pos", from = "w4/before") =>
    setNumber(await withPages(setSources(from)), "files.img", "file_entry", entry, field, position);

  test.each(["always", false] as const)("of -1 stands for none, with kernels: %s", async (kernels) => {
    const set = await withPosition(NULL, -1n);
    const { checkpoint } = await decodeCriuSet(set, { kernels });
    expect(checkpoint.files.has[NULL] ?? 0).not.toBe(0);
    expect((checkpoint.files.has[NULL] ?? 0) & HAS.pos).toBe(0);
    expect((await checked(set, kernels)).findings).toEqual([]);
  });

  test("is legal for a device", async () => {
    expect(await pairsOf(await withPosition(NULL, -2n))).toEqual([]);
  });

  test("is refused for a file with a descriptor, and ignored for others", async () => {
    expect(await pairsOf(await withPosition(HELD, -2n, "reg.pos", "w1/before"))).toEqual(["error position-impossible"]);
    expect(await pairsOf(await withPosition(UNHELD, -2n, "reg.pos", "w1/before"))).toEqual([
      "warning position-impossible",
    ]);
  });
});

describe("what a restore goes on without", () => {
  const CORE = "core-31495.img";
  const edited = async (field: string, value: number | bigint, member = CORE, message: MessageName = "core_entry") =>
    pairsOf(setNumber(await withPages(setSources("w4/before")), member, message, 0, field, value));

  test("limits above their maximum, which are lowered, and an impossible oom_score_adj", async () => {
    expect(await edited("tc.rlimits.rlimits.max", 10)).toEqual(["warning value-impossible"]);
    expect(await edited("tc.oom_score_adj", 1001)).toEqual(["warning value-impossible"]);
  });

  test("a descriptor without a type, which is that of any file", async () => {
    expect(await edited("type", 0, "fdinfo-2.img", "fdinfo_entry")).toEqual([]);
  });
});

test("the machine of a thread is that of its task", async () => {
  const whole = await withPages(setSources("r1/before"));
  expect(await pairsOf(setNumber(whole, "core-25573.img", "core_entry", 0, "mtype", 0))).toEqual([]);
  expect(await pairsOf(setNumber(whole, "core-25572.img", "core_entry", 0, "mtype", 0))).toEqual([
    "error core-incomplete",
  ]);
});

test("a unix socket that names a peer which does not name it", async () => {
  const set = await withPages(setSources("w4/before"));
  const oneSided = setNumber(set, "files.img", "file_entry", 10, "usk.peer", 0);
  expect(await pairsOf(oneSided)).toEqual(["error peer-missing"]);
  // Any number of datagram sockets can send to one.
  expect(await pairsOf(setNumber(set, "files.img", "file_entry", 12, "usk.peer", 0))).toEqual([]);
});

test("an epoll that watches a regular file, as some file systems allow", async () => {
  const set = await withPages(setSources("w4/before"));
  expect(await pairsOf(setNumber(set, "files.img", "file_entry", AT.epoll, "epfd.tfd.tfd", 1))).toEqual([]);
});

test("options of the dump that a restore has to repeat", async () => {
  const optionsOf = async (field: string): Promise<string[]> => {
    const set = setNumber(await withPages(setSources("w4/before")), "inventory.img", "inventory_entry", 0, field, 1);
    return (await checked(set)).needs?.options.map(({ option }) => option) ?? [];
  };
  expect(await optionsOf("tcp_close")).toContain("--tcp-close");
  expect(await optionsOf("allow_uprobes")).toContain("--allow-uprobes");
});
