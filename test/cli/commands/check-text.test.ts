// The findings of an image as text for a terminal.

import { describe, expect, test } from "vitest";
import { RULES } from "../../../app/checks/check.ts";
import type { Finding } from "../../../app/checks/finding.ts";
import type { Checkpoint } from "../../../app/model/checkpoint.ts";
import { checkText } from "../../../cli/commands/check-text.ts";

const ESCAPE = "\u001b";
/** As much of an image as the text of findings without a file reads. */
const imageOf = (format: Checkpoint["format"], name: string) =>
  ({ format, members: [{ name, size: 1 }] }) as unknown as Checkpoint;
const LINUX_CR = imageOf("linux-cr", "x");

const finding = (code: string, more: Partial<Finding> = {}): Finding => ({
  code,
  severity: "error",
  message: `What ${code} found.`,
  errno: "EINVAL",
  record: 1,
  field: "fd_objref",
  offset: 501,
  ...more,
});

const title = (code: string) => RULES.find((rule) => rule.code === code)?.title;

describe("text for a terminal", () => {
  test("groups findings by rule, in the order of the first", () => {
    const findings = [
      finding("H21", { severity: "warning", errno: null, field: "common.f_flags" }),
      finding("H12"),
      finding("H21", { severity: "warning", errno: null, field: null, offset: 8 }),
      finding("H29", { field: null, offset: null, errno: null }),
    ];
    const text = checkText(LINUX_CR, { findings, unlisted: [{ code: "H12", count: 4 }] }, { colour: false });
    expect(text).toBe(
      [
        `H21 warning  ${title("H21")}`,
        "  @501 common.f_flags: What H21 found.",
        "  @8: What H21 found.",
        "",
        `H12 error  ${title("H12")}`,
        "  @501 fd_objref EINVAL: What H12 found.",
        "  … and 4 more",
        "",
        `H29 error  ${title("H29")}`,
        "  What H29 found.",
        "",
        "2 errors, 2 warnings, and 4 more not listed.",
        "",
      ].join("\n"),
    );
  });

  test("says when nothing was found, or only notes", () => {
    const nothing = checkText(LINUX_CR, { findings: [], unlisted: [] }, { colour: true });
    expect(nothing).toBe("No problems found.\n");
    const note = finding("bytes-after-tail", { severity: "note", errno: null });
    const text = checkText(LINUX_CR, { findings: [note], unlisted: [] }, { colour: false });
    expect(text.trimEnd().split("\n").at(-1)).toBe("1 note. The image looks sound.");
  });

  test("names the member of a set and escapes control characters", () => {
    const set = imageOf("criu", `a${ESCAPE}[31m\u202e.img`);
    const found = finding("file-missing", { member: 0, errno: null, offset: 20, field: "cwd_id" });
    const text = checkText(set, { findings: [found], unlisted: [] }, { colour: false });
    expect(text).toContain(`file-missing error  ${title("file-missing")}`);
    expect(text).toContain("  a\\x1b[31m\\u202e.img@20 cwd_id: What file-missing found.");
    expect(text).not.toContain(ESCAPE);
  });

  test("names pid and descriptor, and lists what a restore needs", () => {
    const text = checkText(
      imageOf("criu", "files.img"),
      {
        findings: [finding("file-missing", { errno: null, offset: null, field: null, pid: 7, fd: 3 })],
        unlisted: [],
        needs: {
          options: [{ option: "--file-locks", reason: "a flock is held", pid: 7, fd: 4 }],
          outside: [
            {
              kind: "file",
              path: new TextEncoder().encode("/a\n"),
              size: 1,
              mode: 0o100644,
              reason: "it is open",
              pid: 7,
              fd: 3,
            },
          ],
          unlisted: 2,
          leftOut: { options: 0, outside: 0 },
        },
      },
      { colour: false },
    );
    expect(text).toContain("  What file-missing found. (pid 7 fd 3)\n");
    expect(text).toContain("Options that a restore needs\n  --file-locks: a flock is held (pid 7 fd 4)\n");
    expect(text).toContain("  file /a\\n, 1 byte, mode 0100644: it is open (pid 7 fd 3)\n  … and 2 more;");
  });

  test("differs in colour only by the escapes", () => {
    const findings = [finding("H12"), finding("H21", { severity: "warning" }), finding("H27", { severity: "note" })];
    const plain = checkText(LINUX_CR, { findings, unlisted: [] }, { colour: false });
    const coloured = checkText(LINUX_CR, { findings, unlisted: [] }, { colour: true });
    expect(coloured).toContain(`${ESCAPE}[31mH12 error${ESCAPE}[39m`);
    const escapes = new RegExp(`${ESCAPE}\\[\\d+m`, "g");
    expect(coloured.replace(escapes, "")).toBe(plain);
  });
});
