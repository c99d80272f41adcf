// ckptscope facts

import { checkImage } from "../../app/checks/check.ts";
import { visible } from "../../app/model/text/text.ts";
import type { FACTS } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError } from "../error.ts";
import { PARTS, type Part } from "../facts/parts.ts";
import { type FactsRequest, factsText, takeFacts } from "../facts/take.ts";
import { type OpeningOptions, openOne } from "../images.ts";
import type { Io } from "../io.ts";
import { isStandardOutput, openOutput } from "../output.ts";

export async function run({ options }: ArgumentsOf<typeof FACTS>, io: Io): Promise<number> {
  if (process.platform !== "linux") throw new CliError("facts are taken on Linux; they can be read anywhere");
  const { output = "-", force, root, checksums } = options;
  const leaveOut = new Set<Part>((options["leave-out"] ?? []).map((name) => partOf(name)));
  if (options["no-files"]) leaveOut.add("files");
  const inputs = options.for === undefined ? [] : [options.for];
  const file = isStandardOutput(output) ? null : await openOutput(output, { force, inputs });
  try {
    const image = options.for === undefined ? null : await demandsOf(options.for, io, options);
    const text = factsText(await takeFacts({ image, root: root ?? null, checksums, leaveOut }));
    if (file === null) await io.print(text);
    else file.write(new TextEncoder().encode(text));
    file?.finish();
    return 0;
  } finally {
    file?.discard();
  }
}

const partOf = (name: string): Part => {
  const part = (Object.keys(PARTS) as Part[]).find((known) => known === name);
  if (part === undefined) throw new CliError(`--leave-out ${visible(name)}: unknown part`);
  return part;
};

/** What an image demands of a host. @throws CliError */
async function demandsOf(path: string, io: Io, options: OpeningOptions): Promise<FactsRequest["image"]> {
  const { image, input } = await openOne(path, io, options);
  try {
    const { demands } = await checkImage(image, { host: {} });
    return { name: input.name, demands: demands?.list ?? [] };
  } finally {
    input.close();
  }
}
