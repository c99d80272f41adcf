// What the user dropped or picked → the images in it: one, or two to compare.

import type { InputFile } from "../worker/protocol.ts";
import type { Input } from "./state.ts";

/** Files of a picked or dropped list, without what file managers leave behind. */
const wanted = ({ path }: InputFile): boolean => !/(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/.test(path);

/** Members of a CRIU set, by name. */
const MEMBER =
  /^(?:[a-z0-9-]+-\d+|inventory|pstree|files|filelocks|seccomp|cgroup|stats-dump|tty-info|mountpoints|netdev|ipcns.*|utsns.*|fdinfo.*|pipes-data|fifo-data|sk-queues|timens.*|bpfmap.*|apparmor|memfd.*|reg-files|ns-files|eventfd|eventpoll|signalfd|inotify.*|fanotify.*|unixsk|inetsk|packetsk|netlinksk|tunfile|remap-fpath|ghost-file.*|tty|tty-data|ext-files|pipes|fifo)\.img$/;

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const folder = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/**
 * The images among some files, older first. Two are told apart where two folders each hold a set, or where
 * there are just two files and neither is a part of a set; otherwise all is one image.
 */
export function groupImages(all: readonly InputFile[]): Input[] {
  const files = all.filter(wanted);
  if (files.length === 0) return [];
  const sets = [
    ...new Set(files.filter(({ path }) => baseName(path) === "inventory.img").map(({ path }) => folder(path))),
  ];
  const [one, two] = sets;
  if (sets.length === 2 && one !== undefined && two !== undefined) {
    // The folders part where their paths do: what lies beside a set (config.dump) belongs to it.
    const a = one.split("/");
    const b = two.split("/");
    const parted = a.findIndex((part, at) => part !== b[at]);
    const top = (path: string) =>
      path
        .split("/")
        .slice(0, parted + 1)
        .join("/");
    const first = files.filter(({ path }) => top(path) === top(one));
    const second = files.filter(({ path }) => top(path) === top(two));
    if (first.length > 0 && second.length > 0 && top(one) !== top(two)) {
      return olderFirst([input(top(one), first), input(top(two), second)]);
    }
  }
  const [first, second] = files;
  if (files.length === 2 && first && second && !files.some(({ path }) => MEMBER.test(baseName(path)))) {
    return olderFirst([input(first.path, [first]), input(second.path, [second])]);
  }
  const only = files.length === 1 ? first : undefined;
  const common = commonFolder(files.map(({ path }) => path));
  return [input(only?.path ?? (common || `${files.length} files`), files)];
}

const input = (name: string, files: readonly InputFile[]): Input => ({ name, files });

const commonFolder = (paths: readonly string[]): string => {
  const first = paths[0] ?? "";
  const top = first.slice(0, first.indexOf("/") + 1);
  return top !== "" && paths.every((path) => path.startsWith(top)) ? top.slice(0, -1) : "";
};

const changed = ({ files }: Input): number =>
  Math.max(
    ...files.slice(0, 1000).map((one) => ("file" in one && one.file instanceof File ? one.file.lastModified : 0)),
  );

const olderFirst = (pair: readonly [Input, Input]): Input[] => {
  const difference = changed(pair[0]) - changed(pair[1]);
  const inOrder = difference === 0 ? pair[0].name <= pair[1].name : difference < 0;
  return inOrder ? [...pair] : [pair[1], pair[0]];
};

/** The files of a file input. */
export function pickedFiles(list: ArrayLike<File>): InputFile[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** The files that were dropped, folders walked. To be called while the drop event is handled. */
export function droppedFiles(transfer: DataTransfer): Promise<InputFile[]> {
  const entries = Array.from(transfer.items, (item) => (item.kind === "file" ? item.webkitGetAsEntry() : null));
  const found = entries.filter((entry) => entry !== null);
  return found.length > 0 ? walk(found) : Promise.resolve(pickedFiles(transfer.files));
}

async function walk(roots: readonly FileSystemEntry[]): Promise<InputFile[]> {
  const files: InputFile[] = [];
  const open = [...roots].reverse();
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (entry.isFile) {
      const { fullPath } = entry;
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      files.push({ path: fullPath.replace(/^\//, ""), file });
    } else if (entry.isDirectory) {
      for (const child of (await children(entry as FileSystemDirectoryEntry)).reverse()) open.push(child);
    }
  }
  return files;
}

/** A folder's entries; browsers hand them out some at a time. */
async function children(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  while (true) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    for (const entry of some) all.push(entry);
  }
}
