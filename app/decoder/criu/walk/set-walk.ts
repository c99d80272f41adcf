// Decodes an image set to a Checkpoint: reads its files one by one, so that objects come before references to them, and
// calls the handler of each message (handlers.ts).

import type { Checkpoint, Problem } from "../../../model/checkpoint.ts";
import { visible } from "../../../model/text/text.ts";
import { createColumnKernel } from "../../builder/column-kernel.ts";
import { createBuilder } from "../../builder.ts";
import { LimitReached } from "../../limits.ts";
import { type DecodeOptions, type Source, SourceError } from "../../source.ts";
import { collectDetails } from "../details/collect-details.ts";
import { MEMBER_KINDS } from "../format/member-kinds.ts";
import { markEpollTargets } from "../handlers/epoll.ts";
import { closeFiles, takeDeletions } from "../handlers/file-links.ts";
import { imageHead, pageSizeOf } from "../handlers/image-facts.ts";
import { addThreadCounts, linkTasks } from "../handlers/on-tasks.ts";
import { ENTRY_WINDOW } from "../kernel/entry-kernel.ts";
import type { Metadata } from "../sets/container-metadata.ts";
import { isRaw, type PlacedMember, placeMembers } from "../sets/placing.ts";
import { HEAD_SIZE } from "../wire/entries.ts";
import { createContext, type SetContext } from "./context.ts";
import type { DecodedSet } from "./decoded-set.ts";
import { createMemberBatches, type MemberBatches } from "./member-batches.ts";
import { createMemberReader, leaveOut, type MemberReader, reportProgress, reportUnreadable } from "./member-walk.ts";
import { reportMissing } from "./missing-members.ts";
import { reportNewer } from "./newer.ts";
import { firstLinked } from "./rows.ts";

/** Members read ahead, because awaiting small files one by one is slow. */
const READ_AHEAD = 16;

/** Sets smaller than this are decoded before a partial result could be shown. */
const PART_SIZE = 4 << 20;

const kindIndex = (name: string): number => MEMBER_KINDS.findIndex((kind) => kind.name === name);
/** Members of this kind and later ones refer to open files. */
const FIRST_AFTER_FILES = kindIndex("eventpoll-tfd");
const FDINFO = kindIndex("fdinfo");

/**
 * Decodes the files of one set, given in any order; files that do not belong to a set are left out. Read
 * errors become problems of the checkpoint.
 *
 * @throws the signal's reason if decoding was aborted; nothing else.
 */
export async function decodeSet(
  inputs: readonly Source[],
  options: DecodeOptions = {},
  metadata: Metadata = { time: null, facts: [], problems: [] },
): Promise<DecodedSet> {
  const columnKernel = options.kernels === false ? null : createColumnKernel();
  const builder = createBuilder(undefined, options.limits, columnKernel);
  for (const problem of metadata.problems) builder.addProblem({ ...problem, offset: problem.offset ?? null });
  const placed = await placeMembers(inputs, (name) => {
    const message = `There is more than one ${visible(name)}; the last one is used.`;
    builder.addProblem({ severity: "note", code: "duplicate-member", message, offset: null });
  });
  const set = createContext(placed, options, metadata, builder, columnKernel);
  await readMembers(set);
  withinLimits(set, () => takeDeletions(set));
  if (!set.stopped) reportMissing(set);
  reportNewer(set);
  withinLimits(set, () => linkTasks(set));
  withinLimits(set, () => addThreadCounts(set));
  reportProgress(set, 0);
  const checkpoint = builder.finish(imageHead(set, set.complete));
  const decoded: DecodedSet = {
    checkpoint,
    sources: placed.map(({ source }) => source),
    placed,
    fileOfId: set.files.byId,
    pages: set.pages,
    hasPagesInParent: set.facts.parentEntries > 0,
    pageSize: pageSizeOf(set),
    plugins: set.facts.plugins,
    pluginImages: set.pluginImages,
    ...markEpollTargets(checkpoint, set.files.links.epolls),
    pipeEnds: set.files.lookups.pipeEnds.rows,
    unixSocket: firstLinked(set.files.links.unixSockets),
  };
  return options.details === false ? decoded : { ...decoded, checkpoint: await withDetails(decoded, set) };
}

/** The checkpoint with the details of its open files and tasks; without them if a limit is reached. */
async function withDetails(decoded: DecodedSet, set: SetContext): Promise<Checkpoint> {
  try {
    return await collectDetails(decoded, set);
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    const { checkpoint } = decoded;
    const { limit, message } = error;
    const problem: Problem = { severity: "error", code: "limit", message, offset: null, limit };
    return { ...checkpoint, complete: false, problems: [...checkpoint.problems, problem] };
  }
}

/** Decodes the members in their order. */
async function readMembers(set: SetContext): Promise<void> {
  const { placed } = set;
  const read = createMemberReader(set);
  const batches = createMemberBatches(set);
  const heads: Heads = { placed, list: placed.map((): Head => null), begun: 0 };
  let filesClosed = false;
  let partGiven = false;
  for (let member = 0; member < placed.length; ) {
    const { kind, source } = placed[member] as PlacedMember;
    while (heads.begun <= member + READ_AHEAD) beginNext(heads);
    if (!filesClosed && kind >= FIRST_AFTER_FILES) {
      filesClosed = true;
      withinLimits(set, () => closeFiles(set));
    }
    if (!partGiven && kind > FDINFO) {
      partGiven = true;
      givePart(set);
    }
    if (batches.canRead(kind)) {
      const whole = wholeMembers(heads, member, batches.wanted());
      const count = readBatch(set, batches, member, whole instanceof Promise ? await whole : whole);
      heads.list.fill(null, member, member + count);
      member += count;
      if (count > 0) continue;
    }
    const reading = readPlaced(set, read, member, heads.list[member] ?? null);
    if (reading !== undefined) await reading;
    heads.list[member] = null;
    member++;
    if (!isRaw(kind)) set.bytesDone += source.size;
  }
  if (!filesClosed) withinLimits(set, () => closeFiles(set));
}

/**
 * At most `most` members from `member` on that are of its kind and have been read whole. Waits for reads that have
 * started, and goes on to members whose bytes are there at once.
 */
function wholeMembers(heads: Heads, member: number, most: number): Uint8Array[] | Promise<Uint8Array[]> {
  const { placed, list } = heads;
  const { kind } = placed[member] as PlacedMember;
  const whole: Uint8Array[] = [];
  let bytes = 0;
  for (let at = member; whole.length < most && bytes < ENTRY_WINDOW && placed[at]?.kind === kind; at++) {
    const isNew = at === heads.begun;
    if (isNew) beginNext(heads);
    const head = list[at] ?? null;
    if (head instanceof Promise) {
      if (isNew) break;
      return head.then((read) => {
        list[at] = read;
        return wholeMembers(heads, member, most);
      });
    }
    if (!ArrayBuffer.isView(head) || head.length !== placed[at]?.source.size) break;
    whole.push(head);
    bytes += head.length;
  }
  return whole;
}

/** Decodes the first of some members together; returns how many. */
function readBatch(set: SetContext, batches: MemberBatches, first: number, members: readonly Uint8Array[]): number {
  if (members.length === 0) return 0;
  reportProgress(set, 0);
  const count = batches.read(first, members);
  for (let nth = 0; nth < count && !set.stopped; nth++) {
    try {
      batches.add(nth);
      set.bytesDone += (members[nth] as Uint8Array).length;
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error;
      stopAtLimit(set, error, first + nth);
    }
  }
  return count;
}

/** Does something that may need more room than is left, in which case decoding stops after it. */
function withinLimits(set: SetContext, step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    stopAtLimit(set, error, null);
  }
}

/** A member's first bytes, or why they cannot be read; `null` if it is never read. */
type Head = Uint8Array | SourceError | Promise<Uint8Array | SourceError> | null;

/** The first bytes of members that are being read, or have been. */
interface Heads {
  readonly placed: readonly PlacedMember[];
  /** By member. */
  readonly list: Head[];
  /** How many members have been begun. */
  begun: number;
}

/** Begins to read the next member, if there is one. */
function beginNext(heads: Heads): void {
  const member = heads.begun++;
  const next = heads.placed[member];
  if (next !== undefined && !isRaw(next.kind)) heads.list[member] = readHead(next.source);
}

function readHead(source: Source): Head {
  try {
    const head = source.read(0, Math.min(HEAD_SIZE, source.size));
    if (ArrayBuffer.isView(head)) return head;
    const awaited = head.catch(sourceError);
    // Marked as handled: nothing awaits it before the member's turn.
    awaited.catch(() => {});
    return awaited;
  } catch (error) {
    return sourceError(error);
  }
}

function sourceError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  throw error;
}

const EMPTY = new Uint8Array(0);

/** Decodes a member, at once if its bytes are there. A SourceError becomes a problem. */
function readPlaced(set: SetContext, read: MemberReader, member: number, head: Head): Promise<void> | undefined {
  const firstRecord = set.builder.records.count;
  if (set.stopped) {
    leaveOut(set, member, firstRecord);
    return;
  }
  try {
    if (head !== null) reportProgress(set, 0);
    const bytes = head ?? EMPTY;
    const reading = ArrayBuffer.isView(bytes) ? read(member, bytes) : readAwaited(read, member, bytes);
    return reading?.catch((error: unknown) => giveUp(set, member, error, firstRecord));
  } catch (error) {
    giveUp(set, member, error, firstRecord);
  }
}

async function readAwaited(read: MemberReader, member: number, head: Exclude<Head, Uint8Array | null>): Promise<void> {
  const bytes = await head;
  if (bytes instanceof SourceError) throw bytes;
  await read(member, bytes);
}

/** Skips the rest of a member that cannot be read or does not fit into the limits. */
function giveUp(set: SetContext, member: number, error: unknown, firstRecord: number): void {
  if (error instanceof LimitReached) {
    stopAtLimit(set, error, member);
    leaveOut(set, member, firstRecord);
  } else if (error instanceof SourceError) reportUnreadable(set, member, error, firstRecord);
  else throw error;
}

/** Reports a limit that was reached. No further members are read. */
function stopAtLimit(set: SetContext, { limit, message }: LimitReached, member: number | null): void {
  const { builder } = set;
  set.complete = false;
  set.stopped = true;
  builder.liftLimits();
  const place = member === null ? {} : { member };
  builder.addProblem({ severity: "error", code: "limit", message, offset: null, limit, ...place });
}

/** Passes on tasks, descriptors and open files before details and memory are read. */
function givePart(set: SetContext): void {
  const { bytes, options, builder } = set;
  if (bytes < PART_SIZE || options.onPart === undefined || options.wantsPart?.() === false) return;
  linkTasks(set);
  options.onPart(builder.finish(imageHead(set, false)));
}
