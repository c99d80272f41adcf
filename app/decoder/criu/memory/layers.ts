// A set and its parents, from the newest to the oldest: pages that one refers to its parent are looked up there.

import type { Problem } from "../../../model/checkpoint.ts";
import { createRunList, type PageRuns } from "../../memory/page-runs.ts";
import { openPagesFile, type PagesFile } from "../../memory/pages-file.ts";
import type { Source } from "../../source.ts";
import type { ParentSet } from "../sets/find-sets.ts";
import { type PlacedMember, placeMembers } from "../sets/placing.ts";
import type { DecodedSet } from "../walk/decoded-set.ts";
import { segmentBytes, walkIpc } from "../wire/ipc-entries.ts";
import { isSet, low, plan, scan, scratch } from "../wire/wire.ts";
import { PE, readPagemapEntry } from "./pagemap-entry.ts";
import { readPagemap } from "./pagemaps.ts";
import { kindName, readEntries } from "./read-entries.ts";

export interface Layers {
  /** The pages files of all layers so far. */
  readonly files: readonly PagesFile[];
  /** The runs of a pagemap, those of parents filled in; `null` if no layer has it. @throws SourceError */
  runs(kind: "pagemap" | "pagemap-shmem", number: number): Promise<PageRuns | null>;
}

/** Stands for a complete pages file; reads no bytes. */
const WHOLE = { index: 0, size: Number.POSITIVE_INFINITY };

/** One set of a chain, its members by name: `pagemap 412`. */
type Layer = ReadonlyMap<string, PlacedMember>;

/** The most sets of a chain that are read. */
const MOST_LAYERS = 64;

const layerOf = (placed: readonly PlacedMember[]): Layer =>
  new Map(placed.map((member) => [`${kindName(member)} ${member.number}`, member]));

/**
 * The layers of a set. Parents are read when a page in them is needed.
 *
 * @param areWhole Whether to assume that every pages file exists and is complete.
 */
export function createLayers(
  set: Pick<DecodedSet, "placed" | "parent">,
  pageSize: number,
  problem: (problem: Problem) => void,
  areWhole = false,
): Layers {
  const files: PagesFile[] = [];
  const indexes = new Map<Source, number>();
  const known = new Map<string, PageRuns | null>();
  let chain: Promise<readonly Layer[]> | null = null;

  const addFile = (source: Source): number => {
    const index = indexes.get(source);
    if (index !== undefined) return index;
    indexes.set(source, files.length);
    return files.push(openPagesFile(source)) - 1;
  };

  const read = async (member: PlacedMember, layer: Layer, parent: PageRuns | null): Promise<PageRuns | null> =>
    readPagemap(member, {
      pageSize,
      pagesFile: (id) => {
        if (areWhole) return WHOLE;
        const source = (layer.get(`pages ${id}`) ?? layer.get(`pages-shmem ${id}`))?.source;
        return source === undefined ? null : { index: addFile(source), size: source.size };
      },
      parent,
      problem,
    });

  return {
    files,
    async runs(kind, number) {
      const name = `${kind} ${number}`;
      const done = known.get(name);
      if (done !== undefined) return done;
      chain ??= layersOf(set.placed, set.parent);
      const layers = await chain;
      let runs: PageRuns | null = null;
      // From the oldest on, so that each has what its parent refers to.
      for (const layer of [...layers].reverse()) {
        const member = layer.get(name);
        runs = member === undefined ? null : await read(member, layer, runs);
      }
      if (runs === null && kind === "pagemap-shmem") runs = await segmentRuns(layers[0], number, addFile);
      known.set(name, runs);
      return runs;
    },
  };
}

/**
 * The bytes of a System V segment that old releases of CRIU wrote after its description; `null`: they are not there.
 */
async function segmentRuns(
  layer: Layer | undefined,
  id: number,
  addFile: (source: Source) => number,
): Promise<PageRuns | null> {
  let runs: PageRuns | null = null;
  for (const member of layer?.values() ?? []) {
    if (runs !== null || kindName(member) !== "ipcns-shm") continue;
    const { source } = member;
    await walkIpc(source, "shm", ({ values, contents }) => {
      const size = segmentBytes(values);
      if (values.number("desc.id") !== id || size === 0) return true;
      const list = createRunList();
      const held = Math.max(0, Math.min(size, source.size - contents));
      if (held > 0) list.add(0, held, "stored", addFile(source), contents);
      if (held < size) list.add(held, size, "damaged");
      runs = list.finish().runs;
      return false;
    });
  }
  return runs;
}

/** A set and its parents. A cyclic chain ends where it repeats. */
async function layersOf(placed: readonly PlacedMember[], parent: ParentSet | undefined): Promise<readonly Layer[]> {
  const layers = [layerOf(placed)];
  const met = new Set<ParentSet>();
  for (let next = parent; next !== undefined && layers.length < MOST_LAYERS && !met.has(next); next = next.parent) {
    met.add(next);
    layers.push(layerOf(await placeMembers(next.sources, () => {})));
  }
  return layers;
}

const HEAD = plan("pagemap_head", ["pages_id"]);

/** The page size that makes a pages file exactly as long as its pagemap says; `null` if none does. */
export async function pageSizeByFiles(placed: readonly PlacedMember[]): Promise<number | null> {
  const layer = layerOf(placed);
  const values = scratch();
  for (const member of placed) {
    if (kindName(member) !== "pagemap") continue;
    let id = -1;
    let pages = 0;
    let isPacked = false;
    await readEntries(member, (bytes, start, end, nth) => {
      if (nth === 0) {
        if (isSet(scan(bytes, start, end, HEAD, values), HEAD.slot.pages_id)) id = low(values, HEAD.slot.pages_id);
        return;
      }
      const entry = readPagemapEntry(bytes, start, end, values);
      if (entry.packed !== null) isPacked = true;
      if ((entry.flags & PE.present) !== 0) pages += entry.pages;
    });
    const size = (layer.get(`pages ${id}`)?.source.size ?? 0) / pages;
    if (!isPacked && [4096, 8192, 16384, 32768, 65536].includes(size)) return size;
  }
  return null;
}
