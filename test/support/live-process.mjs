// A process that opens files on request, for tests of the live dump. Started with fork(); it replies to each message
// {call, args} with {result}. Plain JavaScript, because Node runs it without a build.

import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import koffi from "koffi";

const libc = koffi.load(null);
const c = {
  open: libc.func("int open(const char *, int, int)"),
  dup: libc.func("int dup(int)"),
  dup3: libc.func("int dup3(int, int, int)"),
  pipe: libc.func("int pipe(_Out_ int *)"),
  socketpair: libc.func("int socketpair(int, int, int, _Out_ int *)"),
  fcntl: libc.func("int fcntl(int, int, int)"),
  lseek: libc.func("long lseek(int, long, int)"),
  eventfd: libc.func("int eventfd(unsigned int, int)"),
  epollCreate: libc.func("int epoll_create1(int)"),
  epollControl: libc.func("int epoll_ctl(int, int, int, void *)"),
  mkfifo: libc.func("int mkfifo(const char *, int)"),
  openTerminal: libc.func("int posix_openpt(int)"),
  unshare: libc.func("int unshare(int)"),
  gettid: libc.func("int gettid()"),
  malloc: libc.func("intptr_t malloc(size_t)"),
  dlsym: libc.func("intptr_t dlsym(intptr_t, const char *)"),
  clone: libc.func("int clone(intptr_t, intptr_t, int, intptr_t)"),
};

const CLONE_FILES = 0x400;
const SIGCHLD = 17;
const STACK = 64 * 1024;
const [AF_UNIX, SOCK_STREAM] = [1, 1];
const EPOLL_CTL_ADD = 1;

const children = [];

const calls = {
  /** Any function of the C library, by its declaration. */
  c: (declaration, ...args) => Number(libc.func(declaration)(...args)),
  setrlimit: (number, soft, hard) =>
    libc.func("int setrlimit(int, void *)")(number, BigUint64Array.of(BigInt(soft), BigInt(hard))),
  /** A file whose path is longer than PATH_MAX. */
  deep(path) {
    process.chdir(path);
    const name = "d".repeat(200);
    for (let depth = 0; depth < 22; depth++) {
      libc.func("int mkdir(const char *, int)")(name, 0o700);
      libc.func("int chdir(const char *)")(name);
    }
    const fd = c.open("file", 0o102, 0o600);
    libc.func("int chdir(const char *)")("/");
    return fd;
  },
  /** Sends a descriptor over a unix socket. */
  send(socket, fd) {
    // struct iovec, struct msghdr and struct cmsghdr of 64-bit machines.
    const data = Buffer.from("x");
    const iovec = Buffer.alloc(16);
    iovec.writeBigUInt64LE(koffi.address(data), 0);
    iovec.writeBigUInt64LE(1n, 8);
    const control = Buffer.alloc(24);
    control.writeBigUInt64LE(20n, 0);
    control.writeInt32LE(1, 8);
    control.writeInt32LE(1, 12);
    control.writeInt32LE(fd, 16);
    const message = Buffer.alloc(56);
    message.writeBigUInt64LE(koffi.address(iovec), 16);
    message.writeBigUInt64LE(1n, 24);
    message.writeBigUInt64LE(koffi.address(control), 32);
    message.writeBigUInt64LE(24n, 40);
    return Number(libc.func("long sendmsg(int, void *, int)")(socket, message, 0));
  },
  /** Installs a filter of seccomp(2) that allows everything. */
  seccomp() {
    const [PR_SET_SECCOMP, SECCOMP_MODE_FILTER] = [22, 2];
    // struct sock_filter: BPF_RET of SECCOMP_RET_ALLOW.
    const filter = Buffer.alloc(8);
    filter.writeUInt16LE(6, 0);
    filter.writeUInt32LE(0x7fff0000, 4);
    // struct sock_fprog of 64-bit machines.
    const program = Buffer.alloc(16);
    program.writeUInt16LE(1, 0);
    program.writeBigUInt64LE(koffi.address(filter), 8);
    return libc.func("int prctl(int, long, void *, long, long)")(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0);
  },
  open: (path, flags) => c.open(path, flags, 0o600),
  /** Creates a file, whose path is given as base64 of its bytes. */
  openBytes: (path) => openSync(Buffer.from(path, "base64"), "w+"),
  userfaultfd: () => Number(libc.func("long syscall(long, long)")(process.arch === "x64" ? 323 : 282, 1)),
  dup: (fd) => c.dup(fd),
  dup3: (from, to, flags) => c.dup3(from, to, flags),
  fcntl: (fd, command, value) => c.fcntl(fd, command, value),
  lseek: (fd, offset) => Number(c.lseek(fd, offset, 0)),
  eventfd: (count) => c.eventfd(count, 0),
  close: (fd) => closeSync(fd),
  setgroups: (groups) => process.setgroups(groups),
  rename: (from, to) => renameSync(from, to),
  unlink: (path) => unlinkSync(path),
  write: (path, text) => writeFileSync(path, text),
  pipe: () => pair((fds) => c.pipe(fds)),
  socketpair: () => pair((fds) => c.socketpair(AF_UNIX, SOCK_STREAM, 0, fds)),
  fifo(path) {
    c.mkfifo(path, 0o600);
    return c.open(path, 2, 0);
  },
  terminal: () => c.openTerminal(2),
  epoll(target, events) {
    const epoll = c.epollCreate(0);
    // struct epoll_event is packed on x86-64 only.
    const event = Buffer.alloc(16);
    event.writeUInt32LE(events, 0);
    event.writeBigUInt64LE(0x1122334455667788n, process.arch === "x64" ? 4 : 8);
    c.epollControl(epoll, EPOLL_CTL_ADD, target, event);
    return epoll;
  },
  listen: (host) =>
    new Promise((resolve) => {
      const server = createServer().listen(0, host, () => resolve(server.address().port));
    }),
  many(count, path) {
    const fds = [];
    for (let index = 0; index < count; index++) fds.push(c.open(path, 0, 0));
    return fds;
  },
  /** A forked child with our `fds` as its descriptors 3, 4, … */
  async child(fds) {
    const pid = startSleep(fds);
    await untilState(pid, "S");
    return pid;
  },
  /**
   * Children that have files open at `paths`: all of them the same open files, or each of them its own.
   */
  async crowd(count, paths, shared) {
    const openAll = () => paths.map((path) => c.open(path, 0, 0));
    if (shared) openAll();
    const pids = Array.from({ length: count }, () => {
      const own = shared ? [] : openAll();
      const pid = startSleep([]);
      for (const fd of own) closeSync(fd);
      return pid;
    });
    for (const pid of pids) await untilState(pid, "S");
    return pids;
  },
  /** A child that has exited, and that nobody waits for: exit(3), run on a stack of its own. */
  async zombie(status) {
    const stack = BigInt(c.malloc(STACK));
    const pid = c.clone(c.dlsym(0, "_exit"), stack + BigInt(STACK), 0, status);
    await untilState(pid, "Z");
    return pid;
  },
  /** A separate process that shares our file table. It runs no JavaScript: it sleeps, then exits. */
  cloneFiles() {
    const stack = BigInt(c.malloc(STACK));
    const pid = c.clone(c.dlsym(0, "sleep"), stack + BigInt(STACK), CLONE_FILES | SIGCHLD, 120);
    children.push(pid);
    return pid;
  },
  /** A thread with its own file table. */
  unsharedThread: () =>
    new Promise((resolve) => {
      new Worker(new URL(import.meta.url), { workerData: "unshare" }).once("message", resolve);
    }),
};

function startSleep(fds) {
  const child = spawn("sleep", ["1000"], { stdio: ["ignore", "ignore", "ignore", ...fds] });
  children.push(child.pid);
  return child.pid;
}

/** Waits until a process is in a state. One that does not sleep yet may still have its libraries open. */
async function untilState(pid, state) {
  while (!readFileSync(`/proc/${pid}/stat`, "latin1").includes(`) ${state} `))
    await new Promise((done) => setTimeout(done, 5));
}

function pair(call) {
  const fds = [0, 0];
  call(fds);
  return fds;
}

if (!isMainThread && workerData === "unshare") {
  c.unshare(CLONE_FILES);
  parentPort.postMessage(c.gettid());
  setInterval(() => {}, 1000);
} else if (process.send !== undefined) {
  // Without a function for its errors, a response to a test that is over would end the process before its children.
  const respond = (response) => process.send(response, () => {});
  process.on("message", async ({ call, args }) => {
    try {
      respond({ result: await calls[call](...args) });
    } catch (error) {
      respond({ error: String(error) });
    }
  });
  process.on("disconnect", () => {
    for (const pid of children) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has exited.
      }
    }
    process.exit();
  });
  process.send({ result: "ready" });
}
