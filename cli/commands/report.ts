// ckptscope report IMAGE [IMAGE2] -o FILE

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { SourceError } from "../../app/decoder/source.ts";
import { fillReport } from "../../app/export/report.ts";
import { bundle } from "../../app/link/bundle.ts";
import { createMask, type LeaveOut } from "../../app/link/leave-out.ts";
import { pack } from "../../app/link/pack.ts";
import { SIDES } from "../../app/model/comparison/side.ts";
import { visible } from "../../app/model/text/text.ts";
import type { REPORT } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError } from "../error.ts";
import { pageFolder } from "../http/page.ts";
import { type OpenedImage, openImages } from "../images.ts";
import type { Io } from "../io.ts";
import { earlierFirst } from "../order.ts";
import { isStandardOutput, openOutput } from "../output.ts";

/**
 * The report of one image, or of two to compare, in pieces.
 *
 * @param page The built page for reports.
 * @throws CliError if the page has no place for images.
 */
export async function reportOf(
  images: readonly OpenedImage[],
  leaveOut: LeaveOut,
  page: string,
): Promise<Iterable<string>> {
  const mask = createMask(leaveOut);
  const packs = images.map(({ image, input }, index) => {
    const neutral = images.length === 2 ? SIDES[index] : "image";
    return pack(image.checkpoint, leaveOut === "names" ? (neutral ?? "") : basename(input.name), mask);
  });
  const parts = fillReport(page, await bundle(packs));
  if (parts === null)
    throw new CliError("report.html is damaged; rebuild it with 'npm run build' or reinstall ckptscope");
  return parts;
}

export async function run({ operands, options }: ArgumentsOf<typeof REPORT>, io: Io): Promise<number> {
  const { output } = options;
  if (output === undefined) throw new CliError("no output file; use -o FILE.html");
  const page = readFileSync(join(pageFolder(), "report.html"), "utf8");
  const images = await openImages(await inOrder(operands, io, options.set), io, options);
  try {
    // The value was checked when the arguments were parsed.
    const parts = await reportOf(images, options["leave-out"] as LeaveOut, page);
    if (isStandardOutput(output)) await printParts(parts, io);
    else await writeParts(output, { force: options.force, inputs: operands }, parts);
  } finally {
    for (const { input } of images) input.close();
  }
  return 0;
}

async function printParts(parts: Iterable<string>, io: Io): Promise<void> {
  for (const part of parts) if (!(await io.print(part))) return;
}

/** Writes in parts, because the whole may exceed the maximum length of a string. */
async function writeParts(
  path: string,
  options: { readonly force: boolean; readonly inputs: readonly string[] },
  parts: Iterable<string>,
): Promise<void> {
  const file = await openOutput(path, options);
  try {
    for (const part of parts) if (!file.write(Buffer.from(part))) break;
    file.finish();
  } finally {
    file.discard();
  }
}

/** The images to compare, the earlier one first. */
async function inOrder(paths: readonly string[], io: Io, set: string | undefined): Promise<readonly string[]> {
  try {
    return await earlierFirst(paths, io, set);
  } catch (error) {
    if (error instanceof SourceError) throw new CliError(visible(error.message));
    throw error;
  }
}
