// Which mounts of two images correspond. Their ids are valid within one dump, so the place of each decides: its mount
// namespace, its mount point, and how many mounts are below it at the same mount point.

import { type Checkpoint, HAS, NO_MOUNT, NONE } from "../../model/checkpoint.ts";
import { SIDES, type Side } from "../../model/comparison/side.ts";
import { detailOf } from "../../model/detail-store.ts";
import type { DetailValue } from "../../model/fields.ts";
import { i32At, u8At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { base64Bytes, visible, visibleText } from "../../model/text/text.ts";
import { resourceNamed } from "../../resources/resources.ts";
import { cellAt, cellBytes, type Resources, type ResourceTable } from "../../resources/table.ts";
import type { Compared } from "./holders.ts";
import { matchNamespaces, type NamespaceTasks, namespaceTask } from "./match-namespaces.ts";
import { pairNumber } from "./pair.ts";

/** The place of a mount. */
export interface MountPlace {
  /** A number, equal for corresponding places of the two images only. */
  readonly number: number;
  /** Made visible. */
  readonly mountpoint: string;
  /** How many mounts are beneath it at the same mount point. */
  readonly below: number;
  /** The task that identifies its namespace; NONE: the images have only one. */
  readonly namespace: TaskRow;
}

/** By side, the places of mounts by their ids. */
export type MountPlaces = Readonly<Record<Side, ReadonlyMap<number, MountPlace>>>;

/** The resources by which namespaces and mounts are matched. */
export const PLACES: readonly string[] = ["namespaces", "mounts"];

/** Which namespaces and mounts of two images correspond. */
export interface Places {
  readonly namespaces: NamespaceTasks;
  readonly mounts: MountPlaces;
}

/** Matches namespaces, and the mounts in them. */
export function matchPlaces(compared: Compared, resources: Readonly<Record<Side, Resources>>): Places {
  const namespaces = matchNamespaces(compared, resources);
  return { namespaces, mounts: matchMounts(resources, namespaces) };
}

/** The places of the mounts in both images; those of namespaces that no task identifies are left out. */
function matchMounts(resources: Readonly<Record<Side, Resources>>, namespaces: NamespaceTasks): MountPlaces {
  const numbers = new Map<string, number>();
  const places: Record<Side, Map<number, MountPlace>> = { before: new Map(), after: new Map() };
  const seen = new Set<TaskRow>();
  for (const side of SIDES) {
    const mounts = mountsOf(resources[side].mounts);
    for (const [id, mount] of mounts) {
      const namespace = namespaceTask(namespaces, side, "mnt", mount.namespace);
      if (namespace === NONE) continue;
      const { mountpoint, below } = mount;
      const key = `${namespace} ${below} ${mountpoint}`;
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      seen.add(namespace);
      places[side].set(id, { number, mountpoint, below, namespace });
    }
  }
  const isOnlyOne = seen.size < 2 && SIDES.every((side) => countNamespaces(resources[side].mounts) < 2);
  return isOnlyOne ? { before: withoutNamespaces(places.before), after: withoutNamespaces(places.after) } : places;
}

const withoutNamespaces = (places: ReadonlyMap<number, MountPlace>): ReadonlyMap<number, MountPlace> =>
  new Map(Array.from(places, ([id, place]) => [id, { ...place, namespace: NONE }]));

interface Mount {
  readonly mountpoint: string;
  readonly below: number;
  readonly namespace: number;
}

/** The mounts of an image by id. If a forged image has several of an id, the first counts. */
function mountsOf(table: ResourceTable | undefined): ReadonlyMap<number, Mount> {
  const mounts = new Map<number, Mount>();
  if (table === undefined) return mounts;
  const { columns } = resourceNamed("mounts");
  const places = new Map(columns.map(({ name }, at) => [name, at]));
  const cell = (name: string, row: number) => {
    const at = places.get(name) as number;
    return {
      value: cellAt(columns[at] as (typeof columns)[number], table.columns[at], row),
      column: table.columns[at],
    };
  };
  for (let row = 0; row < table.count; row++) {
    const [id, level, namespace] = ["mountId", "level", "namespace"].map((name) => cell(name, row).value);
    const { value: mountpoint, column } = cell("mountpoint", row);
    if (typeof id !== "number" || typeof mountpoint !== "string" || mounts.has(id)) continue;
    const exact = cellBytes(column, row);
    mounts.set(id, {
      mountpoint: exact === null ? visible(mountpoint) : visibleText(base64Bytes(exact)),
      below: typeof level === "number" ? level : 0,
      namespace: typeof namespace === "number" ? namespace : NONE,
    });
  }
  return mounts;
}

const countNamespaces = (table: ResourceTable | undefined): number =>
  new Set([...mountsOf(table).values()].map(({ namespace }) => namespace)).size;

/** The place of the mount that an open file is on; `null`: not known. */
export function mountOfFile(checkpoint: Checkpoint, places: MountPlaces, side: Side, file: FileRow): MountPlace | null {
  const id = mountIdOf(checkpoint, file);
  return id === NO_MOUNT ? null : (places[side].get(id) ?? null);
}

/** The mount of a file: in a column for files with an inode, among the details of others with a path. */
function mountIdOf(checkpoint: Checkpoint, file: FileRow): number {
  const { files } = checkpoint;
  if ((u8At(files.has, file) & HAS.inode) !== 0)
    return files.mountId.length === 0 ? NO_MOUNT : i32At(files.mountId, file);
  const id = detailOf(checkpoint, file, "mountId");
  return typeof id === "number" ? id : NO_MOUNT;
}

/** A place as a comparison of two checkpoints shows it. Equal places are shown the same. */
export const placeValue = (
  { before, after }: Omit<Compared, "pairs">,
  { mountpoint, below, namespace }: MountPlace,
): DetailValue => ({
  mountpoint,
  ...(below > 0 && { below }),
  ...(namespace !== NONE && { pid: pairNumber(before, after, namespace, NONE) }),
});

/** Whether mounts of the two images have the same place, as far as that is known. */
export const areInSamePlace = ({ mounts }: Places, before: number, after: number): boolean => {
  const [x, y] = [mounts.before.get(before), mounts.after.get(after)];
  return x === undefined || y === undefined || x.number === y.number;
};

/** The place of a mount as a comparison shows it, by its id; `null`: it is not known. */
export type PlaceOfMount = (id: number) => DetailValue;

/** A function that gives the places of the mounts of one side. */
export function placesOf(checkpoints: Omit<Compared, "pairs">, places: Places | null, side: Side): PlaceOfMount {
  return (id) => {
    const place = places?.mounts[side].get(id);
    return place === undefined ? null : placeValue(checkpoints, place);
  };
}
