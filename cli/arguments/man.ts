// The manual page, in the man(7) macros, from the descriptions of the commands.

import { COMMANDS } from "./commands.ts";
import { ERROR_STATUS, IMAGE_MEANING, INTRODUCTION, listedValues, optionsOf, synopsis } from "./help.ts";
import type { CommandSpec } from "./spec.ts";

/** The text of man/ckptscope.1. `npm run man` writes it. */
export async function manPage(): Promise<string> {
  const commands: string[] = [];
  for (const spec of COMMANDS) commands.push(...commandSection(spec));
  const out = [
    '.\\" Generated from cli/arguments by "npm run man"; do not edit.',
    '.TH CKPTSCOPE 1 "" ckptscope "User Commands"',
    ".SH NAME",
    "ckptscope \\- explore and compare Linux checkpoint images",
    ".SH SYNOPSIS",
    ".B ckptscope",
    "IMAGE [IMAGE2]",
    ...COMMANDS.flatMap((spec) => [
      ".br",
      `.B ${escaped(synopsis(spec).split(" ").slice(0, 2).join(" "))}`,
      ...rest(spec),
    ]),
    ".SH DESCRIPTION",
    escaped(INTRODUCTION),
    ".PP",
    escaped(IMAGE_MEANING),
    ".SH COMMANDS",
    ...commands,
    ...(await valueSections()),
    ".SH EXIT STATUS",
    "0 and 1 depend on the command, as listed above.",
    `${ERROR_STATUS.status} is ${escaped(ERROR_STATUS.meaning)}.`,
    ".SH ENVIRONMENT",
    ...definition("NO_COLOR", "If set and not empty, output is never coloured"),
    ...definition("BROWSER", "If 'none', view opens no browser and only prints the address"),
  ];
  return `${out.join("\n")}\n`;
}

/** The line after the command's name in the synopsis. */
function rest(spec: CommandSpec): string[] {
  const words = synopsis(spec).split(" ").slice(2);
  return words.length === 0 ? [] : [escaped(words.join(" "))];
}

function commandSection(spec: CommandSpec): string[] {
  const options = optionsOf(spec).slice(0, -1);
  return [
    `.SS ${escaped(synopsis(spec))}`,
    `${escaped(spec.summary)}.`,
    ...spec.details.flatMap((paragraph) => [".PP", escaped(paragraph)]),
    ...options.flatMap(({ form, meaning }) => definition(form, meaning)),
    ".PP",
    `Exit status: ${escaped(spec.statuses.map(({ status, meaning }) => `${status} (${meaning})`).join(", "))}.`,
    ...spec.examples.flatMap(({ line, meaning }) => [
      ".PP",
      `${escaped(meaning)}:`,
      ".PP",
      ".nf",
      `.RS 4\n${escaped(line)}\n.RE`,
      ".fi",
    ]),
  ];
}

/** A section for each list of values, each once however many options accept it. */
async function valueSections(): Promise<string[]> {
  const out: string[] = [];
  const seen = new Set<string>();
  for (const { heading, list } of COMMANDS.flatMap(listedValues)) {
    if (seen.has(heading)) continue;
    seen.add(heading);
    const values = await list();
    out.push(`.SH ${heading.toUpperCase()}`);
    if (values.every(({ meaning }) => meaning === undefined)) {
      out.push(escaped(`${values.map(({ name }) => name).join(", ")}.`));
    } else {
      for (const { name, meaning = "" } of values) out.push(...definition(name, meaning));
    }
  }
  return out;
}

const definition = (term: string, meaning: string): string[] => [
  ".TP",
  `.B ${escaped(term)}`,
  escaped(meaning.endsWith(".") ? meaning : `${meaning}.`),
];

/** Text with what roff would interpret escaped: backslashes, dashes, and a dot or quote at the beginning of a line. */
const escaped = (text: string): string =>
  text
    .replace(/\\/g, "\\e")
    .replace(/-/g, "\\-")
    .replace(/'/g, "\\(aq")
    .replace(/“/g, "\\(lq")
    .replace(/”/g, "\\(rq")
    .replace(/…/g, "...")
    .replace(/^\./, "\\&.");
