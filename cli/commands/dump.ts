// ckptscope dump PID...

import { encode, type WritableDialect } from "../../app/encoder/encode.ts";
import type { DUMP } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import type { Live } from "../dump/live.ts";
import { dumpRequest, kcmpFor, requireProcesses, takeLive } from "../dump/take.ts";
import { CliError } from "../error.ts";
import type { Io } from "../io.ts";
import { isStandardOutput, type Output, openOutput } from "../output.ts";

export async function run({ operands, options }: ArgumentsOf<typeof DUMP>, io: Io): Promise<number> {
  const request = dumpRequest(operands, options);
  const { output = "-", force } = options;
  const toStandardOutput = isStandardOutput(output);
  if (toStandardOutput && io.columns !== null) {
    throw new CliError("refusing to write binary to a terminal; use -o FILE");
  }
  const kcmp = await kcmpFor(request);
  requireProcesses(request);
  const file = toStandardOutput ? null : await openOutput(output, { force });
  try {
    const live = await takeLive(request, kcmp);
    for (const note of live.notes) io.complain(`ckptscope dump: ${note}`);
    if (options.check) await noteRefusals(request.pids, io);
    if (live.description.tasks.length === 0) throw new CliError("all processes ended before they were read");
    // The value was checked when the arguments were parsed.
    const dialect = options.dialect as WritableDialect;
    requireRoom(live, dialect);
    const result = await write(live, dialect, file ?? io);
    file?.finish();
    if (result < 0) {
      throw new CliError(`the image ends in an ERROR record: ${FAILURES[dialect][result] ?? `errno ${-result}`}`);
    }
    return 0;
  } finally {
    file?.discard();
  }
}

/** Says what would make CRIU refuse to dump the same processes. */
async function noteRefusals(pids: readonly number[], io: Io): Promise<void> {
  const { createCheckWatch, refusalText } = await import("./check-notes.ts");
  const { added } = await createCheckWatch(pids)();
  for (const finding of added) io.complain(`ckptscope dump: ${refusalText(finding)}`);
  if (added.length === 0) io.complain("ckptscope dump: CRIU would dump the same processes");
}

/** @throws CliError if the dialect has no room for so many tasks. */
function requireRoom({ description }: Live, dialect: WritableDialect): void {
  const { length } = description.tasks;
  if (dialect !== "seed" || length <= 1) return;
  throw new CliError(
    `a seed image can hold only one task, and ${length} were read; dump one process or use --dialect v23-rc2`,
  );
}

const TOO_LONG = "a path is too long for an image (-ENAMETOOLONG)";

/** The errors of `encode` that a live dump can cause, by dialect. */
const FAILURES: Readonly<Record<WritableDialect, Readonly<Record<number, string>>>> = {
  seed: {
    [-9]: "the dialect has no record for one of the open files (-EBADF); use --dialect v23-rc2",
    [-16]: "a task has no file table (-EBUSY)",
    [-36]: TOO_LONG,
  },
  "v23-rc2": {
    [-9]: "a file lies outside the root directory of this process (-EBADF); nsenter(1) enters the mounts of another",
    [-36]: TOO_LONG,
  },
};

/** Writes the image; returns what the encoder returned: 0 or -errno, 0 if the reader has gone away. */
async function write({ description }: Live, dialect: WritableDialect, to: Output | Io): Promise<number> {
  const steps = encode(description, { dialect });
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    const goesOn = "write" in to ? to.write(step.value) : await to.printBytes(step.value);
    if (!goesOn) return 0;
  }
  return step.value;
}
