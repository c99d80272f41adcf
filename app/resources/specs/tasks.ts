// Tables of tasks and threads.

import { type ColumnSpec, column, PID, type ResourceSpec, TID } from "../resource.ts";

const TASKS: ResourceSpec = {
  name: "tasks",
  noun: "task",
  title: "Tasks",
  scope: "task",
  meaning: "Tasks with what the kernel keeps for a process as a whole.",
  key: ["pid"],
  compared: "values",
  columns: [
    PID,
    column("ppid", "number", "ppid", "the parent", { notCompared: "elsewhere" }),
    column("pgid", "number", "pgid", "the process group", { notCompared: "elsewhere" }),
    column("sid", "number", "sid", "the session", { notCompared: "elsewhere" }),
    column("name", "text", "name", "comm, the name of its first thread", { notCompared: "elsewhere" }),
    column("state", "text", "state", "as in the list of tasks", { notCompared: "elsewhere" }),
    column("exit", "text", "exit", "how a zombie ended", { notCompared: "elsewhere" }),
    column("threads", "number", "threads", "how many threads it has", { notCompared: "elsewhere" }),
    column(
      "oomScoreAdj",
      "number",
      "oom_score_adj",
      "its score adjustment for the out-of-memory killer, -1000 to 1000",
      {
        criu: "task_core_entry.oom_score_adj",
        recordedWith: "oomScoreAdj",
      },
    ),
    column("personality", "number", "personality", "its execution domain; see personality(2)", {
      criu: "task_core_entry.personality",
    }),
    column("childSubreaper", "flag", "subreaper", "whether orphaned descendants become its children", {
      criu: "task_core_entry.child_subreaper",
      recordedWith: "childSubreaper",
    }),
    column("loginUid", "number", "loginuid", "the user who logged in; null if none did, or if it is not recorded", {
      criu: "task_core_entry.loginuid",
      recordedWith: "audited",
    }),
    column("audited", "flag", "audited", "whether the kernel kept track of who logged in; null: it did not", {
      notCompared: "elsewhere",
      minor: true,
    }),
    column("exitSignal", "signal", "exit signal", "what its parent receives when it ends", {
      linuxCr: "ckpt_hdr_task.exit_signal",
      recordedWith: "exitSignal",
    }),
    column("stopSignal", "signal", "stop signal", "what stopped it", { criu: "task_core_entry.stop_signo" }),
    column("umask", "mode", "umask", "the permission bits that new files are created without", {
      notCompared: "elsewhere",
    }),
    column("terminal", "text", "terminal", "the controlling terminal, if it leads its session", {
      linuxCr: "ckpt_hdr_signal.tty_objref",
      minor: true,
    }),
    column("foreground", "number", "foreground", "the foreground process group of that terminal", {
      minor: true,
    }),
    column("dumpable", "number", "dumpable", "PR_SET_DUMPABLE", {
      criu: "mm_entry.dumpable",
      recordedWith: "dumpable",
      linuxCr: "ckpt_hdr_mm.flags",
    }),
    column("thpDisabled", "flag", "THP off", "whether PR_SET_THP_DISABLE is set", {
      criu: "mm_entry.thp_disabled",
      recordedWith: "thpDisabled",
    }),
    column("futureFlags", "list", "future mappings", "VM_… of mappings to come; see mlockall(2)", {
      linuxCr: "ckpt_hdr_mm.def_flags",
      recordedWith: "futureFlags",
      minor: true,
    }),
    column("membarrier", "number", "membarrier", "registered commands of membarrier(2), as bits", {
      criu: "task_core_entry.membarrier_registration_mask",
      minor: true,
    }),
  ],
};

const THREADS: ResourceSpec = {
  name: "threads",
  noun: "thread",
  title: "Threads",
  scope: "thread",
  meaning: "Threads with their scheduling and the signals that wait for them.",
  key: ["pid", "tid"],
  columns: [
    PID,
    TID,
    column("name", "text", "name", "comm", {
      criu: ["task_core_entry.comm", "thread_core_entry.comm"],
      notCompared: "elsewhere",
    }),
    column("nice", "number", "nice", "the nice value, -20 to 19", {
      criu: "thread_core_entry.sched_nice",
      recordedWith: "policy",
    }),
    column("policy", "text", "policy", "how it is scheduled; see sched(7)", { recordedWith: "policy" }),
    column("priority", "number", "priority", "its real-time priority, 1 to 99", {
      criu: "thread_core_entry.sched_prio",
      recordedWith: "policy",
    }),
    column("blocked", "signals", "blocked", "signals that it blocks", {
      criu: ["thread_core_entry.blk_sigset", "task_core_entry.blk_sigset"],
      linuxCr: "ckpt_hdr_signal_task.blocked.sigset",
      recordedWith: "blocked",
    }),
    column("pending", "list", "pending", "signals that wait for it or for its task, as sigpending(2) has it", {
      linuxCr: "ckpt_hdr_sigpending.signal.sigset",
      recordedWith: "pending",
      unordered: true,
    }),
    column("sharedPending", "list", "pending for the task", "those of them that any thread of the task may take", {
      notCompared: "elsewhere",
      minor: true,
    }),
    column("parentDeathSignal", "signal", "on parent's death", "the signal of PR_SET_PDEATHSIG", {
      criu: "thread_core_entry.pdeath_sig",
      linuxCr: "ckpt_hdr_task.pdeath_signal",
      recordedWith: "blocked",
    }),
    column("timerSlack", "decimal", "timer slack", "in nanoseconds", {
      criu: "thread_core_entry.timerslack_ns",
      recordedWith: "timerSlack",
    }),
    column("signalStack", "address", "signal stack", "where its alternate signal stack begins", {
      criu: "thread_sas_entry.ss_sp",
      linuxCr: "ckpt_hdr_task.sas_ss_sp",
      notCompared: "renumbered",
      comparedAs: "presence",
      recordedWith: "signalStackSize",
      minor: true,
    }),
    column("signalStackSize", "decimal", "size of that", "the size of its alternate signal stack; 0: it has none", {
      criu: "thread_sas_entry.ss_size",
      linuxCr: "ckpt_hdr_task.sas_ss_size",
      recordedWith: "signalStackSize",
      minor: true,
    }),
    column("robustList", "address", "robust list", "where its list of robust futexes begins", {
      criu: "thread_core_entry.futex_rla",
      linuxCr: "ckpt_hdr_task.robust_futex_list",
      notCompared: "renumbered",
      comparedAs: "presence",
      recordedWith: "robustListSize",
      minor: true,
    }),
    column("robustListSize", "number", "size of that", "the size of the head of that list, if it has one", {
      criu: "thread_core_entry.futex_rla_len",
      recordedWith: "robustListSize",
      minor: true,
    }),
    column("rseq", "address", "rseq", "where its area for restartable sequences is; see rseq(2)", {
      criu: "rseq_entry.rseq_abi_pointer",
      notCompared: "renumbered",
      comparedAs: "presence",
      recordedWith: "rseqSize",
      minor: true,
    }),
    column("rseqSize", "number", "size of that", "the size of that area", {
      criu: "rseq_entry.rseq_abi_size",
      recordedWith: "rseqSize",
      minor: true,
    }),
    column("rseqSignature", "number", "rseq signature", "what comes before abort handlers", {
      criu: "rseq_entry.signature",
      recordedWith: "rseqSize",
      minor: true,
    }),
  ],
};

/** Real, effective, saved and file system ids. */
const idColumn = (name: string, what: string): ColumnSpec =>
  column(name, "number", name, what, { criu: `creds_entry.${name}`, linuxCr: `ckpt_hdr_cred.${name}` });

/** The two words of a capability set of CRED, by the letter that it has for the set. */
const capabilitySet = (letter: string): readonly string[] =>
  [0, 1].map((word) => `ckpt_hdr_cred.cap_s.cap_${letter}_${word}`);

const CREDENTIALS: ResourceSpec = {
  name: "credentials",
  noun: "credentials",
  plural: "credentials",
  title: "Credentials",
  scope: "thread",
  meaning: "What each thread may do: its ids, groups, capabilities and security label.",
  key: ["pid", "tid"],
  compared: "noted",
  repeats: "first threads",
  columns: [
    PID,
    TID,
    idColumn("uid", "the real user"),
    idColumn("euid", "the effective user"),
    idColumn("suid", "the saved user"),
    idColumn("fsuid", "the user for access to files"),
    idColumn("gid", "the real group"),
    idColumn("egid", "the effective group"),
    idColumn("sgid", "the saved group"),
    idColumn("fsgid", "the group for access to files"),
    column("groups", "list", "groups", "supplementary groups", {
      criu: "creds_entry.groups",
      linuxCr: "ckpt_hdr_groupinfo.groups",
      recordedWith: "groups",
      unordered: true,
    }),
    column("effective", "capabilities", "effective", "capabilities in force", {
      criu: "creds_entry.cap_eff",
      linuxCr: capabilitySet("e"),
      recordedWith: "effective",
    }),
    column("permitted", "capabilities", "permitted", "capabilities that it may put in force", {
      criu: "creds_entry.cap_prm",
      linuxCr: capabilitySet("p"),
      recordedWith: "effective",
    }),
    column("inheritable", "capabilities", "inheritable", "capabilities that a program may keep across exec", {
      criu: "creds_entry.cap_inh",
      linuxCr: capabilitySet("i"),
      recordedWith: "effective",
    }),
    column("bounding", "capabilities", "bounding", "capabilities that it can ever gain", {
      criu: "creds_entry.cap_bnd",
      linuxCr: capabilitySet("b"),
      recordedWith: "effective",
    }),
    column("ambient", "capabilities", "ambient", "capabilities that any program keeps across exec", {
      criu: "creds_entry.cap_amb",
    }),
    column("securebits", "number", "securebits", "see capabilities(7)", {
      criu: "creds_entry.secbits",
      linuxCr: "ckpt_hdr_cred.cap_s.securebits",
      recordedWith: "securebits",
    }),
    column("policy", "text", "policy", "CRC-32 of what AppArmor said of its label, to compare it", { minor: true }),
    column("noNewPrivs", "flag", "no_new_privs", "whether exec can no longer grant anything", {
      criu: "creds_entry.no_new_privs",
    }),
    column("label", "text", "label", "the label of the security module", {
      criu: "creds_entry.lsm_profile",
      linuxCr: "ckpt_hdr_cred.sec_ref",
      repeats: "never",
    }),
    column(
      "socketLabel",
      "text",
      "label of sockets",
      "the label of the sockets that it creates, where that is another",
      {
        criu: "creds_entry.lsm_sockcreate",
        repeats: "never",
      },
    ),
    column("overridden", "list", "overridden", "how the credentials in force for its own actions differ from these", {
      repeats: "never",
      minor: true,
    }),
  ],
};

const LIMITS: ResourceSpec = {
  name: "limits",
  noun: "limit",
  title: "Limits",
  scope: "task",
  meaning: "Resource limits, by the names in getrlimit(2). No value: unlimited.",
  key: ["pid", "resource"],
  columns: [
    PID,
    column("resource", "text", "limit", "RLIMIT_…"),
    column("soft", "decimal", "soft", "the limit in force", {
      nothing: "unlimited",
      criu: "rlimit_entry.cur",
      linuxCr: "ckpt_rlimit.rlim_cur",
    }),
    column("hard", "decimal", "hard", "how far the task may raise it", {
      nothing: "unlimited",
      criu: "rlimit_entry.max",
      linuxCr: "ckpt_rlimit.rlim_max",
    }),
  ],
};

const SIGNALS: ResourceSpec = {
  name: "signals",
  noun: "signal action",
  title: "Signals",
  scope: "task",
  meaning: "What a task does on a signal, where that is not the default.",
  key: ["pid", "signal"],
  columns: [
    PID,
    column("signal", "text", "signal", "by the names of signal(7)"),
    column("action", "text", "action", "`ignore`, or `handler`"),
    column("handler", "address", "handler", "the address of the handler", {
      criu: "sa_entry.sigaction",
      linuxCr: "ckpt_sigaction._sa_handler",
      notCompared: "renumbered",
      comparedAs: "place",
    }),
    column("mask", "signals", "blocks", "signals that are blocked while the handler runs", {
      criu: "sa_entry.mask",
      linuxCr: "ckpt_sigaction.sa_mask.sigset",
    }),
    column("flags", "list", "flags", "SA_…", { linuxCr: "ckpt_sigaction.sa_flags" }),
  ],
};

/** A field of SIGNAL for each interval timer, in nanoseconds. */
const intervalTimers = (field: string): readonly string[] =>
  ["real", "virt", "prof"].map((timer) => `ckpt_hdr_signal.it_${timer}_${field}`);

const TIMERS: ResourceSpec = {
  name: "timers",
  noun: "timer",
  title: "Timers",
  scope: "task",
  meaning: "Interval timers that are armed, and POSIX timers. Descriptors of timers are among the open files.",
  key: ["pid", "kind", "id"],
  columns: [
    PID,
    column("kind", "text", "kind", "ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF or posix"),
    column("id", "number", "id", "of a POSIX timer", { criu: "posix_timer_entry.it_id" }),
    column("clock", "text", "clock", "CLOCK_…"),
    column("signal", "signal", "signal", "what the timer sends", { criu: "posix_timer_entry.si_signo" }),
    column("notify", "text", "notifies by", "SIGEV_…"),
    column("thread", "number", "thread", "the thread that SIGEV_THREAD_ID notifies", {
      criu: "posix_timer_entry.notify_thread_id",
    }),
    column("sigval", "address", "sigval", "the value that a handler receives, often an address", {
      criu: "posix_timer_entry.sival_ptr",
      notCompared: "renumbered",
      minor: true,
    }),
    column("interval", "seconds", "interval", "the time between expirations; 0: it expires once", {
      linuxCr: intervalTimers("incr"),
    }),
    column("value", "seconds", "left", "the time until it expires next; 0: it is not armed", {
      linuxCr: intervalTimers("value"),
      notCompared: "volatile",
    }),
    column("armed", "flag", "armed", "whether it will expire; one that expires once disarms itself", {
      recordedWith: "armed",
    }),
    column("overrun", "number", "overrun", "expirations that were missed", {
      criu: "posix_timer_entry.overrun",
      notCompared: "volatile",
    }),
  ],
};

const SECCOMP: ResourceSpec = {
  name: "seccomp",
  noun: "seccomp state",
  title: "Seccomp",
  scope: "thread",
  meaning: "Threads whose system calls are restricted, in the terms of seccomp(2).",
  key: ["pid", "tid"],
  columns: [
    PID,
    TID,
    column("mode", "text", "mode", "`strict` or `filter`"),
    column("filters", "number", "filters", "how many filters apply"),
    column("instructions", "list", "instructions", "the length of each filter's program, the latest first"),
    column("flags", "list", "flags", "SECCOMP_FILTER_FLAG_…", { criu: "seccomp_filter.flags" }),
    column(
      "digest",
      "text",
      "digest",
      "CRC-32 of the programs, to compare them; with the flags of each if they differ",
      { minor: true },
    ),
  ],
};

const NAMESPACES: ResourceSpec = {
  name: "namespaces",
  noun: "namespace",
  title: "Namespaces",
  scope: "task",
  meaning: "The namespaces of each task.",
  key: ["pid", "kind"],
  compared: "noted",
  columns: [
    PID,
    column("kind", "text", "kind", "as in /proc/PID/ns"),
    column("id", "number", "id", "a number that tasks in one namespace share; valid within one dump", {
      notCompared: "renumbered",
      comparedAs: "namespace",
    }),
    column("own", "flag", "own", "whether it differs from that of the process that dumped it", { recordedWith: "own" }),
    column("external", "text", "external", "the name by which the restore provides a network or pid namespace", {
      criu: ["netns_entry.ext_key", "pidns_entry.ext_key"],
    }),
  ],
};

const SHARING: ResourceSpec = {
  name: "sharing",
  noun: "sharing",
  title: "Sharing",
  scope: "task",
  meaning:
    "What tasks share besides open files, in the terms of clone(2). What a task has for itself is not listed. Of Linux-CR: the objects that TASK_OBJS names.",
  key: ["pid", "kind"],
  columns: [
    PID,
    column(
      "kind",
      "text",
      "kind",
      "`memory` (CLONE_VM), `directories` (CLONE_FS: root, working directory, umask), `signal handlers` (CLONE_SIGHAND)",
    ),
    column("id", "number", "id", "a number that tasks which share it have in common; valid within one dump", {
      criu: ["task_kobj_ids_entry.vm_id", "task_kobj_ids_entry.fs_id", "task_kobj_ids_entry.sighand_id"],
      notCompared: "renumbered",
      comparedAs: "group",
      groupsOf: "kind",
    }),
  ],
};

const CGROUPS: ResourceSpec = {
  name: "cgroups",
  noun: "control group",
  title: "Control groups",
  scope: "thread",
  meaning: "The control groups of each task, and of threads that are in others.",
  key: ["pid", "tid", "controller"],
  columns: [
    PID,
    TID,
    column("controller", "text", "controller", "empty for the unified hierarchy", { criu: "cg_member_entry.name" }),
    column("path", "text", "path", "of the group, from the root of the hierarchy", { criu: "cg_member_entry.path" }),
    column("root", "text", "root", "the beginning of the path that the cgroup namespace of the task hides", {
      criu: "cg_member_entry.cgns_prefix",
    }),
  ],
};

const UNDO: ResourceSpec = {
  name: "undo",
  noun: "undo list",
  title: "Semaphore undo",
  scope: "task",
  meaning:
    "What is added to semaphores when a task ends, because it changed them with SEM_UNDO: see semop(2). Tasks that share it (CLONE_SYSVSEM) have a row each.",
  key: ["pid", "id"],
  columns: [
    PID,
    column("id", "number", "id", "semid, as in the table of System V IPC", { linuxCr: "ckpt_hdr_task_sem_undo.semid" }),
    column("values", "list", "values", "what is added to each semaphore of the set", { recordedWith: "values" }),
  ],
};

/** Tables of tasks and threads. */
export const TASK_RESOURCES: readonly ResourceSpec[] = [
  TASKS,
  THREADS,
  CREDENTIALS,
  LIMITS,
  SIGNALS,
  TIMERS,
  SECCOMP,
  NAMESPACES,
  CGROUPS,
  SHARING,
  UNDO,
];
