// What fdinfo says of files without a path: read from lines of old and new kernels, the same as in a CRIU image,
// carried in the names of files, and unknown where a line is missing or unlike what is known.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import { continuedName, nameEnd, readFdinfo } from "../../../../app/decoder/linux-cr/details/fdinfo-details.ts";
import { bytesSource } from "../../../../app/decoder/source.ts";
import type { Description, FileDescription } from "../../../../app/encoder/description.ts";
import { hasRoomFor } from "../../../../app/encoder/files.ts";
import { FILE_DETAILS } from "../../../../app/model/detail-keys.ts";
import { detailsOf } from "../../../../app/model/detail-store.ts";
import type { Details } from "../../../../app/model/fields.ts";
import type { FileKind } from "../../../../app/model/names/names.ts";
import { encodeText } from "../../../../app/model/text/text.ts";
import { FOWN, imageBytes, inventoryAndTree, type Message } from "../../../support/criu-set.ts";
import { encodeAll } from "../../../support/images.ts";
import { documentOf, open } from "../../../support/open.ts";

const linesOf = (text: string): string[] => text.split("\n");

/** Lines of kernels, and what they say. */
const CASES: readonly (readonly [what: string, kind: FileKind, lines: string, details: Details])[] = [
  ["a signalfd", "signalfd", "sigmask:\t8000000000000200", { signals: ["SIGUSR1", "signal 64"] }],
  [
    "a timerfd",
    "timerfd",
    "clockid: 1\nticks: 3\nsettime flags: 01\nit_value: (99, 999961060)\nit_interval: (5, 7)",
    {
      clock: "CLOCK_MONOTONIC",
      ticks: "3",
      settimeFlags: 1,
      interval: "5.000000007",
      left: "99.999961060",
      armed: true,
    },
  ],
  [
    "a timerfd that is not armed, with lines that nobody knows",
    "timerfd",
    "clockid: 12\nticks: 0\ncolour: blue\nsettime flags: 00\nit_value: (0, 0)\nit_interval: (0, 0)\n\n:\n",
    { clock: 12, ticks: "0", interval: "0.000000000", left: "0.000000000", armed: false },
  ],
  ["a timerfd whose lines are cut off", "timerfd", "clockid: 0\ntick", { clock: "CLOCK_REALTIME" }],
  [
    "an inotify of Linux 4.19",
    "inotify",
    "inotify wd:2 ino:224041 sdev:800013 mask:80000002 ignored_mask:1 fhandle-bytes:8 fhandle-type:1 f_handle:414022005aa8bf40",
    {
      watches: [
        {
          wd: 2,
          inode: "2244673",
          device: "8:19",
          mask: ["IN_MODIFY", "IN_ONESHOT"],
          ignoredMask: ["IN_ACCESS"],
        },
      ],
    },
  ],
  [
    "an inotify of Linux 6.18",
    "inotify",
    "inotify wd:1 ino:ffffffffffffffff sdev:fe00000 mask:fff ignored_mask:0 fhandle-bytes:c new:1\ninotify wd:a future",
    {
      watches: [
        {
          wd: 1,
          inode: "18446744073709551615",
          device: "254:0",
          mask: [
            ..."IN_ACCESS IN_MODIFY IN_ATTRIB IN_CLOSE_WRITE IN_CLOSE_NOWRITE IN_OPEN IN_MOVED_FROM".split(" "),
            ..."IN_MOVED_TO IN_CREATE IN_DELETE IN_DELETE_SELF IN_MOVE_SELF".split(" "),
          ],
        },
        { wd: 10 },
      ],
    },
  ],
  ["an inotify without watches", "inotify", "", { watches: [] }],
  [
    "a fanotify group",
    "fanotify",
    "fanotify flags:10 event-flags:8000\nfanotify sdev:fe00000 mflags:0 mask:2 ignored_mask:0\n" +
      "fanotify mnt_id:1b mflags:40 mask:20000002 ignored_mask:0\n" +
      "fanotify ino:224041 sdev:fe00000 mflags:0 mask:0 ignored_mask:1 fhandle-bytes:8",
    {
      marks: [
        { type: "FILESYSTEM", device: "254:0", mask: ["FAN_MODIFY"], ignoredMask: [] },
        {
          type: "MOUNT",
          mount: 27,
          mask: ["FAN_MODIFY", "0x20000000"],
          ignoredMask: [],
          flags: ["FAN_MARK_IGNORED_SURV_MODIFY"],
        },
        { type: "INODE", inode: "2244673", device: "254:0", mask: [], ignoredMask: ["FAN_ACCESS"] },
      ],
      fanotifyFlags: ["FAN_UNLIMITED_QUEUE"],
      eventFlags: ["O_RDONLY", "O_LARGEFILE"],
    },
  ],
  ["a pidfd", "pidfd", "Pid:\t412\nNSpid:\t412\t7", { pid: 412 }],
  ["a pidfd of a process that has ended", "pidfd", "Pid:\t-1\nNSpid:\t-1", { pid: null, ended: true }],
  ["a pidfd of a process of another namespace", "pidfd", "Pid:\t0\nNSpid:\t0", { pid: null }],
  ["a pidfd of Linux 5.2, without NSpid", "pidfd", "Pid:\t9", { pid: 9 }],
  [
    "a BPF map of Linux 4.9",
    "bpf",
    "map_type:\t1\nkey_size:\t4\nvalue_size:\t8\nmax_entries:\t16\nmap_flags:\t0x1\nmemlock:\t4096",
    { mapType: 1, keySize: 4, valueSize: 8, maxEntries: 16, mapFlags: 1 },
  ],
  [
    "a BPF map of Linux 6.18",
    "bpf",
    "map_type:\t2\nkey_size:\t4\nvalue_size:\t8\nmax_entries:\t16\nmap_flags:\t0x0\nmap_extra:\t0xffffffffffffffff\nmemlock:\t440\nmap_id:\t26\nfrozen:\t1",
    { mapType: 2, keySize: 4, valueSize: 8, maxEntries: 16, frozen: true, mapExtra: "18446744073709551615" },
  ],
  [
    "a BPF program",
    "bpf",
    "prog_type:\t1\nprog_jited:\t1\nprog_tag:\t59f4a931744dcdc6\nprog_id:\t4",
    { programType: 1, programTag: "59f4a931744dcdc6" },
  ],
  [
    "a BPF link",
    "bpf",
    "link_type:\ttracing\nlink_id:\t1\nprog_tag:\t59f4a931744dcdc6",
    { programTag: "59f4a931744dcdc6", linkType: "tracing" },
  ],
];

describe("fdinfo", () => {
  test.each(CASES)("of %s", (_what, kind, lines, details) => {
    expect(readFdinfo(kind, linesOf(lines))).toEqual(details);
    for (const key of Object.keys(details))
      expect(
        FILE_DETAILS.some((spec) => spec.key === key),
        key,
      ).toBe(true);
  });

  test.each(CASES)("of %s is the same after a name in an image", async (_what, kind, _lines, details) => {
    const path = kind === "inotify" || kind === "bpf" ? `anon_inode:${kind}` : `anon_inode:[${kind}]`;
    expect(await throughImage({ kind, path, details })).toEqual({ kind, path, details });
  });

  test("is unknown if a value is unlike what is known: never zero", () => {
    const odd = ["", "?", "-5", "1.5", "0x", "99999999999999999999999", "(1, 2", "(1)", "1 2", "\ufffd", "٣"];
    for (const [, kind, lines] of CASES) {
      for (const value of odd) {
        const changed = linesOf(lines).map((line) => line.replace(/^([\w ]+:\s?).*$/, `$1${value}`));
        const details = readFdinfo(kind, changed);
        const { watches, marks, ...others } = details;
        if (watches === undefined && marks === undefined) expect(others).toEqual({});
      }
    }
    expect(readFdinfo("inotify", ["inotify wd:x ino:-1 sdev: mask:zz"])).toEqual({ watches: [{}] });
  });

  test("of other kinds is nothing", () => {
    expect(readFdinfo("regular", ["lock:\t1: FLOCK  ADVISORY  WRITE 1 00:00:1 0 EOF"])).toEqual({});
    expect(readFdinfo("constructor", ["a: b"])).toEqual({});
  });
});

/** A file, written into an image and read again. */
async function throughImage(file: Pick<FileDescription, "kind" | "path" | "details">) {
  const description: Description = {
    tasks: [{ pid: 1, ppid: 0, tgid: 1, comm: "a", state: "running", fileTable: 1 }],
    fileTables: [{ id: 1, fds: [{ fd: 3, file: 1, closeOnExec: false }] }],
    files: [{ id: 1, pos: "0", flags: 2, mode: 3, version: "0", ...file }],
  };
  const document = await documentOf(await open(encodeAll(description, { dialect: "v23-rc2" }).bytes));
  expect(document.problems).toEqual([]);
  const [{ kind, path, details } = { kind: "", path: null, details: {} }] = document.files;
  return { kind, path, details };
}

/** What CRIU (criu/proc_parse.c) saves of the same lines: type of the entry, its field, the message. */
const SAVED: readonly (readonly [lines: string, kind: FileKind, type: number, field: number, message: Message])[] = [
  ["sigmask:\t0000000000000200", "signalfd", 9, 10, [[4, 0x200]]],
  [
    "clockid: 7\nticks: 3\nsettime flags: 01\nit_value: (99, 999961060)\nit_interval: (5, 7)",
    "timerfd",
    17,
    12,
    [
      [4, 7],
      [5, 3],
      [6, 1],
      [7, 99],
      [8, 999961060],
      [9, 5],
      [10, 7],
    ],
  ],
  [
    "inotify wd:1 ino:3f7e8 sdev:fe00000 mask:fff ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:e8f7030000000000",
    "inotify",
    8,
    13,
    [
      [
        5,
        [
          [1, 0],
          [2, 0x3f7e8],
          [3, 0xfff],
          [4, 0],
          [5, 0xfe00000],
          [6, 1],
          [
            7,
            [
              [1, 8],
              [2, 1],
            ],
          ],
        ],
      ],
    ],
  ],
  [
    "fanotify flags:10 event-flags:8000\nfanotify ino:224041 sdev:fe00000 mflags:40 mask:2 ignored_mask:1 fhandle-bytes:8",
    "fanotify",
    12,
    14,
    [
      [4, 0x10],
      [5, 0x8000],
      [
        6,
        [
          [1, 0],
          [2, 1],
          [3, 0x40],
          [4, 2],
          [5, 1],
          [6, 0xfe00000],
          [
            7,
            [
              [1, 0x224041],
              [
                2,
                [
                  [1, 8],
                  [2, 1],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
  ],
  [
    "map_type:\t2\nkey_size:\t4\nvalue_size:\t8\nmax_entries:\t16\nmap_flags:\t0x1\nmap_extra:\t0x0\nfrozen:\t1",
    "bpf",
    19,
    21,
    [
      [3, 0],
      [5, 2],
      [6, 4],
      [7, 8],
      [8, 1],
      [9, 16],
      [10, 1],
      [11, 0],
      [12, 1],
      [13, "name"],
      [14, 0],
    ],
  ],
];

describe("what fdinfo says is what CRIU's images say of the same file", () => {
  test.each(SAVED)("%s", async (lines, kind, type, field, message) => {
    const own = kind === "inotify" || kind === "bpf" ? 4 : 3;
    const entry: Message = [[1, 1], [2, 2], [own, FOWN], ...message];
    const file: Message = [
      [1, type],
      [2, 1],
      [field, entry],
    ];
    const members = [...inventoryAndTree(1).members, ["files.img", imageBytes("FILES", [file])] as const];
    const { checkpoint } = await decodeCriuSet(members.map(([name, bytes]) => bytesSource(name, bytes)));
    const saved = detailsOf(checkpoint, 0);
    // The name of a map is not in fdinfo.
    const { owner: _owner, name: _name, ...others } = saved;
    expect(Object.keys(others)).not.toEqual([]);
    expect(readFdinfo(kind, linesOf(lines))).toEqual(others);
  });

  test("and of the facts of this project's recorded processes, each kind is read whole", () => {
    const facts = JSON.parse(
      readFileSync(new URL("../../../fixtures/dump-verdicts/facts.json", import.meta.url), "utf8"),
    );
    const kinds: Readonly<Record<string, FileKind>> = {
      "anon_inode:[signalfd]": "signalfd",
      "anon_inode:[timerfd]": "timerfd",
      "anon_inode:inotify": "inotify",
      "anon_inode:[fanotify]": "fanotify",
      "anon_inode:[pidfd]": "pidfd",
      "anon_inode:bpf-map": "bpf",
    };
    const seen = new Set<string>();
    for (const { tasks } of Object.values<{ tasks: { descriptors: { name: string; info: string[] }[] }[] }>(facts)) {
      for (const { name, info } of tasks.flatMap(({ descriptors }) => descriptors)) {
        const kind = kinds[name];
        if (kind === undefined) continue;
        seen.add(kind);
        const details = readFdinfo(kind, info);
        const listed = [details.watches, details.marks].flatMap((list) => (Array.isArray(list) ? list : []));
        expect(JSON.stringify(details), name).not.toBe("{}");
        expect(listed.length).toBe(info.filter((line) => / (?:wd|ino|mnt_id|sdev):/.test(line)).length);
      }
    }
    expect(seen.size).toBe(6);
  });
});

describe("in the name of a file", () => {
  test("there is room for 4095 bytes; the name is left alone if there is not enough", async () => {
    const watches = (count: number): Details => ({
      watches: Array.from({ length: count }, (_, wd) => ({ wd, inode: "5", device: "8:1", mask: ["IN_MODIFY"] })),
    });
    const file = (count: number) => ({ kind: "inotify", path: "anon_inode:inotify", details: watches(count) });
    let most = 0;
    while (hasRoomFor(continuedName("anon_inode:inotify", "inotify", watches(most + 1)))) most++;
    expect(most).toBeGreaterThan(80);
    expect(await throughImage(file(most))).toEqual(file(most));
    // Nothing is known then: not that there are fewer watches.
    expect(await throughImage(file(most + 1))).toEqual({ ...file(0), details: {} });
  });

  test("nothing follows if nothing is known, and a file with a path is never changed", async () => {
    const bare = { kind: "inotify", path: "anon_inode:inotify", details: {} };
    expect(await throughImage(bare)).toEqual(bare);
    const memfd = { kind: "memfd", path: "/memfd:a\nsigmask:\t1", details: {} };
    expect(await throughImage(memfd)).toEqual(memfd);
    expect(continuedName("/srv/signalfd", "signalfd", { signals: [] })).toBe("/srv/signalfd");
  });

  test("whatever follows, the details are those of known lines", async () => {
    const value = fc.oneof(fc.string({ maxLength: 12 }), fc.nat().map(String), fc.constantFrom("0x1", "(1, 2)", "-1"));
    const name = fc.constantFrom(
      "sigmask",
      "clockid",
      "it_value",
      "Pid",
      "map_type",
      "inotify wd",
      "fanotify ino",
      "x",
    );
    const line = fc.tuple(name, fc.constantFrom(":\t", ": ", ":", ""), value).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("anon_inode:[signalfd]", "anon_inode:[timerfd]", "anon_inode:inotify", "anon_inode:[pidfd]"),
        fc.array(line, { maxLength: 4 }),
        async (path, lines) => {
          if (lines.some((each) => each.includes("\0"))) return;
          const text = [path, ...lines].join("\n");
          const { kind, path: read, details } = await throughImage({ kind: "generic", path: text, details: {} });
          expect(read).toBe(path);
          const expected = lines.length === 0 ? {} : readFdinfo(kind, text.split("\n").slice(1));
          expect(details).toEqual(expected);
        },
      ),
    );
  });

  test("ends where it is found, also if it is cut off", () => {
    const bytes = encodeText("xanon_inode:a\nb\nc");
    expect(nameEnd(bytes, 1, bytes.length)).toBe(13);
    expect(nameEnd(bytes, 1, 12)).toBe(12);
    expect(nameEnd(bytes, 0, bytes.length)).toBe(bytes.length);
    expect(nameEnd(bytes, 1, 4)).toBe(4);
  });
});
