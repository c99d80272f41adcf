// Finds the command, parses its arguments, runs it, and prints an error as one line.

import { existsSync } from "node:fs";
import { visible } from "../app/model/text/text.ts";
import { CHECK } from "./arguments/check.ts";
import {
  COMMANDS,
  COMPLETION,
  DIFF,
  DUMP,
  FACTS,
  HELP,
  REPORT,
  SERVE,
  SHOW,
  VIEW,
  WATCH,
  WHO,
} from "./arguments/commands.ts";
import { commandHelp, overview } from "./arguments/help.ts";
import { MEMORY } from "./arguments/memory.ts";
import { parseArguments, wantsHelp } from "./arguments/parse.ts";
import type { Arguments, CommandSpec, Options } from "./arguments/spec.ts";
import { suggestion } from "./arguments/suggest.ts";
import { CliError } from "./error.ts";
import type { Io } from "./io.ts";
import { versionText } from "./version.ts";

/** A command with its code. */
interface Command {
  readonly spec: CommandSpec;
  /** Parses the arguments and runs the command; resolves to the exit status. @throws CliError */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** What a command's module exports. */
interface CommandModule<O extends Options> {
  /** Resolves to the exit status. @throws CliError */
  run(args: Arguments<O>, io: Io): Promise<number>;
}

function command<O extends Options>(spec: CommandSpec<O>, load: () => Promise<CommandModule<O>>): Command {
  return { spec, run: async (args, io) => (await load()).run(await parseArguments(spec, args), io) };
}

// Each command is loaded only when it is run, which halves the startup time.
const RUNNABLE: readonly Command[] = [
  command(VIEW, () => import("./commands/view.ts")),
  command(SHOW, () => import("./commands/show.ts")),
  command(DIFF, () => import("./commands/diff.ts")),
  command(WHO, () => import("./commands/who.ts")),
  command(MEMORY, () => import("./commands/memory.ts")),
  command(CHECK, () => import("./commands/check.ts")),
  command(FACTS, () => import("./commands/facts.ts")),
  command(REPORT, () => import("./commands/report.ts")),
  command(SERVE, () => import("./commands/serve.ts")),
  command(DUMP, () => import("./commands/dump.ts")),
  command(WATCH, () => import("./commands/watch.ts")),
  command(COMPLETION, () => import("./commands/completion.ts")),
  command(HELP, () => import("./commands/help.ts")),
];

/** Runs the command line; resolves to the exit status. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    return await runCommandLine(args, io);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    io.complain(`ckptscope: ${error.message}`);
    return 2;
  }
}

async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  const version = versionText(args);
  if (version !== null) {
    await io.print(version);
    return 0;
  }
  if (name === "--help" || name === "-h") {
    await io.print(overview());
    return 0;
  }
  const named = RUNNABLE.find(({ spec }) => spec.name === name);
  // `ckptscope IMAGE`: not a command, but there is such a file.
  const isPath = named === undefined && name !== undefined && existsSync(name);
  const found = isPath ? RUNNABLE.find(({ spec }) => spec === VIEW) : named;
  if (found === undefined) {
    io.complain(`ckptscope: ${name === undefined ? "no command given; see 'ckptscope help'" : unknownCommand(name)}`);
    return 2;
  }
  const own = isPath ? args : rest;
  try {
    if (wantsHelp(found.spec, own)) {
      await io.print(await commandHelp(found.spec));
      return 0;
    }
    return await found.run(own, io);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    io.complain(`ckptscope ${found.spec.name}: ${error.message.split("\n")[0]}`);
    return 2;
  }
}

function unknownCommand(name: string): string {
  const names = COMMANDS.map((spec) => spec.name);
  // With a slash or a dot, it is more likely a misspelled path than a command.
  if (/[/.]/.test(name)) return `unknown command or missing file '${visible(name)}'; see 'ckptscope help'`;
  return `unknown command '${visible(name)}'${suggestion(name, names) || "; see 'ckptscope help'"}`;
}
