// Checks a CRIU image set: one walk over the entries that refer to something (walk.ts). References are resolved when
// all entries have been read, as members come in any order.

import { FILE_FIELDS } from "../../decoder/criu/format/file-types.ts";
import type { Image } from "../../decoder/image.ts";
import { NONE } from "../../model/checkpoint.ts";
import { isSound } from "../filter.ts";
import type { Findings } from "../findings.ts";
import { compareHost } from "../host/compare.ts";
import { MOST_NEEDS } from "../needs.ts";
import { flagMasks } from "../open-flags.ts";
import type { CheckOptions } from "../options.ts";
import { withSubjects } from "../subject.ts";
import { PIPE_DATA } from "./entries/entries.ts";
import { MOUNT, PEER } from "./entries/file-bodies.ts";
import { checkFilters } from "./entries/filters.ts";
import { checkPeers } from "./entries/sockets.ts";
import { walkEntries } from "./entries/walk.ts";
import { checkLocks, checkWatches } from "./entries/watches.ts";
import { COLUMN, CONTENTS, columnOf, type NoteList, PIPE, UNIX } from "./kept.ts";
import { demandsOf } from "./needs/demands.ts";
import { needsOf } from "./needs/needs.ts";
import { LEFT_OUT, usedPaths } from "./needs/paths.ts";
import { withOffsets } from "./offsets.ts";
import { addProblems } from "./problems.ts";
import { beginScan, faultAt, isOfType, type Reference, type Scan, type Space, typeWords } from "./scan.ts";
import { checkColumns, PATH_KINDS } from "./set/columns.ts";
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
  const masks = flagMasks(checkpoint.machine.arch);
  const ofFiles = scanned.columns?.checkFiles(checkpoint, scanned.types, {
    masks,
    pathKinds: PATH_KINDS,
    prefixes: LEFT_OUT,
  });
  checkColumns(scanned, ofFiles?.odd ?? null);
  checkWatches(scanned);
  checkLocks(scanned);
  if (!scanned.isDamaged) checkPeers(scanned);
  addProblems(scanned.list, checkpoint, scanned.namesTables);
  addIncomplete(scanned);
  const found = scanned.list.finish();
  options.onProgress?.({ bytes: size, size, objects: records.count });
  const placed = await withOffsets(image, found.findings);
  const findings = withSubjects(checkpoint, placed);
  const paths = ofFiles?.paths ?? usedPaths(scanned);
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

/** References of one kind: the record of the first, what each refers to, and its record. */
interface References {
  readonly first: number;
  readonly ids: ArrayLike<number>;
  readonly records: ArrayLike<number>;
}

/** All references, in the order in which the first of each kind was met. */
function allReferences(scanned: Scan): (readonly [Reference, References])[] {
  const { kept, keptReferences } = scanned;
  const all: (readonly [Reference, References])[] = [...scanned.references];
  const add = (reference: Reference, references: References): void => {
    if (references.ids.length > 0) all.push([reference, references]);
  };
  add(MOUNT, mountsIn(kept.mounts));
  for (const [reference, list] of keptReferences) add(reference, referencesIn(list, 0));
  add(PEER, withoutNone(referencesIn(kept.unix, UNIX.peer)));
  add(PIPE_DATA, referencesIn(kept.contents, CONTENTS.pipe));
  return all.sort(([, a], [, b]) => a.first - b.first);
}

const referencesIn = (list: NoteList, value: number) =>
  references(columnOf(list, COLUMN.values + value), columnOf(list, COLUMN.record));

const references = <Numbers extends ArrayLike<number>>(ids: Numbers, records: Numbers) => ({
  first: records[0] ?? NONE,
  ids,
  records,
});

/** Leaves out references to 0, which stands for none. */
function withoutNone(all: ReturnType<typeof referencesIn>): References {
  const { ids, records } = all;
  if (!ids.includes(0)) return all;
  const isOne = (_: number, at: number): boolean => ids[at] !== 0;
  return references(ids.filter(isOne), records.filter(isOne));
}

/** The mounts that open files are on. -1: it is unknown. What comes from outside is on no mount of the set. */
function mountsIn(list: NoteList): References {
  const [mounts, isOutside] = [columnOf(list, COLUMN.values), columnOf(list, COLUMN.values + 1)];
  const isOne = (_: number, at: number): boolean => fromZigzag(mounts[at] as number) >= 0 && isOutside[at] === 0;
  return references(mounts.filter(isOne).map(fromZigzag), columnOf(list, COLUMN.record).filter(isOne));
}

const fromZigzag = (value: number): number => (value >>> 1) ^ -(value & 1);

/** Whether the kernel finds all ids among those that are kept. False also if it cannot look. */
function areFound({ columns, kept: { pipes, unix } }: Scan, space: Space, ids: ArrayLike<number>): boolean {
  if (!(ids instanceof Uint32Array) || columns === null) return false;
  const keys =
    space === "pipe"
      ? columnOf(pipes, COLUMN.values + PIPE.id)
      : space === "socket"
        ? columnOf(unix, COLUMN.values + UNIX.inode)
        : null;
  return keys !== null && columns.findMissing(keys, ids)?.length === 0;
}

function resolveReferences(scanned: Scan): void {
  const { files, complete } = scanned.checkpoint;
  // Without a mount namespace of its own, a set has no mounts at all; an image of mounts that is missing is reported.
  const hasMounts = complete && scanned.members.ofKind("mountpoints").length > 0;
  for (const [{ code, space, field, what, who, type, severity }, { ids, records }] of allReferences(scanned)) {
    // If no open file is known at all, the missing image is reported.
    if (files.count === 0 && space !== "table") continue;
    if (space === "mount" && !hasMounts) continue;
    // Where all tasks are in CRIU's own network, sockets are created without a look at the namespace.
    if (space === "network" && scanned.networks.size === 0) continue;
    const member = MEMBER_OF_SPACE[space];
    if (member !== undefined && scanned.members.ofKind(member).length === 0) continue;
    if (type === undefined && areFound(scanned, space, ids)) continue;
    const known = scanned.spaces[space];
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at] as number;
      if (known.get(id) !== NONE) {
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
