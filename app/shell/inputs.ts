// Groups dropped or picked files into images: one, or two to compare.

import { baseName, isMemberName } from "../decoder/criu/member-names.ts";
import type { InputFile } from "../worker/protocol.ts";
import type { Input } from "./state.ts";

/** Files that file managers leave behind in folders. */
const CLUTTER: ReadonlySet<string> = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/**
 * The images among some files, the older one first. There are two if two folders each hold a CRIU image set, or if
 * there are just two files and neither belongs to a set. In all other cases the files are one image.
 */
export function groupImages(all: readonly InputFile[]): Input[] {
  const files = all.filter(({ path }) => !CLUTTER.has(baseName(path)));
  const [first, second] = files;
  if (first === undefined) return [];
  if (second === undefined) return [{ name: first.path, files }];
  const sets = twoSets(files);
  if (sets !== null) return olderFirst(sets);
  if (files.length === 2 && !files.some(({ path }) => isMemberName(path))) {
    return olderFirst([
      { name: first.path, files: [first] },
      { name: second.path, files: [second] },
    ]);
  }
  return [{ name: commonFolder(files.map(({ path }) => path)) || `${files.length} files`, files }];
}

/** Two image sets in folders of their own; `null` if there are none, one or more. */
function twoSets(files: readonly InputFile[]): readonly [Input, Input] | null {
  const inventories = files.filter(({ path }) => baseName(path) === "inventory.img");
  const folders = new Set(inventories.map(({ path }) => path.slice(0, -"inventory.img".length)));
  const [one, two, ...others] = folders;
  if (one === undefined || two === undefined || others.length > 0) return null;
  // Paths up to the point where the two folders diverge, as files next to a set (config.dump) belong to it.
  const twoParts = two.split("/");
  const depth = one.split("/").findIndex((part, at) => part !== twoParts[at]) + 1;
  const top = (path: string): string => path.split("/").slice(0, depth).join("/");
  const setIn = (folder: string): Input => ({ name: folder, files: files.filter(({ path }) => top(path) === folder) });
  const pair = [setIn(top(one)), setIn(top(two))] as const;
  // A set inside the other's folder is part of it.
  return pair.every((set) => set.files.length > 0) ? pair : null;
}

/** The top folder that all paths share; "" if there is none. */
function commonFolder(paths: readonly string[]): string {
  const first = paths[0] ?? "";
  const top = first.slice(0, first.indexOf("/") + 1);
  return top !== "" && paths.every((path) => path.startsWith(top)) ? top.slice(0, -1) : "";
}

/** Most files of an image whose time is read. */
const MAX_TIMED = 1000;

/** When an image's newest file was modified, in milliseconds since 1970; 0 if unknown. */
const modifiedAt = ({ files }: Input): number =>
  Math.max(
    ...files
      .slice(0, MAX_TIMED)
      .map((each) => ("file" in each && each.file instanceof File ? each.file.lastModified : 0)),
  );

/** By modification time; images of the same time by name. */
function olderFirst([one, two]: readonly [Input, Input]): Input[] {
  const difference = modifiedAt(one) - modifiedAt(two);
  const isInOrder = difference === 0 ? one.name <= two.name : difference < 0;
  return isInOrder ? [one, two] : [two, one];
}

/** The files of a file input. */
export function pickedFiles(list: ArrayLike<File>): InputFile[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/**
 * The files that were dropped, and those in dropped folders. Must be called while the drop event is handled: the
 * browser empties `transfer` afterwards.
 */
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

/** A folder's entries. Browsers return them in batches (Chromium: of 100). */
async function children(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  while (true) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return all;
    for (const entry of batch) all.push(entry);
  }
}
