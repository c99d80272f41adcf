// Parses a command's arguments according to its description.

import { parseArgs } from "node:util";
import { visible } from "../../app/model/text/text.ts";
import { CliError } from "../error.ts";
import type { Arguments, CommandSpec, Option, Options, Values } from "./spec.ts";
import { suggest, suggestion } from "./suggest.ts";

type ParsedValue = boolean | number | string | readonly string[] | undefined;

/** Up to this many values are listed in an error; for more, the error points to the help. */
const MOST_LISTED = 5;

/** The tokens of some arguments. Not strict: node's own messages name no command and suggest nothing. */
function tokensOf(spec: CommandSpec, args: readonly string[]) {
  const options = Object.entries({ ...spec.options, help: HELP }).map(([name, option]) => [
    name,
    {
      type: option.kind === "flag" || isOptional(option) ? "boolean" : "string",
      ...(option.short === undefined ? {} : { short: option.short }),
    } as const,
  ]);
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(options),
    allowPositionals: true,
    strict: false,
    tokens: true,
  }).tokens;
}

/** Whether an option may be given without its value. */
export const isOptional = (option: Option): boolean => option.kind === "list" && option.optional === true;

/** The option that every command has. */
export const HELP: Option = { kind: "flag", short: "h", meaning: "Show this help" };

/** Whether `--help` or `-h` is among a command's arguments. `-dash` is more likely the name of a file. */
export const wantsHelp = (spec: CommandSpec, args: readonly string[]): boolean =>
  tokensOf(spec, args).some(
    (token) => token.kind === "option" && token.name === "help" && /^--|^-h$/.test(args[token.index] ?? ""),
  );

/**
 * Parses the arguments of a command. If an option is given twice, the last value wins.
 *
 * @throws CliError for anything that the command does not accept.
 */
export async function parseArguments<O extends Options>(
  spec: CommandSpec<O>,
  args: readonly string[],
): Promise<Arguments<O>> {
  const operands: string[] = [];
  const options: Record<string, ParsedValue> = {};
  for (const [name, option] of Object.entries(spec.options)) options[name] = unset(option);
  for (const token of tokensOf(spec, args)) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(spec.options, name) ? spec.options[name] : undefined;
    if (option === undefined) throw unknownOption(spec, rawName);
    if (option.kind === "flag") {
      if (inlineValue) throw new CliError(`option '${rawName}' takes no value`);
      options[name] = true;
    } else if (option.kind === "list" && option.optional && value === undefined) {
      options[name] = (await option.values.list()).map((each) => each.name);
    } else {
      // `--dialect --json`: the value was forgotten.
      if (value === undefined || (!inlineValue && isOptionOf(spec, value))) {
        throw new CliError(`option '${rawName}' needs a value: ${rawName} ${option.argument}`);
      }
      if (!inlineValue && option.kind === "text" && option.ofOptions !== true && /^-./.test(value)) {
        throw new CliError(
          `'${visible(value)}' is not an option; as a value, write it as '--${name}=${visible(value)}'`,
        );
      }
      options[name] = await readValue(spec, rawName, option, value);
    }
  }
  await checkOperands(spec, operands);
  checkCombination(spec, (name) => {
    const option = spec.options[name];
    return option !== undefined && options[name] !== unset(option);
  });
  return { operands, options: options as Arguments<O>["options"] };
}

/** Whether an argument is an option of the command, or `--`. */
function isOptionOf(spec: CommandSpec, argument: string): boolean {
  if (argument === "--") return true;
  const options = Object.entries({ ...spec.options, help: HELP });
  const [, long, short] = /^(?:--([^=]+)|-([^-]))/.exec(argument) ?? [];
  return options.some(([name, option]) => name === long || (short !== undefined && option.short === short));
}

/** @throws CliError for options that exclude each other, or that have no effect without another. */
function checkCombination({ exclusive = [], needs = {} }: CommandSpec, isGiven: (name: string) => boolean): void {
  for (const group of exclusive) {
    const [one, other] = group.filter(isGiven);
    if (other !== undefined) throw new CliError(`--${one} and --${other} are mutually exclusive`);
  }
  for (const [name, others] of Object.entries(needs)) {
    if (!isGiven(name) || others.some(isGiven)) continue;
    throw new CliError(`--${name} needs ${others.map((other) => `--${other}`).join(" or ")}`);
  }
}

const unset = (option: Option): ParsedValue =>
  option.kind === "flag" ? false : "fallback" in option ? option.fallback : undefined;

function unknownOption({ name, options }: CommandSpec, rawName: string): CliError {
  const known = Object.keys({ ...options, help: HELP }).map((option) => `--${option}`);
  const hint = suggestion(rawName, known) || `; see 'ckptscope help ${name}'`;
  return new CliError(`unknown option '${visible(rawName)}'${hint}`);
}

async function readValue(
  spec: CommandSpec,
  rawName: string,
  option: Exclude<Option, { kind: "flag" }>,
  text: string,
): Promise<ParsedValue> {
  switch (option.kind) {
    case "text":
      return text;
    case "number":
      if (!/^\d{1,15}$/.test(text)) throw new CliError(`${rawName}: '${visible(text)}' is not a number`);
      return Number(text);
    case "choice":
      return await oneOf(spec, `${rawName}: `, option.values, text);
    case "list": {
      const names: string[] = [];
      for (const name of text.split(/[\s,]+/)) {
        if (name !== "") names.push(await oneOf(spec, `${rawName}: `, option.values, name));
      }
      // `--ignore "$CODES"` with an empty variable is treated as not given.
      return names.length === 0 ? undefined : names;
    }
  }
}

/** The value of this name, as it is spelled in the list. @throws CliError if there is none. */
async function oneOf(spec: CommandSpec, prefix: string, { noun, list }: Values, text: string): Promise<string> {
  const names = (await list()).map(({ name }) => name);
  const found = names.find((name) => name.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  const close = suggest(text, names);
  const hint =
    names.length <= MOST_LISTED
      ? `use ${alternatives(names)}`
      : close === null
        ? `see 'ckptscope help${spec.name === "help" ? "" : ` ${spec.name}`}'`
        : `did you mean '${close}'?`;
  throw new CliError(`${prefix}unknown ${noun} '${visible(text)}'; ${hint}`);
}

/** `a, b or c`. */
const alternatives = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;

async function checkOperands(spec: CommandSpec, operands: readonly string[]): Promise<void> {
  const { expected, least, most, values } = spec.operands;
  if (operands.length < least || operands.length > most) throw new CliError(`expected ${expected}`);
  if (values !== undefined) for (const operand of operands) await oneOf(spec, "", values, operand);
}
