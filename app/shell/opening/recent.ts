// The images that the user opened last, remembered in this browser by their files' handles: the browser keeps where a
// file is, and asks the user before the page may read it again. Nothing of an image is stored. Where the browser has no
// handles (only Chromium's do) nothing is remembered.

import type { InputFile } from "../../worker/protocol.ts";
import type { Shell } from "../shell.ts";
import type { Docs, Input } from "../state.ts";
import { inputOfFiles } from "./inputs.ts";

/** One opening: an image, or before and after. */
export interface Recent {
  readonly id: number;
  /** When it was opened, in milliseconds since 1970. */
  readonly time: number;
  readonly inputs: readonly RecentInput[];
}

interface RecentInput {
  readonly name: string;
  /** If the files hold several images, the name of the one that was opened. */
  readonly set?: string;
  readonly handles: readonly FileSystemHandle[];
}

/** Most openings to keep. The oldest are dropped first. */
const KEPT = 12;
const DATABASE = "ckptscope-recent";
const STORE = "openings";

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * Runs operations on the store one after the other, so that a list has everything remembered before it was requested.
 */
function inTurn<T>(use: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { readonly locks?: LockManager };
  return locks === undefined ? use() : (locks.request(DATABASE, use) as Promise<T>);
}

async function inStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
  const database = await done(opening);
  try {
    return await use(database.transaction(STORE, mode).objectStore(STORE));
  } finally {
    database.close();
  }
}

/** The last openings, newest first; none if the browser does not allow storage. */
export const listRecent = (): Promise<readonly Recent[]> => inTurn(readAll).catch(() => []);

async function readAll(): Promise<readonly Recent[]> {
  try {
    const all: Recent[] = await inStore("readonly", (store) => done(store.getAll()));
    return all.sort((a, b) => b.time - a.time);
  } catch {
    return [];
  }
}

/** Forgets one opening, or all. */
export async function forgetRecent(id?: number): Promise<void> {
  const forget = () => inStore("readwrite", (store) => done(id === undefined ? store.clear() : store.delete(id)));
  await inTurn(forget).catch(() => {});
}

const namesOf = (inputs: readonly { readonly name: string }[]): string => inputs.map(({ name }) => name).join("\n");

/** Remembers what is open, if all of it has handles. An opening of the same names takes the place of the older one. */
async function remember(docs: Docs): Promise<void> {
  const inputs = docs.map(({ input: { name, set, handles = [] } }) => ({ name, ...(set && { set }), handles }));
  if (inputs.length === 0 || inputs.some(({ handles }) => handles.length === 0)) return;
  const older = await readAll();
  const same = older.filter((each) => namesOf(each.inputs) === namesOf(inputs));
  const surplus = older.filter((each) => !same.includes(each)).slice(KEPT - 1);
  await inStore("readwrite", async (store) => {
    for (const { id } of [...same, ...surplus]) store.delete(id);
    await done(store.add({ time: Date.now(), inputs }));
  });
}

/** Remembers what is opened from now on. */
export function rememberOpenings({ store }: Shell): void {
  let last: Docs = [];
  store.subscribe(() => {
    const { docs, opening } = store.get();
    if (docs === last || opening !== null) return;
    last = docs;
    // The browser may have no storage, or no room in it.
    void inTurn(() => remember(docs)).catch(() => {});
  });
}

/** Opens what was opened before. The browser may ask the user to allow it. */
export async function openRecent(shell: Shell, { inputs }: Recent): Promise<void> {
  try {
    const opened: Input[] = [];
    for (const input of inputs) opened.push(await inputOf(input));
    await shell.open(opened);
  } catch (error) {
    const name = inputs.map((input) => input.name).join(" and ");
    const isGone = error instanceof DOMException && error.name === "NotFoundError";
    shell.fail({
      message: isGone
        ? `${name} ${inputs.length === 1 ? "was" : "were"} moved or deleted.`
        : `The browser did not allow reading ${name}.`,
      advice: `Drop or open ${inputs.length === 1 ? "it" : "them"} again.`,
    });
  }
}

async function inputOf({ name, set, handles }: RecentInput): Promise<Input> {
  const files: InputFile[] = [];
  for (const handle of handles) {
    if ((await handle.requestPermission?.({ mode: "read" })) === "denied")
      throw new DOMException("", "NotAllowedError");
    files.push(...(await filesOf(handle, handle.name)));
  }
  const input = inputOfFiles(files);
  if (input === null) throw new DOMException("", "NotFoundError");
  return { ...input, name, handles, ...(set !== undefined && { set }) };
}

/** The file of a handle, or the files in a folder. */
async function filesOf(handle: FileSystemHandle, path: string): Promise<InputFile[]> {
  if (handle.kind === "file") return [{ path, file: await (handle as FileSystemFileHandle).getFile() }];
  const files: InputFile[] = [];
  for await (const child of (handle as FileSystemDirectoryHandle).values()) {
    files.push(...(await filesOf(child, `${path}/${child.name}`)));
  }
  return files;
}
