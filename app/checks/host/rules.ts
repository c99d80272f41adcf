// What a restore compares with the machine that it runs on, as data, in the order of CRIU's restore.
//
// Sources: CRIU 4.2, and what it did with thirteen sets, each restored with one thing changed.

import type { Outcome, Rule } from "../rule.ts";

const REFUSED: readonly Outcome[] = [{ severity: "error", errno: null }];
const WRONG: readonly Outcome[] = [{ severity: "warning", errno: null }];
const ODD: readonly Outcome[] = [{ severity: "note", errno: null }];
const WRONG_OR_ODD: readonly Outcome[] = [...WRONG, ...ODD];
const REFUSED_OR_WRONG: readonly Outcome[] = [...REFUSED, ...WRONG];

const COPY_FILE = "Copy the file from the dump's machine, with its times and permissions: `cp -a`, `rsync -a`.";

const CRIU: readonly Omit<Rule, "format" | "step">[] = [
  {
    code: "host-option-missing",
    title: "The restore is not given an option that it needs",
    examines: "what the image needs, against `--restore-options`",
    outcomes: REFUSED_OR_WRONG,
    remedy: "Add the option to criu restore.",
  },
  {
    code: "host-option-lossy",
    title: "An option given to the restore loses state",
    examines: "TCP connections, against `--tcp-close`",
    outcomes: WRONG,
    remedy: "Use --tcp-established to keep the connections.",
  },
  {
    code: "host-loopback-down",
    title: "The loopback interface is down: CRIU hangs in its start-up checks",
    examines: "the interface lo",
    outcomes: REFUSED,
    remedy: "Bring it up: `ip link set lo up`.",
    source: "kerndat_init() in criu/kerndat.c, without a cache in /run/criu.kdat",
  },
  {
    code: "host-architecture",
    title: "The machine has another architecture",
    examines: "core-N.img mtype, against uname",
    outcomes: REFUSED,
    remedy: "Restore on a machine with the dump's architecture.",
    source: "check_core() in criu/cr-restore.c",
  },
  {
    code: "host-cpu-feature",
    title: "The processor lacks a feature that the dump's processor had: its registers are lost",
    examines: "core-N.img thread_info.fpregs.xsave, against the flags in /proc/cpuinfo",
    outcomes: WRONG,
    remedy:
      "Programs choose code paths by processor features when they start: restore on a processor with the feature, or mask it where the program is started.",
    source: "restore_fpu() in criu/arch/x86/crtools.c",
  },
  {
    code: "host-root-unknown",
    title: "The tasks have a root directory of their own, and the facts are not about it",
    examines: "ids-N.img mnt_ns_id; the facts' root",
    outcomes: ODD,
    remedy: "Make the facts again with --root and the directory that criu restore gets with --root.",
  },
  {
    code: "host-facts-partial",
    title: "The facts are incomplete: what they leave out is not compared",
    examines: "which facts there are",
    outcomes: ODD,
    remedy: "Make the facts again with --for and the image, as root.",
  },
  {
    code: "host-pid-used",
    title: "A pid that the restore needs is in use",
    examines:
      "pstree.img pid and threads, and sid and pgid whose leaders are gone, against the ids in use of processes, threads, sessions and process groups",
    outcomes: REFUSED,
    remedy: "End that process, or restore in a new pid namespace: `unshare --pid --fork --mount-proc criu restore …`.",
    source: "fork_with_pid() in criu/cr-restore.c",
  },
  {
    code: "host-descriptor-limit",
    title: "A descriptor's number is higher than the restore may open",
    examines: "fdinfo-N.img fd, against fs.nr_open and RLIMIT_NOFILE of criu",
    outcomes: REFUSED,
    remedy: "Raise the limit for criu: `ulimit -n`, `sysctl fs.nr_open`.",
    source: "prepare_fd_pid() in criu/files.c, choose_service_fd_base() in criu/servicefd.c",
  },
  {
    code: "host-file-missing",
    title: "A path that the restore opens does not exist",
    examines:
      "files.img, against the paths of the host: open files, executables, mappings, directories, FIFOs, watches, mount points, `link_remap.N`",
    outcomes: REFUSED,
    remedy: "Copy the file from the dump's machine. A link_remap.N exists only on that machine, until the restore.",
    source: "open_path() in criu/files-reg.c, do_open_fifo() in criu/fifo.c, get_mark_path() in criu/fsnotify.c",
  },
  {
    code: "host-file-type",
    title: "A path leads to a file of another type",
    examines: "reg.mode",
    outcomes: REFUSED,
    remedy: "Put a file of the recorded type there.",
    source: "open_path() in criu/files-reg.c",
  },
  {
    code: "host-file-size",
    title: "A file has another size",
    examines: "reg.size",
    outcomes: REFUSED,
    remedy: `Files must not change between dump and restore. ${COPY_FILE} What a process only appends to is not compared.`,
    source: "validate_file() in criu/files-reg.c",
  },
  {
    code: "host-build-id",
    title: "An executable or library is from another build",
    examines: "reg.build_id, against the file's ELF note",
    outcomes: REFUSED_OR_WRONG,
    options: ["--file-validation=filesize"],
    remedy:
      "Install the package of the dump's machine. With the option, only sizes are compared: the process would run the other build's code and is likely to crash.",
    source: "validate_with_build_id() in criu/files-reg.c",
  },
  {
    code: "host-build-id-missing",
    title: "An executable or library has no build id to compare: it is mapped regardless",
    examines: "reg.build_id, against the file's ELF note",
    outcomes: WRONG,
    remedy: "Install the package of the dump's machine: the process would run code from another file.",
    source: "validate_with_build_id() in criu/files-reg.c",
  },
  {
    code: "host-file-mode",
    title: "A file has other permissions",
    examines: "reg.mode",
    outcomes: REFUSED,
    options: ["--skip-file-rwx-check"],
    remedy:
      "Restore them with chmod. The option skips the rwx bits of user, group and others, but not setuid, setgid and sticky.",
    source: "open_path() in criu/files-reg.c",
  },
  {
    code: "host-file-elsewhere",
    title: "A path leads through a symbolic link to another place",
    examines: "paths of files, which the kernel gave without links, against where they lead",
    outcomes: WRONG,
    remedy: "The process gets the link's target under that target's name. Put the file itself there.",
  },
  {
    code: "host-file-locked",
    title: "A file that is open for writing is immutable or append-only",
    examines: "reg.flags, against the file's attributes",
    outcomes: REFUSED,
    remedy: "Remove the attribute: `chattr -i`, `chattr -a`.",
    source: "do_open_reg_noseek_flags() in criu/files-reg.c",
  },
  {
    code: "host-file-read-only",
    title: "A file that is open for writing is on a file system that is mounted read-only",
    examines: "reg.flags, against the mounts",
    outcomes: REFUSED,
    remedy: "Mount it for writing: `mount -o remount,rw`.",
    source: "do_open_reg_noseek_flags() in criu/files-reg.c",
  },
  {
    code: "host-file-replaced",
    title: "A file has different contents than at the dump",
    examines: "the facts of the dump's host (`--dump-host`): checksum, else inode and size. The image has neither",
    outcomes: WRONG,
    remedy: `CRIU compares only type, permissions and size. ${COPY_FILE}`,
  },
  {
    code: "host-file-uncompared",
    title: "A file is not the one at the dump; whether its contents are the same is unknown",
    examines: "the facts of the dump's host (`--dump-host`): device and inode",
    outcomes: ODD,
    remedy: "Make both facts with --checksums.",
  },
  {
    code: "host-name-taken",
    title: "The name of an unlinked file exists again: the restored file gets another name",
    examines: "remap-fpath.img, against the paths of the host",
    outcomes: WRONG,
    remedy: "Move the new file away during the restore if the process shows or compares the name.",
    source: "open_path() in criu/files-reg.c (.cr_link)",
  },
  {
    code: "host-fifo-filled",
    title: "A FIFO holds data from other processes: the data in the image comes after it",
    examines: "fifo-data.img, against the FIFO",
    outcomes: WRONG,
    remedy: "Drain it, or end the processes that have it open.",
    source: "restore_pipe_data() in criu/pipes.c",
  },
  {
    code: "host-address-used",
    title: "An address that a socket is bound to is in use",
    examines: "isk.src_addr and src_port, against the sockets of the host",
    outcomes: REFUSED_OR_WRONG,
    remedy: "End the process that uses it, or restore in a network namespace of its own.",
    source: "inet_bind() in criu/sk-inet.c",
  },
  {
    code: "host-connection-used",
    title: "The same connection exists on the host",
    examines: "isk addresses and ports, against the connections of the host",
    outcomes: REFUSED,
    remedy: "Close it, or restore in a network namespace of its own.",
    source: "libsoccr_set_sk_data_noq() in soccr/soccr.c",
  },
  {
    code: "host-address-missing",
    title: "No interface has the address that a socket is bound to",
    examines: "isk.src_addr, against the interfaces of the host",
    outcomes: REFUSED,
    remedy: "Add the address to an interface: `ip address add`.",
    source: "inet_bind() in criu/sk-inet.c",
  },
  {
    code: "host-interface-missing",
    title: "The network device that a socket is bound to does not exist",
    examines: "isk.ifname, against the interfaces of the host",
    outcomes: REFUSED,
    remedy: "Give a device that name.",
    source: "restore_bound_dev() in criu/sk-inet.c",
  },
  {
    code: "host-socket-name-used",
    title: "The name of a unix socket is in use",
    examines:
      "usk.name, against the bound names of the host. CRIU takes a path over from the process that has it, but cannot take over an abstract name",
    outcomes: REFUSED_OR_WRONG,
    remedy: "End the process that has it.",
    source: "bind_unix_sk() in criu/sk-unix.c",
  },
  {
    code: "host-socket-directory-missing",
    title: "The directory in which a unix socket is bound does not exist",
    examines: "usk.name, against the paths of the host",
    outcomes: REFUSED,
    remedy: "Create the directory.",
    source: "bind_unix_sk() in criu/sk-unix.c",
  },
  {
    code: "host-peer-missing",
    title: "Nothing listens on the unix socket outside the image that a socket is connected to",
    examines: "usk.peer of external sockets, against the bound names of the host",
    outcomes: REFUSED,
    remedy: "Start the process that the socket was connected to, and restore after it.",
    source: "post_open_standalone() in criu/sk-unix.c",
  },
  {
    code: "host-pty-used",
    title: "The number of a pseudo-terminal is in use",
    examines: "tty-info.img pty.index, against /dev/pts",
    outcomes: REFUSED,
    remedy: "Close that terminal, or restore in a mount namespace with a devpts of its own.",
    source: "__pty_open_ptmx_index() in criu/tty.c",
  },
  {
    code: "host-terminal-missing",
    title: "The restore takes over the terminal that it runs in, but it has none",
    examines: "terminals whose master is outside the image, against criu's standard input",
    outcomes: REFUSED,
    remedy: "Run criu restore in a terminal, without -d: `ssh -t`, `script -qc`.",
    source: "pty_open_unpaired_slave() in criu/tty.c",
  },
  {
    code: "host-lock-held",
    title: "A process holds a lock that the restore takes",
    examines: "filelocks.img, against /proc/locks",
    outcomes: REFUSED,
    remedy: "End the process that holds it. For an flock, the restore waits silently until it is free.",
    source: "prepare_file_locks() in criu/file-lock.c",
  },
  {
    code: "host-limit-lower",
    title: "A resource limit cannot be raised to what the image has: the task gets a lower one",
    examines:
      "core-N.img tc.rlimits, against the hard limits of criu where it lacks CAP_SYS_RESOURCE, and fs.nr_open. A note for RLIMIT_NPROC and RLIMIT_SIGPENDING, which depend on the machine's memory",
    outcomes: WRONG_OR_ODD,
    remedy: "Start criu with higher limits (`ulimit -H`), or raise fs.nr_open.",
    source: "restore_rlims() in criu/pie/restorer.c ignores the result",
  },
  {
    code: "host-security-module",
    title: "A task has a profile of a security module that is not loaded",
    examines: "inventory.img lsmtype, thread_core.creds.lsm_profile, against the loaded security modules",
    outcomes: REFUSED,
    remedy: "Restore on a machine with that security module.",
    source: "validate_lsm() in criu/lsm.c",
  },
];

const LINUX_CR: readonly Omit<Rule, "format" | "step">[] = [
  {
    code: "host-kernel",
    title: "The kernel is not the one that wrote the image",
    examines: "HEADER arch_id, major, minor and patch, against uname",
    outcomes: [{ severity: "error", errno: "EINVAL" }],
    remedy: "Boot the kernel that wrote the image: no other kernel can restart it.",
  },
  {
    code: "host-file-missing",
    title: "A path that the restart opens does not exist",
    examines: "FILE_NAME, against the paths of the host",
    outcomes: [{ severity: "error", errno: "ENOENT" }],
    remedy: "Copy the file from the dump's machine.",
  },
  {
    code: "host-file-type",
    title: "A directory was put in place of a file that is open for writing",
    examines: "FILE_NAME and f_flags, against the paths of the host",
    outcomes: [{ severity: "error", errno: "EISDIR" }],
    remedy: "Put a file there.",
  },
  {
    code: "host-file-elsewhere",
    title: "A path leads through a symbolic link to another place",
    examines: "FILE_NAME, against where it leads",
    outcomes: WRONG,
    remedy: "The task gets the link's target under that target's name. Put the file itself there.",
  },
  {
    code: "host-file-locked",
    title: "A file that is open for writing is immutable or append-only",
    examines: "f_flags, against the file's attributes",
    outcomes: [{ severity: "error", errno: "EPERM" }],
    remedy: "Remove the attribute: `chattr -i`, `chattr -a`.",
  },
  {
    code: "host-file-read-only",
    title: "A file that is open for writing is on a file system that is mounted read-only",
    examines: "f_flags, against the mounts",
    outcomes: [{ severity: "error", errno: "EROFS" }],
    remedy: "Mount it for writing: `mount -o remount,rw`.",
  },
  {
    code: "host-file-replaced",
    title: "A file has different contents than at the dump",
    examines: "the facts of the dump's host (`--dump-host`): checksum, else inode and size",
    outcomes: WRONG,
    remedy: "Copy the file from the dump's machine.",
  },
  {
    code: "host-file-uncompared",
    title: "A file is not the one at the dump; whether its contents are the same is unknown",
    examines: "the facts of the dump's host (`--dump-host`): device and inode",
    outcomes: ODD,
    remedy: "Make both facts with --checksums.",
  },
  {
    code: "host-fifo-filled",
    title: "A FIFO holds data from other processes",
    examines: "FILE_NAME of FIFOs, against the FIFO",
    outcomes: WRONG,
    remedy: "Drain it, or end the processes that have it open.",
  },
  {
    code: "host-pid-used",
    title: "A pid that the restart needs is in use",
    examines: "pids of tasks, against the ids in use",
    outcomes: [{ severity: "error", errno: null }],
    target: "with restart --pids the tasks keep their pids; without it they get new ones.",
    remedy: "End that process, or restart in a new pid namespace: restart --pidns.",
  },
  {
    code: "host-facts-partial",
    title: "The facts are incomplete: what they leave out is not compared",
    examines: "which facts there are",
    outcomes: [{ severity: "note", errno: null }],
    remedy: "Make the facts again with --for and the image, as root.",
  },
];

/** All rules about the restoring machine. */
export const HOST_RULES: readonly Rule[] = [
  ...CRIU.map((rule) => ({ ...rule, format: "criu" as const, step: "host" as const })),
  ...LINUX_CR.map((rule) => ({ ...rule, format: "linux-cr" as const, step: "host" as const })),
];
