// Checks a CRIU image set: one walk over the entries that refer to something (walk.ts). References are resolved when
// all entries have been read, as members come in any order.

import { FILE_FIELDS } from "../../decoder/criu/format/file-types.ts";
import type { Image } from "../../decoder/image.ts";
import { NONE } from "../../model/checkpoint.ts";
import { isSound } from "../filter.ts";
import type { Findings } from "../findings.ts";
import { compareHost } from "../host/compare.ts";
import { MOST_NEEDS } from "../needs.ts";
import type { CheckOptions } from "../options.ts";
import { withSubjects } from "../subject.ts";
import { checkFilters } from "./entries/filters.ts";
import { checkPeers } from "./entries/sockets.ts";
import { walkEntries } from "./entries/walk.ts";
import { checkLocks, checkWatches } from "./entries/watches.ts";
import { demandsOf } from "./needs/demands.ts";
import { needsOf } from "./needs/needs.ts";
import { usedPaths } from "./needs/paths.ts";
import { withOffsets } from "./offsets.ts";
import { addProblems } from "./problems.ts";
import { beginScan, faultAt, isOfType, type Scan, type Space, typeWords } from "./scan.ts";
import { checkColumns } from "./set/columns.ts";
import { checkMembers } from "./set/leftovers.ts";
import { checkMemory } from "./set/memory.ts";
import { checkMounts } from "./set/mounts.ts";
import { checkTree } from "./set/tree.ts";

/**
 * Checks a set.
 *
 * @throws the signal's reason if checking was aborted; SourceError if bytes cannot be read.
 */
export async function checkCriu(image: Image, options: CheckOptions = {}): Promise<Findings> {
  const { checkpoint } = image;
  const { records, members } = checkpoint;
  const size = members.reduce((sum, member) => sum + member.size, 0);
  const scanned = beginScan(checkpoint, options.host !== undefined);
  await walkEntries(scanned, image, options);
  if (!scanned.isDamaged) resolveReferences(scanned);
  checkTree(scanned);
  checkFilters(scanned);
  checkMounts(scanned);
  checkMemory(scanned);
  await checkMembers(scanned, image);
  checkColumns(scanned);
  checkWatches(scanned);
  checkLocks(scanned);
  if (!scanned.isDamaged) checkPeers(scanned);
  const tablesReported = [...scanned.references.keys()].some(({ code }) => code === "table-missing");
  addProblems(scanned.list, checkpoint, tablesReported);
  addIncomplete(scanned);
  const found = scanned.list.finish();
  options.onProgress?.({ bytes: size, size, objects: records.count });
  const placed = await withOffsets(image, found.findings);
  const findings = withSubjects(checkpoint, placed);
  const paths = usedPaths(scanned);
  const most = options.host === undefined ? (options.mostNeeds ?? MOST_NEEDS) : MOST_NEEDS;
  const needs = needsOf(scanned, paths, most);
  if (options.host === undefined) return { ...found, findings, needs };
  const demands = demandsOf(scanned, paths);
  return { ...found, findings, needs, demands, host: compareHost("criu", demands, needs.options, options.host) };
}

/** An incomplete set is never sound. */
function addIncomplete({ checkpoint, list }: Scan): void {
  if (checkpoint.complete || !isSound(list.finish().findings)) return;
  list.add("set-incomplete", "Parts of the set are missing.", { record: null, field: null, offset: null });
}

/** Members that are reported if they are missing; what they would have contained is not. */
const MEMBER_OF_SPACE: Readonly<Partial<Record<Space, string>>> = {
  cgroup: "cgroup",
  filter: "seccomp",
  namespace: "ids",
  network: "ids",
};

function resolveReferences(scanned: Scan): void {
  const { files, complete } = scanned.checkpoint;
  // Without a mount namespace of its own, a set has no mounts at all; an image of mounts that is missing is reported.
  const hasMounts = complete && scanned.members.ofKind("mountpoints").length > 0;
  for (const [{ code, space, field, what, who, type, severity }, { ids, records }] of scanned.references) {
    // If no open file is known at all, the missing image is reported.
    if (files.count === 0 && space !== "table") continue;
    if (space === "mount" && !hasMounts) continue;
    // Where all tasks are in CRIU's own network, sockets are created without a look at the namespace.
    if (space === "network" && scanned.networks.size === 0) continue;
    const member = MEMBER_OF_SPACE[space];
    if (member !== undefined && scanned.members.ofKind(member).length === 0) continue;
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at] as number;
      if (scanned.spaces[space].get(id) !== NONE) {
        if (type === undefined || isOfType(scanned, id, type)) continue;
        const own = scanned.types[scanned.fileRows.get(id)] as number;
        // What a later release refers to is not known.
        if ((FILE_FIELDS[own] ?? null) === null) continue;
        scanned.dangling = true;
        const message = `${who} names ${what} ${id}, which is a ${typeWords(own)} and not a ${typeWords(type)}.`;
        faultAt(scanned, "reference-type", records[at] as number, field, message);
        continue;
      }
      if (space === "table") scanned.tablesLost = true;
      else if (member === undefined) scanned.dangling = true;
      const number = space === "ghost" ? `ghost-file-${id.toString(16)}.img` : String(id);
      const message = `${who} names ${what} ${number}, which is missing from the set.`;
      faultAt(scanned, code, records[at] as number, field, message, severity);
    }
  }
}
