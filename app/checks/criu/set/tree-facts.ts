// Tasks of a set: their places in the process tree, their namespaces, and seccomp filters.

/** A pstree_entry. */
export interface TreeEntry {
  readonly pid: number;
  /** 0: it is the root. */
  readonly parent: number;
  readonly session: number;
  readonly group: number;
  readonly record: number;
  /** Ids of threads, the first of which is the pid; empty if the task is dead. */
  readonly threads: readonly number[];
}

/** The namespaces of a task, by the names of their fields. */
export interface TaskNamespaces {
  readonly record: number;
  readonly ids: ReadonlyMap<string, number>;
}

/** A seccomp_filter. */
export interface FilterFacts {
  readonly record: number;
  /** The filter before it in its chain; NONE: it is the first. */
  readonly before: number;
  /** Of its instructions, in bytes. */
  readonly size: number;
}
