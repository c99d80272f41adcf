// ckptscope check IMAGE, ckptscope check --explain CODE

import { checkImage, RULES } from "../../app/checks/check.ts";
import { ruleSection } from "../../app/checks/describe.ts";
import { chooseFindings, isSound } from "../../app/checks/filter.ts";
import { checkDocument, checkDocumentText } from "../../app/export/check-json.ts";
import type { CHECK } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError } from "../error.ts";
import { openOne } from "../images.ts";
import type { Io } from "../io.ts";
import { checkText } from "./check-text.ts";

export async function run({ operands: [path], options }: ArgumentsOf<typeof CHECK>, io: Io): Promise<number> {
  const { only = [], ignore = [], explain = [] } = options;
  if (explain.length > 0) {
    await io.print(explanations(explain));
    if (path === undefined) return 0;
  }
  if (path === undefined) throw new CliError("expected one image");
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

/** The sections of docs/checks.md about some codes, of both formats where both have the code. */
function explanations(codes: readonly string[]): string {
  const lower = new Set(codes.map((code) => code.toLowerCase()));
  const rules = RULES.filter(({ code }) => lower.has(code.toLowerCase()));
  return rules
    .map((rule) => `${ruleSection(rule).replace(/^### .*/, `${rule.code} (${FORMATS[rule.format]})`)}\n`)
    .join("\n");
}

const FORMATS = { "linux-cr": "Linux-CR", criu: "CRIU" } as const;
