// Changes in words, in Markdown and in CSV; and that text out of an image stays text.

import { describe, expect, test } from "vitest";
import { CHANGE_KINDS, CHANGE_TITLES } from "../../../app/diff/changes.ts";
import { diff } from "../../../app/diff/diff.ts";
import { changeSummary, kindCounts } from "../../../app/export/changes/change-counts.ts";
import { changesTable } from "../../../app/export/changes/changes-table.ts";
import { changeSentence, changesMarkdown, codeSpan } from "../../../app/export/changes/changes-text.ts";
import type { Details } from "../../../app/model/fields.ts";
import {
  checkpointOf,
  type State,
  type StateDescriptor,
  type StateFile,
  type StateOptions,
} from "../../support/state.ts";

const LOG: StateFile = { kind: "generic", path: "/var/log/x", pos: 4096n, flags: 0o102001, mode: 31, version: 1n };

const state = (file: Partial<StateFile> = {}, slots: readonly StateDescriptor[] = [{ fd: 3, file: 0 }]): State => ({
  tasks: [{ pid: 412, comm: "server", table: 0 }],
  tables: [slots],
  files: [{ ...LOG, ...file }],
});
const compare = (before: State, after: State, options: StateOptions = {}) =>
  diff(checkpointOf(before), checkpointOf(after, options));
const sentences = (before: State, after: State, options: StateOptions = {}): string[] => {
  const comparison = compare(before, after, options);
  return Array.from(comparison.changes.kind, (_, index) => changeSentence(comparison, index));
};

describe("a sentence", () => {
  test.each<[string, Partial<StateFile>]>([
    ["pid 412 fd 3 /var/log/x: position 4096 → 8192", { pos: 8192n }],
    ["pid 412 fd 3 /var/log/x: flags +O_NONBLOCK -O_WRONLY -O_APPEND", { flags: 0o104000 }],
    ["pid 412 fd 3 /var/log/x: mode +EXEC -WRITE", { mode: 61 }],
    ["pid 412 fd 3 /var/log/x: version 1 → 18446744073709551615", { version: 2n ** 64n - 1n }],
    [
      "pid 412 fd 3: /var/log/x → /y (position 4096 → 0, flags -O_APPEND, mode -WRITE, version 1 → 2)",
      { path: "/y", pos: 0n, flags: 0o100001, mode: 29, version: 2n },
    ],
  ])("%s", (sentence, file) => {
    expect(sentences(state(), state(file))).toEqual([sentence]);
  });

  test("of descriptors and tasks", () => {
    expect(sentences(state(), state({}, []))).toEqual(["pid 412 fd 3 /var/log/x: closed"]);
    expect(sentences(state({}, []), state())).toEqual(["pid 412 fd 3 /var/log/x: opened"]);
    const set = state({}, [{ fd: 3, file: 0, closeOnExec: true }]);
    expect(sentences(state(), set)).toEqual(["pid 412 fd 3 /var/log/x: close-on-exec off → on"]);
    const named = (pid: number, comm: string): State => ({ ...state(), tasks: [{ pid, comm, table: 0 }] });
    expect(sentences(state(), named(412, "other"))).toEqual(["pid 412: name server → other"]);
    expect(sentences(state(), named(7, "new"))).toEqual([
      "pid 7 new: new task with 1 descriptor",
      "pid 412 server: task gone, with 1 descriptor",
    ]);
    const bare = (comm: string): State => ({ ...state(), tasks: [{ comm, table: 0 }] });
    expect(sentences(bare("a"), bare("b"))).toEqual([
      "b (index 0 after): new task with 1 descriptor",
      "a (index 0 before): task gone, with 1 descriptor",
    ]);
  });

  test("of a value without parts", () => {
    const socket = (options: Details): State => state({ kind: "socket", path: "socket:[1]", details: { options } });
    expect(sentences(socket({ SO_KEEPALIVE: true }), socket({}))).toEqual([
      "pid 412 fd 3 socket:[1]: socket options SO_KEEPALIVE yes → none",
    ]);
  });

  test("of long lists, in which a word can occur several times", () => {
    const threads = (names: readonly string[]): State => ({
      ...state(),
      tasks: [{ pid: 412, comm: "server", table: 0, details: { threadNames: names } }],
    });
    const workers = Array.from({ length: 7 }, () => "worker");
    expect(sentences(threads(["main", ...workers]), threads(["main", "cleaner", ...workers.slice(1)]))).toEqual([
      "pid 412: thread names worker → cleaner",
    ]);
    expect(sentences(threads(["main", ...workers]), threads(["main", "cleaner", "timer", ...workers]))).toEqual([
      "pid 412: thread names +cleaner +timer",
    ]);
    expect(sentences(threads(["main", ...workers]), threads(workers))).toEqual(["pid 412: thread names -main"]);
    // Their order says nothing.
    expect(sentences(threads(["main", ...workers]), threads([...workers, "main"]))).toEqual([]);
    const lines = (words: readonly string[]): State => ({
      ...state(),
      tasks: [{ pid: 412, comm: "server", table: 0, details: { lines: words } }],
    });
    expect(sentences(lines(["main", ...workers]), lines([...workers, "main"]))).toEqual([
      `pid 412: lines main, ${workers.join(", ")} → ${workers.join(", ")}, main`,
    ]);
  });

  test("of a missing file", () => {
    const doubt = "(uncertain: an image is incomplete)";
    expect(sentences(state(), state({}, [{ fd: 3, file: -1 }]))).toEqual([
      `pid 412 fd 3: /var/log/x → (missing) ${doubt}`,
    ]);
    const shorter = compare(state(), { ...state({}, []), tasks: [] }, { complete: false });
    expect(changeSentence(shorter, 0)).toBe(`pid 412 server: task gone, with 1 descriptor ${doubt}`);
  });

  test("names a few holders and counts the rest", () => {
    const slots = (file: (fd: number) => number) => Array.from({ length: 9 }, (_, fd) => ({ fd, file: file(fd) }));
    const together = state(
      {},
      slots(() => 0),
    );
    expect(sentences(together, { ...together, files: [{ ...LOG, pos: 1n }] })).toEqual([
      "pid 412 fd 0, pid 412 fd 1, pid 412 fd 2 and 6 more /var/log/x: position 4096 → 1",
    ]);
    const apart = {
      ...state(
        {},
        slots((fd) => (fd < 5 ? 0 : fd)),
      ),
      files: Array.from({ length: 9 }, () => LOG),
    };
    expect(sentences(together, apart)).toEqual([
      "pid 412 fd 0, pid 412 fd 1, pid 412 fd 2 and 2 more + pid 412 fd 5 + pid 412 fd 6 + 2 more /var/log/x: " +
        "shared one open file, now lead to 5 different ones",
    ]);
    expect(sentences(apart, together)[0]).toContain(": now share one open file, previously led to 5 different ones");
  });

  test("of tables", () => {
    const tables = [[{ fd: 3, file: 0 }], [{ fd: 3, file: 0 }]];
    const using = (second: number): State => ({
      ...state(),
      tables,
      tasks: [
        { pid: 1, comm: "a", table: 0 },
        { pid: 2, comm: "b", table: second },
      ],
    });
    expect(sentences(using(0), using(1))).toEqual(["pid 1 + pid 2: shared one file table, now 2 separate ones"]);
    expect(sentences(using(1), using(0))).toEqual([
      "pid 1 + pid 2: now share one file table, previously 2 separate ones",
    ]);
  });
});

const EVIL = "/tmp/`x`\n<b>|\u202e\u001b[31m";
const EVIL_SHOWN = "/tmp/`x`\\n<b>|\\u202e\\x1b[31m";

describe("a summary", () => {
  test("counts kinds in the words of the page's list, in the plural where they have one", () => {
    const before = { ...state(), tasks: [...state().tasks, { pid: 500, comm: "gone" }] };
    const after = state({ pos: 5000n, version: 2n, flags: 0 }, [{ fd: 3, file: 0, closeOnExec: true }]);
    const comparison = compare(before, after);
    expect(changeSummary(comparison)).toBe("5 changes: 1 task gone, 1 close-on-exec, 1 position, 1 flags, 1 version");
    for (const title of ["position", "flags", "task gone"]) expect(Object.values(CHANGE_TITLES)).toContain(title);
    const twice = [...comparison.changes.kind.keys(), ...comparison.changes.kind.keys()];
    expect(changeSummary(comparison, twice)).toBe(
      "10 changes: 2 tasks gone, 2 close-on-exec, 2 positions, 2 flags, 2 versions",
    );
    expect(changeSummary(comparison, [])).toBe("No changes.");
    const resources = CHANGE_KINDS.map((kind) => (kind.startsWith("resource") ? 2 : 0));
    expect(kindCounts(resources)).toBe("2 resources added, 2 resources gone, 2 resources changed");
  });
});

const textOf = (pieces: Iterable<string>): string => [...pieces].join("");

describe("Markdown", () => {
  test("is a report by task", () => {
    const comparison = compare(state(), state({ pos: 8192n, flags: 0o106001 }));
    expect(textOf(changesMarkdown(comparison, { before: "b.ckpt", after: "a.ckpt" }))).toBe(
      [
        "# Changes from `b.ckpt` to `a.ckpt`",
        "",
        "2 changes: 1 position, 1 flags",
        "",
        "## pid 412 `server`",
        "",
        "- fd 3 `/var/log/x`: position 4096 → 8192",
        "- fd 3 `/var/log/x`: flags `+O_NONBLOCK`",
        "",
      ].join("\n"),
    );
    const none = textOf(changesMarkdown(compare(state(), state()), { before: "b", after: "a" }));
    expect(none).toBe("# Changes from `b` to `a`\n\nNo changes.\n");
  });

  test("keeps text in code spans", () => {
    const comparison = compare(state(), state({ path: EVIL }), { complete: false });
    const text = textOf(changesMarkdown(comparison, { before: "`", after: "a\nb" }));
    expect(text).toContain("# Changes from `` ` `` to `a\\nb`");
    expect(text).toContain(`\`\`${EVIL_SHOWN}\`\``);
    expect(text).toContain("Note: The image after is incomplete");
    expect(codeSpan("a``b")).toBe("```a``b```");
    expect(codeSpan("`")).toBe("`` ` ``");
    expect(codeSpan(" a ")).toBe("`  a  `");
  });
});

describe("CSV", () => {
  const HEAD = "kind,pid,fd,holders,name,before,after,details,uncertain";

  test("has a row for each change", () => {
    const before: State = {
      ...state({}, [
        { fd: 3, file: 0 },
        { fd: 4, file: 0 },
      ]),
    };
    const after: State = {
      tasks: [...before.tasks, { pid: 500, comm: "new" }],
      tables: [
        [
          { fd: 3, file: 0, closeOnExec: true },
          { fd: 4, file: 1 },
        ],
      ],
      files: [
        { ...LOG, pos: 1n },
        { ...LOG, path: 'a,"b"', flags: 0o100001 },
      ],
    };
    expect(textOf(changesTable(compare(before, after), ","))).toBe(
      [
        HEAD,
        "close-on-exec,412,3,412:3,/var/log/x,false,true,,",
        "file-pos,412,3,412:3,/var/log/x,4096,1,,",
        "file-unshared,412,3,412:3 + 412:4,/var/log/x,,,,",
        'file-path,412,4,412:4,,/var/log/x,"a,""b""",flags -O_APPEND,',
        "task-added,500,,500,new,,,0 fds,",
        "",
      ].join("\r\n"),
    );
  });

  test("makes no formulas and no control characters", () => {
    const named = (comm: string): State => ({ ...state(), tasks: [{ pid: 1, comm, table: 0 }] });
    expect(textOf(changesTable(compare(named('=HYPERLINK("x")'), named("\u202e")), ","))).toBe(
      `${HEAD}\r\ntask-renamed,1,,1,,"'=HYPERLINK(""x"")",\\u202e,,\r\n`,
    );
  });
});
