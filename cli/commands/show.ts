// ckptscope show IMAGE

import type { Image } from "../../app/decoder/image.ts";
import { showDocument } from "../../app/export/show-json.ts";
import type { SHOW } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { openOne } from "../images.ts";
import { type Io, inChunks } from "../io.ts";
import { showText } from "./show-text.ts";

export async function run({ operands: [path = ""], options }: ArgumentsOf<typeof SHOW>, io: Io): Promise<number> {
  const { image, input } = await openOne(path, io, options);
  try {
    const chunks = options.json
      ? showDocument(image, { name: input.name, bytes: input.bytes })
      : inChunks(lines(showText(image.checkpoint, input.name, io.colour)));
    for await (const chunk of chunks) if (!(await io.print(chunk))) break;
  } finally {
    input.close();
  }
  return hasError(image) ? 1 : 0;
}

const hasError = ({ checkpoint }: Image): boolean =>
  checkpoint.problems.some((problem) => problem.severity === "error");

function* lines(texts: Iterable<string>): Generator<string> {
  for (const text of texts) yield `${text}\n`;
}
