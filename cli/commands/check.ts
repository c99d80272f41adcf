// ckptscope check IMAGE, ckptscope check --pid PID, ckptscope check --explain CODE

import { checkImage, RULES } from "../../app/checks/check.ts";
import { ruleSection } from "../../app/checks/describe.ts";
import { allFindings, chooseFindings, isSound } from "../../app/checks/filter.ts";
import type { Findings } from "../../app/checks/findings.ts";
import { compareHost } from "../../app/checks/host/compare.ts";
import { NO_DEMANDS } from "../../app/checks/host/demand.ts";
import { type HostOptions, indexFacts } from "../../app/checks/host/host.ts";
import type { Image } from "../../app/decoder/image.ts";
import { checkDocument, checkDocumentText } from "../../app/export/json/check-json.ts";
import type { CHECK } from "../arguments/check.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError } from "../error.ts";
import { openFacts } from "../facts/open.ts";
import { openOne } from "../images.ts";
import { type Io, inChunks } from "../io.ts";
import { checkText, MOST_LISTED } from "./check-text.ts";

type CheckOptions = ArgumentsOf<typeof CHECK>["options"];

export async function run({ operands: [path], options }: ArgumentsOf<typeof CHECK>, io: Io): Promise<number> {
  const { only = [], ignore = [], explain = [] } = options;
  if (explain.length > 0) {
    await io.print(explanations(explain));
    if (path === undefined && options.pid === undefined) return 0;
  }
  if (options.pid !== undefined) {
    if (path !== undefined) throw new CliError("expected an image or --pid, not both");
    if (options.here || options.host !== undefined) throw new CliError("--here and --host need an image, not --pid");
    const { checkProcesses } = await import("./check-pid.ts");
    return await checkProcesses(options.pid, options, io);
  }
  if (path === undefined) throw new CliError("expected one image");
  const { image, input } = await openOne(path, io, options, { details: isHostAsked(options) });
  try {
    const findings = chooseFindings(await checkWithHost(image, input.name, options), { only, ignore });
    const source = { name: input.name, bytes: input.bytes };
    const { checkpoint } = image;
    const text = options.json
      ? checkDocumentText(checkDocument(checkpoint, findings, source))
      : [checkText(checkpoint, findings, { colour: io.colour })];
    for (const chunk of inChunks(text)) {
      if (!(await io.print(chunk))) break;
    }
    return isSound(allFindings(findings)) ? 0 : 1;
  } finally {
    input.close();
  }
}

/** Whether to collect what the image demands of a host, some of which is in details. */
const isHostAsked = ({ here, host, "restore-options": restoreOptions }: CheckOptions): boolean =>
  here || host !== undefined || restoreOptions !== undefined;

/** Checks an image, and compares it with a host if that is wanted. @throws CliError */
async function checkWithHost(image: Image, name: string, options: CheckOptions): Promise<Findings> {
  const { json, here, host, root, "dump-host": dumpHost, "restore-options": restoreOptions } = options;
  const given: HostOptions = restoreOptions === undefined ? {} : { restoreOptions };
  const few = json ? {} : { mostNeeds: MOST_LISTED };
  if (!here && host === undefined) return checkImage(image, restoreOptions === undefined ? few : { host: given });
  const more = dumpHost === undefined ? given : { ...given, dumpFacts: openFacts(dumpHost) };
  if (host !== undefined) return checkImage(image, { host: { ...more, facts: openFacts(host) } });
  if (process.platform !== "linux") throw new CliError("--here needs Linux; use --host with facts from the machine");
  const found = await checkImage(image, { host: {} });
  const { demands = NO_DEMANDS, needs } = found;
  const checksums = more.dumpFacts?.facts.files?.some(({ sha256 }) => sha256 !== undefined) ?? false;
  const request = { image: { name, demands: demands.list }, root: root ?? null, checksums, leaveOut: new Set<never>() };
  const { takeFacts } = await import("../facts/take.ts");
  const facts = indexFacts(await takeFacts(request));
  const compared = compareHost(image.checkpoint.format, demands, needs?.options ?? [], { ...more, facts });
  return { ...found, host: compared };
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
