// Checks a CRIU image set: one walk over the entries that refer to something, member by member in blocks. References
// are resolved when all entries have been read, as members come in any order.

import { createFieldFinder, type FieldPlace } from "../../decoder/criu/fields.ts";
import { MEMBER_KINDS } from "../../decoder/criu/member-kinds.ts";
import { memberOfName } from "../../decoder/criu/member-names.ts";
import { scan } from "../../decoder/criu/wire.ts";
import type { Image } from "../../decoder/image.ts";
import { openWindow, type Window } from "../../decoder/window.ts";
import { NONE } from "../../model/checkpoint.ts";
import { endOfMember, moveTo, recordCursor, recordLength, recordMember, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { isSound } from "../filter.ts";
import type { Finding } from "../finding.ts";
import type { Findings } from "../findings.ts";
import { compareHost } from "../host/compare.ts";
import type { CheckOptions } from "../options.ts";
import { withSubjects } from "../subject.ts";
import { checkColumns } from "./columns.ts";
import { demandsOf } from "./demands.ts";
import { handlerOf } from "./entries.ts";
import type { Handler } from "./handler.ts";
import { checkMembers } from "./leftovers.ts";
import { checkMemory } from "./memory.ts";
import { needsOf } from "./needs.ts";
import { usedPaths } from "./paths.ts";
import { addProblems } from "./problems.ts";
import { readChecked } from "./read-checked.ts";
import { beginScan, faultAt, type Scan } from "./scan.ts";
import { checkShape, isChecked, type Shape, shapeOf } from "./shapes.ts";
import { checkLocks, checkWatches } from "./watches.ts";

/**
 * Checks a set.
 *
 * @throws the signal's reason if checking was aborted; SourceError if bytes cannot be read.
 */
export async function checkCriu(image: Image, options: CheckOptions = {}): Promise<Findings> {
  const { checkpoint, sources } = image;
  const { records, members } = checkpoint;
  const scanned = beginScan(checkpoint);
  const size = members.reduce((sum, member) => sum + member.size, 0);
  const checks = records.kinds.map(({ struct }) => ({
    struct,
    shape: struct === null ? null : shapeOf(struct),
    handler: handlerOf(struct),
  }));
  let done = 0;
  let window: Window | null = null;
  for (let row = 0; row < records.count; ) {
    const member = recordMember(records, row);
    if (member !== scanned.member) {
      done += members[scanned.member]?.size ?? 0;
      enterMember(scanned, member);
      const source = sources[member];
      window = source === undefined ? null : openWindow(source);
    }
    const end = window === null ? row + 1 : checkBlock(scanned, checks, window, row);
    if (window !== null && end < records.count && recordMember(records, end) === member) {
      options.signal?.throwIfAborted();
      const offset = recordOffset(records, end);
      const need = recordLength(records, end);
      await window.fill(offset, need);
      options.onProgress?.({ bytes: done + offset, size, objects: end });
      // The member has become shorter: the rest of it cannot be checked.
      if (window.end - offset < need) {
        row = endOfMember(records, end);
        continue;
      }
    }
    row = end;
  }
  options.signal?.throwIfAborted();
  if (!scanned.isDamaged) resolveReferences(scanned);
  checkMemory(scanned);
  await checkMembers(scanned, image);
  checkColumns(scanned);
  checkWatches(scanned);
  checkLocks(scanned);
  const tablesReported = [...scanned.references.keys()].some(({ code }) => code === "table-missing");
  addProblems(scanned.list, checkpoint, tablesReported);
  addIncomplete(scanned);
  const found = scanned.list.finish();
  options.onProgress?.({ bytes: size, size, objects: records.count });
  const placed = await withOffsets(image, found.findings);
  const findings = withSubjects(checkpoint, placed);
  const paths = usedPaths(scanned);
  const needs = needsOf(scanned, paths);
  if (options.host === undefined) return { ...found, findings, needs };
  const demands = demandsOf(scanned, paths);
  return { ...found, findings, needs, demands, host: compareHost("criu", demands, needs.options, options.host) };
}

/** An incomplete set is never sound. */
function addIncomplete({ checkpoint, list }: Scan): void {
  if (checkpoint.complete || !isSound(list.finish().findings)) return;
  list.add("set-incomplete", "Parts of the set are missing.", { record: null, field: null, offset: null });
}

function enterMember(scanned: Scan, member: number): void {
  const name = memberOfName(scanned.checkpoint.members[member]?.name ?? "");
  scanned.member = member;
  scanned.memberKind = (name === null ? undefined : MEMBER_KINDS[name.kind]?.name) ?? "";
  scanned.memberNumber = name === null || Number.isNaN(name.number) ? NONE : name.number;
  scanned.memberFile = (name === null ? undefined : MEMBER_KINDS[name.kind]?.file) ?? null;
}

/** How the entries of one kind of record are checked. */
interface EntryCheck {
  /** Their message; `null`: it is not known. */
  readonly struct: string | null;
  readonly shape: Shape | null;
  readonly handler: Handler | null;
}

/** Checks entries of the current member from `row` on; returns the first row whose bytes are not in the window. */
function checkBlock(scanned: Scan, checks: readonly EntryCheck[], window: Window, from: number): number {
  const { records } = scanned.checkpoint;
  const { kind } = records;
  const cursor = recordCursor(records);
  const last = endOfMember(records, from);
  const { out } = scanned;
  const areShapesChecked = isChecked(scanned);
  for (let row = from; row < last; row++) {
    const check = checks[kind[row] as number];
    if (check === undefined || check.struct === null) continue;
    moveTo(cursor, row);
    const start = cursor.offset;
    const end = start + cursor.length;
    if (start < window.start || end > window.end) return row;
    scanned.record = row;
    scanned.offset = start;
    // An entry is its size and its message. Integers, not doubles like offsets: messages were scanned with such before.
    const at = (start - window.start + 4) | 0;
    const to = (end - window.start) | 0;
    if (to < at) continue;
    const { bytes } = window;
    const { struct, shape, handler } = check;
    let seen = NONE;
    if (shape !== null && areShapesChecked) {
      if (handler !== null) seen = readChecked(bytes, at, to, shape, handler, out, scanned.words);
      if (seen === NONE) checkShape(scanned, bytes, at, to, shape, struct);
    }
    if (handler === null) continue;
    scanned.areMessagesLeft = seen !== NONE;
    handler.check(scanned, seen === NONE ? scan(bytes, at, to, handler.plan, out) : seen, bytes, at, to);
  }
  return last;
}

function resolveReferences(scanned: Scan): void {
  const { files, complete } = scanned.checkpoint;
  // Without a mount namespace of its own, a set has no mounts at all; an image of mounts that is missing is reported.
  const hasMounts = complete && scanned.members.ofKind("mountpoints").length > 0;
  for (const [{ code, space, field, what, who }, { ids, records }] of scanned.references) {
    // If no open file is known at all, the missing image is reported.
    if (files.count === 0 && space !== "table") continue;
    if (space === "mount" && !hasMounts) continue;
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at] as number;
      if (scanned.spaces[space].get(id) !== NONE) continue;
      if (space === "table") scanned.tablesLost = true;
      else scanned.dangling = true;
      const number = space === "ghost" ? `ghost-file-${id.toString(16)}.img` : String(id);
      faultAt(
        scanned,
        code,
        records[at] as number,
        field,
        `${who} names ${what} ${number}, which is missing from the set.`,
      );
    }
  }
}

/** The findings with the offsets of their fields, which takes inspecting the entries. */
async function withOffsets(image: Image, findings: readonly Finding[]): Promise<Finding[]> {
  const placed: Finding[] = [];
  let inspected: RecordRow = NONE;
  let fields: readonly FieldPlace[] = [];
  const fieldsOf = createFieldFinder(image);
  for (const finding of findings) {
    const { field, record } = finding;
    if (field === null || record === null) {
      placed.push(finding);
      continue;
    }
    if (record !== inspected) fields = await fieldsOf(record);
    inspected = record;
    const short = field.slice(field.lastIndexOf(".") + 1);
    // In files.img a file's own message is nested in the entry; in images of older releases it is the entry.
    const found =
      fields.find(({ name }) => name === field) ??
      fields.find(({ name }) => name === short) ??
      fields.find(({ name }) => name.replaceAll(/\[\d+\]/g, "") === field) ??
      fields.find(({ name }) => /^\w+\.\w+$/.test(name) && name.endsWith(`.${short}`));
    placed.push(
      found === undefined ? { ...finding, field: null } : { ...finding, field: found.name, offset: found.offset },
    );
  }
  return placed;
}
