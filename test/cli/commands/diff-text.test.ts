// A comparison as text for a terminal.

import { describe, expect, test } from "vitest";
import { diff } from "../../../app/diff/diff.ts";
import { diffText } from "../../../cli/commands/diff-text.ts";
import { checkpointOf, type State, type StateFile } from "../../support/state.ts";

const LOG: StateFile = { kind: "generic", path: "/var/log/x", pos: 4096n, flags: 0o102001, mode: 31, version: 1n };
const EVIL = "/tmp/`x`\n<b>|\u202e\u001b[31m";
const EVIL_SHOWN = "/tmp/`x`\\n<b>|\\u202e\\x1b[31m";
/** The last part of its path. */
const EVIL_LAST = "`x`\\n<b>|\\u202e\\x1b[31m";

const textOf = (...of: Parameters<typeof diffText>): string => [...diffText(...of)].join("");

describe("text for a terminal", () => {
  const before: State = {
    tasks: [
      { pid: 1, comm: "a", table: 0 },
      { pid: 2, comm: "b", table: 0 },
      { pid: 3, comm: EVIL, table: 1 },
    ],
    tables: [[{ fd: 0, file: 0 }], [{ fd: 5, file: 1 }]],
    files: [LOG, { ...LOG, path: EVIL }],
  };
  const after: State = {
    ...before,
    tables: [
      [
        { fd: 0, file: 0 },
        { fd: 1, file: 0 },
      ],
      [],
    ],
    files: [{ ...LOG, pos: 1n }, LOG],
  };
  const comparison = diff(checkpointOf(before), checkpointOf(after, { complete: false }));

  test("begins with a sentence and events, then lists changes by task, with a sign for each, and counts", () => {
    expect(textOf(comparison, { colour: false, notes: ["odd pair"] })).toBe(
      [
        `/var/log/x reopened or truncated in 2 tasks; ${EVIL_LAST} closed by pid 3 ${EVIL_SHOWN}.`,
        "note: odd pair",
        "note: The image after is incomplete: changes marked uncertain may only be an effect of that.",
        "",
        "events with several changes",
        "  * /var/log/x reopened or truncated, opened, position 4096 → 1 in 2 tasks (2 changes)",
        "",
        "pid 1 a",
        "  ~ pid 1 fd 0, pid 2 fd 0 /var/log/x: position 4096 → 1",
        "  + pid 1 fd 1, pid 2 fd 1 /var/log/x: opened",
        "",
        `pid 3 ${EVIL_SHOWN}`,
        `  - pid 3 fd 5 ${EVIL_SHOWN}: closed`,
        "",
        "3 changes: 1 opened, 1 closed, 1 position",
        "",
      ].join("\n"),
    );
  });

  test("has colours if asked for, and no escapes from the image", () => {
    const text = textOf(comparison, { colour: true, indices: Uint32Array.of(0, 2) });
    expect(text).toContain("\x1b[1mpid 1 a\x1b[22m\n  \x1b[33m~ pid 1 fd 0");
    expect(text).toContain(`\x1b[31m- pid 3 fd 5 ${EVIL_SHOWN}: closed\x1b[39m`);
    expect(text).toContain("2 changes: 1 closed, 1 position");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is about escapes
    expect(textOf(comparison, { colour: false })).not.toMatch(/\x1b/);
  });

  test("says that nothing changed", () => {
    expect(textOf(diff(checkpointOf(before), checkpointOf(before)), { colour: true })).toBe("No changes.\n");
  });
});
