// Mounts of a mount namespace of its own: what CRIU's validate_mounts() and resolve_shared_mounts() refuse.

import { describe, expect, test } from "vitest";
import { checkDump } from "../../../app/checks/dump/check.ts";
import { parseCriuOptions } from "../../../app/checks/dump/criu-options.ts";
import type { DumpFacts, MountFacts, TaskFacts } from "../../../app/checks/dump/facts.ts";

const [OWN, CRIUS] = ["mnt:[2]", "mnt:[1]"];

const TASK: TaskFacts = {
  pid: 10,
  parent: 1,
  name: "contained",
  state: "S",
  innerPid: 1,
  innerSession: 1,
  isKernelThread: false,
  sharesMemoryWith: null,
  sharesDirectoriesWith: null,
  sharesFilesWith: null,
  sharesSignalsWith: null,
  namespaces: { mnt: OWN },
  mapsRoot: true,
  threads: [{ tid: 10, tracer: 0, isWaiting: false, hasOwnDirectories: false, hasOwnFiles: false }],
  descriptors: [],
  places: [],
  mappings: [],
};

const mount = (mountPoint: string, type: string, more: Partial<MountFacts> = {}): MountFacts => ({
  parent: "1",
  device: "0:9",
  mountPoint,
  type,
  superOptions: "rw",
  namespace: OWN,
  ...more,
});

/** The root is a directory of the machine's disk, as in a container. */
const ROOT = mount("/", "ext4", { parent: "129", device: "8:1", root: "/srv/root" });

function findingsOf(mounts: readonly MountFacts[], options = "", namespaces = TASK.namespaces): string[] {
  const parsed = parseCriuOptions(options);
  if ("wrong" in parsed) throw new Error(parsed.wrong);
  const facts: DumpFacts = {
    tasks: [
      { ...TASK, namespaces },
      { ...TASK, namespaces, pid: 11, parent: 10, innerPid: 2 },
    ],
    machine: {
      namespaces: { mnt: CRIUS },
      hugePages: {},
      mounts: Object.fromEntries([ROOT, ...mounts].map((each, at) => [String(at + 1), each])),
      hasAllMounts: true,
      unixSockets: {},
      isInside: false,
    },
  };
  return checkDump(facts, parsed).findings.map(({ code, pid, path }) => `${code} ${pid} ${path}`);
}

describe("mounts of a namespace of its own", () => {
  test("that CRIU mounts again are dumped, each namespace examined once", () => {
    const types = ["proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2", "overlay", "devtmpfs"];
    expect(findingsOf(types.map((type) => mount(`/${type}`, type)))).toEqual([]);
  });

  test.each(["ext4", "xfs", "btrfs", "nfs4", "fuse", "9p", "nsfs"])("of the type %s are refused", (type) => {
    const other = mount("/data", type, { device: "8:2" });
    expect(findingsOf([other])).toEqual(["dump-mount-type 10 /data"]);
    expect(findingsOf([other], "enable-fs=all")).toEqual([]);
    expect(findingsOf([other], "external=mnt[/data]:data")).toEqual([]);
    expect(findingsOf([other], "--external mnt[/other]:data")).toEqual(["dump-mount-type 10 /data"]);
  });

  test("that show a part of a file system need a mount that has it", () => {
    const hosts = mount("/etc/hosts", "ext4", { device: "8:1", root: "/var/lib/hosts" });
    expect(findingsOf([hosts])).toEqual(["dump-mount-external 10 /etc/hosts"]);
    expect(findingsOf([hosts], "--external mnt[]:")).toEqual([]);
    // A directory of the root mount, but not one that only begins alike.
    expect(findingsOf([{ ...hosts, root: "/srv/root/etc/hosts" }])).toEqual([]);
    expect(findingsOf([{ ...hosts, root: "/srv/root2" }])).toEqual(["dump-mount-external 10 /etc/hosts"]);
    const part = mount("/b", "tmpfs", { device: "0:50", root: "/dir" });
    expect(findingsOf([part])).toEqual(["dump-mount-external 10 /b"]);
    expect(findingsOf([part, mount("/a", "tmpfs", { device: "0:50" })])).toEqual([]);
    // Of the machine's own namespace, which is not dumped.
    expect(findingsOf([part, mount("/a", "tmpfs", { device: "0:50", namespace: CRIUS })])).toEqual([
      "dump-mount-external 10 /b",
    ]);
  });

  test("that receive mounts need their master in the image", () => {
    const slave = mount("/t", "tmpfs", { master: "7" });
    expect(findingsOf([slave])).toEqual(["dump-mount-slave 10 /t"]);
    expect(findingsOf([slave, mount("/m", "tmpfs", { shared: "7" })])).toEqual([]);
    expect(findingsOf([slave], "enable-external-masters")).toEqual([]);
  });

  test("are not examined in CRIU's namespace, or where that is not known", () => {
    const disk = mount("/data", "ext4", { device: "8:2" });
    expect(findingsOf([disk], "", { mnt: CRIUS })).toEqual([]);
    expect(findingsOf([disk], "", {})).toEqual([]);
  });
});
