// Facts about running processes that decide whether CRIU would dump them: plain data, read from /proc.

/** The types of namespaces, as in /proc/PID/ns. */
export const NAMESPACE_TYPES = ["mnt", "net", "pid", "user", "uts", "ipc", "time", "cgroup"] as const;
export type NamespaceType = (typeof NAMESPACE_TYPES)[number];

/** Link targets of /proc/PID/ns: `net:[4026531840]`. Those that may not be read are absent. */
export type Namespaces = Readonly<Partial<Record<NamespaceType | "pid_for_children" | "time_for_children", string>>>;

/** Everything that the checks examine. */
export interface DumpFacts {
  /** Processes: first the one to be dumped, then its descendants, parents before children. */
  readonly tasks: readonly TaskFacts[];
  readonly machine: MachineFacts;
}

export interface MachineFacts {
  /** Namespaces that CRIU would run in. */
  readonly namespaces: Namespaces;
  /** By page size in bytes: whether a huge page is free; sizes that the kernel lacks are absent. */
  readonly hugePages: Readonly<Record<number, boolean>>;
  /** Mounts in the mount namespaces of the processes, by number. */
  readonly mounts: Readonly<Record<string, MountFacts>>;
  /** Whether no mount is missing there: a process that is confined to a directory does not see all of them. */
  readonly hasAllMounts: boolean;
  /** Unix sockets in the network namespaces of the processes, by inode. */
  readonly unixSockets: Readonly<Record<string, UnixSocketFacts>>;
  /** Whether CRIU would have to be started from one of the processes. */
  readonly isInside: boolean;
}

/** One line of /proc/PID/mountinfo. */
export interface MountFacts {
  readonly parent: string;
  /** `8:1`. */
  readonly device: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly superOptions: string;
  /** The directory of its file system that it shows; absent: the root. */
  readonly root?: string;
  /** Numbers of the peer group that it is in, and of the one that it receives mounts from; absent: none. */
  readonly shared?: string;
  readonly master?: string;
  /** The mount namespace that it is in: `mnt:[4026531841]`; absent: not known. */
  readonly namespace?: string;
}

/** One process. */
export interface TaskFacts {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** A letter, as in /proc/PID/stat. */
  readonly state: string;
  /** Process and session ids in the innermost pid namespace; 0: outside of it. */
  readonly innerPid: number;
  readonly innerSession: number;
  readonly isKernelThread: boolean;
  /** The first process of the tree with the same object (kcmp(2)), if that is another one. */
  readonly sharesMemoryWith: number | null;
  readonly sharesDirectoriesWith: number | null;
  readonly sharesFilesWith: number | null;
  readonly sharesSignalsWith: number | null;
  readonly namespaces: Namespaces;
  /** Whether user 0 of its user namespace is a user of the parent namespace. */
  readonly mapsRoot: boolean;
  /** Main thread first. */
  readonly threads: readonly ThreadFacts[];
  /** The descriptors of a shared file table are listed with its first process. */
  readonly descriptors: readonly DescriptorFacts[];
  readonly places: readonly PlaceFacts[];
  readonly mappings: readonly MappingFacts[];
}

/** One thread. */
export interface ThreadFacts {
  readonly tid: number;
  /** Process that traces it; 0: none. */
  readonly tracer: number;
  /** Whether it stayed in an uninterruptible wait for a second. */
  readonly isWaiting: boolean;
  /** Whether it has directories (CLONE_FS) or a file table (CLONE_FILES) of its own. */
  readonly hasOwnDirectories: boolean;
  readonly hasOwnFiles: boolean;
}

/** A file that a link in /proc leads to. */
export interface FileFacts {
  /** Target of the link: `/etc/passwd`, `anon_inode:[io_uring]`. Bytes that are not UTF-8 are replaced. */
  readonly name: string;
  /** st_mode and st_nlink. */
  readonly mode: number;
  readonly links: number;
  /** Bytes on disk: st_blocks × 512. */
  readonly bytes: number;
  /** Major and minor number of st_rdev. */
  readonly device: readonly [number, number];
  /** f_type and f_bsize of statfs(2). */
  readonly fileSystem: number;
  readonly blockSize: number;
  /** Number of its mount; `null`: not known. */
  readonly mount: string | null;
  /**
   * What the name, taken as a path in its mount namespace, leads to: `same` file, `other` file, `missing`, an `error`;
   * `null`: not a path, or not known.
   */
  readonly at: "same" | "other" | "missing" | "error" | null;
}

/** One descriptor. */
export interface DescriptorFacts extends FileFacts {
  readonly fd: number;
  /** f_flags. */
  readonly flags: number;
  /** The further lines of fdinfo. */
  readonly info: readonly string[];
  readonly socket: SocketFacts | null;
  /** By line `tfd:` of an epoll: whether a descriptor of the tree refers to the target; `null`: not known. */
  readonly targets: readonly (boolean | null)[];
}

/** The working directory, root directory or executable of a process. */
export interface PlaceFacts extends FileFacts {
  readonly use: "working directory" | "root directory" | "executable";
}

/** What is known of a socket. AF_…, SOCK_…, IPPROTO_… and TCP_… as numbers; `null`: not known. */
export interface SocketFacts {
  readonly inode: string;
  readonly family: number | null;
  readonly type: number | null;
  readonly protocol: number | null;
  readonly state: number | null;
  /** Bytes in the queues; for a listening socket: connections waiting to be accepted, and the most that may wait. */
  readonly received: number;
  readonly sent: number;
  /** UDP_CORK. */
  readonly isCorked: boolean;
  /** `127.0.0.1:80`; empty: none. */
  readonly local: string;
  readonly remote: string;
}

/** A unix socket, as sock_diag(7) describes it. */
export interface UnixSocketFacts {
  /** SOCK_…, and TCP_… as for internet sockets. */
  readonly type: number;
  readonly state: number;
  readonly name: string;
  /** Inode of the other end; "0": none. */
  readonly peer: string;
  /** For a listening socket: inodes of the sockets that wait to be accepted; "0": closed already. */
  readonly pending: readonly string[];
  readonly sent: number;
  /** Bits: 1 reading, 2 writing. */
  readonly shutdown: number;
  /** Whether a descriptor of the tree refers to it. */
  readonly isInside: boolean;
}

/** One mapping, from /proc/PID/smaps. */
export interface MappingFacts {
  /** Hexadecimal, as in maps: `7f77be4c7000-7f77be4c8000`. */
  readonly range: string;
  /** `rw-s`. */
  readonly access: string;
  /** The last column of maps; empty: none. */
  readonly name: string;
  /** VmFlags: `io`, `pf`, `ht`, `sl`. */
  readonly flags: readonly string[];
  /** KernelPageSize in bytes. */
  readonly pageSize: number;
  /** The mapped file; `null`: none, or it may not be read. */
  readonly file: FileFacts | null;
}
