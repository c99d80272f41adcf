// The command that searches, lists, exports and compares memory, as data.

import { OPENING } from "./common.ts";
import { defineCommand } from "./spec.ts";
import { MAPPING_KIND_NAMES } from "./values.ts";

export const MEMORY = defineCommand({
  name: "memory",
  summary: "Search, list, export or compare the memory of an image",
  details: [
    "Without an option that says what to do, lists the mappings of every task, and how much of each is in the image.",
    "--search, --bytes and --regex print where they match: pid, address, mapping and context. A regular " +
      "expression is JavaScript's; ^ and $ match at line ends, and a match is at most 16 KiB long. --strings prints what " +
      "strings(1) would. Each searches all memory that is in the image, or the mappings that --pid, --permission, " +
      "--kind, --path and --range choose, and reports on standard error how much is not in the image and so was not searched.",
    "--range with -o writes the bytes of addresses to a file. --diff compares the memory of two images.",
    "Memory holds passwords and keys. None of it goes into links, reports or other exports.",
  ],
  operands: { usage: "IMAGE [AFTER]", expected: "one image, or two to compare", least: 1, most: 2 },
  options: {
    search: { kind: "text", argument: "TEXT", meaning: "Search for text, in UTF-8" },
    bytes: { kind: "text", argument: "HEX", meaning: "Search for bytes, such as 'de ad be ef'" },
    regex: { kind: "text", argument: "RE", meaning: "Search for a regular expression" },
    strings: { kind: "flag", meaning: "Print printable strings" },
    shortest: {
      kind: "number",
      argument: "N",
      meaning: "With --strings, the minimum length of a string; default 4",
    },
    utf16: { kind: "flag", meaning: "Search for UTF-16 text (little-endian) instead of UTF-8" },
    "ignore-case": { kind: "flag", short: "i", meaning: "Ignore case in --search and --regex" },
    diff: { kind: "flag", meaning: "Compare two images: which pages of which mapping differ" },
    pid: {
      kind: "text",
      argument: "PID,...",
      meaning: "Only the memory of these tasks; ranges such as 10-20 are accepted",
    },
    permission: {
      kind: "text",
      argument: "RWX,...",
      meaning: "Only mappings with these permissions: letters that must be set, such as w or wx, or all, such as r-xp",
    },
    kind: {
      kind: "list",
      argument: "KIND,...",
      values: MAPPING_KIND_NAMES,
      meaning: "Only mappings of these kinds",
    },
    path: { kind: "text", argument: "TEXT", meaning: "Only mappings of files whose path contains this text" },
    range: { kind: "text", argument: "FROM-TO", meaning: "Only these addresses, in hexadecimal; TO is not included" },
    json: { kind: "flag", meaning: "Print a JSON document; dist/schema/memory.schema.json describes it" },
    output: {
      kind: "text",
      short: "o",
      argument: "FILE",
      meaning: "Write the bytes of --range here; - is standard output",
    },
    fill: { kind: "flag", meaning: "With -o, write zeros for bytes that are not in the image, instead of refusing" },
    force: { kind: "flag", meaning: "Replace an existing file" },
    ...OPENING,
    limit: {
      kind: "text",
      argument: "N",
      meaning:
        "Stop after this many matches or strings (by default, 10000 matches); or raise a decoding limit, such as memory=2G",
    },
  },
  needs: {
    shortest: ["strings"],
    utf16: ["search", "regex", "strings"],
    "ignore-case": ["search", "regex"],
    fill: ["output"],
    force: ["output"],
  },
  statuses: [
    { status: 0, meaning: "something was found, or the images do not differ" },
    { status: 1, meaning: "nothing was found in the memory that is in the image, or the images differ" },
  ],
  examples: [
    { line: "ckptscope memory checkpoint.tar", meaning: "List the mappings" },
    { line: "ckptscope memory checkpoint.tar --search password=", meaning: "Find text" },
    {
      line: "ckptscope memory checkpoint.tar --regex 'AKIA[0-9A-Z]{16}' --permission w --json",
      meaning: "Find access keys in writable memory",
    },
    {
      line: "ckptscope memory checkpoint.tar --pid 412 --range 7f12c000-7f12e000 -o pages.bin",
      meaning: "Write two pages to a file",
    },
    { line: "ckptscope memory before after --diff", meaning: "Print which pages changed" },
  ],
});
