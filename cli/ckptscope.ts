#!/usr/bin/env node
// The command line: finds the command, runs it, tells trouble in one line.

import { existsSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { visible } from "../app/model/text.ts";
import packageJson from "../package.json" with { type: "json" };
import { check } from "./commands/check.ts";
import { diff } from "./commands/diff.ts";
import { dump } from "./commands/dump.ts";
import { report } from "./commands/report.ts";
import { serve } from "./commands/serve.ts";
import { show } from "./commands/show.ts";
import { view } from "./commands/view.ts";
import { watch } from "./commands/watch.ts";
import { CliError, type Command } from "./images.ts";
import { type Io, processIo } from "./io.ts";

const COMMANDS: readonly Command[] = [view, show, diff, check, report, serve, dump, watch];

const usage = (): string => {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  const forms = COMMANDS.map((command) => `  ckptscope ${command.usage}`);
  return [
    "ckptscope shows what a checkpointed process had open, who shares it, and what changed.",
    "",
    ...lines,
    "",
    ...forms,
    "",
    "IMAGE is a Linux-CR image, a directory with a CRIU image set, an archive of one (tar, tar.gz, tar.zst), or - for",
    "standard input.",
    "Exit status of show: 0, 1 if the image has an error; of diff: 0 equal, 1 different;",
    "of check: 0 sound, 1 findings. 2 is trouble.",
    "",
  ].join("\n");
};

/** Runs the command line; resolves to the exit status. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--version" || name === "-V") {
    await io.print(`${packageJson.version}\n`);
    return 0;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    await io.print(usage());
    return 0;
  }
  const named = COMMANDS.find((candidate) => candidate.name === name);
  // What is no command but there is an image of that name.
  const isPath = named === undefined && name !== undefined && existsSync(name);
  const command = isPath ? view : named;
  if (command === undefined) {
    io.complain(
      `ckptscope: ${name === undefined ? "no command was given" : `there is no command ${visible(name)}`}; see ckptscope --help`,
    );
    return 2;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    await io.print(`ckptscope ${command.usage}\n${command.summary}\n`);
    return 0;
  }
  try {
    return await command.run(isPath ? [...args] : rest, io);
  } catch (error) {
    if (!(error instanceof CliError) && !isArgumentError(error)) throw error;
    io.complain(`ckptscope ${command.name}: ${error.message.split("\n")[0]}`);
    return 2;
  }
}

const isArgumentError = (error: unknown): error is Error =>
  error instanceof TypeError && String((error as { code?: string }).code).startsWith("ERR_PARSE_ARGS");

// Imported by a test, it does nothing.
const script = process.argv[1];
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2), processIo());
}
