// ckptscope check IMAGE

import { checkImage } from "../../app/checks/check.ts";
import { chooseFindings, isSound } from "../../app/checks/filter.ts";
import { checkDocument, checkDocumentText } from "../../app/export/check-json.ts";
import type { CHECK } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { openOne } from "../images.ts";
import type { Io } from "../io.ts";
import { checkText } from "./check-text.ts";

export async function run({ operands: [path = ""], options }: ArgumentsOf<typeof CHECK>, io: Io): Promise<number> {
  const { only = [], ignore = [] } = options;
  const { image, input } = await openOne(path, io, options);
  try {
    const findings = chooseFindings(await checkImage(image), { only, ignore });
    const source = { name: input.name, bytes: input.bytes };
    const { checkpoint } = image;
    await io.print(
      options.json
        ? checkDocumentText(checkDocument(checkpoint, findings, source))
        : checkText(checkpoint, findings, { colour: io.colour }),
    );
    return isSound(findings.findings) ? 0 : 1;
  } finally {
    input.close();
  }
}
