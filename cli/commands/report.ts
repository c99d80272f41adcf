// ckptscope report: images as one HTML file that shows the page without a network.

import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { fillReport } from "../../app/export/report.ts";
import { bundle } from "../../app/link/bundle.ts";
import { createMask, LEAVE_OUT, type LeaveOut } from "../../app/link/leave-out.ts";
import { pack } from "../../app/link/pack.ts";
import { visible } from "../../app/model/text.ts";
import { pageFolder } from "../http/server.ts";
import { CHOICES, CliError, type Command, type OpenedImage, openImages } from "../images.ts";
import { systemReason } from "../sources.ts";

/** The report of one image, or of two to compare, in pieces. `page`: the built page of reports. */
export async function reportOf(images: readonly OpenedImage[], leaveOut: LeaveOut, page: string): Promise<string[]> {
  const mask = createMask(leaveOut);
  const plain = images.length === 2 ? ["before", "after"] : ["image"];
  const packs = images.map(({ image, input }, at) =>
    pack(image.checkpoint, leaveOut === "names" ? (plain[at] ?? "") : basename(input.name), mask),
  );
  const parts = fillReport(page, await bundle(packs));
  if (parts === null) throw new CliError("the report’s page is damaged: npm run build");
  return parts;
}

export const report: Command = {
  name: "report",
  usage: "report IMAGE [IMAGE2] -o FILE.html [--leave-out directories|names] [--dialect NAME] [--set NAME]",
  summary: "one HTML file that shows an image, or two compared, without a network; no memory, no records",
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { output: { type: "string", short: "o" }, "leave-out": { type: "string" }, ...CHOICES },
    });
    const { output, "leave-out": left = "nothing" } = values;
    if (positionals.length < 1 || positionals.length > 2)
      throw new CliError("report takes one image, or two to compare");
    if (output === undefined) throw new CliError("-o FILE.html is missing: where to write the report");
    const leaveOut = LEAVE_OUT.find((choice) => choice === left);
    if (leaveOut === undefined) throw new CliError(`--leave-out: ${visible(left)} is none of ${LEAVE_OUT.join(", ")}`);
    const folder = pageFolder();
    if (folder === null) throw new CliError("the page was not built: npm run build");
    const images = await openImages(positionals, io, values);
    try {
      const parts = await reportOf(images, leaveOut, readFileSync(join(folder, "report.html"), "utf8"));
      if (output === "-") for (const part of parts) await io.print(part);
      else {
        try {
          writeFileSync(output, "");
          for (const part of parts) writeFileSync(output, part, { flag: "a" });
        } catch (error) {
          throw new CliError(`${visible(output)}: ${systemReason(error)}`);
        }
      }
    } finally {
      for (const { input } of images) input.close();
    }
    return 0;
  },
};
