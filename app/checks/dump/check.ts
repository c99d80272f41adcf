// Would CRIU dump these processes? Examines the facts in the order of a dump.

import { type CriuOptions, NO_OPTIONS } from "./criu-options.ts";
import { checkDescriptor } from "./descriptors.ts";
import type { DumpFacts } from "./facts.ts";
import { createDumpFindings, type DumpFindings } from "./findings.ts";
import { checkMapping } from "./mappings.ts";
import { checkNamespaces } from "./namespaces.ts";
import { checkMounts } from "./own-mounts.ts";
import { checkPipes } from "./pipes.ts";
import { checkPlace } from "./places.ts";
import { createScope } from "./scope.ts";
import { checkSeizing, checkSharing } from "./tasks.ts";
import { checkTerminals } from "./terminals.ts";

/** Checks the processes in `facts`. `options`: those that will be passed to criu dump. */
export function checkDump(facts: DumpFacts, options: CriuOptions = NO_OPTIONS): DumpFindings {
  const { report, finish } = createDumpFindings(options);
  const scope = createScope(facts, options, report);
  const { tasks } = facts;
  for (const task of tasks) checkSeizing(scope, task);
  for (const task of tasks) {
    checkSharing(scope, task);
    checkNamespaces(scope, task);
    checkMounts(scope, task);
  }
  for (const task of tasks) {
    for (const mapping of task.mappings) checkMapping(scope, task, mapping);
    for (const descriptor of task.descriptors) checkDescriptor(scope, task, descriptor);
    for (const place of task.places) checkPlace(scope, task, place);
  }
  checkTerminals(scope);
  checkPipes(scope);
  return finish();
}
