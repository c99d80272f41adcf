// ckptscope dump PID...

import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { encode, type WritableDialect } from "../../app/encoder/encode.ts";
import { visible } from "../../app/model/text.ts";
import type { DUMP } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import type { Live } from "../dump/live.ts";
import { dumpRequest, kcmpFor, requireProcesses, takeLive } from "../dump/take.ts";
import { CliError } from "../error.ts";
import { systemReason } from "../input.ts";
import type { Io } from "../io.ts";

export async function run({ operands, options }: ArgumentsOf<typeof DUMP>, io: Io): Promise<number> {
  const request = dumpRequest(operands, options);
  const { output } = options;
  if (output === undefined && io.columns !== null) {
    throw new CliError("refusing to write binary to a terminal; use -o FILE");
  }
  const kcmp = await kcmpFor(request);
  requireProcesses(request);
  const live = await takeLive(request, kcmp);
  for (const note of live.notes) io.complain(`ckptscope dump: ${note}`);
  if (live.description.tasks.length === 0) throw new CliError("all processes ended before they were read");
  // The value was checked when the arguments were parsed.
  const dialect = options.dialect as WritableDialect;
  const result = output === undefined ? await print(live, dialect, io) : writeFile(live, dialect, output);
  if (result < 0) {
    throw new CliError(`the image ends in an ERROR record: ${FAILURES[result] ?? `errno ${-result}`}`);
  }
  return 0;
}

/** The errors of `encode` that a live dump can cause. */
const FAILURES: Readonly<Record<number, string>> = {
  [-9]: "the dialect has no record for one of the open files (-EBADF); use --dialect v23-rc2",
  [-16]: "a task has no file table (-EBUSY)",
  [-36]: "a path is too long for an image (-ENAMETOOLONG)",
};

/** Writes the image to standard output; returns what the encoder returned: 0 or -errno. */
async function print({ description }: Live, dialect: WritableDialect, io: Io): Promise<number> {
  const steps = encode(description, { dialect });
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) if (!(await io.printBytes(step.value))) return 0;
  return step.value;
}

/** Writes the image to a file that gets its name only when it is complete; returns what the encoder returned. */
function writeFile({ description }: Live, dialect: WritableDialect, path: string): number {
  const part = `${path}.part`;
  try {
    const file = openSync(part, "w");
    const steps = encode(description, { dialect });
    let step = steps.next();
    try {
      for (; step.done !== true; step = steps.next()) {
        for (let at = 0; at < step.value.length; ) at += writeSync(file, step.value, at);
      }
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
    return step.value;
  } catch (error) {
    rmSync(part, { force: true });
    throw new CliError(`cannot write ${visible(path)}: ${systemReason(error)}`);
  }
}
