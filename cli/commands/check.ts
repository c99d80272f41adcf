// ckptscope check: would the image restart, and what looks wrong?

import { parseArgs } from "node:util";
import { checkImage, RULES } from "../../app/checks/check.ts";
import { chooseFindings, codesOf, isSound, unknownCodes } from "../../app/checks/filter.ts";
import { checkDocument, checkDocumentText } from "../../app/export/check-json.ts";
import { visible } from "../../app/model/text.ts";
import { CHOICES, CliError, type Command, openImages } from "../images.ts";
import { checkText } from "./check-text.ts";

const codes = (option: string, list: string | undefined): string[] => {
  if (list === undefined) return [];
  const named = codesOf(list);
  const [unknown] = unknownCodes(
    named,
    RULES.map(({ code }) => code),
  );
  if (unknown !== undefined)
    throw new CliError(`--${option}: there is no check ${visible(unknown)}; see docs/checks.md`);
  return named;
};

export const check: Command = {
  name: "check",
  usage: "check IMAGE [--json] [--only CODE,…] [--ignore CODE,…] [--dialect NAME] [--set NAME]",
  summary: "what a restart would refuse or get wrong; exit status 0: sound, 1: findings",
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: "boolean" }, only: { type: "string" }, ignore: { type: "string" }, ...CHOICES },
    });
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0) throw new CliError("check takes one image");
    const choice = { only: codes("only", values.only), ignore: codes("ignore", values.ignore) };
    const [opened] = await openImages([path], io, values);
    if (opened === undefined) throw new CliError("nothing was opened");
    const { image, input } = opened;
    try {
      const findings = chooseFindings(await checkImage(image), choice);
      const source = { name: input.name, bytes: input.bytes };
      const { checkpoint } = image;
      await io.print(
        values.json
          ? checkDocumentText(checkDocument(checkpoint, findings, source))
          : checkText(checkpoint, findings, { colour: io.colour }),
      );
      return isSound(findings.findings) ? 0 : 1;
    } finally {
      input.close();
    }
  },
};
