// Mounts, and which of them each is on.

import { fileSystemName } from "../../decoder/criu/format/file-systems.ts";
import type { Values } from "../../decoder/criu/wire/values.ts";
import { NONE } from "../../model/checkpoint.ts";
import { sameBytes } from "../../model/text/text.ts";
import type { Input } from "../table.ts";
import { spec, type Tables } from "../tables.ts";
import { mountFlags } from "../words.ts";
import { messageOf, type SetReader, take } from "./set-reader.ts";

interface Mount {
  readonly parent: number;
  readonly mountpoint: Uint8Array;
  /** How many mounts are below it at the same mount point; `null`: not yet counted. */
  level: number | null;
}

/** Most mounts at one mount point that are counted: mounts of a forged image can be on each other. */
const MOST_LEVELS = 100;

/** Reads the table of mounts. */
export async function readMounts(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants("mounts")) return;
  if (set.members.ofKind("mountpoints").length > 0) tables.hold("mounts");
  const mounts = await mountsById(set);
  for await (const entry of set.entries("mountpoints")) {
    const found = messageOf(entry, "mnt_entry");
    if (found === null) continue;
    const own = mounts.get(found.number("mnt_id") ?? NONE);
    const parent = mounts.get(found.number("parent_mnt_id") ?? NONE);
    const row: Record<string, Input> = {
      namespace: entry.number,
      level: own === undefined ? null : levelOf(mounts, own) || null,
      parent: parent?.mountpoint ?? null,
      parentLevel: parent === undefined ? null : levelOf(mounts, parent) || null,
      ...mountWords(found),
    };
    take(row, spec("mounts"), "mnt_entry", found, set.arch);
    if (!tables.add("mounts", row, NONE, entry.record)) return;
  }
}

/** The mounts of an image by id. If a forged image has several of an id, the first counts. */
async function mountsById(set: SetReader): Promise<ReadonlyMap<number, Mount>> {
  const mounts = new Map<number, Mount>();
  for await (const entry of set.entries("mountpoints")) {
    const found = messageOf(entry, "mnt_entry");
    const [id, mountpoint] = [found?.number("mnt_id") ?? null, found?.bytes("mountpoint") ?? null];
    if (id === null || mountpoint === null || mounts.has(id)) continue;
    mounts.set(id, { parent: found?.number("parent_mnt_id") ?? NONE, mountpoint, level: null });
  }
  return mounts;
}

function levelOf(mounts: ReadonlyMap<number, Mount>, mount: Mount, most = MOST_LEVELS): number {
  if (mount.level !== null) return mount.level;
  const parent = mounts.get(mount.parent);
  const isOnOther = parent === undefined || most === 0 || !sameBytes(parent.mountpoint, mount.mountpoint);
  const level = isOnOther ? 0 : 1 + levelOf(mounts, parent, most - 1);
  mount.level = level;
  return level;
}

function mountWords(mount: Values): Record<string, Input> {
  const type = mount.number("fstype") ?? 0;
  return {
    // AUTO: the type is in fsname. UNSUPPORTED: the mount is external, or the root.
    type: mount.bytes("fsname") ?? (type === 0 ? null : (fileSystemName(type) ?? `type ${type}`)),
    flags: mountFlags(((mount.number("flags") ?? 0) | (mount.number("sb_flags") ?? 0)) >>> 0),
  };
}
