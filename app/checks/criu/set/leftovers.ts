// Checks of members beyond the checks of single entries: contents of pipes, contents of unlinked files that no remap
// names, images of plugins, network devices, System V segments.

import { RAW_OF_NETWORK } from "../../../decoder/criu/format/member-kinds.ts";
import { walkIpc } from "../../../decoder/criu/wire/ipc-entries.ts";
import { eachBytes } from "../../../decoder/criu/wire/wire.ts";
import type { Image } from "../../../decoder/image.ts";
import { SourceError } from "../../../decoder/source.ts";
import { type Checkpoint, HAS, NONE, type Severity } from "../../../model/checkpoint.ts";
import { u8At } from "../../../model/read.ts";
import { placeOf } from "../entries/entries.ts";
import { IS_FIFO } from "../entries/file-bodies.ts";
import { COLUMN, CONTENTS, CONTENTS_SLOT, columnOf, contentsTest, PIPE, PIPE_SLOT } from "../kept.ts";
import { faultAt, type GhostFacts, has, type Scan } from "../scan.ts";
import { addCall } from "./members.ts";

/** Runs these checks. To be called when all entries have been read. */
export async function checkMembers(scan: Scan, image: Image): Promise<void> {
  checkContents(scan);
  checkCapacities(scan);
  checkGhosts(scan);
  checkTmpfs(scan);
  checkPlugins(scan);
  await checkNetworks(scan, image);
  await checkSegments(scan, image);
}

const O_WRONLY = 1;

/** CRIU stores the contents of each pipe that can be read, even empty ones, to record the size of the pipe. */
function checkContents(scan: Scan): void {
  // Older releases store only non-empty ones.
  if (!scan.inventory.isRecent) return;
  const { pipes } = scan.kept;
  const [records, seen] = [columnOf(pipes, COLUMN.record), columnOf(pipes, COLUMN.seen)];
  const [ids, flags] = [columnOf(pipes, COLUMN.values + PIPE.id), columnOf(pipes, COLUMN.values + PIPE.flags)];
  const missing = scan.columns?.findMissing(columnOf(scan.kept.contents, COLUMN.values + CONTENTS.pipe), ids);
  if (missing?.length === 0) return;
  const isThere = contentsTest(scan.kept);
  const reported = new Set<number>();
  for (let row = 0; row < pipes.count; row++) {
    const pipe = ids[row] as number;
    if (((flags[row] as number) & O_WRONLY) !== 0 || isThere(pipe) || reported.has(pipe)) continue;
    if (!has(seen[row] as number, PIPE_SLOT.flags)) continue;
    reported.add(pipe);
    const record = records[row] as number;
    const isFifo = ((seen[row] as number) & IS_FIFO) !== 0;
    const [what, member] = isFifo ? ["FIFO", "fifo-data.img"] : ["pipe", "pipes-data.img"];
    const message = `The contents of ${what} ${pipe} are missing from ${member}: it is restored empty.`;
    faultAt(scan, "contents-missing", record, isFifo ? "fifo.pipe_id" : "pipe.pipe_id", message);
  }
}

/** Linux fs/pipe.c: the pages of a new pipe, and the most bytes that F_SETPIPE_SZ can round up to a power of two. */
const DEFAULT_PAGES = 16;
const MOST_CAPACITY = 2 ** 31;

/** CRIU sets the capacity of a pipe and fills it without waiting. */
function checkCapacities(scan: Scan): void {
  const { pageSize } = scan;
  const { contents } = scan.kept;
  const [records, seen] = [columnOf(contents, COLUMN.record), columnOf(contents, COLUMN.seen)];
  const column = (at: number): Uint32Array => columnOf(contents, COLUMN.values + at);
  const [pipes, filled, sizes] = [column(CONTENTS.pipe), column(CONTENTS.bytes), column(CONTENTS.size)];
  for (let row = 0; row < contents.count; row++) {
    const bytes = filled[row] as number;
    const size = has(seen[row] as number, CONTENTS_SLOT.size) ? (sizes[row] as number) : NONE;
    // Most are empty.
    if (bytes === 0 && size <= MOST_CAPACITY) continue;
    const [record, pipe] = [records[row] as number, pipes[row] as number];
    if (size > MOST_CAPACITY) {
      faultAt(scan, "contents-too-large", record, "size", `Pipe ${pipe} cannot have a capacity of ${size} bytes.`);
      continue;
    }
    const pages = size === NONE ? DEFAULT_PAGES : 2 ** Math.ceil(Math.log2(Math.max(1, size / pageSize)));
    if (bytes <= pages * pageSize) continue;
    const message = `Pipe ${pipe} contains ${bytes} bytes, but has a capacity of ${pages * pageSize}.`;
    faultAt(scan, "contents-too-large", record, "bytes", message);
  }
}

/**
 * An earlier dump into the same directory can leave ghost files behind. A later one without remaps removes
 * remap-fpath.img, but not these (close_image() in criu/image.c).
 */
function checkGhosts({ checkpoint, members, ghosts, ghostsNamed, list }: Scan): void {
  const isRemapLost = members.ofKind("remap-fpath").length === 0;
  for (const [member, number] of members.ofKind("ghost-file")) {
    if (ghostsNamed.get(number) !== NONE) continue;
    const ghost = ghosts.get(number);
    const isOpen = isRemapLost && ghost !== undefined && isInode(checkpoint, ghost);
    const severity = isOpen ? "error" : "warning";
    const name = `ghost-file-${number.toString(16)}.img`;
    const message = `${name} has the contents of an unlinked file, but no remap names it.`;
    list.add("remap-missing", message, { record: null, field: null, offset: null, member }, undefined, severity);
  }
}

/** Whether an open file has the mode and the size of a ghost file, as it has at the time of the dump. */
function isInode({ files }: Checkpoint, { mode, size }: GhostFacts): boolean {
  if (files.inodeMode.length === 0) return false;
  for (let row = 0; row < files.count; row++) {
    if ((u8At(files.has, row) & HAS.inode) === 0) continue;
    if (files.inodeMode[row] === mode && files.size[row] === size) return true;
  }
  return false;
}

/** Whether the set has been copied without the files that have no framing, as for inspection only. */
const isWithoutRawFiles = ({ members }: Scan): boolean =>
  members.ofKind("netdev").length > 0 && RAW_OF_NETWORK.every((kind) => members.ofKind(kind).length === 0);

/**
 * CRIU stores the contents of a tmpfs, unless it is the root of a namespace or a mount of it comes from outside
 * (dump_one_fs() and mnt_is_external() in criu/mount.c).
 */
function checkTmpfs(scan: Scan): void {
  const { tmpfs, members } = scan;
  if (tmpfs.inside.length === 0 || isWithoutRawFiles(scan)) return;
  for (const { mount, device, peers, followed, record } of tmpfs.inside) {
    if (tmpfs.outsidePeers.has(peers) || tmpfs.outsidePeers.has(followed)) continue;
    // Before CRIU 1.8 they were named by the mount.
    if (tmpfs.outside.has(device) || members.find("tmpfs", mount) !== NONE) continue;
    if (members.find("tmpfs-dev", device) !== NONE || !addCall(scan, "tmpfs-dev", device)) continue;
    const message = `tmpfs-dev-${device}.tar.gz.img is missing: it has the files of a tmpfs.`;
    faultAt(scan, "member-missing", record, "root_dev", message);
  }
}

/** The plugin for AMD's graphics cards keeps an image for each of its files: amdgpu-kfd-N.img, amdgpu-renderD-N.img. */
const AMDGPU = "amdgpu_plugin";
const AMDGPU_IMAGES = ["amdgpu-kfd-", "amdgpu-renderD-", "amdgpu-dmabuf_", "amdgpu-dmabuf-"];

function checkPlugins(scan: Scan): void {
  const { inventory, externals, members } = scan;
  if (!inventory.plugins.includes(AMDGPU) || inventory.plugins.length > 1) return;
  for (const { id, record } of externals) {
    if (AMDGPU_IMAGES.some((prefix) => members.has(`${prefix}${id}.img`))) continue;
    const message = `External file ${id} has no image of ${AMDGPU}: ${AMDGPU_IMAGES[0]}${id}.img or ${AMDGPU_IMAGES[1]}${id}.img is missing.`;
    faultAt(scan, "member-missing", record, "ext.id", message);
  }
}

/** netns_entry.ext_key (CRIU images/netns.proto): the namespace comes from outside, and its devices are not dumped. */
const EXT_KEY = 8;
/** At most so many bytes of a netns image are read. */
const NETNS_SIZE = 1 << 20;
/** An image's magic numbers and the size of its first entry. */
const HEAD = 12;

/**
 * What CRIU writes for each network namespace without framing, and what is lost without it: a restore does not notice.
 */
const WRITTEN: readonly (readonly [kind: string, what: string])[] = [
  ["ifaddr", "addresses"],
  ["route", "routes"],
];

/** A network namespace that is restored, not given from outside, has images of its devices, addresses and routes. */
async function checkNetworks(scan: Scan, image: Image): Promise<void> {
  const { members } = scan;
  const isWithoutRaw = WRITTEN.every(([kind]) => members.ofKind(kind).length === 0);
  for (const [number, record] of scan.networks) {
    const member = members.find("netns", number);
    if (member === NONE || (await isExternal(image, member))) continue;
    const lacks = (kind: string, what: string, severity?: Severity): void => {
      if (members.find(kind, number) !== NONE) return;
      const message = `${kind}-${number}.img is missing: it has the ${what} of a task's network namespace.`;
      faultAt(scan, "member-missing", record, "net_ns_id", message, severity);
    };
    lacks("netdev", "devices");
    // Both are missing from a set that was copied for inspection only.
    if (!isWithoutRaw) for (const [kind, what] of WRITTEN) lacks(kind, what, "warning");
  }
}

async function isExternal({ sources }: Image, member: number): Promise<boolean> {
  const source = sources[member];
  if (source === undefined) return false;
  try {
    const bytes = await source.read(0, Math.min(source.size, NETNS_SIZE));
    let found = false;
    eachBytes(bytes, HEAD, bytes.length, EXT_KEY, () => {
      found = true;
    });
    return found;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return false;
  }
}

/** Most segments of a set that are checked: SHMMNI of the kernel. */
const MOST_SEGMENTS = 4096;

/** A System V segment that a task maps has an entry in ipcns-shm, and its contents after that or in a pagemap. */
async function checkSegments(scan: Scan, { sources }: Image): Promise<void> {
  const { segments, members } = scan;
  if (segments.size === 0) return;
  /** By id, whether a pagemap has the contents. */
  const known = new Map<number, boolean>();
  for (const [member] of members.ofKind("ipcns-shm")) {
    const source = sources[member];
    if (source === undefined) continue;
    await walkIpc(source, "shm", ({ values }) => {
      const id = values.number("desc.id");
      if (id !== null) known.set(id, values.bool("in_pagemaps") === true);
      return known.size < MOST_SEGMENTS;
    });
  }
  for (const [id, { record, nth }] of segments) {
    const hasPagemap = known.get(id);
    const missing = hasPagemap === undefined ? `System V segment ${id}` : `pagemap-shmem-${id}.img`;
    if (hasPagemap === false) continue;
    if (hasPagemap === true && ["pagemap-shmem", "pages-shmem"].some((kind) => members.find(kind, id) !== NONE))
      continue;
    if (hasPagemap === true && !addCall(scan, "pagemap-shmem", id)) continue;
    const why =
      hasPagemap === undefined
        ? "is in no ipcns-shm-N.img: a task maps it."
        : "is missing: it has the contents of shared memory.";
    faultAt(scan, "member-missing", record, placeOf(nth), `${missing} ${why}`, "error");
  }
}
