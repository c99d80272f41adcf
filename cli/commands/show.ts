// ckptscope show: what one image holds.

import { parseArgs } from "node:util";
import type { Image } from "../../app/decoder/image.ts";
import { showDocument } from "../../app/export/show-json.ts";
import { CHOICES, CliError, type Command, openImages } from "../images.ts";
import { showText } from "./show-text.ts";

const CHUNK = 64 * 1024;

/** 0; 1 if the image has an error. */
const exitCode = ({ checkpoint }: Image): number =>
  checkpoint.problems.some((problem) => problem.severity === "error") ? 1 : 0;

export const show: Command = {
  name: "show",
  usage: "show IMAGE [--json] [--dialect NAME] [--set NAME]",
  summary: "tasks, file tables, descriptors and open files of an image, and what is shared",
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: "boolean" }, ...CHOICES },
    });
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0) throw new CliError("show takes one image");
    const [opened] = await openImages([path], io, values);
    if (opened === undefined) throw new CliError("nothing was opened");
    const { image, input } = opened;
    try {
      const chunks = values.json
        ? showDocument(image, { name: input.name, bytes: input.bytes })
        : inChunks(showText(image.checkpoint, input.name, io.colour));
      for await (const chunk of chunks) if (!(await io.print(chunk))) break;
    } finally {
      input.close();
    }
    return exitCode(image);
  },
};

/** Lines, joined into pieces that are worth a write. */
function* inChunks(lines: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}
