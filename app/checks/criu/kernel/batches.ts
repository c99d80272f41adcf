// Checks entries many at a time, by the kernel, as nearly all entries of the messages below are valid. The kernel notes
// the values that the handlers of entries read. Entries that it does not accept are checked one by one.
//
// Casts `as number` read typed arrays within bounds that are known.

import { MEMBER_KINDS } from "../../../decoder/criu/format/member-kinds.ts";
import { MAGICS, type MagicName } from "../../../decoder/criu/format/messages.ts";
import type { Source } from "../../../decoder/source.ts";
import type { Window } from "../../../decoder/window.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { endsOfMembers, recordMember } from "../../../model/records.ts";
import type { FileRow, RecordRow } from "../../../model/rows.ts";
import type { CheckOptions } from "../../options.ts";
import { CONTENTS_SLOTS, checkSpace, handlerOf, PAGE_SIZE_KEY, SPACE, VMA } from "../entries/entries.ts";
import type { Handler } from "../entries/handler.ts";
import { checkCore, onCore, TASK_CORE, THREAD_CORE } from "../entries/tasks.ts";
import { addNotes } from "../kept.ts";
import { enterMember, keptReferences, type Scan } from "../scan.ts";
import {
  type Checked,
  type CheckKernel,
  createCheckKernel,
  type MemberNodes,
  NOTE,
  type NotedRun,
} from "./check-kernel.ts";
import type { ColumnFinder } from "./file-columns.ts";
import {
  addFlatNode,
  addLists,
  addNode,
  createTables,
  type ListTarget,
  setSilent,
  slotsIn,
  slotsOf,
  type Tables,
} from "./nodes.ts";
import { addFileNode, type FileNode, isUsualDescriptor, KNOWN_TYPES, takeFiles } from "./noted-files.ts";
import { takeMappings } from "./noted-mappings.ts";

/** The messages whose entries the kernel checks, besides file_entry. */
const MESSAGES = [
  ...["pstree_entry", "core_entry", "task_kobj_ids_entry", "fdinfo_entry", "fs_entry", "mm_entry"],
  ...["pagemap_head", "pagemap_entry"],
];
/** Those that are only added to lists. */
const CONTENTS = "pipe_data_entry";

/** Kinds of members that the kernel checks whole: a set has one for each task. */
const WHOLE: ReadonlySet<string> = new Set(["core", "ids", "fdinfo", "fs", "mm", "pagemap"]);

/** With fewer records, starting the kernel takes longer than it saves. */
const FEWEST_RECORDS = 4000;

/** The largest members that are read whole, in bytes, and how many at a time. */
const SMALL = 32 << 10;
const MOST_MEMBERS = 64;
const MOST_BYTES = 256 << 10;

/** Runs with fewer entries cost more than they save: entries are then checked one by one for a while. */
const FEW = 8;
/** The most entries, or members, to check one by one before the next run. */
const LONGEST_PAUSE = 1024;

/** Checks entries many at a time. */
export interface Batches {
  /** Looks at columns when all entries have been read. */
  readonly columns: ColumnFinder;
  /**
   * Checks members of one kind whole, from the one with the record `row` on; resolves to the first record after them.
   */
  readMembers(row: RecordRow): Promise<RecordRow>;
  /**
   * Checks entries of a message in the window, `most` at most; returns how many. The first one is the record `row`, at
   * bytes[from].
   */
  readEntries(message: string, window: Window, from: number, row: RecordRow, most: number): number;
}

/** How to read the notes of a node. */
interface Taker {
  readonly check: Handler["check"];
  readonly slots: number;
}

/** The kernel with its nodes. */
interface Nodes {
  readonly kernel: CheckKernel;
  /** By message. */
  readonly nodes: ReadonlyMap<string, number>;
  /** By node. */
  readonly takers: readonly (Taker | undefined)[];
  readonly file: FileNode;
  readonly descriptor: number;
  /** The mappings of an address space, whose notes follow that of their mm_entry. */
  readonly mapping: number;
  /** By list of the kernel. */
  readonly targets: readonly ListTarget[];
}

/** Batches of a set; `null` if its entries are checked one by one. */
export function createBatches(
  scanned: Scan,
  sources: readonly Source[],
  kernels: CheckOptions["kernels"],
): Batches | null {
  const { checkpoint, isDamaged } = scanned;
  const { records, machine } = checkpoint;
  if (isDamaged || !machine.littleEndian || kernels === false) return null;
  if (kernels !== "always" && records.count < FEWEST_RECORDS) return null;
  const started = startCheckKernel();
  if (started === null) return null;
  const { kernel, nodes, file, descriptor, targets } = started;
  const { checked } = kernel;
  // Up to which open file the kernel knows them, and the member that they are in.
  let known = 0;
  let member = NONE;
  const giveFiles = (): void => {
    addFiles(scanned, kernel, known);
    known = scanned.file;
  };
  const pauses = createPauses();
  const memberPauses = createPauses();
  const take = (bytes: Uint8Array, offset: number, row: RecordRow, from: number, records: number): number => {
    const run = { notes: checked.notes, end: checked.noted, records, row, bytes, offset };
    return takeNotes(scanned, started, run, from);
  };
  return {
    columns: kernel.columns,
    readEntries(message, { bytes, start }, from, row, most) {
      const node = nodes.get(message);
      if (node === undefined || pauses.isPaused()) return 0;
      // Contents that are not empty are between entries.
      if (message === CONTENTS && most < FEW) return 0;
      if (member !== scanned.member) kernel.isQuiet.fill(0);
      member = scanned.member;
      if (node === descriptor || node === file.node) giveFiles();
      kernel.read(node, bytes, from, most, row, scanned.file);
      const { records: read, notes, noted } = checked;
      pauses.afterRun(read >= Math.min(FEW, most));
      takeLists(scanned, checked, targets);
      if (node === file.node) {
        takeFiles(scanned, file, { notes, end: noted, records: read, row, bytes, offset: start }, kernel);
        known = scanned.file;
        if (known === scanned.checkpoint.files.count) scanned.fileRows.use(kernel.rowOfId);
      } else take(bytes, start, row, 0, read);
      return read;
    },
    async readMembers(row) {
      const whole = wholeNodes(scanned, nodes, row);
      if (whole === null || memberPauses.isPaused()) return row;
      const { members, ends } = await smallMembers(scanned, sources, row);
      if (members.length === 0) return row;
      if (whole.node === descriptor) giveFiles();
      kernel.readMembers(whole, members, row);
      const count = asRecorded(checked, row, ends);
      memberPauses.afterRun(count > 0);
      const first = recordMember(records, row);
      let at = 0;
      for (let nth = 0; nth < count && at < checked.noted; nth++) {
        enterMember(scanned, first + nth);
        at = take(members[nth] as Uint8Array, 0, row, at, checked.memberRecords[nth] as number);
      }
      return count === 0 ? row : (ends[count - 1] as number);
    },
  };
}

/** The nodes of the kind of the member with a record, if the kernel checks it whole. */
function wholeNodes({ checkpoint, members }: Scan, nodes: ReadonlyMap<string, number>, row: RecordRow) {
  const kind = MEMBER_KINDS[members.places[recordMember(checkpoint.records, row)]?.kind ?? -1];
  if (kind === undefined || !WHOLE.has(kind.name)) return null;
  const { message, first = message, magic } = kind;
  const [node, firstNode] = [nodes.get(message ?? ""), nodes.get(first ?? "")];
  if (node === undefined || firstNode === undefined) return null;
  const whole: MemberNodes = { node, firstNode, magic: MAGICS[magic as MagicName] };
  return whole;
}

/** The bytes of small members of one kind, from the one with a record on, and the first record after each. */
async function smallMembers({ checkpoint, members }: Scan, sources: readonly Source[], row: RecordRow) {
  const first = recordMember(checkpoint.records, row);
  const kind = members.places[first]?.kind;
  const ends = endsOfMembers(checkpoint.records, row, MOST_MEMBERS);
  const reads: (Uint8Array | Promise<Uint8Array>)[] = [];
  let bytes = 0;
  for (let nth = 0; nth < ends.length; nth++) {
    const source = sources[first + nth];
    if (source === undefined || members.places[first + nth]?.kind !== kind) break;
    bytes += source.size;
    if (source.size > SMALL || bytes > MOST_BYTES) break;
    reads.push(source.read(0, source.size));
  }
  const isWaited = reads.some((part) => part instanceof Promise);
  const read = isWaited ? await Promise.all(reads) : (reads as Uint8Array[]);
  // A member that became shorter is checked up to its end.
  const lost = read.findIndex((part, nth) => part.length !== sources[first + nth]?.size);
  return { members: lost < 0 ? read : read.slice(0, lost), ends };
}

/** How many members of the last run have as many records as were decoded. */
function asRecorded({ members, memberRecords }: Checked, row: RecordRow, ends: readonly RecordRow[]): number {
  for (let nth = 0; nth < members; nth++) {
    if (row + (memberRecords[nth] as number) !== ends[nth]) return nth;
  }
  return members;
}

/** Calls the handlers with the notes of a run from `from` on; returns where they end. */
function takeNotes(scanned: Scan, { takers, descriptor, mapping }: Nodes, run: NotedRun, from: number): number {
  const { notes, end, records, row, bytes, offset } = run;
  const { out } = scanned;
  let at = from;
  while (at < end && (notes[at + NOTE.entry] as number) < records) {
    const node = notes[at + NOTE.node] as number;
    const { check, slots } = takers[node] as Taker;
    if (node === mapping) {
      at = takeMappings(scanned, run, at, NOTE.header + 2 * slots - 2);
      continue;
    }
    const values = at + NOTE.header - 2;
    if (node !== descriptor || !isUsualDescriptor(scanned, notes, at)) {
      scanned.record = row + (notes[at + NOTE.entry] as number);
      scanned.offset = offset + (notes[at + NOTE.start] as number) - 4;
      for (let word = 2; word < 2 * slots; word++) out[word] = notes[values + word] as number;
      const seen = notes[at + NOTE.seen] as number;
      check(scanned, seen, bytes, notes[at + NOTE.start] as number, notes[at + NOTE.end] as number);
    }
    at = values + 2 * slots;
  }
  return at;
}

/** Adds what a run put into lists to those of the scan. */
function takeLists(scanned: Scan, { lists, rows }: Checked, targets: readonly ListTarget[]): void {
  for (const [at, { to }] of targets.entries()) {
    const count = rows[at] as number;
    if (count === 0) continue;
    const list = typeof to === "string" ? scanned.kept[to] : keptReferences(scanned, to);
    addNotes(list, lists[at] as readonly Uint32Array[], count);
  }
}

/** Passes the open files from a row on to the kernel: those that it has not read itself. */
function addFiles(
  { checkpoint: { files }, types, file }: Scan,
  { rowOfId, typeOfId }: CheckKernel,
  from: FileRow,
): void {
  for (let row = from; row < Math.min(file, files.count); row++) {
    const id = files.id[row] as number;
    // If ids repeat, references lead to the first file.
    if (rowOfId[id] !== 0) continue;
    rowOfId[id] = row + 1;
    typeOfId[id] = types[row] as number;
  }
}

/** The kernel with the nodes of the messages; `null` where WebAssembly is not allowed. */
export function startCheckKernel(): Nodes | null {
  const tables: Tables = createTables();
  const nodes = new Map<string, number>();
  const takers: Taker[] = [];
  const mapping = addNode(tables, "vma_entry", VMA);
  const noted = new Map([["vmas", mapping]]);
  for (const message of MESSAGES) {
    const isSpace = message === "mm_entry";
    if (message === "core_entry") {
      const node = addCoreNode(tables);
      nodes.set(message, node);
      takers[node] = { check: takeCore, slots: slotsIn(tables, node) };
      continue;
    }
    const { plan, check } = handlerOf(message) as Handler;
    const node = isSpace
      ? addNode(tables, message, SPACE, { noted, keyed: PAGE_SIZE_KEY })
      : addNode(tables, message, plan);
    nodes.set(message, node);
    takers[node] = { check: isSpace ? checkSpace : check, slots: slotsIn(tables, node) };
  }
  // Mappings are identified by their addresses.
  takers[mapping] = { check: () => {}, slots: slotsIn(tables, mapping) };
  const contents = addNode(tables, CONTENTS, (handlerOf(CONTENTS) as Handler).plan);
  addLists(tables, contents, [{ to: "contents", slots: CONTENTS_SLOTS, needed: 0 }]);
  setSilent(tables, contents);
  nodes.set(CONTENTS, contents);
  const file = addFileNode(tables);
  nodes.set("file_entry", file.node);
  const descriptor = nodes.get("fdinfo_entry") as number;
  const kernel = createCheckKernel(tables, file.node, descriptor, KNOWN_TYPES);
  return kernel === null ? null : { kernel, nodes, takers, file, descriptor, mapping, targets: tables.targets };
}

/** The node of cores, whose notes have the values of a task and of a thread, too. */
function addCoreNode(tables: Tables): number {
  const nodes = new Map([
    ["tc", addFlatNode(tables, "task_core_entry", TASK_CORE)],
    ["thread_core", addFlatNode(tables, "thread_core_entry", THREAD_CORE)],
  ]);
  return addNode(tables, "core_entry", onCore.plan, { flat: { nodes, slots: slotsOf(THREAD_CORE) } });
}

const takeCore: Handler["check"] = (scan, seen, bytes) => checkCore(scan, seen, bytes, true);

/** Whether to leave out runs for a while. */
interface Pauses {
  isPaused(): boolean;
  /** @param isWorthIt Whether the run read enough. */
  afterRun(isWorthIt: boolean): void;
}

function createPauses(): Pauses {
  let left = 0;
  let last = 0;
  return {
    isPaused() {
      if (left === 0) return false;
      left--;
      return true;
    },
    afterRun(isWorthIt) {
      last = isWorthIt ? 0 : Math.min(Math.max(FEW, 2 * last), LONGEST_PAUSE);
      left = last;
    },
  };
}
