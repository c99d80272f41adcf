// ckptscope check --pid PID: would CRIU dump these processes?

import { checkDump } from "../../app/checks/dump/check.ts";
import { cracFindings, withCracOptions } from "../../app/checks/dump/crac.ts";
import { CRIU_OPTIONS, type CriuOptions, parseCriuOptions } from "../../app/checks/dump/criu-options.ts";
import { chooseCoded, isSound } from "../../app/checks/filter.ts";
import { type DumpCheck, dumpCheckDocument, dumpCheckText } from "../../app/export/json/dump-check-json.ts";
import { visible } from "../../app/model/text/text.ts";
import type { CHECK } from "../arguments/check.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { suggestion } from "../arguments/suggest.ts";
import { CliError } from "../error.ts";
import type { Io } from "../io.ts";
import { readDumpFacts } from "../live-facts/facts.ts";
import { dumpCheckLines } from "./check-pid-text.ts";

type Options = ArgumentsOf<typeof CHECK>["options"];

/** Prints the findings; resolves to the exit status. */
export async function checkProcesses(pid: number, options: Options, io: Io): Promise<number> {
  const { only = [], ignore = [], tree } = options;
  const check = await takeCheck(pid, criuOptions(options["dump-options"] ?? ""), options.for === "crac");
  const chosen = chooseCoded(check, { only, ignore });
  for (const note of check.notes) io.complain(`ckptscope check: ${note}`);
  await io.print(
    options.json ? dumpCheckText(dumpCheckDocument(chosen)) : dumpCheckLines(chosen, { colour: io.colour, tree }),
  );
  return isSound(chosen.findings) ? 0 : 1;
}

/** Reads and checks a process and its descendants. @throws CliError if they may not be read. */
export async function takeCheck(pid: number, options: CriuOptions, isCrac: boolean): Promise<DumpCheck> {
  const { facts, notes } = await readDumpFacts(pid);
  const used = isCrac ? withCracOptions(options) : options;
  const { findings, unlisted } = checkDump(facts, used);
  return {
    facts,
    for: isCrac ? "crac" : "criu",
    dumpOptions: [...used.given],
    notes,
    findings: isCrac ? [...cracFindings(facts), ...findings] : findings,
    unlisted,
  };
}

/** @throws CliError for an option that the checks do not know. */
function criuOptions(text: string): CriuOptions {
  const options = parseCriuOptions(text);
  if (!("wrong" in options)) return options;
  const hint = suggestion(options.wrong, CRIU_OPTIONS) || `; it takes ${CRIU_OPTIONS.join(", ")}`;
  throw new CliError(`--dump-options: unknown CRIU option '${visible(options.wrong)}'${hint}`);
}
