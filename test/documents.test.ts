// What the documents and comments name exists: linked files, sources, commands with their options, and npm scripts.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMANDS, VIEW } from "../cli/arguments/commands.ts";
import { parseArguments } from "../cli/arguments/parse.ts";
import type { CommandSpec } from "../cli/arguments/spec.ts";
import { runCommand } from "./support/command.ts";

const ROOT = join(import.meta.dirname, "..");
const FOLDERS = ["app", "build", "cli", "docs", "public", "test"];

/** All files of the project by their paths from its root, without what tests read. */
const paths: readonly string[] = [
  ...readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : [])),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  ),
].filter((path) => !path.startsWith("test/fixtures/") || path.endsWith(".md"));

const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const documents = paths.filter((path) => path.endsWith(".md"));

test("links in documents lead to files", () => {
  const broken = documents.flatMap((path) =>
    Array.from(textOf(path).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g), ([, target = ""]) => target)
      .filter((target) => !/^https?:/.test(target) && !existsSync(join(ROOT, posix.dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

/** Names of sources that a comment or a document mentions: `pair.ts`, `criu/details/alike.ts`. */
const namesOfSources = (text: string): string[] =>
  Array.from(text.matchAll(/(?<![\w.*-])(?:\.\.?\/)*((?:[\w-]+\/)*[\w-]+\.tsx?)\b/g), ([, name = ""]) => name);

test("comments and documents name sources that exist", () => {
  const sources = paths.filter((path) => /\.tsx?$/.test(path));
  const known = new Set(sources.flatMap((path) => path.split("/").map((_, at, parts) => parts.slice(at).join("/"))));
  const comments = (path: string): string =>
    textOf(path)
      .split("\n")
      .filter((line) => /^\s*(?:\/\/|\/?\*)/.test(line))
      .join("\n");
  const missing = [...documents, ...sources.filter((path) => !path.startsWith("test/structure/"))].flatMap((path) =>
    namesOfSources(path.endsWith(".md") ? textOf(path) : comments(path))
      .filter((name) => !known.has(name))
      .map((name) => `${path}: ${name}`),
  );
  expect(missing).toEqual([]);
});

test("documents name npm scripts that exist", () => {
  const { scripts } = JSON.parse(textOf("package.json"));
  const named = documents.flatMap((path) =>
    Array.from(textOf(path).matchAll(/\bnpm run ([\w:]+)/g), ([, name = ""]) => name),
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

/** A command in a document: a line of its own, or words in a sentence. */
interface Mention {
  readonly line: string;
  readonly isWhole: boolean;
  readonly words: readonly string[];
  /** What is written after `#`. */
  readonly comment: string;
}

const mentions: readonly Mention[] = documents
  .filter((path) => path !== "CHANGELOG.md")
  .flatMap((path) =>
    Array.from(textOf(path).matchAll(/(^ {4}(?:npx )?|`)ckptscope ([^`\n]+)/gm), ([line, start, rest = ""]) => {
      const [command = "", comment = ""] = rest.split(/\s+#\s/);
      return { line: line.trim(), isWhole: start !== "`", words: command.trim().split(/\s+/), comment };
    }),
  );

const image = (side: string): string => join(ROOT, `test/fixtures/criu/r1/${side}`);

/** What stands for the placeholders of documents. Operands in brackets are left out. */
const VALUES: Readonly<Record<string, string>> = {
  IMAGE: image("before"),
  BEFORE: image("before"),
  AFTER: image("after"),
  PID: String(process.pid),
  DIR: ROOT,
};

const argumentsOf = ({ words }: Mention): string[] =>
  words.filter((word) => !word.startsWith("[")).map((word) => VALUES[word] ?? word);

const commandOf = ({ words }: Mention): CommandSpec => COMMANDS.find(({ name }) => name === words[0]) ?? VIEW;

describe("commands in documents", () => {
  const lines = mentions.filter(({ isWhole }) => isWhole);

  test("are found", () => {
    expect(lines.length).toBeGreaterThan(10);
    expect(mentions.length - lines.length).toBeGreaterThan(10);
  });

  test.each(mentions)("$line: has these options", (mention) => {
    const spec = commandOf(mention);
    const text = [...mention.words, mention.comment].join(" ");
    const options = Array.from(text.matchAll(/--([a-z-]+)/g), ([, name = ""]) => name);
    expect(options.filter((name) => !(name in spec.options) && name !== "version")).toEqual([]);
  });

  test.each(lines)("$line: takes these arguments", async (mention) => {
    const spec = commandOf(mention);
    const args = argumentsOf(mention);
    const { operands } = await parseArguments(spec, spec === VIEW ? args : args.slice(1));
    expect(operands.length).toBeGreaterThanOrEqual(spec.operands.least);
  });

  const READING = ["show", "diff", "who", "memory", "check"];
  const runnable = lines.filter(
    ({ words }) => READING.includes(words[0] ?? "") && !words.includes("--pid") && !words.includes("--here"),
  );

  test.each(runnable)("$line: runs", async (mention) => {
    const { status, out } = await runCommand(argumentsOf(mention));
    expect(status).toBeLessThan(2);
    // Nothing in the image matches what the examples of these look for.
    expect(out === "").toBe(mention.words[0] === "who" || mention.words[0] === "memory");
  });
});
