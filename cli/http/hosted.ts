// An image on disk to be served: a file as is, or a directory holding an image set as a tar archive.

import { basename, resolve } from "node:path";
import type { Source } from "../../app/decoder/source.ts";
import { type Input, type InputOptions, isDirectory, openInput } from "../input.ts";
import type { Io } from "../io.ts";
import { tarSource } from "./tar-source.ts";

export interface Hosted {
  readonly source: Source;
  /** Changes whenever the contents may have changed. */
  readonly etag: string;
  close(): void;
}

/** Whether a path has a hidden part. */
export const isHidden = (path: string): boolean => path.split(/[/\\]/).some((part) => part.startsWith("."));

export const isFolder = isDirectory;

/** The name under which an image is served. */
export function hostedName(path: string): string {
  if (path === "-") return "stdin.ckpt";
  const name = basename(resolve(path)) || "image";
  return isFolder(path) ? `${name}.tar` : name;
}

/**
 * Opens an image to be served, as it is now.
 *
 * @throws SourceError with a sentence for the user.
 */
export async function openHosted(path: string, io: Io, options: InputOptions = {}): Promise<Hosted> {
  const input = await openInput(path, io, options);
  // Hidden files are not served to others.
  const sources = options.outside === false ? input.sources.filter(({ name }) => !isHidden(name)) : input.sources;
  const [only] = sources;
  const source = only !== undefined && !isFolder(path) ? only : tarSource(hostedName(path), sources);
  return { source, etag: etagOf(path, input), close: input.close };
}

function etagOf(path: string, { sources, bytes }: Input): string {
  if (path === "-") return '"stdin"';
  const newest = sources.reduce((latest, { modified }) => Math.max(latest, modified?.() ?? 0), 0);
  return `"${bytes.toString(36)}-${sources.length.toString(36)}-${Math.round(newest * 1e6).toString(36)}"`;
}
