// Where paths lead, in the root directory of this process or in another one. Directories are resolved once.

import { lstatSync, readlinkSync, realpathSync } from "node:fs";

/** Where a path leads: the real path of its file, or the error's code. */
export type Resolved = { readonly real: Buffer; readonly isLinked: boolean } | { readonly error: string };

/** Links followed in one path, as in Linux. */
const MOST_LINKS = 40;
const SLASH = 0x2f;

export interface Resolver {
  /** The directory of a path whose last slash is at `end`, with links resolved, within the root. */
  directory(path: Buffer, end: number): Resolved;
  /** The path with links resolved, within the root. */
  file(path: Buffer): Resolved;
}

/** The system's code for an error. */
export const codeOf = (error: unknown): string => (error as { code?: string }).code ?? "EIO";

/** The part before the last slash; `/` for a file in the root. */
export function directoryOf(path: Buffer): Buffer {
  const end = path.lastIndexOf(SLASH);
  return end <= 0 ? Buffer.from("/") : path.subarray(0, end);
}

/** @param root A directory used as `/`, with no link in its path; `null`: none. */
export function openResolver(root: Buffer | null): Resolver {
  const directories = new Map<string, Resolved>();
  const resolve = root === null ? resolveHere : (path: Buffer) => resolveIn(root, path);
  return {
    directory(path, end) {
      const key = path.toString("latin1", 0, end);
      let found = directories.get(key);
      if (found === undefined) {
        found = resolve(directoryOf(path));
        directories.set(key, found);
      }
      return found;
    },
    file: resolve,
  };
}

function resolveHere(path: Buffer): Resolved {
  try {
    const real = realpathSync.native(path, "buffer");
    return { real, isLinked: !real.equals(path) };
  } catch (error) {
    return { error: codeOf(error) };
  }
}

/** Resolves a path part by part, so that links never lead out of the root. */
function resolveIn(root: Buffer, path: Buffer): Resolved {
  const todo = partsOf(path).reverse();
  const done: Buffer[] = [];
  let links = 0;
  const placeOf = (parts: readonly Buffer[]): Buffer =>
    Buffer.concat([root, ...parts.flatMap((part) => [Buffer.from("/"), part])]);
  try {
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      if (part.equals(Buffer.from("."))) continue;
      if (part.equals(Buffer.from(".."))) {
        done.pop();
        continue;
      }
      const place = placeOf([...done, part]);
      if (!lstatSync(place).isSymbolicLink()) {
        done.push(part);
        continue;
      }
      if (++links > MOST_LINKS) return { error: "ELOOP" };
      const target = readlinkSync(place, "buffer");
      if (target[0] === SLASH) done.length = 0;
      todo.push(...partsOf(target).reverse());
    }
  } catch (error) {
    return { error: codeOf(error) };
  }
  return { real: placeOf(done), isLinked: links > 0 };
}

function partsOf(path: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let from = 0; from < path.length; ) {
    const end = path.indexOf(SLASH, from);
    const to = end < 0 ? path.length : end;
    if (to > from) parts.push(path.subarray(from, to));
    from = to + 1;
  }
  return parts;
}
