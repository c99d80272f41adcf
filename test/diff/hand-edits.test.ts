// Edits by hand of what a user would see differ after a restore: each is told in words, with both values, once.

import { describe, expect, test } from "vitest";
import type { MessageName } from "../../app/decoder/criu/format/messages.ts";
import type { Source } from "../../app/decoder/source.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { filterChanges } from "../../app/diff/lists/filter.ts";
import { listed } from "../../app/diff/lists/listed.ts";
import { changeSentence } from "../../app/export/changes/changes-text.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { compareImages } from "../support/compare.ts";
import { completeSet } from "../support/complete-set.ts";
import { setSources } from "../support/criu.ts";
import { editField } from "../support/edit-set.ts";
import { openSources } from "../support/resources.ts";

/** One value of one entry of a member, and the sentences about it. */
type Edit = readonly [entry: number, field: string, value: number | string | null, ...sentences: readonly string[]];

interface Member {
  readonly set: readonly Source[];
  readonly name: string;
  readonly message: MessageName;
  readonly edits: readonly Edit[];
}

const COMPLETE = completeSet();
const [W1, W4, TTY] = ["w1/before", "w4/before", "cases/tty-device"].map(setSources) as [Source[], Source[], Source[]];

const MEMBERS: readonly Member[] = [
  {
    set: COMPLETE,
    name: "utsns-10.img",
    message: "utsns_entry",
    edits: [
      [0, "nodename", "other", "host name: nodename inner-host → other"],
      [0, "domainname", "nis", "host name: domainname (none) → nis"],
    ],
  },
  {
    set: COMPLETE,
    name: "mountpoints-12.img",
    message: "mnt_entry",
    edits: [
      [1, "flags", 3, "mount /tmp: flags nosuid → ro nosuid"],
      [1, "options", "size=2", "mount /tmp: options size=1 → size=2"],
      [1, "source", "none", "mount /tmp: source tmpfs → none"],
      [
        1,
        "mountpoint",
        "/var",
        "mount /var: new, tmpfs, tmpfs, /, nosuid, size=1, name",
        "mount /tmp: gone, tmpfs, tmpfs, /, nosuid, size=1, name",
      ],
      [1, "shared_id", null, "mount /tmp: peer group 3 → none"],
    ],
  },
  {
    set: COMPLETE,
    name: "cgroup.img",
    message: "cgroup_entry",
    edits: [
      [
        0,
        "controllers.dirs.properties.value",
        "50000 100000",
        "control group property cpu /outer cpu.max: value max 100000 → 50000 100000",
      ],
      [0, "controllers.dirs.dir_perms.mode", 493, "control group property cpu /outer: mode 0644 → 0755"],
      [
        0,
        "sets.ctls.path",
        "/b",
        "pid 25572 control group cpu: path /a → /b",
        "pid 25575 control group cpu: path /a → /b",
      ],
    ],
  },
  {
    set: COMPLETE,
    name: "core-25572.img",
    message: "core_entry",
    edits: [
      [0, "tc.rlimits.rlimits.cur", 10, "pid 25572 limit RLIMIT_CPU: soft unlimited → 10"],
      [0, "tc.rlimits.rlimits.max", 10, "pid 25572 limit RLIMIT_CPU: hard unlimited → 10"],
      [
        0,
        "thread_core.creds.cap_amb",
        32,
        "pid 25572 credentials: ambient +CAP_KILL",
        "pid 25572: ambient capabilities none → CAP_KILL",
      ],
      [0, "thread_core.creds.no_new_privs", 1, "pid 25572: no_new_privs none → yes"],
      [0, "thread_core.creds.secbits", 2, "pid 25572 credentials: securebits 0 → 2", "pid 25572: securebits 0 → 2"],
      [0, "thread_core.creds.lsm_profile", "unconfined", "pid 25572 credentials: label none → unconfined"],
      [0, "tc.timers.real.isec", 10, "pid 25572 timer ITIMER_REAL: interval 0 → 10"],
      [0, "tc.timers.virt.vsec", 10, "pid 25572 timer ITIMER_VIRTUAL: new, interval 0, armed yes"],
      [0, "tc.timers.posix.clock_id", 0, "pid 25572 timer posix 0: clock CLOCK_MONOTONIC → CLOCK_REALTIME"],
      [0, "tc.timers.posix.isec", 1, "pid 25572 timer posix 0: interval 3600 → 1"],
      [0, "tc.timers.posix.si_signo", 10, "pid 25572 timer posix 0: signal SIGUSR2 → SIGUSR1"],
      [0, "tc.sigactions.sigaction", 4202496, "pid 25572 signal action SIGHUP: handler 401000 → 402000"],
      [0, "tc.sigactions.sigaction", 1, "pid 25572 signal action SIGHUP: action handler → ignore"],
      [0, "tc.sigactions.sigaction", 0, "pid 25572 signal action SIGHUP: gone, handler"],
      [0, "tc.sigactions.flags", 268435456, "pid 25572 signal action SIGHUP: flags none → SA_RESTART"],
      [0, "tc.sigactions.mask", 2, "pid 25572 signal action SIGHUP: blocks +SIGINT"],
      [0, "thread_core.blk_sigset", 0, "pid 25572 thread: blocked -SIGHUP -SIGTERM"],
      [
        0,
        "tc.signals_s.signals",
        null,
        "pid 25572 thread: pending SIGTERM → none",
        "pid 25572 tid 25573 thread: pending SIGTERM → none",
        "pid 25572 tid 25574 thread: pending SIGTERM → none",
      ],
      [0, "tc.oom_score_adj", 0, "pid 25572 task: oom_score_adj 300 → 0"],
      [0, "tc.personality", 262144, "pid 25572 task: personality 0 → 262144"],
      [0, "tc.child_subreaper", 1, "pid 25572 task: subreaper no → yes"],
      [0, "tc.comm", "renamed", "pid 25572: name res → renamed"],
      [0, "thread_core.sched_nice", 0, "pid 25572 thread: nice 5 → 0"],
      [0, "thread_core.sched_policy", 1, "pid 25572 thread: policy SCHED_OTHER → SCHED_FIFO"],
      [0, "thread_core.pdeath_sig", 9, "pid 25572 thread: on parent's death none → SIGKILL"],
      [0, "thread_core.timerslack_ns", 1, "pid 25572 thread: timer slack 50000 → 1"],
    ],
  },
  {
    set: COMPLETE,
    name: "core-25573.img",
    message: "core_entry",
    edits: [
      [0, "thread_core.creds.uid", 5, "pid 25572 tid 25573 credentials: uid 0 → 5"],
      [
        0,
        "thread_core.seccomp_mode",
        0,
        "pid 25572 tid 25573 seccomp state: gone, filter, filters 2, 6 4, SECCOMP_FILTER_FLAG_LOG",
      ],
      [
        0,
        "thread_core.seccomp_filter",
        0,
        "pid 25572 tid 25573 seccomp state: filters 2 → 1",
        "pid 25572 tid 25573 seccomp state: instructions 6 4 → 4",
        "pid 25572 tid 25573 seccomp state: flags SECCOMP_FILTER_FLAG_LOG → none",
        "pid 25572 tid 25573 seccomp state: digest 7d5eac4d:2 39c5cd1d:0 → 39c5cd1d",
      ],
      [
        0,
        "thread_core.comm",
        "renamed",
        "pid 25572: thread names tid 25573 name worker-a, tid 25574 name worker-b → tid 25573 name renamed, tid 25574 name worker-b",
      ],
    ],
  },
  {
    set: COMPLETE,
    name: "fs-25572.img",
    message: "fs_entry",
    edits: [
      [0, "umask", 0, "pid 25572: umask 0022 → 0000"],
      [0, "cwd_id", 1, "pid 25572: working directory /tmp/w/r1 → /tmp/w/r1/res"],
    ],
  },
  {
    set: COMPLETE,
    name: "mm-25572.img",
    message: "mm_entry",
    edits: [
      [0, "dumpable", 0, "pid 25572 task: dumpable 1 → 0"],
      [0, "thp_disabled", 1, "pid 25572 task: THP off no → yes"],
      [0, "vmas.prot", 7, "pid 25572 mapping 400000 /tmp/w/r1/res: permissions r--p → rwxp"],
      [0, "vmas.madv", 2, "pid 25572 mapping 400000 /tmp/w/r1/res: advice none → MADV_RANDOM"],
      [0, "aios.nr_req", 2, "pid 25572 AIO context: requests 8 → 2"],
    ],
  },
  {
    set: COMPLETE,
    name: "pstree.img",
    message: "pstree_entry",
    edits: [
      [1, "pgid", 25572, "pid 25575: process group 25575 → 25572"],
      [1, "sid", 25572, "pid 25575: session 25575 → 25572"],
    ],
  },
  {
    set: COMPLETE,
    name: "ipcns-sem-9.img",
    message: "ipc_sem_entry",
    edits: [[0, "desc.mode", 438, "IPC object sem 82 0: mode 0600 → 0666"]],
  },
  {
    set: COMPLETE,
    name: "ipcns-shm-9.img",
    message: "ipc_shm_entry",
    edits: [[0, "size", 4096, "IPC object shm 81 0: size 8 KiB → 4 KiB"]],
  },
  {
    set: COMPLETE,
    name: "ipcns-msg-9.img",
    message: "ipc_msg_entry",
    edits: [[0, "qbytes", 4096, "IPC object msg 77 1: capacity 16384 → 4096"]],
  },
  {
    set: COMPLETE,
    name: "ipcns-var-9.img",
    message: "ipc_var_entry",
    edits: [[0, "shm_ctlmax", 4096, "kernel setting ipc kernel.shmmax: value 18446744073692774399 → 4096"]],
  },
  {
    set: COMPLETE,
    name: "userns-14.img",
    message: "userns_entry",
    edits: [[0, "uid_map.lower_first", 5, "id map uid 0: outside 100000 → 5"]],
  },
  {
    set: COMPLETE,
    name: "netdev-13.img",
    message: "net_device_entry",
    edits: [
      [0, "mtu", 9000, "network device lo: mtu 1500 → 9000"],
      [0, "flags", 72, "network device lo: flags IFF_UP IFF_LOOPBACK IFF_RUNNING → IFF_LOOPBACK IFF_RUNNING"],
    ],
  },
  {
    set: COMPLETE,
    name: "binfmt-misc.img",
    message: "binfmt_misc_entry",
    edits: [[0, "interpreter", "/bin/x", "binary format wine: interpreter /usr/bin/wine → /bin/x"]],
  },
  {
    set: COMPLETE,
    name: "pidns-15.img",
    message: "pidns_entry",
    edits: [[0, "ext_key", "other", "pid 25572 namespace pid: external pidns → other"]],
  },
  {
    set: COMPLETE,
    name: "ids-25575.img",
    message: "task_kobj_ids_entry",
    edits: [[0, "net_ns_id", 13, "pid 25575 namespace net: id 2 → 13", "pid 25575 namespace net: own no → yes"]],
  },
  {
    set: COMPLETE,
    name: "tcp-stream-234820.img",
    message: "tcp_stream_entry",
    edits: [
      [
        0,
        "nodelay",
        1,
        "pid 25572 fd 6, pid 25575 fd 6 socket:[tcp 127.0.0.1:55118->127.0.0.1:28411 established]: socket options SO_REUSEADDR yes → SO_REUSEADDR yes TCP_NODELAY yes",
      ],
    ],
  },
  {
    set: COMPLETE,
    name: "memfd.img",
    message: "memfd_inode_entry",
    edits: [
      [0, "seals", 5, "pid 25572 fd 4, pid 25575 fd 4 memfd:pool: seals none → F_SEAL_SEAL, F_SEAL_GROW"],
      [0, "mode", 420, "pid 25572 fd 4, pid 25575 fd 4 memfd:pool: inode mode 0777 → 0644"],
    ],
  },
  {
    set: COMPLETE,
    name: "fdinfo-2.img",
    message: "fdinfo_entry",
    edits: [[0, "flags", 1, "pid 25572 fd 0 /dev/null: close-on-exec off → on"]],
  },
  {
    set: W1,
    name: "filelocks.img",
    message: "file_lock_entry",
    edits: [
      [
        0,
        "type",
        0,
        "pid 28249 fd 20 /tmp/w/w1/lock.dat: locks kind POSIX type F_WRLCK pid 28249 fd 20 start 10 length 20 → kind POSIX type F_RDLCK pid 28249 fd 20 start 10 length 20",
      ],
      [
        0,
        "start",
        5,
        "pid 28249 fd 20 /tmp/w/w1/lock.dat: locks kind POSIX type F_WRLCK pid 28249 fd 20 start 10 length 20 → kind POSIX type F_WRLCK pid 28249 fd 20 start 5 length 20",
      ],
    ],
  },
  {
    set: W1,
    name: "ghost-file-1.img",
    message: "ghost_file_entry",
    edits: [
      [
        0,
        "mode",
        33184,
        "pid 28249 fd 11 /tmp/w/w1/ghost.tmp: ghost file uid 0 gid 0 mode 0600 size none → uid 0 gid 0 mode 0640 size none",
      ],
    ],
  },
  {
    set: TTY,
    name: "tty-info.img",
    message: "tty_info_entry",
    edits: [
      [0, "winsize.ws_row", 50, "pid 11113 fd 14, pid 11124 fd 14, pid 11125 fd 14 and 1 more /dev/ptmx: rows 0 → 50"],
      [
        0,
        "termios.c_lflag",
        0,
        "pid 11113 fd 14, pid 11124 fd 14, pid 11125 fd 14 and 1 more /dev/ptmx: terminal settings lflag 0105073 → lflag 00",
      ],
      [
        0,
        "pgrp",
        3,
        "pid 11113 fd 14, pid 11124 fd 14, pid 11125 fd 14 and 1 more /dev/ptmx: foreground process group 0 → 3",
      ],
    ],
  },
  {
    set: W4,
    name: "files.img",
    message: "file_entry",
    edits: [
      [23, "efd.counter", 7, "pid 31493 fd 40, pid 31495 fd 40 eventfd: count 42 → 7"],
      [24, "sgfd.sigmask", 1, "pid 31493 fd 41 signalfd: signals SIGUSR2, SIGTERM → SIGHUP"],
      [25, "tfd.isec", 9, "pid 31493 fd 42 timerfd: interval 3600.000000007 → 9.000000007"],
      [26, "ify.wd.mask", 1, "pid 31493 fd 43 inotify: watches wd 2 mask IN_MODIFY → wd 2 mask IN_ACCESS"],
      [
        33,
        "epfd.tfd.events",
        4,
        "pid 31493 fd 50 epoll: watches pid 31493 fd 10 (EPOLLIN | EPOLLERR | EPOLLHUP) → pid 31493 fd 10 (EPOLLOUT)",
      ],
      [33, "epfd.tfd.data", 99, "pid 31493 fd 50 epoll: watches fd 10 data 10 → fd 10 data 99"],
      [18, "isk.backlog", 5, "pid 31493 fd 30, pid 31495 fd 30 socket:[tcp 127.0.0.1:28080 listen]: backlog 16 → 5"],
      [
        18,
        "isk.opts.so_keepalive",
        1,
        "pid 31493 fd 30, pid 31495 fd 30 socket:[tcp 127.0.0.1:28080 listen]: socket options SO_REUSEADDR yes → SO_REUSEADDR yes SO_KEEPALIVE yes",
      ],
      [
        18,
        "isk.opts.so_bound_dev",
        "lo",
        "pid 31493 fd 30, pid 31495 fd 30 socket:[tcp 127.0.0.1:28080 listen]: socket options SO_REUSEADDR yes → SO_REUSEADDR yes SO_BINDTODEVICE lo",
      ],
      [10, "usk.shutdown", 1, "pid 31493 fd 21, pid 31495 fd 21 socket:[unix stream 230715]: shut down none → READ"],
      [27, "memfd.pos", 9, "pid 31493 fd 44, pid 31495 fd 44 memfd:w4 mem: position 5 → 9"],
    ],
  },
];

function stored(value: Edit[2]): bigint | Uint8Array | null {
  if (value === null) return null;
  return typeof value === "string" ? encodeText(value) : BigInt(value);
}

describe.each(MEMBERS)("$name", ({ set, name, message, edits }) => {
  test.each(edits.map(([entry, field, value, ...sentences]) => ({ entry, field, value, sentences })))(
    "entry $entry, $field: $value",
    async ({ entry, field, value, sentences }) => {
      const edited = editField(set, name, message, entry, field, () => stored(value));
      const comparison = await compareImages(await openSources(set), await openSources(edited));
      const shown = filterChanges(comparison, { withoutRepeated: true });
      expect(Array.from(shown, (change) => changeSentence(comparison, change))).toEqual(sentences);
      expect(listed(comparison).count).toBe(sentences.length);
      expect(changesJson(comparison).length).toBeGreaterThanOrEqual(sentences.length);
    },
  );
});
