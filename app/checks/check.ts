// Checks an image of either format: what would make a restart fail or go wrong, and what looks wrong otherwise.

import type { Image } from "../decoder/image.ts";
import { checkCriu } from "./criu/check.ts";
import { CRIU_RULES } from "./criu/rules.ts";
import { DUMP_RULES } from "./dump/rules.ts";
import type { Findings } from "./findings.ts";
import { HOST_RULES } from "./host/rules.ts";
import { checkLinuxCr } from "./linux-cr/check.ts";
import { LINUX_CR_RULES } from "./linux-cr/rules.ts";
import type { CheckOptions } from "./options.ts";
import type { Rule } from "./rule.ts";

/** Every rule: those of both formats, about the restoring machine, and about a dump of running processes. */
export const RULES: readonly Rule[] = [...LINUX_CR_RULES, ...CRIU_RULES, ...HOST_RULES, ...DUMP_RULES];

/**
 * Checks an image.
 *
 * @throws the signal's reason if checking was aborted; SourceError if bytes cannot be read.
 */
export function checkImage(image: Image, options: CheckOptions = {}): Promise<Findings> {
  return image.checkpoint.format === "criu" ? checkCriu(image, options) : checkLinuxCr(image, options);
}
