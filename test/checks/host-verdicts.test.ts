// The comparison with a host against what CRIU 4.2 did: each set was restored with one thing of the machine, one option
// or one file of the set different. Paths are real files; what a test cannot make is edited in the facts.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { allFindings } from "../../app/checks/filter.ts";
import type { Findings } from "../../app/checks/findings.ts";
import type { FileFacts, HostFacts, SocketFacts } from "../../app/checks/host/facts.ts";
import { indexFacts } from "../../app/checks/host/host.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import type { Source } from "../../app/decoder/source.ts";
import verdicts from "../fixtures/criu/verdicts/restore.json" with { type: "json" };
import { setSources } from "../support/criu.ts";
import { withFile, without } from "../support/edit-set.ts";
import { elfWith, openWorld, type World } from "../support/host-world.ts";
import { withPages, zeros } from "../support/memory.ts";

/** What is different: files of the machine, facts, the files of the set. */
interface Change {
  readonly world?: (world: World) => void;
  readonly facts?: (facts: HostFacts) => HostFacts;
  readonly set?: (set: readonly Source[]) => Source[];
}

const W = "/tmp/w/verdicts";
const removed = (path: string): Change => ({ world: ({ at }) => rmSync(at(`${W}/${path}`), { recursive: true }) });
const moved = (path: string): Change => ({
  world: ({ at }) => renameSync(at(`${W}/${path}`), at(`${W}/${path}.away`)),
});
const mode = (path: string, bits: number): Change => ({ world: ({ at }) => chmodSync(at(`${W}/${path}`), bits) });
const file = (path: string, size: number, bits: number, start?: Uint8Array | string): Change => ({
  world: ({ put }) => put(`${W}/${path}`, size, bits, start),
});
const fileFacts = (path: string, more: Partial<FileFacts>): Change => ({
  facts: (facts) => ({
    ...facts,
    files: facts.files?.map((each) => (each.path === `${W}/${path}` ? { ...each, ...more } : each)) ?? [],
  }),
});
const withFacts = (more: Partial<HostFacts>): Change => ({ facts: (facts) => ({ ...facts, ...more }) });
const socket = (local: string, more: Partial<SocketFacts> = {}): Change =>
  withFacts({
    sockets: [
      {
        protocol: "tcp",
        state: "listen",
        local,
        remote: null,
        reuse: false,
        v6Only: null,
        pid: 9,
        name: "other",
        ...more,
      },
    ],
  });
const files = (hard: string): Change => withFacts({ limits: [{ resource: "RLIMIT_NOFILE", soft: hard, hard }] });
const nrOpen = (value: string): Change => withFacts({ sysctls: { "fs.nr_open": value } });
const used = (id: number): Change => withFacts({ pids: [1, id], processes: [{ id, as: "process", name: "other" }] });
const edited = (name: string, edit: (bytes: Uint8Array) => Uint8Array): Change => ({
  set: (set) => withFile(set, name, edit(bytesOf(set, name))),
});
const flipped = (name: string, at: number): Change =>
  edited(name, (bytes) => bytes.map((byte, index) => (index === at ? byte ^ 0xff : byte)));
const pages = (change: number): Change => ({
  set: (set) =>
    set.map((source) => (source.name === "pages-1.img" ? zeros(source.name, source.size + change) : source)),
});
const bytesOf = (set: readonly Source[], name: string): Uint8Array => {
  const source = set.find((each) => each.name === name);
  return source?.read(0, source.size) as Uint8Array;
};
const lock = (kind: "POSIX" | "FLOCK", path: string, start: string, end: string | null): Change => ({
  facts: (facts) => {
    const { device = "", inode = "" } = facts.files?.find((each) => each.path === `${W}/${path}`) ?? {};
    return { ...facts, locks: [{ lock: kind, write: true, pid: 9, device, inode, start, end }] };
  },
});
const loopbackDown = withFacts({ interfaces: [{ name: "lo", up: false, addresses: [] }] });
const OTHER = "0123456789abcdef0123456789abcdef01234567";
const NO_CHANGE: Change = {};

const CHANGES: Readonly<Record<string, Change>> = {
  "files: baseline (unchanged)": NO_CHANGE,
  "files: rw file missing": removed("files/data/rw.txt"),
  "files: rw file grown": file("files/data/rw.txt", 101, 0o640),
  "files: rw file mode changed": mode("files/data/rw.txt", 0o644),
  "files: rw file setuid bit added, --skip-file-rwx-check": mode("files/data/rw.txt", 0o4640),
  "files: rw file replaced, same size and mode": file("files/data/rw.txt", 100, 0o640, "other"),
  "files: rw file replaced by symlink to same-size file": {
    world: ({ at }) => {
      renameSync(at(`${W}/files/data/rw.txt`), at(`${W}/files/data/rw.txt.away`));
      symlinkSync("rw.txt.away", at(`${W}/files/data/rw.txt`));
    },
  },
  "files: rw file owner changed": fileFacts("files/data/rw.txt", { uid: 12345 }),
  "files: rw file replaced by a directory": {
    world: ({ at }) => {
      rmSync(at(`${W}/files/data/rw.txt`));
      mkdirSync(at(`${W}/files/data/rw.txt`));
    },
  },
  "files: rw file replaced by a FIFO of same mode": {
    world: ({ at }) => {
      rmSync(at(`${W}/files/data/rw.txt`));
      execFileSync("mkfifo", ["-m", "640", at(`${W}/files/data/rw.txt`)]);
    },
  },
  "files: rw file made immutable": fileFacts("files/data/rw.txt", { immutable: true }),
  "files: append file grown": file("files/data/app.log", 70, 0o640),
  "files: append file missing": removed("files/data/app.log"),
  "files: stdout file grown": file("files/out", 20, 0o644),
  "files: O_PATH file missing": removed("files/data/path.txt"),
  "files: O_PATH file grown": file("files/data/path.txt", 11, 0o640),
  "files: O_PATH file mode changed": mode("files/data/path.txt", 0o600),
  "files: open directory missing": removed("files/dirA"),
  "files: open directory mode changed": mode("files/dirA", 0o700),
  "files: open directory has new entries": file("files/dirA/new", 0, 0o644),
  "files: open directory st_size grown": fileFacts("files/dirA", { size: "40960" }),
  "files: parent directory of files missing": moved("files/data"),
  "files: cwd missing": moved("files/sub/dir"),
  "files: cwd mode changed": mode("files/sub/dir", 0o700),
  "files: cwd replaced by new directory": {
    world: ({ at }) => {
      rmSync(at(`${W}/files/sub/dir`), { recursive: true });
      mkdirSync(at(`${W}/files/sub/dir`));
      chmodSync(at(`${W}/files/sub/dir`), 0o755);
    },
  },
  "files: executable missing": removed("files/bin/prog"),
  "files: executable of another build, same size": file("files/bin/prog", 782576, 0o755, elfWith(OTHER)),
  "files: executable of another build, same size, --file-validation=filesize": file(
    "files/bin/prog",
    782576,
    0o755,
    elfWith(OTHER),
  ),
  "files: executable same content, new inode": {
    world: ({ at }) => {
      execFileSync("cp", ["-p", at(`${W}/files/bin/prog`), at(`${W}/files/bin/copy`)]);
      renameSync(at(`${W}/files/bin/copy`), at(`${W}/files/bin/prog`));
    },
  },
  "files: executable mode changed": mode("files/bin/prog", 0o700),
  "files: executable without x bits": mode("files/bin/prog", 0o644),
  "files: executable without build-id note, same size": file(
    "files/bin/prog",
    782576,
    0o755,
    elfWith(OTHER).map((byte, at) => (at === 128 ? 0xff : byte)),
  ),
  "files: executable replaced by non-ELF of same size and mode": file("files/bin/prog", 782576, 0o755, "####"),
  "files: shared mapped file grown": file("files/map.bin", 20480, 0o640),
  "files: shared mapped file replaced": file("files/map.bin", 16384, 0o640, "other"),
  "files: private mapped file missing": removed("files/priv.bin"),
  "files: private mapped file replaced, same size": file("files/priv.bin", 8192, 0o640, "other"),
  "files: FIFO missing": removed("files/fifo1"),
  "files: FIFO mode changed": mode("files/fifo1", 0o600),
  "files: FIFO open and with data of another process": fileFacts("files/fifo1", {
    queued: 3,
    openBy: [{ pid: 9, name: "other" }],
  }),
  "files: RLIMIT_NOFILE of criu 256 soft/hard, highest fd 300": files("256"),
  "files: RLIMIT_NOFILE of criu 1024 soft/hard (image has 20000, fd 300)": files("1024"),
  "files: inventory.img truncated to 0": edited("inventory.img", () => new Uint8Array()),
  "files: pages image truncated": pages(-65536),
  "files: pages image shorter by one byte": pages(-1),
  "files: second magic of mm image wrong": flipped("mm-4717.img", 4),
  "files: second magic of pstree image wrong": flipped("pstree.img", 4),
  "files: first magic of pstree image wrong": flipped("pstree.img", 0),
  "sock: baseline (unchanged)": NO_CHANGE,
  "sock: socket path missing": NO_CHANGE,
  "sock: socket path exists, bound by a live other process": withFacts({
    unix: [{ path: `${W}/sock/srv.sock`, pid: 9, name: "other" }],
  }),
  "sock: TCP port in use by a listener": socket("127.0.0.1:18999"),
  "sock: TCP port in use by a listener with SO_REUSEADDR": socket("127.0.0.1:18999", { reuse: true }),
  "sock: TCP port in use on 0.0.0.0": socket("0.0.0.0:18999"),
  "sock: TCP port bound, not listening": socket("127.0.0.1:18999", { state: "bound" }),
  "sock: TCP port bound with REUSEADDR, not listening": socket("127.0.0.1:18999", { state: "bound", reuse: true }),
  "sock: TCP port only in TIME_WAIT": socket("127.0.0.1:18999", {
    state: "time-wait",
    remote: "127.0.0.1:40000",
    pid: null,
    name: null,
    reuse: null,
  }),
  "sock: TCP port: IPv6 any listener": socket("[::]:18999", { v6Only: false }),
  "sock: UDP port in use with SO_REUSEADDR": socket("127.0.0.1:18998", {
    protocol: "udp",
    state: "bound",
    reuse: true,
  }),
  "tcp: baseline (unchanged)": NO_CHANGE,
  "tcp: with --tcp-close instead": NO_CHANGE,
  "tcp: listener port in use": socket("127.0.0.1:18997"),
  "tcp: listener port in use with SO_REUSEADDR": socket("127.0.0.1:18997", { reuse: true }),
  "tcp: same connection exists": socket("127.0.0.1:18996", {
    state: "established",
    remote: "127.0.0.1:18997",
    reuse: true,
  }),
  "tcp: lo down": loopbackDown,
  "uts: baseline (unchanged)": NO_CHANGE,
  "pty: pts index taken": withFacts({ ptys: [0] }),
  "gone: link_remap name missing": removed("gone/link_remap.7"),
  "gone: link_remap name is another file of same size and mode": file("gone/link_remap.7", 12, 0o600, "other"),
  "gone: link_remap file grown": file("gone/link_remap.7", 13, 0o600),
  "gone: name of the hard-linked deleted file exists again": file("gone/h1", 12, 0o600),
  "gone: remaining hard link h2 missing": removed("gone/h2"),
  "gone: name of the deleted directory exists": { world: ({ at }) => mkdirSync(at(`${W}/gone/gdir`)) },
  "gone: without --link-remap at restore": NO_CHANGE,
  "tree: baseline (unchanged)": NO_CHANGE,
  "tree: without --file-locks at restore": NO_CHANGE,
  "tree: POSIX lock on other bytes held": lock("POSIX", "tree/lock.pos", "8", "8"),
  "tree: flock held by another process": lock("FLOCK", "tree/lock.bsd", "0", null),
  "tree: inotify target file missing": removed("tree/watched/f.txt"),
  "tree: inotify target directory removed for good": removed("tree/watched"),
  "tree: child pid in use": used(13406),
  "tree: zombie pid in use": used(13407),
  "job: without --shell-job, in a terminal": NO_CHANGE,
  "job: tty gone: restore -d with stdin /dev/null, --shell-job": { facts: withoutTerminal },
  "job: restore -d with stdin /dev/null, no --shell-job": { facts: withoutTerminal },
  "jobleader: restored unchanged in a terminal (script), --shell-job": NO_CHANGE,
  "jobleader: without --shell-job, in a terminal": NO_CHANGE,
  "jobleader: tty gone: restore -d with stdin /dev/null, --shell-job": { facts: withoutTerminal },
  "jobleader: restore -d with stdin /dev/null, no --shell-job": { facts: withoutTerminal },
  "tree5: HANG flock held": lock("FLOCK", "tree/lock.bsd", "0", null),
  "sock5: HANG lo down": loopbackDown,
  "files5: HANG pages image truncated": pages(-65536),
  "nr_open: 2048, below the highest fd": nrOpen("256"),
  "nr_open: 16384, above the highest fd but below the RLIMIT in the image": nrOpen("16384"),
  "extunix: baseline (unchanged), peer alive": { facts: withPeer },
  "extunix: without --ext-unix-sk": { facts: withPeer },
  "extunix: external peer process gone, socket path still there": NO_CHANGE,
  "mnt: restored unchanged with --root": NO_CHANGE,
  "mnt: without --root": NO_CHANGE,
  "mnt: --root not a mount point": NO_CHANGE,
  "mnt: mount point directory t missing in the new root": { world: ({ at }) => rmSync(at("/t"), { recursive: true }) },
  "mnt: mount point directory proc missing in the new root": {
    world: ({ at }) => rmSync(at("/proc"), { recursive: true }),
  },
  "mnt: executable missing in the new root": { world: ({ at }) => rmSync(at("/bin/prog")) },
  "files6: queued bytes, unchanged": NO_CHANGE,
  "files6: queued bytes, fifo-data.img removed": { set: (set) => without(set, "fifo-data.img") },
  "tree6: queued bytes, unchanged": NO_CHANGE,
};

function withoutTerminal(facts: HostFacts): HostFacts {
  return { ...facts, made: { ...facts.made, terminal: false } };
}

function withPeer(facts: HostFacts): HostFacts {
  return { ...facts, unix: [{ path: `${W}/eus/od.sock`, pid: 9, name: "other" }] };
}

/** Cases that say nothing about an image and a host, each with why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "files: empty image directory": "there is no image",
  "jobleader: DUMP without --shell-job": "a dump",
  "mnt: DUMP": "a dump",
  "tree: image removed: filelocks.img": "nothing else in the set says that there were locks",
};

/** The set of a case: `tree5` and `nr_open` are about the sets tree and files. */
const setOf = (name: string): string => {
  const [set = ""] = name.split(":");
  return set === "nr_open" ? "files" : set.replace(/\d$/, "");
};

function changeOf(name: string): Change | undefined {
  const member = /: image removed: (.*)$/.exec(name)?.[1];
  return member === undefined ? CHANGES[name] : { set: (set) => without(set, member) };
}

async function checked(name: string, options: string, change: Change): Promise<Findings> {
  const set = setOf(name);
  const whole = await withPages(setSources(`verdicts/${set}`));
  const image = await decodeCriuSet(change.set?.(whole) ?? whole);
  const { demands } = await checkImage(await decodeCriuSet(whole), { host: {} });
  const list = demands?.list ?? [];
  const world = openWorld(set, list);
  try {
    const plain = set === "extunix" ? withPeer(world.facts(list)) : world.facts(list);
    const before = set === "extunix" && change === NO_CHANGE ? { ...plain, unix: [] } : plain;
    change.world?.(world);
    const now = { ...world.facts(list), unix: before.unix ?? [] };
    const facts = change.facts?.(now) ?? now;
    const restoreOptions = options.replace(/^.*criu restore/, "").replace(/"$/, "");
    return await checkImage(image, {
      host: { facts: indexFacts(facts), dumpFacts: indexFacts(plain), restoreOptions },
    });
  } finally {
    world.close();
  }
}

async function verdictOf(name: string, options: string, change: Change): Promise<string> {
  const severities = new Set(allFindings(await checked(name, options, change)).map(({ severity }) => severity));
  return severities.has("error") ? "refused" : severities.has("warning") ? "different" : "ok";
}

const cases = verdicts.filter((each) => LEFT_OUT[each.case] === undefined);

describe("the verdict of CRIU", () => {
  test("is known for every case", () => {
    expect(cases.filter((each) => changeOf(each.case) === undefined).map((each) => each.case)).toEqual([]);
  });

  test.each(cases)("is $verdict: $case", async ({ case: name, options, verdict }) => {
    expect(await verdictOf(name, options, changeOf(name) ?? NO_CHANGE)).toBe(verdict);
  });
});

describe("a file of another type is reported with both types", () => {
  test.each([
    ["files: rw file replaced by a directory", "was a regular file and is a directory."],
    ["files: rw file replaced by a FIFO of same mode", "was a regular file and is a FIFO."],
  ])("%s", async (name, sentence) => {
    const { host } = await checked(name, "", changeOf(name) ?? NO_CHANGE);
    const messages = host?.findings.filter(({ code }) => code === "host-file-type").map(({ message }) => message);
    expect(messages).toEqual([`${W}/files/data/rw.txt ${sentence}`]);
  });
});
