// kcmp(2): whether two processes share a resource, and an order of resources that differ.

/** Types of resources. Linux include/uapi/linux/kcmp.h. */
export const KCMP = { FILE: 0, VM: 1, FILES: 2, FS: 3, SIGHAND: 4, EPOLL_TFD: 7 } as const;

/** Number of the system call by process.arch. */
const SYSCALL: Readonly<Record<string, number>> = {
  x64: 312,
  arm64: 272,
  ia32: 349,
  arm: 378,
  ppc64: 354,
  s390x: 343,
  riscv64: 272,
  loong64: 272,
};

/** Linux include/uapi/asm-generic/errno-base.h and errno.h. */
export const ERRNO = { EPERM: 1, ESRCH: 3, EBADF: 9, EINVAL: 22, ENOSYS: 38 } as const;

/**
 * Compares a resource of two tasks: 0 equal; 1 the first comes before the second in the kernel's order; 2 after it;
 * 3 different and without an order; -errno: the call failed.
 */
export interface Kcmp {
  (pid1: number, pid2: number, type: number, index1: number, index2: number): number;
  /** Compares the open file of a descriptor of `pid1` with a target of an epoll of `pid2`. */
  readonly epollTarget?: (pid1: number, fd: number, pid2: number, slot: EpollSlot) => number;
}

/** One target of an epoll. */
export interface EpollSlot {
  /** Descriptor of the epoll. */
  readonly epoll: number;
  /** Number with which the target was added. */
  readonly fd: number;
  /** How many targets with the same number come before it. */
  readonly offset: number;
}

/** kcmp(2) of this machine, or a sentence explaining why it is not available. */
export async function openKcmp(): Promise<Kcmp | { readonly missing: string }> {
  if (process.platform !== "linux") return { missing: "kcmp(2) exists only on Linux" };
  const number = SYSCALL[process.arch];
  if (number === undefined) return { missing: `the number of kcmp(2) on ${process.arch} is unknown` };
  try {
    const { default: koffi } = await import("koffi");
    // Variadic in C; these ABIs pass integers in registers either way.
    const syscall = koffi.load(null).func("long syscall(long, long, long, long, long, long)");
    const withSlot = koffi.load(null).func("long syscall(long, long, long, long, long, void *)");
    const resultOf = (result: unknown): number => (Number(result) < 0 ? -koffi.errno() : Number(result));
    const kcmp: Kcmp = Object.assign(
      (pid1: number, pid2: number, type: number, index1: number, index2: number) =>
        resultOf(syscall(number, pid1, pid2, type, index1, index2)),
      {
        epollTarget: (pid1: number, fd: number, pid2: number, slot: EpollSlot) => {
          // struct kcmp_epoll_slot.
          const bytes = Uint32Array.of(slot.epoll, slot.fd, slot.offset);
          return resultOf(withSlot(number, pid1, pid2, KCMP.EPOLL_TFD, fd, bytes));
        },
      },
    );
    const result = kcmp(process.pid, process.pid, KCMP.FILES, 0, 0);
    if (result === 0) return kcmp;
    if (result === -ERRNO.ENOSYS) return { missing: "this kernel has no kcmp(2): it was built without CONFIG_KCMP" };
    return { missing: `this process may not call kcmp(2), perhaps because of a seccomp filter (errno ${-result})` };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { missing: `the package koffi, which calls kcmp(2), cannot be loaded (${reason})` };
  }
}
