// The commands of ckptscope: what each accepts and does, as data.

import { CHECK, CHECKING } from "./check.ts";
import { IMAGE, OPENING } from "./common.ts";
import { MEMORY } from "./memory.ts";
import { type CommandSpec, defineCommand, type Option, type Values } from "./spec.ts";
import { FACT_PARTS, FILE_KIND_NAMES, KINDS, LEFT_OUT, OUTPUT_DIALECTS, RESOURCE_NAMES, SHELLS } from "./values.ts";

const IMAGES = { usage: "IMAGE [IMAGE2]", expected: "one image, or two to compare", least: 1, most: 2 } as const;
const PIDS = {
  usage: "PID...",
  expected: "one or more process ids",
  least: 1,
  most: Number.POSITIVE_INFINITY,
} as const;

/** How files are written. */
const WRITING = {
  force: { kind: "flag", meaning: "Replace an existing file" },
} as const satisfies Record<string, Option>;

/** How processes are read. */
const READING = {
  tree: { kind: "flag", meaning: "Include all descendants of the processes" },
  threads: {
    kind: "flag",
    meaning: "Include all threads; by default only those with a file table of their own",
  },
  freeze: {
    kind: "flag",
    meaning: "Stop the processes while they are read, and resume them afterwards",
  },
  "no-sharing": {
    kind: "flag",
    meaning: "Do not detect which descriptors share an open file; needed where kcmp(2) is not available",
  },
} as const satisfies Record<string, Option>;

export const VIEW = defineCommand({
  name: "view",
  summary: "Open one image, or two to compare, in the browser",
  details: [
    "Serves the page and the images to this machine only, at an address that cannot be guessed, prints the " +
      "address and opens it in the default browser. Ends on Ctrl-C.",
    "'ckptscope IMAGE [IMAGE2]' is short for this command.",
  ],
  operands: IMAGES,
  options: {},
  statuses: [{ status: 0, meaning: "ended by Ctrl-C or SIGTERM" }],
  examples: [
    { line: "ckptscope view server.ckpt", meaning: "Explore one image" },
    { line: "ckptscope before.ckpt after.ckpt", meaning: "Compare two images in the browser" },
  ],
});

export const SHOW = defineCommand({
  name: "show",
  summary: "Print the tasks, descriptors and open files of an image",
  details: ["Prints every task with its file table, every descriptor with its open file, and who shares what."],
  operands: IMAGE,
  options: {
    json: { kind: "flag", meaning: "Print a JSON document; dist/schema/show.schema.json describes it" },
    lines: {
      kind: "flag",
      meaning: "Print a line for each descriptor of each task, in the columns of lsof(8), so that each can be grepped",
    },
    tsv: { kind: "flag", meaning: "Print the same lines with tabs between the columns" },
    pid: { kind: "text", argument: "PID,...", meaning: "Show only these tasks; ranges such as 10-20 are accepted" },
    kind: {
      kind: "list",
      argument: "KIND,...",
      values: FILE_KIND_NAMES,
      meaning: "Show only open files of these kinds",
    },
    path: { kind: "text", argument: "TEXT", meaning: "Show only open files whose path or name contains this text" },
    fd: { kind: "text", argument: "FD,...", meaning: "Show only descriptors with these numbers, such as 0-2,5" },
    resources: {
      kind: "list",
      argument: "NAME,...",
      values: RESOURCE_NAMES,
      optional: true,
      meaning:
        "Show tables of other resources instead, in a JSON document as well; docs/resources.md describes their columns",
    },
    cmdline: { kind: "flag", meaning: "Show the arguments of each task, from its memory" },
    environ: { kind: "flag", meaning: "Show the environment of each task, from its memory; it may contain secrets" },
    auxv: { kind: "flag", meaning: "Show the auxiliary vector of each task" },
    ...OPENING,
  },
  exclusive: [["json", "lines", "tsv"]],
  statuses: [
    { status: 0, meaning: "the whole image was read" },
    { status: 1, meaning: "the image has an error; what could be read is printed" },
  ],
  examples: [
    { line: "ckptscope show server.ckpt", meaning: "Print an image as text" },
    { line: "ckptscope show checkpoint.tar.zst --json | jq .files", meaning: "List the open files of a CRIU image" },
    {
      line: "ckptscope show server.ckpt --lines --kind socket,pipe --fd 3-99",
      meaning: "Print a line for each socket and pipe",
    },
    {
      line: "ckptscope show server.ckpt --resources=mappings,credentials --pid 4242",
      meaning: "Print the memory map and the capabilities of a task",
    },
  ],
});

export const DIFF = defineCommand({
  name: "diff",
  summary: "Print what changed between two images",
  details: [
    "Prints what changed in one sentence, the events with several changes (a log that was reopened in three tasks), the " +
      "changes by task, and how many there are of each kind.",
  ],
  operands: { usage: "BEFORE AFTER", expected: "two images", least: 2, most: 2 },
  options: {
    json: { kind: "flag", meaning: "Print a JSON document; dist/schema/diff.schema.json describes it" },
    jsonl: { kind: "flag", meaning: "Print one JSON object per line for each change, as in the array 'changes'" },
    markdown: { kind: "flag", meaning: "Print Markdown" },
    tsv: { kind: "flag", meaning: "Print a table with tabs between the columns" },
    only: { kind: "list", argument: "KIND,...", values: KINDS, meaning: "List only changes of these kinds" },
    ignore: { kind: "list", argument: "KIND,...", values: KINDS, meaning: "Leave out changes of these kinds" },
    pid: { kind: "number", argument: "PID", meaning: "List only changes that concern this task" },
    security: {
      kind: "flag",
      meaning:
        "List only changes of resources that allow something new: memory that can be written and " +
        "executed, capabilities, users, listening sockets, seccomp, namespaces",
    },
    "no-resources": {
      kind: "flag",
      meaning: "Compare only tasks, descriptors and open files, and no other resources",
    },
    ...OPENING,
  },
  exclusive: [
    ["json", "jsonl", "markdown", "tsv"],
    ["security", "no-resources"],
  ],
  statuses: [
    { status: 0, meaning: "no changes" },
    { status: 1, meaning: "changes were found" },
  ],
  examples: [
    { line: "ckptscope diff before.ckpt after.ckpt", meaning: "Print all changes" },
    {
      line: "ckptscope diff before.ckpt after.ckpt --only fd-opened,fd-closed --pid 4242",
      meaning: "Print which descriptors one task opened and closed",
    },
  ],
});

export const WHO = defineCommand({
  name: "who",
  summary: "Find who holds a file, port or pipe",
  details: [
    "Prints one line for each descriptor, working directory, executable or mapping that holds it, in an image or, " +
      "without one, in the processes of this machine that you may inspect.",
    "WHAT is a path, :PORT of a socket's local or remote address, or a name as 'show' prints it, such as pipe:[41433]. " +
      "A name without a slash also matches the last part of a path.",
  ],
  operands: { usage: "WHAT [IMAGE]", expected: "what to look for and at most one image", least: 0, most: 2 },
  options: {
    deleted: { kind: "flag", meaning: "Look for unlinked files that are still open; WHAT is then left out" },
    live: { kind: "flag", meaning: "Look in the processes of this machine; the default without an image (Linux)" },
    json: { kind: "flag", meaning: "Print a JSON document; dist/schema/who.schema.json describes it" },
    ...OPENING,
  },
  statuses: [
    { status: 0, meaning: "a holder was found" },
    { status: 1, meaning: "no holder was found" },
  ],
  examples: [
    { line: "ckptscope who /var/log/journal server.ckpt", meaning: "Find who holds a file in an image" },
    { line: "ckptscope who :8080", meaning: "Find who uses a port on this machine" },
    { line: "ckptscope who --deleted server.ckpt", meaning: "Find who holds unlinked files" },
  ],
});

export const FACTS = defineCommand({
  name: "facts",
  summary: "Write the facts of this machine that affect a restore, as JSON",
  details: [
    "Writes the kernel, processor, limits, mounts, ids, addresses and names in use of this machine. With --for, also what " +
      "each path in the image leads to here: type, size, mode, owner, inode, link, build id. 'check --host' and the page " +
      "compare an image with the file on any machine.",
    "Nothing is sent anywhere. Run it as the user who will run criu, usually root: other users see less.",
  ],
  operands: { usage: "", expected: "no operand", least: 0, most: 0 },
  options: {
    output: {
      kind: "text",
      short: "o",
      argument: "FILE",
      meaning: "Write to this new file instead of standard output",
    },
    for: { kind: "text", argument: "IMAGE", meaning: "Look up what this image needs: paths, pids, addresses" },
    root: { kind: "text", argument: "DIR", meaning: "Look paths up in this directory: the root of a container" },
    checksums: {
      kind: "flag",
      meaning: "Also read every file for its checksum, to detect changed contents with check --dump-host",
    },
    "no-files": { kind: "flag", meaning: "Leave out paths" },
    "leave-out": {
      kind: "list",
      argument: "PART,...",
      values: FACT_PARTS,
      meaning: "Leave out these parts; what depends on them is then not compared",
    },
    ...WRITING,
    ...OPENING,
  },
  statuses: [{ status: 0, meaning: "the facts were written" }],
  examples: [
    { line: "ckptscope facts --for image/ -o host.json", meaning: "Write the facts that an image needs" },
    { line: "ckptscope facts --for image/ --root /var/lib/c1/rootfs", meaning: "Look paths up in a container's root" },
  ],
});

export const REPORT = defineCommand({
  name: "report",
  summary: "Write one HTML file that shows an image or a comparison",
  details: [
    "The file contains the page and the structure of the images: no memory and no raw records. It opens in any " +
      "browser, from disk or as a mail attachment.",
  ],
  operands: IMAGES,
  options: {
    output: {
      kind: "text",
      short: "o",
      argument: "FILE",
      meaning: "Write the report to this new file (required); - is standard output",
    },
    ...WRITING,
    "leave-out": {
      kind: "choice",
      argument: "WHAT",
      values: LEFT_OUT,
      fallback: "nothing",
      meaning:
        "Replace private names with numbers: 'directories' keeps only the last part of each path, 'names' removes all " +
        "paths and names of tasks and hosts, 'nothing' is the default",
    },
    ...OPENING,
  },
  statuses: [{ status: 0, meaning: "the report was written" }],
  examples: [
    { line: "ckptscope report server.ckpt -o server.html", meaning: "Write a report of one image" },
    {
      line: "ckptscope report before.ckpt after.ckpt -o diff.html --leave-out directories",
      meaning: "Write a report of a comparison without directory names",
    },
  ],
});

export const SERVE = defineCommand({
  name: "serve",
  summary: "Serve a directory of images over HTTP, with an index",
  details: [
    "Lists the images in the directory and its subdirectories, up to 5,000 entries. Serves them, and no other files, to any page, with " +
      "byte ranges, so that only what is shown is fetched. Ends on Ctrl-C.",
  ],
  operands: { usage: "DIR", expected: "one directory", least: 1, most: 1 },
  options: {
    host: {
      kind: "text",
      argument: "HOST",
      meaning: "Listen on this address; by default 127.0.0.1, which other machines cannot reach",
    },
    port: { kind: "number", argument: "PORT", meaning: "Listen on this port; by default any that is free" },
    "allow-host": {
      kind: "text",
      argument: "NAME,...",
      meaning: "Answer requests to these names, too; addresses and this machine's own name are always accepted",
    },
  },
  statuses: [{ status: 0, meaning: "ended by Ctrl-C or SIGTERM" }],
  examples: [
    { line: "ckptscope serve images", meaning: "Serve a directory to this machine" },
    { line: "ckptscope serve images --host 0.0.0.0 --port 8080", meaning: "Serve it to the network" },
  ],
});

export const DUMP = defineCommand({
  name: "dump",
  summary: "Write an image of running processes (Linux)",
  details: [
    "Writes a Linux-CR image of what the processes have open and share: tasks, credentials, signals, file " +
      "tables, descriptors and open files, but no memory, and no data queued in pipes, sockets and terminals. It works " +
      "for processes that you have permission to inspect: your own, or any as root.",
    "The file has mode 0600 and appears only when it is complete. Devices and FIFOs are written to directly; symbolic " +
      "links are refused.",
    "Fails, and records the error in the image, if a path is too long or lies outside the root directory. Locks, owners " +
      "for signals, files in flight, no_new_privs, seccomp and ambient capabilities are not recorded in the image, but " +
      "noted on standard error. The version of an open file is its inode number.",
    "Without --freeze the processes keep running, and changes to them during the dump are reported on standard error.",
  ],
  operands: PIDS,
  options: {
    output: {
      kind: "text",
      short: "o",
      argument: "FILE",
      meaning: "Write the image to this new file instead of standard output",
    },
    ...WRITING,
    ...READING,
    ...CHECKING,
    dialect: {
      kind: "choice",
      argument: "NAME",
      values: OUTPUT_DIALECTS,
      fallback: "v23-rc2",
      meaning:
        "Write this dialect: v23-rc2 (default), or seed, the first version, which has no sockets, pipes or terminals",
    },
  },
  statuses: [{ status: 0, meaning: "the image was written" }],
  examples: [
    { line: "ckptscope dump 4242 -o before.ckpt", meaning: "Dump one process" },
    {
      line: "ckptscope dump 4242 --tree --freeze | ckptscope show -",
      meaning: "Show a process tree, stopped while it is read",
    },
  ],
});

export const WATCH = defineCommand({
  name: "watch",
  summary: "Print what changes in running processes (Linux)",
  details: [
    "Reads the processes at an interval and prints each change as a sentence with its time. More than three similar changes " +
      "are printed as one line with their count. Ends when the processes end, even if a pid is reused.",
  ],
  operands: PIDS,
  options: {
    every: {
      kind: "text",
      argument: "INTERVAL",
      fallback: "1s",
      meaning: "Read the processes at this interval, such as 500ms, 1s or 2m; the default is 1s",
    },
    only: { kind: "list", argument: "KIND,...", values: KINDS, meaning: "Print only changes of these kinds" },
    ignore: { kind: "list", argument: "KIND,...", values: KINDS, meaning: "Leave out changes of these kinds" },
    jsonl: { kind: "flag", meaning: "Print each change as a line of JSON; dist/schema/watch.schema.json describes it" },
    growing: {
      kind: "number",
      argument: "SAMPLES",
      meaning:
        "Instead of changes, print the paths and kinds of file of which a task has more descriptors after this many samples, " +
        "with no decrease in between",
    },
    threshold: {
      kind: "number",
      argument: "COUNT",
      meaning: "With --growing: print only what has grown by at least this many descriptors",
    },
    ...READING,
    ...CHECKING,
  },
  needs: { threshold: ["growing"] },
  statuses: [{ status: 0, meaning: "the processes have ended" }],
  examples: [
    { line: "ckptscope watch 4242", meaning: "Print changes every second" },
    { line: "ckptscope watch 4242 --growing 10 --threshold 5", meaning: "Find descriptors that leak" },
    { line: "ckptscope watch 4242 --tree --every 500ms", meaning: "Watch a process tree twice a second" },
  ],
});

export const COMPLETION = defineCommand({
  name: "completion",
  summary: "Print a completion script for a shell",
  details: ["Prints a script that completes commands, options and their values in bash, zsh or fish."],
  operands: { usage: "bash|zsh|fish", expected: "one shell: bash, zsh or fish", least: 1, most: 1, values: SHELLS },
  options: {},
  statuses: [{ status: 0, meaning: "the script was printed" }],
  examples: [
    { line: "source <(ckptscope completion bash)", meaning: "Enable completion in this bash or zsh (with 'zsh')" },
    {
      line: "ckptscope completion fish > ~/.config/fish/completions/ckptscope.fish",
      meaning: "Enable completion in fish permanently",
    },
  ],
});

const TOPICS: Values = {
  noun: "command",
  list: () => COMMANDS.map(({ name }) => ({ name })),
};

export const HELP = defineCommand({
  name: "help",
  summary: "Show help for ckptscope or for one command",
  details: ["'ckptscope COMMAND --help' shows the same help."],
  operands: { usage: "[COMMAND]", expected: "at most one command", least: 0, most: 1, values: TOPICS },
  options: {},
  statuses: [{ status: 0, meaning: "help was shown" }],
  examples: [
    { line: "ckptscope help", meaning: "List the commands" },
    { line: "ckptscope help diff", meaning: "Explain the options of diff and list the kinds of change" },
  ],
});

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly CommandSpec[] = [
  VIEW,
  SHOW,
  DIFF,
  WHO,
  MEMORY,
  CHECK,
  FACTS,
  REPORT,
  SERVE,
  DUMP,
  WATCH,
  COMPLETION,
  HELP,
];
