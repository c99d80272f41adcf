// Dropped or picked files as an input.

import { isClutter } from "../../decoder/clutter.ts";
import type { InputFile } from "../../worker/protocol.ts";
import type { Input } from "../state.ts";

/**
 * Files as one input, in which the worker finds the images. `null`: there are none.
 *
 * @param handles Of the files and folders, if the browser gave any.
 */
export function inputOfFiles(all: readonly InputFile[], handles: readonly FileSystemHandle[] = []): Input | null {
  const input = withName(all);
  return input && handles.length > 0 ? { ...input, handles } : input;
}

function withName(all: readonly InputFile[]): Input | null {
  const files = all.filter(({ path }) => !isClutter(path));
  const [first, second] = files;
  if (first === undefined) return null;
  if (second === undefined) return { name: first.path, files };
  return { name: commonFolder(files.map(({ path }) => path)) || `${files.length} files`, files };
}

/** The top folder that all paths share; "" if there is none. */
function commonFolder(paths: readonly string[]): string {
  const first = paths[0] ?? "";
  const top = first.slice(0, first.indexOf("/") + 1);
  return top !== "" && paths.every((path) => path.startsWith(top)) ? top.slice(0, -1) : "";
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

/**
 * The handles of what was dropped, as far as the browser gives any (Chromium does). Must be called while the drop event
 * is handled, like `droppedFiles`.
 */
export async function droppedHandles(transfer: DataTransfer): Promise<readonly FileSystemHandle[]> {
  const items = Array.from(transfer.items).filter(({ kind }) => kind === "file");
  const asked = Promise.all(items.map((item) => item.getAsFileSystemHandle?.() ?? null));
  const found: readonly (FileSystemHandle | null)[] = await asked.catch(() => []);
  const handles = found.filter((handle) => handle !== null);
  return handles.length === items.length ? handles : [];
}

/** The files among entries and in their folders. All are asked for at once: a set has thousands. */
async function walk(entries: readonly FileSystemEntry[]): Promise<InputFile[]> {
  const found = entries.map(async (entry): Promise<InputFile[]> => {
    if (entry.isDirectory) return walk(await children(entry as FileSystemDirectoryEntry));
    if (!entry.isFile) return [];
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  });
  return (await Promise.all(found)).flat();
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
