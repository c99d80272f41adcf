// Whether the parents of a set, the dumps before it, have the pages that it leaves to them.

import type { Problem } from "../../../model/checkpoint.ts";
import type { PageState } from "../../memory/memory.ts";
import { type PageRuns, runAfter, runState } from "../../memory/page-runs.ts";
import { SourceError } from "../../source.ts";
import { type PlacedMember, placeMembers } from "../sets/placing.ts";
import type { DecodedSet } from "../walk/decoded-set.ts";
import { createLayers, type Layers, pageSizeByFiles } from "./layers.ts";
import { readPagemap } from "./pagemaps.ts";
import { kindName } from "./read-entries.ts";

/**
 * Looks up the pages that are in the parent of a set. Returns the first problem that stops a restore; `null`: there is
 * none, or the parent is not here at all. That a file of pages is missing is a note: sets are often kept without them.
 */
export async function chainProblem(set: DecodedSet): Promise<Problem | null> {
  const { parent, placed } = set;
  const pageSize = set.pageSize ?? (await pageSizeByFiles(placed));
  if (parent === undefined || pageSize === null) return null;
  try {
    const inParent = {
      placed: await placeMembers(parent.sources, () => {}),
      ...(parent.parent && { parent: parent.parent }),
    };
    const lost = await firstFault(
      placed,
      createLayers(inParent, pageSize, () => {}, true),
      pageSize,
    );
    if (lost !== null) return { severity: "warning", code: "missing-parent", message: lost, offset: null };
    const short = await firstFault(
      placed,
      createLayers(inParent, pageSize, () => {}),
      pageSize,
    );
    if (short !== null) return { severity: "note", code: "missing-parent-pages", message: short, offset: null };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  return null;
}

/** A sentence on the first pages in the parent that its layers do not have; `null`: they have all. */
async function firstFault(placed: readonly PlacedMember[], layers: Layers, pageSize: number): Promise<string | null> {
  for (const member of placed) {
    const kind = kindName(member);
    if (kind !== "pagemap" && kind !== "pagemap-shmem") continue;
    const own = await readPagemap(member, { pageSize, pagesFile: () => null, parent: null, problem: () => {} });
    if (own === null || !hasState(own, "parent")) continue;
    const whose = kind === "pagemap" ? `task ${member.number}` : `shared memory ${member.number}`;
    const found = await layers.runs(kind, member.number);
    const why = found === null ? `which has no ${kind}-${member.number}.img.` : faultIn(own, found);
    if (why !== null) return `Pages of ${whose} are in the parent set, ${why}`;
  }
  return null;
}

function hasState(runs: PageRuns, state: PageState): boolean {
  for (let run = 0; run < runs.count; run++) if (runState(runs, run) === state) return true;
  return false;
}

/** Why pages that are in the parent are not there, as a relative clause; `null`: they are. */
function faultIn(own: PageRuns, parent: PageRuns): string | null {
  for (let run = 0; run < own.count; run++) {
    if (runState(own, run) !== "parent") continue;
    let position = own.start[run] as number;
    const end = own.end[run] as number;
    for (let at = runAfter(parent, position); position < end; at++) {
      if (at >= parent.count || (parent.start[at] as number) > position) return LACKS;
      const why = FAULTS[runState(parent, at)];
      if (why !== undefined) return why;
      position = parent.end[at] as number;
    }
  }
  return null;
}

const LACKS = "which does not have them.";
const FAULTS: Readonly<Partial<Record<PageState, string>>> = {
  parent: "and there in a parent of its own, which is missing.",
  missing: "but they, or the file with them, are missing.",
  damaged: "but the file with them is too short.",
};
