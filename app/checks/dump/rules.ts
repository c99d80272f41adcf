// The rules about running processes, as data: what CRIU's dump refuses, and what it dumps but loses.
//
// Sources: the verdicts of CRIU 4.2 on one process for each kind of resource, and its source
// where that leaves a choice.

import type { Rule } from "../rule.ts";
import { FILE_RULES } from "./rules-files.ts";
import { CRAC_RULES, SOCKET_RULES } from "./rules-sockets.ts";
import { TASK_RULES } from "./rules-tasks.ts";

/** All rules about a dump, in the order of docs/checks.md. */
export const DUMP_RULES: readonly Rule[] = [...TASK_RULES, ...FILE_RULES, ...SOCKET_RULES, ...CRAC_RULES];
