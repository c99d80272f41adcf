// Files behind links of /proc, and where their names lead as paths.

import {
  type BigIntStats,
  closeSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  statfsSync,
  statSync,
} from "node:fs";
import type { FileFacts } from "../../app/checks/dump/facts.ts";
import { decodeText } from "../../app/model/text/text.ts";
import { errorCode } from "../dump/processes.ts";

/** Reads files; `null`: the link is gone, or may not be followed. */
export interface FileReader {
  /** @param mount Number of its mount, if it is known. */
  read(pid: number, link: string, mount: string | null): FileFacts | null;
  /** The same, finding out the mount by opening the link with O_PATH, which has no effect on the file. */
  readThrough(pid: number, link: string): FileFacts | null;
}

const O_PATH = 0o10000000;
const SLASH = 0x2f;

export function createFileReader(): FileReader {
  const ownMounts = readLink("/proc/self/ns/mnt");
  const roots = new Map<number, Buffer | null>();
  /** A prefix for resolving a path in a process's mount namespace; `null`: not possible. */
  const rootOf = (pid: number): Buffer | null => {
    const known = roots.get(pid);
    if (known !== undefined) return known;
    const isOwn = ownMounts !== null && readLink(`/proc/${pid}/ns/mnt`)?.equals(ownMounts) === true;
    const isWhole = readLink(`/proc/${pid}/root`)?.toString("latin1") === "/";
    const root = isOwn ? Buffer.alloc(0) : isWhole ? Buffer.from(`/proc/${pid}/root`) : null;
    roots.set(pid, root);
    return root;
  };
  const read: FileReader["read"] = (pid, link, mount) => {
    try {
      const name = readlinkSync(link, "buffer");
      const stat = statSync(link, { bigint: true });
      const { type, bsize } = statfsSync(link);
      const root = name[0] === SLASH ? rootOf(pid) : null;
      const rdev = Number(stat.rdev);
      return {
        name: decodeText(name),
        mode: Number(stat.mode),
        links: Number(stat.nlink),
        bytes: Number(stat.blocks) * 512,
        device: [Math.floor(rdev / 256) & 0xfff, (rdev & 0xff) | (Math.floor(rdev / 4096) & 0xfff00)],
        fileSystem: type,
        blockSize: bsize,
        mount,
        at: root === null ? null : leadsTo(Buffer.concat([root, name]), stat),
      };
    } catch {
      return null;
    }
  };
  return {
    read,
    readThrough(pid, link) {
      let mount: string | null = null;
      try {
        const file = openSync(link, O_PATH);
        mount = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, "latin1"))?.[1] ?? null;
        closeSync(file);
      } catch {
        // The mount stays unknown.
      }
      return read(pid, link, mount);
    },
  };
}

/** What a path leads to, compared with an open file. CRIU follows links, except for a link itself. */
function leadsTo(path: Buffer, open: BigIntStats): FileFacts["at"] {
  try {
    const options = { bigint: true } as const;
    const stat = open.isSymbolicLink() ? lstatSync(path, options) : statSync(path, options);
    return stat.ino === open.ino && stat.dev === open.dev ? "same" : "other";
  } catch (error) {
    return errorCode(error) === "ENOENT" ? "missing" : "error";
  }
}

function readLink(path: string): Buffer | null {
  try {
    return readlinkSync(path, "buffer");
  } catch {
    return null;
  }
}
