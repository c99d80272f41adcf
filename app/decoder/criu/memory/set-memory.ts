// The memory of a CRIU set: the address spaces of its tasks, their pagemaps and pages, and those of its parents.

import { NONE, type Problem } from "../../../model/checkpoint.ts";
import { isDevZero, MAPPING_KINDS, mappingKind } from "../../../model/mappings.ts";
import { i32At } from "../../../model/read.ts";
import type { FileRow, RecordRow, TaskRow } from "../../../model/rows.ts";
import { type Damaged, mappedPages } from "../../memory/mapped-pages.ts";
import {
  type AddressSpace,
  addUnknownMapping,
  createMappingList,
  type ImageMemory,
  type MappingList,
  mappingsOf,
  type PageState,
} from "../../memory/memory.ts";
import type { PageRuns } from "../../memory/page-runs.ts";
import type { PlacedMember } from "../sets/placing.ts";
import type { DecodedSet } from "../walk/decoded-set.ts";
import { createEntryReader } from "../wire/inspect.ts";
import { readMm } from "./address-space.ts";
import { createLayers, type Layers, pageSizeByFiles } from "./layers.ts";
import type { Vma } from "./mappings.ts";
import { kindName } from "./read-entries.ts";
import { createMemfdObjects, fileOf, objectOf } from "./shared-objects.ts";

/** Where the pages of a mapping are looked up. */
interface Place {
  /** The pagemap: of a task, or of a shared object. */
  readonly kind: "pagemap" | "pagemap-shmem";
  readonly number: number;
  /** The state of pages that no entry of the pagemap is about. */
  readonly others: PageState;
}

/** The memory of a decoded set. @throws SourceError if the files that describe it cannot be read. */
export async function setMemory(set: DecodedSet): Promise<ImageMemory | string> {
  const problems: Problem[] = [];
  const pageSize = set.pageSize ?? (await pageSizeByFiles(set.placed));
  if (pageSize === null) return "The page size is not known: neither the set nor the sizes of its files show it.";
  const layers = createLayers(set, pageSize, (problem) => problems.push(problem));
  const list = createMappingList();
  const places: Place[] = [];
  const spaces = await readSpaces(set, list, places, layers);
  const mappings = mappingsOf(list);
  const damaged: Damaged = new Map();
  return {
    pageSize,
    spaces,
    mappings,
    problems,
    async pages(mapping) {
      const place = places[mapping] as Place;
      const runs = await layers.runs(place.kind, place.number);
      const isTask = place.kind === "pagemap";
      const start = mappings.start[mapping] as number;
      return mappedPages({
        runs: runs ?? EMPTY,
        files: layers.files,
        base: isTask ? start : (mappings.offset[mapping] as number),
        size: (mappings.end[mapping] as number) - start,
        others: runs === null && place.others === "zero" ? "missing" : place.others,
        damaged,
      });
    },
  };
}

const EMPTY: PageRuns = {
  count: 0,
  start: new Float64Array(0),
  end: new Float64Array(0),
  state: new Uint8Array(0),
  file: new Uint32Array(0),
  offset: new Float64Array(0),
  blocks: [],
};

async function readSpaces(
  set: DecodedSet,
  list: MappingList,
  places: Place[],
  layers: Layers,
): Promise<readonly AddressSpace[]> {
  const members = (kind: string): Map<number, PlacedMember> =>
    new Map(set.placed.filter((member) => kindName(member) === kind).map((member) => [member.number, member]));
  const [mms, vmas, pagemaps] = [members("mm"), members("vmas"), members("pagemap")];
  const numbers = [...new Set([...mms.keys(), ...vmas.keys(), ...pagemaps.keys()])];
  const rows = tasksByPid(set);
  numbers.sort((a, b) => (rows.get(a) ?? Infinity) - (rows.get(b) ?? Infinity) || a - b);
  const [memfd] = members("memfd").values();
  const readEntry = createEntryReader(set.checkpoint, set.sources);
  const memfds = createMemfdObjects(memfd ?? null, (id) => readEntry(fileRecord(set, id)));
  const spaces: AddressSpace[] = [];
  for (const number of numbers) {
    const mm = await readMm(mms.get(number), vmas.get(number));
    const first = places.length;
    for (const vma of mm.vmas) {
      const file = fileOf(vma, (id) => set.fileOfId.row(id));
      addVma(list, vma, file, isDevZero(set.checkpoint, file) ? SHARED : vma.kind);
      places.push(placeOf(vma, number, await objectOf(vma, memfds)));
    }
    if (mm.vmas.length === 0) await addUnknown(list, places, number, layers);
    const task = rows.get(number);
    spaces.push({
      number,
      tasks: task === undefined ? [] : [task],
      first,
      end: places.length,
      arguments: mm.arguments,
      environment: mm.environment,
      auxv: mm.auxv,
    });
  }
  return spaces;
}

/** The record of an open file; -1 if it is unknown. */
function fileRecord({ checkpoint, fileOfId }: DecodedSet, id: number): RecordRow {
  const file = fileOfId.row(id);
  return file < 0 ? NONE : i32At(checkpoint.files.record, file);
}

function tasksByPid({ checkpoint: { tasks } }: DecodedSet): Map<number, TaskRow> {
  const rows = new Map<number, TaskRow>();
  for (let task = 0; task < tasks.count; task++) {
    const pid = i32At(tasks.pid, task);
    if (pid !== NONE && !rows.has(pid)) rows.set(pid, task);
  }
  return rows;
}

const SHARED = mappingKind("shared");
function addVma(list: MappingList, vma: Vma, file: FileRow, kind: number): void {
  list.start.push(Number(vma.start));
  list.end.push(Number(vma.end));
  list.permissions.push(vma.permissions);
  list.kind.push(kind);
  list.offset.push(Number(vma.offset));
  list.file.push(file);
}

/** The state of pages that CRIU left out, by the kind of their mapping. */
const OTHERS: Partial<Record<(typeof MAPPING_KINDS)[number], PageState>> = {
  file: "file",
  vdso: "kernel",
  vvar: "kernel",
  vsyscall: "kernel",
  guard: "kernel",
  aio: "kernel",
  socket: "kernel",
  device: "kernel",
};

function placeOf({ kind }: Vma, number: number, object: number | null): Place {
  const name = MAPPING_KINDS[kind] ?? "unknown";
  const others = OTHERS[name] ?? "zero";
  if (object !== null) return { kind: "pagemap-shmem", number: object, others: "zero" };
  // A private mapping of a memfd, or one whose object is unknown: unchanged pages are the memfd's.
  return { kind: "pagemap", number, others: name === "memfd" || name === "unknown" ? "missing" : others };
}

/** Pages of a set without mappings, such as a pre-dump: each contiguous part counts as a mapping. */
async function addUnknown(list: MappingList, places: Place[], number: number, layers: Layers): Promise<void> {
  const runs = await layers.runs("pagemap", number);
  if (runs === null) return;
  for (let run = 0; run < runs.count; ) {
    const start = runs.start[run] as number;
    let end = runs.end[run] as number;
    for (run++; run < runs.count && runs.start[run] === end; run++) end = runs.end[run] as number;
    addUnknownMapping(list, start, end);
    places.push({ kind: "pagemap", number, others: "missing" });
  }
}
