// Reads the tables of resources of an image: on demand, because few of them are ever shown.

import type { Image } from "../decoder/image.ts";
import type { Side } from "../model/comparison/side.ts";
import { type Reading, readCriu, WITH_ROWS_LEFT_OUT } from "./criu/read.ts";
import { createSetReader, type SetReader } from "./criu/set-reader.ts";
import { readComparedSockets } from "./criu/sockets.ts";
import { readThreadOwners } from "./criu/thread-owners.ts";
import { findUnchanged, haveSameOwners, NOTHING_UNCHANGED, type Unchanged } from "./criu/unchanged.ts";
import { readFiles } from "./from-checkpoint.ts";
import { readLinuxCr } from "./linux-cr/read.ts";
import { RESOURCES } from "./resources.ts";
import { hasOneNetwork, type PairedDescriptors } from "./same-sockets.ts";
import type { Resources } from "./table.ts";
import { createTables } from "./tables.ts";

/** Every resource. */
const ALL_RESOURCES: readonly string[] = RESOURCES.map(({ name }) => name);

/**
 * Reads tables of an image; all of them if `names` is absent. Whatever is damaged is left out; the image's problems say
 * where.
 *
 * @throws the signal's reason if it was aborted; SourceError if bytes cannot be read.
 */
export async function readResources(
  image: Image,
  names: readonly string[] = ALL_RESOURCES,
  signal?: AbortSignal,
): Promise<Resources> {
  if (image.checkpoint.format === "criu") {
    return readSet(createSetReader(image, signal), names, {
      owners: null,
      unchanged: NOTHING_UNCHANGED,
      compared: null,
    });
  }
  const tables = createTables(names);
  await readLinuxCr(image, tables, signal);
  readFiles(image.checkpoint, tables);
  return tables.finish();
}

async function readSet(set: SetReader, names: readonly string[], reading: Reading): Promise<Resources> {
  const tables = createTables(names);
  readFiles(set.checkpoint, tables, await readCriu(set, tables, reading));
  return tables.finish();
}

/** Which tasks, file tables and descriptors of two images are compared with each other. */
export interface Pairs extends PairedDescriptors {
  /** By task before: its row after; NONE: only before. */
  readonly taskAfter: Int32Array;
}

/**
 * Reads tables of two images to compare them. Rows that are certainly the same in both are left out, if that is known
 * without reading them: those of tasks that are the same in both images, byte for byte, and of sockets.
 *
 * @throws SourceError if bytes cannot be read
 */
export async function readForComparison(
  images: Readonly<Record<Side, Image>>,
  names: readonly string[],
  pairs: Pairs,
): Promise<Record<Side, Resources>> {
  const { before, after } = images;
  const isRead = WITH_ROWS_LEFT_OUT.some((name) => names.includes(name));
  if (!isRead || before.checkpoint.format !== "criu" || after.checkpoint.format !== "criu") {
    return { before: await readResources(before, names), after: await readResources(after, names) };
  }
  const set = createSetReader(before);
  const other = createSetReader(after, undefined, set);
  const owners = await readThreadOwners(set);
  const sets = {
    before: { set, owners },
    after: { set: other, owners: (await haveSameOwners(set, other)) ? owners : await readThreadOwners(other) },
  };
  const unchanged = await findUnchanged(sets, (task, other) => pairs.taskAfter[task] === other);
  const others = names.filter((name) => name !== SOCKETS);
  const read = async (leaving: Unchanged): Promise<Record<Side, Resources>> => {
    const reading = (side: Side, compared: Reading["compared"]): Promise<Resources> =>
      readSet(sets[side].set, others, { owners: sets[side].owners, unchanged: leaving, compared });
    const found = await reading("before", null);
    return { before: found, after: await reading("after", { set: sets.before.set, tables: found }) };
  };
  let found = await read(unchanged);
  // If one image seems to lack a table, all its rows may have been left out.
  const isLacking = WITH_ROWS_LEFT_OUT.some((name) => found.before[name]?.held !== found.after[name]?.held);
  if (isLacking && unchanged !== NOTHING_UNCHANGED) found = await read(NOTHING_UNCHANGED);
  if (others.length === names.length) return found;
  const haveOneNetwork = hasOneNetwork(found.before.namespaces) && hasOneNetwork(found.after.namespaces);
  const sockets = await readComparedSockets({ before: sets.before.set, after: sets.after.set }, pairs, haveOneNetwork);
  return {
    before: { ...found.before, [SOCKETS]: sockets.before },
    after: { ...found.after, [SOCKETS]: sockets.after },
  };
}

const SOCKETS = "sockets";
