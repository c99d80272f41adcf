// Each value that describes an open file is compared: one edit of its entry is one change, and
// the opposite the other way.

import { describe, expect, test } from "vitest";
import type { MessageName } from "../../../app/decoder/criu/format/messages.ts";
import type { Source } from "../../../app/decoder/source.ts";
import { type Change, mirrored } from "../../../app/diff/changes.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { detailText, fileDetail } from "../../../app/model/detail-keys.ts";
import { imageSources, SAMPLES } from "../../support/corpus.ts";
import { fixtureBytes, setSources } from "../../support/criu.ts";
import { dialectImage } from "../../support/dialect-image.ts";
import {
  cString,
  insertBefore,
  makeRecord,
  numberAt,
  type Parts,
  putTogether,
  removeRecord,
  setField,
  takeApart,
} from "../../support/edit-image.ts";
import { editField } from "../../support/edit-set.ts";
import { open } from "../../support/open.ts";
import { openSources } from "../../support/resources.ts";

const SETS: readonly (readonly Source[])[] = [
  ...SAMPLES.filter(({ format, sides }) => format === "criu" && sides.includes("before")).map((sample) =>
    imageSources(sample, "before"),
  ),
  setSources("cases/tty-device"),
  setSources("cases/mips"),
];

/** Most entries of a file that are tried. */
const MOST_ENTRIES = 80;

/** A set with a value in one field and with another, for each entry that has the message of the field. */
function* edits(name: string, message: MessageName, path: string, values: readonly bigint[]) {
  for (const set of SETS) {
    for (let entry = 0; entry < MOST_ENTRIES; entry++) {
      let pair: Source[][];
      try {
        pair = values.map((value) => editField(set, name, message, entry, path, () => value));
      } catch {
        // The set has no such file, or the entry no such message.
        continue;
      }
      yield pair as [Source[], Source[]];
    }
  }
}

/** The changes between sets, but for those of resources, which repeat those of sockets. */
async function changesOf(before: readonly Source[], after: readonly Source[]): Promise<Change[]> {
  const [one, other] = [await openSources(before), await openSources(after)];
  return changesJson(diff(one.checkpoint, other.checkpoint)).filter(({ kind }) => !kind.startsWith("resource"));
}

const keysOf = (changes: readonly Change[]): string[] =>
  changes.map((change) => (change.kind === "file-detail" || change.kind === "task-detail" ? change.key : change.kind));

describe("one edit of a CRIU set", () => {
  test.each<
    [path: string, key: string, name?: string | undefined, message?: MessageName | undefined, values?: [bigint, bigint]]
  >([
    ["usk.file_perms.mode", "mode"],
    ["usk.file_perms.uid", "uid"],
    ["usk.opts.so_sndbuf", "buffers"],
    ["nlsk.opts.so_rcvbuf", "buffers"],
    ["nlsk.dst_group", "remoteGroup"],
    ["nlsk.dst_portid", "remotePortId"],
    ["nlsk.state", "state"],
    ["psk.aux_data", "options", undefined, undefined, [0n, 1n]],
    ["psk.version", "options"],
    ["psk.fanout", "options"],
    ["isk.ip_opts.raw.icmpv_filter", "options"],
    ["ify.wd.ignored_mask", "watches"],
    ["ffy.faflags", "fanotifyFlags"],
    ["ffy.evflags", "eventFlags"],
    ["ffy.mark.mflags", "marks", undefined, undefined, [0n, 0x200n]],
    ["reg.build_id", "buildId"],
    ["reg.checksum", "checksum"],
    ["pipe.uid", "uid"],
    ["hugetlb_flag", "hugePages", "memfd.img", "memfd_inode_entry"],
    ["winsize.ws_xpixel", "pixels", "tty-info.img", "tty_info_entry"],
    ["termios_locked.c_lflag", "lockedSettings", "tty-info.img", "tty_info_entry"],
    ["termios_locked.c_line", "lockedSettings", "tty-info.img", "tty_info_entry"],
    ["termios_locked.c_cc", "lockedSettings", "tty-info.img", "tty_info_entry"],
  ])("%s is a change of %s", async (path, key, name = "files.img", message = "file_entry", values = [1n, 2n]) => {
    const found: string[][] = [];
    for (const [before, after] of edits(name, message, path, values)) {
      const changes = await changesOf(before, after);
      if (changes.length === 0) continue;
      found.push(keysOf(changes));
      const swapped = await changesOf(after, before);
      expect(swapped.map(({ kind }) => kind)).toEqual(changes.map(({ kind }) => mirrored(kind)));
      break;
    }
    // One shared file can have several descriptors.
    expect(found.map((keys) => [...new Set(keys.map((each) => each.replace(/^(exe|cwd|root)\./, "")))])).toEqual([
      [key],
    ]);
  });

  test("the sizes of the buffers of TCP are no change unless the program has set them", async () => {
    const tcp = setSources("cases/mips");
    const entry = 5;
    const sized = (set: readonly Source[], size: bigint): Source[] =>
      editField(set, "files.img", "file_entry", entry, "isk.opts.so_sndbuf", () => size);
    const locked = editField(tcp, "files.img", "file_entry", entry, "isk.opts.so_buf_lock", () => 1n);
    expect(keysOf(await changesOf(sized(tcp, 1000n), sized(tcp, 2000n)))).toEqual([]);
    expect(keysOf(await changesOf(sized(locked, 1000n), sized(locked, 2000n)))).toEqual(["options"]);
  });

  test("a filter of as many instructions is another one", async () => {
    const withFilter = (last: number): Source[] =>
      editField(setSources("cases/mips"), "files.img", "file_entry", 5, "isk.opts", (value) =>
        Uint8Array.from([...(value as Uint8Array), 0x81, 0x01, 6, 0, 0, 0, 0, 0, 0, last]),
      );
    expect(keysOf(await changesOf(withFilter(1), withFilter(2)))).toEqual(["options"]);
    expect(await changesOf(withFilter(1), withFilter(1))).toEqual([]);
  });

  test("a build id that one side does not record is no change", async () => {
    const before = setSources("cases/mips");
    const after = editField(before, "files.img", "file_entry", 2, "reg.build_id", (value) => value ?? 1n);
    const changed = editField(before, "files.img", "file_entry", 2, "reg.build_id", () => 2n);
    expect(await changesOf(before, after)).toEqual([]);
    expect(keysOf(await changesOf(after, changed))).toEqual(["buildId"]);
  });
});

describe("one edit of a Linux-CR image", () => {
  const image = () => takeApart(fixtureBytes("../linux-cr/diff-blind/before.ckpt"));

  test.each<[field: string, value: bigint, key: string, text: unknown]>([
    ["sock.shutdown", 2n, "shutdown", "WRITE"],
    ["sock.flags", 8n, "options", { SO_KEEPALIVE: true }],
    ["socket.flags", 8n, "options", { SO_PASSCRED: true }],
    ["sock_common.reuse", 1n, "options", { SO_REUSEADDR: true }],
    ["sock.priority", 6n, "options", { SO_PRIORITY: 6 }],
    ["sock.rcvtimeo", 2_500_000_000n, "options", { SO_RCVTIMEO: "2.500000" }],
    ["sock.sndtimeo", 1n, "options", { SO_SNDTIMEO: "0.000000001" }],
    ["sock_common.bound_dev_if", 3n, "options", { SO_BINDTODEVICE: "interface 3" }],
  ])("%s of a socket is a change of %s", async (field, value, key, after) => {
    const parts = await image();
    const edited = await open(putTogether(setField(parts, "SOCKET", 0, field, value)));
    const before = await open(putTogether(parts));
    expect(changesJson(diff(before.checkpoint, edited.checkpoint))).toMatchObject([
      { kind: "file-detail", key, before: null, after },
    ]);
  });

  test.each<[record: string, field: string, value: bigint, key: string, text: unknown]>([
    ["SOCKET_INET", "cmsg_flags", 1n, "options", { IP_PKTINFO: true }],
    ["SOCKET_INET", "tcp.keepalive_time", 500n, "options", { TCP_KEEPIDLE: "500 jiffies" }],
    ["SOCKET_INET", "tcp.keepalive_intvl", 100n, "options", { TCP_KEEPINTVL: "100 jiffies" }],
    ["SOCKET_INET", "tcp.keepalive_probes", 3n, "options", { TCP_KEEPCNT: 3 }],
    ["TTY", "flags", 1n << 3n, "exclusive", true],
    ["TTY", "flags", 1n << 18n, "hungUp", true],
    ["TTY", "winsize.ws_xpixel", 640n, "pixels", { width: 640, height: 0 }],
    ["TTY", "winsize.ws_ypixel", 480n, "pixels", { width: 0, height: 480 }],
  ])("%s %s, set to %s, is a change of %s", async (record, field, value, key, after) => {
    const isTerminal = record === "TTY";
    const whole = await takeApart(
      fixtureBytes(isTerminal ? "../linux-cr/v23-s1/before.ckpt" : "../linux-cr/socket-remote/before.ckpt"),
    );
    // Only the kernel records options, and with them the sizes of buffers.
    const parts = isTerminal ? whole : setField(whole, "SOCKET", 0, "sock.sndbuf", 4096n);
    const edited = await open(putTogether(setField(parts, record, isTerminal ? 1 : 0, field, value)));
    const before = await open(putTogether(parts));
    expect(changesJson(diff(before.checkpoint, edited.checkpoint))).toMatchObject([
      { kind: "file-detail", key, before: null, after },
    ]);
  });

  test.each<[field: string, key: string, before: unknown, after: unknown]>([
    ["stopped", "stopped", false, true],
    ["packet", "packetMode", null, true],
    ["flow_stopped", "flowStopped", null, true],
  ])(
    "%s of a terminal is a change of %s, but for images from outside the kernel",
    async (field, key, before, after) => {
      const parts = await takeApart(fixtureBytes("../linux-cr/v23-s1/before.ckpt"));
      const of = async (edited: Parts) => (await open(putTogether(edited))).checkpoint;
      // The slave, which is open, comes after the master.
      const edited = setField(parts, "TTY_LDISC", 1, field, 1n);
      expect(changesJson(diff(await of(parts), await of(edited)))).toMatchObject([
        { kind: "file-detail", key, before, after },
      ]);
      const outside = (image: Parts) => setField(image, "HEADER", 0, "major", 6n);
      expect(keysOf(changesJson(diff(await of(outside(parts)), await of(outside(edited)))))).toEqual([]);
      const mixed = diff(await of(outside(parts)), await of(edited));
      expect(keysOf(changesJson(mixed))).not.toContain(key);
      expect(mixed.notes.find(({ code }) => code === "values-on-one-side")?.message).toContain("output stopped");
    },
  );

  test("the lock of a pseudo-terminal is that of its master", async () => {
    const slave = await takeApart(fixtureBytes("../linux-cr/v23-s1/before.ckpt"));
    const changed = async (parts: Parts) => {
      const [unlocked, locked] = [0n, 1n << 16n].map((flags) => putTogether(setField(parts, "TTY", 1, "flags", flags)));
      const [before, after] = [await open(unlocked as Uint8Array), await open(locked as Uint8Array)];
      return keysOf(changesJson(diff(before.checkpoint, after.checkpoint)));
    };
    expect(await changed(slave)).toEqual([]);
    expect(await changed(setField(slave, "TTY", 1, "driver_subtype", 1n))).toEqual(["locked"]);
  });

  test("credentials of the peer of a unix socket are those that the image names", async () => {
    const parts = setField(await image(), "SOCKET", 0, "sock.sndbuf", 4096n);
    const before = setField(setField(parts, "CRED", 0, "euid", 1000n), "CRED", 0, "egid", 100n);
    const credentials = numberAt(before, "TASK_CREDS", 0, "cred_ref");
    // The peer's SOCKET_UNIX comes before its own.
    const after = await open(putTogether(setField(before, "SOCKET_UNIX", 1, "peercred", credentials)));
    const changes = changesJson(diff((await open(putTogether(before))).checkpoint, after.checkpoint));
    expect(changes).toMatchObject([
      { kind: "file-detail", key: "peerCredentials", before: null, after: { uid: 1000, gid: 100 } },
    ]);
  });

  test.each([true, false])("up to v22 they are numbers (little-endian: %s)", async (littleEndian) => {
    const checkpoint = async (uid: bigint, gid: bigint) => {
      const parts = await takeApart(dialectImage("v18", { littleEndian, cursor: true }));
      return (await open(putTogether(withUnixSocket(parts, { peercred_uid: uid, peercred_gid: gid })))).checkpoint;
    };
    const none = await checkpoint(0xffff_ffffn, 0xffff_ffffn);
    const root = await checkpoint(0n, 0n);
    expect(changesJson(diff(none, root))).toMatchObject([
      { kind: "file-detail", key: "peerCredentials", before: null, after: { uid: 0, gid: 0 } },
    ]);
    expect(changesJson(diff(root, await checkpoint(0n, 5n)))).toMatchObject([
      { kind: "file-detail", key: "peerCredentials", before: { uid: 0, gid: 0 }, after: { uid: 0, gid: 5 } },
    ]);
  });

  test("the path of a unix socket can be unlinked", async () => {
    const parts = await takeApart(dialectImage("v18", { littleEndian: true, cursor: true }));
    const bound = async (flags: bigint, name: Uint8Array) =>
      (await open(putTogether(withUnixSocket(parts, { flags, laddr_len: BigInt(2 + name.length) }, name)))).checkpoint;
    const changes = async (name: Uint8Array) => changesJson(diff(await bound(1n, name), await bound(0n, name)));
    expect(await changes(cString("/run/socket"))).toMatchObject([
      { kind: "file-detail", key: "unlinked", before: null, after: true },
    ]);
    // Names in the abstract namespace are not files.
    expect(await changes(Uint8Array.of(0, 0x78))).toEqual([]);
  });

  test("options that one of the images cannot record are a note", async () => {
    const parts = await image();
    const options = (of: Parts) => setField(of, "SOCKET", 0, "sock.flags", 8n);
    const recorded = (of: Parts) => setField(of, "SOCKET", 0, "sock.sndbuf", 4096n);
    const checkpoint = async (of: Parts) => (await open(putTogether(of))).checkpoint;
    const [outside, kernel] = [await checkpoint(parts), await checkpoint(recorded(options(parts)))];
    expect(changesJson(diff(outside, kernel))).toEqual([]);
    expect(changesJson(diff(kernel, outside))).toEqual([]);
    expect(diff(outside, kernel).notes.map(({ message }) => message)).toEqual([
      "The image before lacks values that the other one has: socket options (1 open file), socket buffers (1 open file). They are not compared.",
    ]);
    const unset = await checkpoint(recorded(parts));
    expect(keysOf(changesJson(diff(unset, kernel)))).toEqual(["options"]);
  });

  test("buffers are compared unless the kernel adjusts them, and are options if the program has set them", async () => {
    const sized = async (size: bigint, locks: bigint) => {
      const parts = setField(
        setField(await image(), "SOCKET", 0, "sock.sndbuf", size),
        "SOCKET",
        0,
        "sock.userlocks",
        locks,
      );
      return (await open(putTogether(parts))).checkpoint;
    };
    const keys = async (locks: bigint) =>
      keysOf(changesJson(diff(await sized(1000n, locks), await sized(2000n, locks))));
    expect(await keys(0n)).toEqual(["buffers"]);
    expect(await keys(1n)).toEqual(["options"]);
  });
});

/** The image with a unix socket, as the kernel records it, in place of its file. `name`: what follows the family. */
function withUnixSocket(
  image: Parts,
  fields: Readonly<Record<string, bigint>>,
  name: Uint8Array = new Uint8Array(0),
): Parts {
  const { CKPT_OBJ, CKPT_FILE } = image.dialect.enums;
  const socket = 50;
  const unix = makeRecord(image, "SOCKET_UNIX", { this: socket, ...fields });
  unix.bytes.set(name, (image.dialect.struct("ckpt_hdr_socket_unix")?.byName.get("laddr")?.offset ?? 0) + 2);
  const described = insertBefore(
    image,
    "OBJREF",
    1,
    makeRecord(image, "OBJREF", { objtype: CKPT_OBJ?.get("SOCK") ?? 0, objref: socket }),
    makeRecord(image, "SOCKET", { "sock_common.family": 1, "sock.type": 1, "sock.sndbuf": 4096 }),
    unix,
  );
  const type = { "common.f_type": CKPT_FILE?.get("SOCKET") ?? 0, sock_objref: socket };
  return insertBefore(
    removeRecord(removeRecord(described, "FILE_NAME"), "FILE"),
    "FILE_DESC",
    0,
    makeRecord(image, "FILE", type, undefined, "ckpt_hdr_file_socket"),
  );
}

describe("one edit of a ghost file", () => {
  const GHOST = "ghost-file-2.img";
  const ghost = (path: string, value: bigint | Uint8Array) =>
    editField(setSources("verdicts/gone"), GHOST, "ghost_file_entry", 0, path, () => value);

  test.each<[path: string, key: string]>([
    ["mtim.tv_sec", "modified"],
    ["mtim.tv_usec", "modified"],
    ["uid", "ghost"],
    ["rdev", "ghost"],
  ])("%s is a change of %s", async (path, key) => {
    const [before, after] = [ghost(path, 5n), ghost(path, 6n)];
    expect([...new Set(keysOf(await changesOf(before, after)))]).toEqual([key]);
    expect([...new Set(keysOf(await changesOf(after, before)))]).toEqual([key]);
  });

  test("the time of its last access is none", async () => {
    expect(await changesOf(ghost("atim.tv_sec", 5n), ghost("atim.tv_sec", 6n))).toEqual([]);
  });

  test("is shown with its fraction of a second", async () => {
    const { checkpoint } = await openSources(ghost("mtim.tv_usec", 250n));
    const spec = fileDetail("modified", 0);
    const [value] = changesJson(diff(checkpoint, (await openSources(ghost("mtim.tv_usec", 251n))).checkpoint)).flatMap(
      (change) => (change.kind === "file-detail" ? [change.before] : []),
    );
    expect(value).toMatch(/^\d{10}\.000250$/);
    expect(detailText(spec, value ?? null)).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.000250 UTC$/);
  });
});
