// Checks of what inotify and fanotify watch: a restore adds each watch and mark again (criu/fsnotify.c, CRIU 4.2).

import { eachBytes, fieldNumber, plan } from "../../../decoder/criu/wire/wire.ts";
import { openFlag } from "../../../model/names/names.ts";
import { fault, has, low, refer, reference, type Scan, scanInto } from "../scan.ts";

/** inotify(7), IN_ALL_EVENTS: CRIU masks out all other bits, and inotify_add_watch(2) refuses a mask of 0. */
const ALL_EVENTS = 0xfff;
/** INOTIFY_IOC_SETNEXTWD of Linux takes descriptors from 1 on. */
const MOST_WATCHES = 0x7fff_ffff;

const WATCHES = fieldNumber("inotify_file_entry", "wd");
const WATCH = plan("inotify_wd_entry", ["wd", "mask"]);
const MARKS = fieldNumber("fanotify_file_entry", "mark");
const MARK = plan("fanotify_mark_entry", ["type", "mask", "ignored_mask", "ie", "me"]);
const OF_MOUNT = plan("fanotify_mount_mark_entry", ["mnt_id"]);
const MOUNT = reference("mount", "mount-missing", "A fanotify mark", "ffy.mark.me.mnt_id", "the mount");

/** mark_type. */
const [INODE_MARK, MOUNT_MARK] = [1, 2];

/** Checks an inotify_file_entry and its watches: open_inotify_fd(), which passes the flags to inotify_init1(2). */
export function checkInotify(scan: Scan, flags: number, bytes: Uint8Array, start: number, end: number): void {
  const { arch } = scan.checkpoint.machine;
  const others = flags & ~(openFlag("O_NONBLOCK", arch) | openFlag("O_CLOEXEC", arch));
  if (arch !== null && others !== 0) {
    const message = `An inotify has flags other than O_NONBLOCK and O_CLOEXEC (0o${(others >>> 0).toString(8)}).`;
    fault(scan, "value-impossible", "ify.flags", message);
  }
  const known = new Set<number>();
  let nth = 0;
  eachBytes(bytes, start, end, WATCHES, (from, to) => {
    const seen = scanInto(scan, bytes, from, to, WATCH);
    const field = `ify.wd[${nth++}]`;
    const [number, mask] = [low(scan, 1), low(scan, 2)];
    const refused = (name: string, what: string) => fault(scan, "value-impossible", `${field}.${name}`, what);
    if (has(seen, 2) && (mask & ALL_EVENTS) === 0) refused("mask", "An inotify watch has no event.");
    if (!has(seen, 1)) return;
    if (number === 0 || number > MOST_WATCHES) refused("wd", `An inotify watch has the descriptor ${number}.`);
    else if (known.has(number)) refused("wd", `Two watches of an inotify have the descriptor ${number}.`);
    known.add(number);
  });
}

/** Checks the marks of a fanotify_file_entry: restore_one_fanotify(). */
export function checkFanotify(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  let nth = 0;
  eachBytes(bytes, start, end, MARKS, (from, to) => {
    const seen = scanInto(scan, bytes, from, to, MARK);
    const field = `ffy.mark[${nth++}]`;
    const type = low(scan, 1);
    const [mountStart, mountEnd] = [low(scan, 5), scan.out[11] as number];
    const isEmpty = has(seen, 2) && has(seen, 3) && low(scan, 2) === 0 && low(scan, 3) === 0;
    if (isEmpty)
      fault(scan, "value-impossible", `${field}.mask`, "A fanotify mark has neither events nor ignored ones.");
    const lacks = type === INODE_MARK && !has(seen, 4) ? "ie" : type === MOUNT_MARK && !has(seen, 5) ? "me" : null;
    if (lacks !== null) {
      const message = `fanotify_mark_entry lacks ${lacks}, without which CRIU does not know what is marked.`;
      fault(scan, "field-missing", null, message);
    }
    if (type !== MOUNT_MARK || !has(seen, 5)) return;
    if (has(scanInto(scan, bytes, mountStart, mountEnd, OF_MOUNT), 1)) refer(scan, MOUNT, low(scan, 1));
  });
}
