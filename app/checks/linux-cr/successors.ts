// Which record must follow which, as data. OBJREF records and bytes between records can be anywhere. The order of all
// other records depends on which objects the image describes for the first time.

/** First and last dialect that a row applies to; absent: the oldest and the newest. */
interface Successor {
  readonly after: string;
  readonly next: readonly string[];
  readonly from?: string;
  readonly until?: string;
}

/** Records that must be followed by one of a few, whatever they hold. */
export const SUCCESSORS: readonly Successor[] = [
  { after: "HEADER", next: ["BUFFER"] },
  { after: "TASK", next: ["STRING"] },
  { after: "TREE", next: ["BUFFER"] },
  { after: "PIDS", next: ["BUFFER"] },
  { after: "FS", next: ["FILE_NAME"], from: "v19-rc3" },
  { after: "TASK_OBJS", next: ["THREAD"], until: "v16" },
  { after: "THREAD", next: ["CPU", "THREAD_TLS"], until: "seed" },
  { after: "THREAD_TLS", next: ["CPU"], until: "seed" },
  { after: "THREAD", next: ["RESTART_BLOCK", "THREAD_TLS"], from: "v16", until: "v16" },
  { after: "THREAD_TLS", next: ["RESTART_BLOCK"], from: "v16", until: "v16" },
  { after: "THREAD", next: ["RESTART_BLOCK"], from: "v18" },
  { after: "RESTART_BLOCK", next: ["CPU"], from: "v16" },
  { after: "CPU_FPU", next: ["TASK", "TAIL"], until: "v16" },
  { after: "SIGNAL", next: ["SIGPENDING"], from: "v18" },
  { after: "SIGNAL_TASK", next: ["TASK", "TAIL"], from: "v18" },
  { after: "ERROR", next: ["STRING"] },
];

/** Records that must follow another, depending on its fields. */
export const NEXT = {
  tlsInUse: ["THREAD_TLS"],
  noTls: ["CPU", "RESTART_BLOCK"],
  fpuUsed: ["CPU_FPU"],
  fpuUnused: ["TASK", "TAIL"],
  pathDue: ["FILE_NAME"],
  pagesDue: ["BUFFER"],
  itemsDue: ["BUFFER"],
  descriptorDue: ["FILE", "FILE_DESC"],
  comm: ["FILE_TABLE", "TASK_OBJS"],
  ldt: ["MM_CONTEXT_LDT"],
  directoryDue: ["STRING"],
} as const satisfies Record<string, readonly string[]>;
