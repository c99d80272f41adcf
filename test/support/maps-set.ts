// A CRIU set of one task whose memory is that of a /proc/PID/maps.

import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { imageBytes, inventoryAndTree, type Message } from "./criu-set.ts";

const FOWN: Message = [1, 2, 3, 4, 5].map((number) => [number, 0]);

/** vma_entry.status by name in maps, besides 1: a mapping like others. */
const STATUS: Readonly<Record<string, number>> = {
  "[vsyscall]": 1 << 2,
  "[vdso]": (1 << 3) | 1,
  "[vvar]": (1 << 12) | 1,
  "[vvar_vclock]": (1 << 12) | 1,
  "[heap]": (1 << 5) | (1 << 9) | 1,
};
const [FILE_PRIVATE, FILE_SHARED, ANONYMOUS, MEMFD] = [1 << 6, 1 << 7, 1 << 9, 1 << 14];
const [MAP_SHARED, MAP_PRIVATE, MAP_ANONYMOUS] = [1, 2, 0x20];

/** The set, as CRIU would write it: memory that is shared without a file is a memfd. */
export function mapsSet(maps: string): Source[] {
  const { pids, members } = inventoryAndTree(1);
  const files: Message[] = [];
  const inodes: Message[] = [];
  const ids = new Map<string, number>();
  const idOf = (inode: string, name: string): number => {
    const known = ids.get(inode);
    if (known !== undefined) return known;
    const id = ids.size + 1;
    ids.set(inode, id);
    const memfd = memfdName(name);
    if (memfd === null) {
      const reg: Message = [...[[1, id] as const, [2, 0o100000] as const, [3, 0] as const], [5, FOWN], [6, name]];
      files.push([...[[1, 1] as const, [2, id] as const], [3, reg]]);
    } else {
      const file: Message = [...[[1, id] as const, [2, 2] as const, [3, 0] as const], [4, FOWN], [5, id]];
      files.push([...[[1, 18] as const, [2, id] as const], [20, file]]);
      const rest = [2, 3, 4, 5, 6].map((field) => [field, field === 5 ? 900 + id : 0] as const);
      inodes.push([[1, memfd], ...rest, [7, id]]);
    }
    return id;
  };
  const vmas: Message[] = [];
  let stack = 0;
  for (const line of maps.split("\n")) {
    const found = /^(\w+)-(\w+) (.{4}) (\w+) \S+ (\d+) *(.*)$/.exec(line);
    if (found === null) continue;
    const [start = 0, end = 0, offset = 0] = [found[1], found[2], found[4]].map((text) => Number(`0x${text}`));
    const [permissions = "", inode = "0", whole = ""] = [found[3], found[5], found[6]];
    const name = whole.replace(/ \(deleted\)$/, "");
    if (name === "[stack]") stack = end - 4096;
    const isFile = name.startsWith("/");
    const isShared = permissions[3] === "s";
    const own = isFile ? (isShared ? FILE_SHARED : FILE_PRIVATE) | 1 : (STATUS[name] ?? ANONYMOUS | 1);
    const status = memfdName(name) === null ? own : own | MEMFD;
    const prot = [..."rwx"].reduce((bits, letter, at) => (permissions[at] === letter ? bits | (1 << at) : bits), 0);
    const flags = (isShared ? MAP_SHARED : MAP_PRIVATE) | (isFile ? 0 : MAP_ANONYMOUS);
    const fields = [start, end, offset, isFile ? idOf(inode, name) : 0, prot, flags, status];
    vmas.push([...fields.map((value, at) => [at + 1, value] as const), [8, 1]]);
  }
  const pid = pids[0] ?? 0;
  const addresses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((field) => [field, field === 5 ? stack : 0] as const);
  const mm: Message = [...addresses, [12, 1], ...vmas.map((vma) => [14, vma] as const)];
  const task: Message = [...[1, 2, 3, 4, 5].map((at) => [at, at === 1 ? 1 : 0] as const), [6, "layout"]];
  const all: [string, Uint8Array][] = [
    ...members,
    [`core-${pid}.img`, imageBytes("CORE", [[[1, 1] as const, [3, task] as const]])],
    [`mm-${pid}.img`, imageBytes("MM", [mm])],
    ["files.img", imageBytes("FILES", files)],
    ["memfd.img", imageBytes("MEMFD_INODE", inodes)],
  ];
  return all.map(([name, bytes]) => bytesSource(name, bytes));
}

/** The name of the memfd that CRIU makes of a mapped file; `null`: it is a file with a path. */
const memfdName = (name: string): string | null =>
  name === "/dev/zero" ? name : name.startsWith("/memfd:") ? name.slice("/memfd:".length) : null;
