// The command that checks images and processes, and the --check option of other commands, as data.

import { OPENING } from "./common.ts";
import { defineCommand, type Option } from "./spec.ts";
import { CODES, ENGINES } from "./values.ts";

/** The check of `dump` and `watch`. */
export const CHECKING = {
  check: {
    kind: "flag",
    meaning:
      "Also report what would make CRIU refuse to dump the processes and their descendants, as 'check --pid' does",
  },
} as const satisfies Record<string, Option>;

export const CHECK = defineCommand({
  name: "check",
  summary: "Report what a restart, or a dump of a process, would refuse or get wrong",
  details: [
    "Reports errors (the restart fails), warnings (it succeeds with a wrong result) and notes. docs/checks.md " +
      "explains every check.",
    "For a CRIU set it also lists the options that a restore needs, and what must exist on the restoring machine: " +
      "files with their size and mode, terminals, the parent set.",
    "With --here or --host it also compares the image with this machine or with the facts of another: what the restore " +
      "would refuse there, and what would differ, in the order of the restore, each with a remedy.",
    "With --pid it checks running processes instead (Linux) and reports what would make CRIU refuse to dump them: " +
      "which descriptor, mapping or task, and the option or change that helps. It reads /proc, does not stop them and " +
      "does not need CRIU. CRIU dumps a process with its descendants, so these are always checked.",
  ],
  operands: { usage: "[IMAGE]", expected: "one image", least: 0, most: 1 },
  options: {
    pid: { kind: "number", argument: "PID", meaning: "Check this process and its descendants instead of an image" },
    tree: { kind: "flag", meaning: "With --pid: also print the process tree, with the worst finding of each process" },
    "dump-options": {
      kind: "text",
      argument: "OPTION,...",
      meaning:
        "With --pid: assume that these options are passed to 'criu dump', such as " +
        "tcp-established,file-locks,ghost-limit=100M",
    },
    for: {
      kind: "choice",
      argument: "NAME",
      values: ENGINES,
      meaning: "With --pid: crac reports what a JVM with CRaC refuses, in its terms",
    },
    json: {
      kind: "flag",
      meaning: "Print a JSON document; dist/schema/check.schema.json or check-pid.schema.json describes it",
    },
    only: { kind: "list", argument: "CODE,...", values: CODES, meaning: "Report only these checks" },
    ignore: { kind: "list", argument: "CODE,...", values: CODES, meaning: "Leave out these checks" },
    explain: { kind: "list", argument: "CODE,...", values: CODES, meaning: "Explain these checks, without an image" },
    here: { kind: "flag", meaning: "Compare with this machine (Linux)" },
    host: { kind: "text", argument: "FILE", meaning: "Compare with the facts of a machine, made by 'ckptscope facts'" },
    root: { kind: "text", argument: "DIR", meaning: "With --here: look paths up in this directory" },
    "dump-host": {
      kind: "text",
      argument: "FILE",
      meaning: "Facts of the dump's machine, made at the dump: report files that have been replaced since",
    },
    "restore-options": {
      kind: "text",
      ofOptions: true,
      argument: "OPTIONS",
      meaning:
        "Assume that these options are passed to criu restore, such as '--shell-job'; by default, those that the image needs",
    },
    ...OPENING,
  },
  exclusive: [
    ["here", "host"],
    ["explain", "json"],
  ],
  needs: {
    tree: ["pid"],
    "dump-options": ["pid"],
    for: ["pid"],
    root: ["here"],
    "dump-host": ["here", "host"],
  },
  statuses: [
    { status: 0, meaning: "no errors or warnings" },
    { status: 1, meaning: "errors or warnings were found" },
  ],
  examples: [
    { line: "ckptscope check image/ --here", meaning: "Would it restore on this machine?" },
    { line: "ckptscope check image/ --host host.json", meaning: "Would it restore on that machine?" },
    { line: "ckptscope check --pid 4242", meaning: "Would CRIU dump this process and its descendants?" },
    {
      line: "ckptscope check --pid 4242 --dump-options tcp-established,file-locks",
      meaning: "Would it, with these options?",
    },
    { line: "ckptscope check --explain H23", meaning: "Explain what a check looks for and what to do" },
    { line: "ckptscope check server.ckpt --ignore H21,H27 --json", meaning: "Leave out two checks and print JSON" },
  ],
});
