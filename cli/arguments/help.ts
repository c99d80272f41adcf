// Help as text for a terminal, from the descriptions of the commands.

import { COMMANDS } from "./commands.ts";
import { HELP, isOptional } from "./parse.ts";
import type { CommandSpec, Option, Values } from "./spec.ts";

const WIDTH = 80;

export const INTRODUCTION = "ckptscope shows what a checkpointed process had open, who shares it, and what changed.";
export const IMAGE_MEANING =
  "IMAGE is a Linux-CR image, a directory with a CRIU image set, an archive of one (tar, ZIP; gzip, zstd, xz, bzip2), a " +
  "pipe, or - for standard input.";
export const ERROR_STATUS = { status: 2, meaning: "an error; one line on standard error says what happened" } as const;

/** Help for the whole program. */
export function overview(): string {
  return lines([
    ...wrapped(INTRODUCTION),
    "",
    "Usage:",
    "  ckptscope IMAGE [IMAGE2]",
    "  ckptscope COMMAND [ARGUMENT...]",
    "",
    "Commands:",
    ...definitions(COMMANDS.map(({ name, summary }) => [name, summary])),
    "",
    ...wrapped(IMAGE_MEANING),
    "",
    ...wrapped("'ckptscope help COMMAND' explains a command. 'ckptscope --version' prints the version."),
  ]);
}

/** Help for one command: its options, the values they accept, exit statuses and examples. */
export async function commandHelp(spec: CommandSpec): Promise<string> {
  const { summary, details, statuses, examples } = spec;
  return lines([
    `Usage: ${synopsis(spec)}`,
    "",
    ...wrapped(`${summary}.`),
    ...details.flatMap((paragraph) => ["", ...wrapped(paragraph)]),
    "",
    "Options:",
    ...definitions(optionsOf(spec).map(({ form, meaning }) => [form, meaning])),
    ...(await valueLists(spec)),
    ...(spec.operands.usage.includes("IMAGE") ? ["", ...wrapped(IMAGE_MEANING)] : []),
    "",
    "Exit status:",
    ...definitions([...statuses, ERROR_STATUS].map(({ status, meaning }) => [String(status), meaning])),
    "",
    "Examples:",
    ...examples.flatMap(({ line, meaning }) => [`  ${line}`, `      ${meaning}`]),
  ]);
}

/** `ckptscope diff BEFORE AFTER [OPTION...]`. */
export function synopsis({ name, operands, options }: CommandSpec): string {
  const rest = Object.keys(options).length === 0 ? [] : ["[OPTION...]"];
  return ["ckptscope", name, operands.usage, ...rest].filter((word) => word !== "").join(" ");
}

/** The options of a command, `--help` at the end, each as it is written with its argument: `-o, --output FILE`. */
export function optionsOf(spec: CommandSpec): { readonly form: string; readonly meaning: string }[] {
  return Object.entries({ ...spec.options, help: HELP }).map(([name, option]) => ({
    form: formOf(name, option),
    meaning: option.meaning,
  }));
}

function formOf(name: string, option: Option): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  const value = option.kind === "flag" ? "" : isOptional(option) ? `[=${option.argument}]` : ` ${option.argument}`;
  return `${short}--${name}${value}`;
}

/** The lists of values that options of a command accept, each once. */
export function listedValues({ options }: CommandSpec): (Values & { readonly heading: string })[] {
  const found = new Map<string, Values & { readonly heading: string }>();
  for (const option of Object.values(options)) {
    const values = "values" in option ? option.values : undefined;
    if (values?.heading !== undefined) found.set(values.heading, { ...values, heading: values.heading });
  }
  return [...found.values()];
}

async function valueLists(spec: CommandSpec): Promise<string[]> {
  const out: string[] = [];
  for (const { heading, list } of listedValues(spec)) {
    const values = await list();
    out.push("", `${heading}:`);
    if (values.some(({ meaning }) => meaning !== undefined)) {
      out.push(...definitions(values.map(({ name, meaning = "" }) => [name, meaning])));
    } else {
      out.push(...wrapped(values.map(({ name }) => name).join(", "), 2));
    }
  }
  return out;
}

/** Terms with their meanings in a second column; long terms have a line of their own. */
function definitions(entries: readonly (readonly [term: string, meaning: string])[]): string[] {
  const column = Math.min(26, Math.max(...entries.map(([term]) => term.length)) + 4);
  return entries.flatMap(([term, meaning]) => {
    const [first = "", ...rest] = wrapped(meaning, column);
    if (term.length + 4 > column) return [`  ${term}`, first, ...rest];
    return [`  ${term}`.padEnd(column) + first.slice(column), ...rest];
  });
}

/** Text in lines of at most WIDTH characters, each indented. */
function wrapped(text: string, indent = 0): string[] {
  const out: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      out.push(" ".repeat(indent) + line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...out, " ".repeat(indent) + line];
}

const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;
