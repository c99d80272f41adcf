// Facts of machines, as `ckptscope facts` would write them.

import { FACTS_KIND, FACTS_SCHEMA, type HostFacts } from "../../app/checks/host/facts.ts";

/** A machine without anything in use. */
export const PLAIN: HostFacts = {
  kind: FACTS_KIND,
  schema: FACTS_SCHEMA,
  made: {
    by: "test",
    at: "2026-01-01T00:00:00Z",
    host: "machine",
    root: null,
    image: "set",
    uid: 0,
    capabilities: ["CAP_SYS_ADMIN", "CAP_NET_ADMIN"],
    terminal: true,
  },
  kernel: { release: "6.18.0", version: "#1", machine: "x86_64", pageSize: 4096 },
  cpu: { model: "processor", flags: ["fpu", "avx", "avx2", "avx512f", "pku", "ospke"] },
  limits: [{ resource: "RLIMIT_NOFILE", soft: "20000", hard: "20000" }],
  sysctls: { "fs.nr_open": "1048576" },
  security: [],
  mounts: [{ at: "/", type: "ext4", source: "/dev/vda", readOnly: false, device: "254:0" }],
  filesystems: ["sysfs", "tmpfs", "proc", "devpts", "ext4", "mqueue", "cgroup2", "overlay"],
  pids: [1],
  processes: [],
  sockets: [],
  unix: [],
  interfaces: [{ name: "lo", up: true, addresses: ["127.0.0.1", "::1"] }],
  ptys: [],
  locks: [],
};

/** Facts of a machine on which the set `files` is refused for several reasons. */
export function otherHost(): HostFacts {
  const W = "/tmp/w/verdicts/files";
  const regular = { type: "regular", uid: 0, gid: 0, device: "254:0" } as const;
  return {
    ...PLAIN,
    made: { ...PLAIN.made, host: "other" },
    pids: [1, 4717],
    processes: [{ id: 4717, as: "process", name: "nginx" }],
    files: [
      { ...regular, path: `${W}/data/rw.txt`, mode: 0o100640, size: "101", inode: "1" },
      { ...regular, path: `${W}/data/ro.txt`, mode: 0o100644, size: "80", inode: "2" },
      { ...regular, path: `${W}/bin/prog`, mode: 0o100755, size: "782576", inode: "3", buildId: "00".repeat(20) },
      { ...regular, path: `${W}/out`, mode: 0o100644, size: "6", inode: "4" },
      { path: `${W}/data/app.log`, type: "missing" },
    ],
  };
}
