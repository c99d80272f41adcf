// What an argument names, as sources of bytes: a file, a directory with an image set, standard input.

import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { bytesSource, type Source, SourceError } from "../app/decoder/source.ts";
import { systemReason } from "./error.ts";
import type { Io } from "./io.ts";

/** The files that one argument names, to be decoded as one image. */
export interface Input {
  readonly name: string;
  /** Size of all files together. */
  readonly bytes: number;
  readonly sources: readonly Source[];
  /** Closes the open files. */
  close(): void;
}

/**
 * Opens the files that an argument names; `-` is standard input.
 *
 * @throws SourceError with a sentence for the user.
 */
export async function openInput(path: string, io: Io): Promise<Input> {
  if (path === "-") {
    const bytes = await io.readStdin();
    return { name: "-", bytes: bytes.length, sources: [bytesSource("-", bytes)], close: () => {} };
  }
  try {
    return statSync(path).isDirectory() ? openDirectory(path) : openFiles(path, [path], [path]);
  } catch (error) {
    throw new SourceError(`${path}: ${systemReason(error)}`);
  }
}

function openDirectory(path: string): Input {
  const names = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return openFiles(
    path,
    names,
    names.map((name) => name.slice(path.length).replace(/^[/\\]+/, "")),
  );
}

function openFiles(name: string, paths: readonly string[], names: readonly string[]): Input {
  const descriptors: number[] = [];
  const sources = paths.map((path, index) => {
    let fd: number | null = null;
    // A set may have more files than a process may have open, so each is opened when it is first read.
    const open = (): number => {
      if (fd === null) {
        fd = openSync(path, "r");
        descriptors.push(fd);
      }
      return fd;
    };
    const size = paths.length === 1 ? fstatSync(open()).size : statSync(path).size;
    return fileSource(names[index] ?? path, size, open);
  });
  return {
    name,
    bytes: sources.reduce((sum, source) => sum + source.size, 0),
    sources,
    close: () => {
      for (const fd of descriptors) closeSync(fd);
    },
  };
}

function fileSource(name: string, size: number, open: () => number): Source {
  return {
    name,
    size,
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let filled = 0;
      try {
        while (filled < bytes.length) {
          const count = readSync(open(), bytes, filled, bytes.length - filled, offset + filled);
          if (count === 0) break;
          filled += count;
        }
      } catch (error) {
        throw new SourceError(`${name}: ${systemReason(error)}`);
      }
      return bytes.subarray(0, filled);
    },
  };
}
