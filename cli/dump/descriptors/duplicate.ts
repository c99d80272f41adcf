// What can only be read from a duplicate of another process's descriptor (pidfd_getfd(2)): a socket's domain, type and
// protocol, a terminal's size and settings, and the owner for signals.

import type { Details } from "../../../app/model/fields.ts";
import { ipv4Text, ipv6Text } from "../../../app/model/text/addresses.ts";

/** Opens the file that a descriptor of another process refers to. */
export interface Duplicator {
  /** Address family, type and protocol of a socket, as numbers; `null`: not a socket, or not permitted. */
  socket(pid: number, fd: number): SocketNumbers | null;
  /** Name of a socket's protocol in the kernel: `TCP`. Empty: not a socket, or not known. Needs no duplicate. */
  protocolName(pid: number, fd: number): string;
  /** The process (negative: process group) that gets the signals of a file, as its pid; 0: none or not known. */
  owner(pid: number, fd: number): number;
  /**
   * What an internet socket is bound to, and whether it shares that; `null`: not one of TCP or UDP, or not permitted.
   */
  internet(pid: number, fd: number): InternetSocket | null;
  /** Bytes that can be read from a pipe or FIFO (FIONREAD); `null`: not known. */
  queued(pid: number, fd: number): number | null;
  /**
   * The size and the settings of a pseudo-terminal, as details of its slave; a master has the settings of its slave.
   * `null`: it is not a terminal, or not permitted.
   */
  terminal(pid: number, fd: number): Details | null;
  close(): void;
}

/** What a socket of TCP or UDP is bound to. */
export interface InternetSocket {
  readonly isTcp: boolean;
  readonly address: string;
  /** 0: it is not bound. */
  readonly port: number;
  /** SO_REUSEADDR. */
  readonly reuse: boolean;
  /** IPV6_V6ONLY; `null`: it is not IPv6. */
  readonly v6Only: boolean | null;
}

/** AF_…, SOCK_… and IPPROTO_…. */
export interface SocketNumbers {
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly listening: boolean;
  /** The most connections to a listening socket of TCP that may wait to be accepted; `null`: another, or not known. */
  readonly backlog: number | null;
  /** UDP_CORK. */
  readonly corked: boolean;
}

// Recent system calls have the same number on all architectures: Linux include/uapi/asm-generic/unistd.h.
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;
/** Linux include/uapi/linux/pidfd.h; refused before 6.9. */
const PIDFD_THREAD = 0o200;
// Linux include/uapi/asm-generic/socket.h and fcntl.h.
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_ACCEPTCONN = 30;
const SO_PROTOCOL = 38;
const SO_DOMAIN = 39;
const SO_REUSEADDR = 2;
const IPV6_V6ONLY = 26;
const [AF_INET, AF_INET6] = [2, 10];
const [IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6] = [6, 17, 41];
/** Bytes of a struct sockaddr_in6: family, port in network order, flow, address, scope. */
const SOCKADDR_IN6 = 28;
const FIONREAD = 0x541b;
const TIOCGWINSZ = 0x5413;
const TCGETS2 = 0x802c542a;
const TCP_INFO = 11;
/**
 * The field tcpi_sacked of struct tcp_info, in words: of a listening socket it is the backlog. Linux net/ipv4/tcp.c.
 */
const BACKLOG_WORD = 7;
const UDP_CORK = 1;
/** IPPROTO_UDP and IPPROTO_UDPLITE. */
const UDP: ReadonlySet<number> = new Set([17, 136]);
const F_GETOWN_EX = 16;
const F_OWNER_PGRP = 2;

/** `null`: koffi is not available. */
export async function openDuplicator(): Promise<Duplicator | null> {
  // MIPS, Alpha, PA-RISC and SPARC have other option numbers.
  if (!["x64", "arm64", "ia32", "arm", "s390x", "riscv64", "loong64"].includes(process.arch)) return null;
  try {
    const { default: koffi } = await import("koffi");
    const libc = koffi.load(null);
    const syscall = libc.func("long syscall(long, long, long, long)");
    const getsockopt = libc.func("int getsockopt(int, int, int, _Out_ int *, _Inout_ int *)");
    const fcntl = libc.func("int fcntl(int, int, _Out_ int *)");
    const getxattr = libc.func("long getxattr(const char *, const char *, void *, size_t)");
    const getsockname = libc.func("int getsockname(int, void *, _Inout_ int *)");
    const ioctl = libc.func("int ioctl(int, unsigned long, _Out_ int *)");
    const control = libc.func("int ioctl(int, unsigned long, void *)");
    const close = libc.func("int close(int)");
    const processes = new Map<number, number>();
    const processOf = (pid: number): number => {
      const known = processes.get(pid);
      if (known !== undefined) return known;
      const leader = Number(syscall(PIDFD_OPEN, pid, 0, 0));
      const opened = leader >= 0 ? leader : Number(syscall(PIDFD_OPEN, pid, PIDFD_THREAD, 0));
      processes.set(pid, opened);
      return opened;
    };
    const using = <T>(pid: number, fd: number, otherwise: T, use: (duplicate: number) => T): T => {
      const handle = processOf(pid);
      const duplicate = handle < 0 ? -1 : Number(syscall(PIDFD_GETFD, handle, fd, 0));
      if (duplicate < 0) return otherwise;
      try {
        return use(duplicate);
      } finally {
        close(duplicate);
      }
    };
    const option = (socket: number, name: number, level = SOL_SOCKET): number => {
      const [value, length] = [[0], [4]];
      return getsockopt(socket, level, name, value, length) < 0 ? -1 : (value[0] ?? -1);
    };
    const backlog = (socket: number): number | null => {
      const words = new Array<number>(BACKLOG_WORD + 1).fill(0);
      const isRead = getsockopt(socket, IPPROTO_TCP, TCP_INFO, words, [words.length * 4]) >= 0;
      return isRead ? (words[BACKLOG_WORD] ?? null) : null;
    };
    const internet = (socket: number): InternetSocket | null => {
      const [family, protocol] = [option(socket, SO_DOMAIN), option(socket, SO_PROTOCOL)];
      const isSix = family === AF_INET6;
      if ((!isSix && family !== AF_INET) || (protocol !== IPPROTO_TCP && protocol !== IPPROTO_UDP)) return null;
      const bytes = Buffer.alloc(SOCKADDR_IN6);
      if (getsockname(socket, bytes, [bytes.length]) < 0) return null;
      const own = isSix ? bytes.subarray(8, 24) : bytes.subarray(4, 8);
      return {
        isTcp: protocol === IPPROTO_TCP,
        address: isSix ? ipv6Text(own) : ipv4Text(own),
        port: bytes.readUInt16BE(2),
        reuse: option(socket, SO_REUSEADDR) === 1,
        v6Only: isSix ? option(socket, IPV6_V6ONLY, IPPROTO_IPV6) === 1 : null,
      };
    };
    return {
      socket: (pid, fd) =>
        using(pid, fd, null, (socket) => {
          const [family, type, protocol] = [SO_DOMAIN, SO_TYPE, SO_PROTOCOL].map((name) => option(socket, name));
          if (family === undefined || type === undefined || protocol === undefined || family < 0) return null;
          const corked = UDP.has(protocol) && option(socket, UDP_CORK, IPPROTO_UDP) === 1;
          const listening = option(socket, SO_ACCEPTCONN) === 1;
          const waiting = listening && protocol === IPPROTO_TCP ? backlog(socket) : null;
          return { family, type, protocol, listening, backlog: waiting, corked };
        }),
      protocolName(pid, fd) {
        const name = Buffer.alloc(64);
        const length = Number(getxattr(`/proc/${pid}/fd/${fd}`, "system.sockprotoname", name, name.length));
        return name.toString("latin1", 0, Math.max(0, length)).split("\0", 1)[0] ?? "";
      },
      owner: (pid, fd) =>
        using(pid, fd, 0, (file) => {
          // struct f_owner_ex: the kind, the number.
          const owner = [0, 0];
          if (fcntl(file, F_GETOWN_EX, owner) < 0) return 0;
          const [kind = 0, number = 0] = owner;
          return kind === F_OWNER_PGRP ? -number : number;
        }),
      internet: (pid, fd) => using(pid, fd, null, internet),
      queued: (pid, fd) =>
        using(pid, fd, null, (file) => {
          const count = [0];
          return ioctl(file, FIONREAD, count) < 0 ? null : (count[0] ?? null);
        }),
      terminal: (pid, fd) =>
        using(pid, fd, null, (file) => {
          const [size, termios] = [new Uint16Array(4), new Uint32Array(11)];
          const isRead = control(file, TIOCGWINSZ, size) >= 0 && control(file, TCGETS2, termios) >= 0;
          return isRead ? terminalDetails(size, termios) : null;
        }),
      close() {
        for (const handle of processes.values()) if (handle >= 0) close(handle);
        processes.clear();
      },
    };
  } catch {
    return null;
  }
}

/** @param size struct winsize. @param termios struct termios2. */
function terminalDetails(size: Uint16Array, termios: Uint32Array): Details {
  const [rows = 0, columns = 0, width = 0, height = 0] = size;
  const [iflag = 0, oflag = 0, cflag = 0, lflag = 0] = termios;
  const [line = 0, ...characters] = new Uint8Array(termios.buffer, 16, 20);
  const octal = (word: number): string => `0${word.toString(8)}`;
  return {
    rows,
    columns,
    ...(width || height ? { pixels: { width, height } } : {}),
    settings: {
      iflag: octal(iflag),
      oflag: octal(oflag),
      cflag: octal(cflag),
      lflag: octal(lflag),
      line,
      inputSpeed: termios[9] ?? 0,
      outputSpeed: termios[10] ?? 0,
      characters: characters.map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
    },
  };
}
