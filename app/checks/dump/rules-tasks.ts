// Rules about processes, threads, namespaces and mappings.

import { dumpRules } from "./rule.ts";

export const TASK_RULES = dumpRules([
  {
    code: "dump-dead",
    title: "The process, or its main thread, has ended",
    examines: "/proc/PID/stat state",
    remedy: "CRIU seizes a process by its main thread: dump one that is alive.",
    decidedBy: "compel_interrupt_task() in compel/src/lib/infect.c",
  },
  {
    code: "dump-kernel-thread",
    title: "The process is a kernel thread",
    examines: "/proc/PID/stat flags (PF_KTHREAD)",
    remedy: "Dump a user process: kernel threads cannot be dumped.",
    decidedBy: "compel_interrupt_task() in compel/src/lib/infect.c",
  },
  {
    code: "dump-traced",
    title: "A task is traced by another process",
    examines: "/proc/PID/task/TID/status TracerPid",
    remedy: "Detach the debugger, strace or sandbox that traces it.",
    decidedBy: "compel_interrupt_task() in compel/src/lib/infect.c",
  },
  {
    code: "dump-waits",
    title: "A task is in an uninterruptible wait",
    examines: "/proc/PID/task/TID/stat state, D for a second",
    remedy:
      "Wait until the call ends: a vfork(2) when the child calls exec or exits, a read from a hung file system when that responds.",
    decidedBy: "compel_wait_task() in compel/src/lib/infect.c, after a timeout",
  },
  {
    code: "dump-criu-inside",
    title: "This command runs inside the processes to be dumped",
    examines: "the parents of this command",
    remedy: "CRIU refuses to dump a tree that it is part of: start it from another terminal or session.",
    isLost: true,
    decidedBy: "collect_pstree() in criu/seize.c",
  },
  {
    code: "dump-shared-memory",
    title: "Two processes share one address space",
    examines: "kcmp(2) KCMP_VM",
    remedy: "A vfork(2) ends when the child calls exec; a process made by clone(2) with CLONE_VM cannot be dumped.",
    decidedBy: "dump_task_kobj_ids() in criu/cr-dump.c",
  },
  {
    code: "dump-shared-directories",
    title: "Two processes share their working and root directory",
    examines: "kcmp(2) KCMP_FS",
    remedy: "Create the process without CLONE_FS, or let it call unshare(CLONE_FS).",
    decidedBy: "dump_task_kobj_ids() in criu/cr-dump.c",
  },
  {
    code: "dump-shared-files",
    title: "Two processes share a file table, and neither is the parent of the other",
    examines: "kcmp(2) KCMP_FILES",
    remedy: "CRIU can only share a table between parent and child: let one call unshare(CLONE_FILES).",
    decidedBy: "dump_task_kobj_ids() in criu/cr-dump.c",
  },
  {
    code: "dump-shared-signals",
    title: "Two processes share their signal handlers",
    examines: "kcmp(2) KCMP_SIGHAND",
    remedy: "Create the process without CLONE_SIGHAND.",
    decidedBy: "dump_task_kobj_ids() in criu/cr-dump.c",
  },
  {
    code: "dump-own-directories",
    title: "A thread has a working directory of its own",
    examines: "kcmp(2) KCMP_FS of threads",
    remedy:
      "Let the thread change back, or set the directory again after the restore: CRIU keeps one for each process.",
    isLost: true,
    decidedBy: "dump_task_fs() in criu/cr-dump.c",
  },
  {
    code: "dump-own-files",
    title: "A thread has a file table of its own",
    examines: "kcmp(2) KCMP_FILES of threads",
    remedy: "CRIU dumps the main thread's table for all: do not unshare(CLONE_FILES) in threads.",
    isLost: true,
    decidedBy: "collect_fds() in criu/cr-dump.c",
  },
  {
    code: "dump-session",
    title: "The process is not the leader of its session",
    examines: "/proc/PID/status NSpid, NSsid",
    remedy: "Dump its session leader, start it with setsid(1), or dump and restore it as a job of the shell.",
    options: ["--shell-job"],
    decidedBy: "dump_pstree() in criu/pstree.c",
  },
  {
    code: "dump-session-outside",
    title: "The session leader is outside the pid namespace",
    examines: "/proc/PID/status NSsid",
    remedy: "Start the process in its namespace with setsid(1).",
    decidedBy: "dump_one_task() in criu/cr-dump.c",
  },
  {
    code: "dump-nested-namespace",
    title: "A process is in a namespace that the root process is not in",
    examines: "/proc/PID/ns, except mount and network namespaces",
    remedy:
      "Dump the process that created the namespace or its first process as the root; CRIU nests only mount and network namespaces.",
    decidedBy: "generate_ns_id() in criu/namespaces.c",
  },
  {
    code: "dump-time-namespace",
    title: "The children of a process will be in another time namespace",
    examines: "/proc/PID/ns/time, time_for_children",
    remedy:
      "Call unshare(CLONE_NEWTIME) in a process outside the tree, so that the whole tree is in the new namespace.",
    decidedBy: "dump_task_ns_ids() in criu/namespaces.c",
  },
  {
    code: "dump-user-namespace",
    title: "The user namespace has no user 0",
    examines: "/proc/PID/uid_map, gid_map",
    remedy: "Write maps that contain user and group 0 (newuidmap(1)).",
    decidedBy: "check_user_ns() in criu/namespaces.c",
  },
  {
    code: "dump-mount-type",
    title: "A mount namespace has a mount of a type that CRIU does not mount again",
    examines: "/proc/PID/mountinfo type, except of the root mount",
    remedy:
      "Unmount it, or let the restore bind it from the host (criu dump --external mnt[PATH]:KEY, criu restore --external mnt[KEY]:HOSTPATH). With --enable-fs TYPE, CRIU mounts it by its source.",
    options: ["--enable-fs"],
    decidedBy: "validate_mounts() in criu/mount.c",
  },
  {
    code: "dump-mount-external",
    title: "A bind mount shows a directory or file from outside the mount namespace",
    examines: "/proc/PID/mountinfo root, against the other mounts of its device",
    remedy:
      "Let the restore bind it again: criu dump --external mnt[PATH]:KEY, criu restore --external mnt[KEY]:HOSTPATH. Container runtimes do so for their own mounts (runc checkpoint, podman container checkpoint).",
    decidedBy: "validate_mounts() in criu/mount.c",
  },
  {
    code: "dump-mount-slave",
    title: "A mount receives mounts from a peer group outside the mount namespace",
    examines: "/proc/PID/mountinfo master",
    remedy:
      "Make it private (mount --make-private), or dump it as an external mount: criu dump --external mnt[]: --enable-external-masters.",
    options: ["--enable-external-masters"],
    decidedBy: "resolve_shared_mounts() in criu/mount.c",
  },
  {
    code: "dump-mapped-anonymous",
    title: "An anonymous inode of a kind unknown to CRIU is mapped",
    examines: "/proc/PID/smaps names, map_files",
    remedy: "Unmap it before the dump; closing the descriptor is not enough.",
    decidedBy: "vma_get_mapfile() in criu/proc_parse.c",
  },
  {
    code: "dump-mapped-device",
    title: "A device is mapped",
    examines: "/proc/PID/map_files, type of the file",
    remedy: "Unmap it before the dump. CRIU plugins handle the memory of some GPUs.",
    decidedBy: "handle_vma() in criu/proc_parse.c",
  },
  {
    code: "dump-mapped-io",
    title: "A mapping has no ordinary pages",
    examines: "/proc/PID/smaps VmFlags io, pf",
    remedy: "Unmap it before the dump: device memory cannot be read.",
    decidedBy: "vma_list_add() in criu/proc_parse.c",
  },
  {
    code: "dump-mapped-sysv",
    title: "A System V shared memory segment is attached, and the process has no IPC namespace of its own",
    examines: "/proc/PID/smaps names, /proc/PID/ns/ipc",
    remedy:
      "Run the process in an IPC namespace (unshare --ipc, or any container), or detach the segment. PostgreSQL always has such a segment, whatever shared_memory_type is, to notice a second server in its data directory: for it, only the namespace helps.",
    decidedBy: "check_sysvipc_map_dump() in criu/cr-dump.c",
  },
  {
    code: "dump-huge-pages",
    title: "Huge pages are in use, and this machine has none free",
    examines: "/proc/PID/smaps VmFlags ht, memfds with MFD_HUGETLB; /sys/kernel/mm/hugepages",
    remedy:
      "CRIU detects such memory by mapping a huge page itself: leave one of each size in use free (vm.nr_hugepages), or use transparent huge pages.",
    decidedBy: "kerndat_get_hugetlb_dev() in criu/kerndat.c, dump_one_reg_file() in criu/files-reg.c",
  },
  {
    code: "dump-uprobes",
    title: "The kernel has placed probes in the process",
    examines: "/proc/PID/smaps names",
    remedy: "Remove the probes (perf, bpftrace), or let CRIU leave their mapping out.",
    options: ["--allow-uprobes"],
    decidedBy: "handle_vma() in criu/proc_parse.c",
  },
  {
    code: "dump-sealed",
    title: "A mapping is sealed (mseal(2))",
    examines: "/proc/PID/smaps VmFlags sl",
    remedy: "Seal it again after the restore: CRIU does not keep the seal.",
    isLost: true,
    decidedBy: "parse_vmflags() in criu/proc_parse.c",
  },
]);
