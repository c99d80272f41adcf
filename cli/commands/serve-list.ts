// Finds the images in a directory that is served.

import { lstatSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { archiveForm, HEAD_BYTES } from "../../app/decoder/archive/forms.ts";
import { recogniseCriu } from "../../app/decoder/criu/index.ts";
import { recognise } from "../../app/decoder/linux-cr/recognise.ts";
import { findImage } from "../../app/decoder/open.ts";
import { summarise } from "../../app/decoder/summary.ts";
import type { Evidence } from "../../app/model/comparison/earlier.ts";
import { isFolder, isHidden, openHosted } from "../http/hosted.ts";
import { fileWithin } from "../http/page.ts";
import type { Io } from "../io.ts";

/** Directory entries that are examined; the rest is not listed. */
export const MOST_ENTRIES = 5000;

/** The images in a directory. */
export interface Listing {
  /** By path. */
  readonly images: readonly ListedImage[];
  /** Whether the directory has more entries than are examined, so that images may be missing. */
  readonly isCut: boolean;
}

/** An image in the directory. */
export interface ListedImage {
  /** Relative to the directory, with slashes; the path of an image set has `.tar` appended. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** When it was written. */
  readonly evidence: Evidence;
}

/** The images in a directory and its subdirectories. Symbolic links and hidden files are skipped. */
export async function imagesIn(folder: string, io: Io): Promise<Listing> {
  const found: ListedImage[] = [];
  const folders = [folder];
  let examined = 0;
  for (let current = folders.pop(); current !== undefined; current = folders.pop()) {
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      if (++examined > MOST_ENTRIES) return { images: inOrder(found), isCut: true };
      if (entry.name.startsWith(".")) continue;
      const path = join(current, entry.name);
      try {
        if (entry.isDirectory() && !isImageSet(path)) folders.push(path);
        else if (entry.isDirectory() || (entry.isFile() && (await isImage(path, io)))) {
          found.push(await listed(folder, path, io));
        }
      } catch {
        // Unreadable, or deleted meanwhile: not listed.
      }
    }
  }
  return { images: inOrder(found), isCut: false };
}

const inOrder = (images: readonly ListedImage[]): ListedImage[] =>
  images.toSorted((a, b) => (a.path < b.path ? -1 : 1));

async function listed(folder: string, path: string, io: Io): Promise<ListedImage> {
  const { source, close } = await openHosted(path, io, { outside: false });
  try {
    const name = relative(folder, path).split(sep).join("/");
    const modified = statSync(path).mtimeMs;
    const none = { name, time: null, uptime: null, parent: null, packedTime: null, fileTime: modified / 1000 };
    // An archive is not unpacked just to list it.
    const form = isFolder(path) ? null : archiveForm(await source.read(0, Math.min(HEAD_BYTES, source.size)));
    const found = form === null || form === "tar" ? await findImage([source], {}) : null;
    const isOne = found !== null && !("refused" in found);
    const evidence = isOne ? { ...(await summarise(found, { tasks: false })), name } : none;
    return { path: isFolder(path) ? `${name}.tar` : name, bytes: source.size, modified, evidence };
  } finally {
    close();
  }
}

/** Whether a path is a directory with the files of a CRIU image set. */
const isImageSet = (path: string): boolean =>
  isFolder(path) && readdirSync(path).some((name) => name === "inventory.img" || /^pstree(?:-\d+)?\.img$/.test(name));

/**
 * The file that a path below the directory names, or the directory with the image set that is served as PATH.tar;
 * `null` for anything that the index would not list: hidden files, links, parts of image sets, FIFOs, other files.
 */
export async function imageAt(folder: string, path: string, io: Io): Promise<string | null> {
  if (isHidden(path)) return null;
  const file = fileWithin(folder, path);
  if (file === join(folder, path) && lstatSync(file).isFile() && !isInImageSet(folder, path)) {
    return (await isImage(file, io)) ? file : null;
  }
  const setPath = path.endsWith(".tar") ? path.slice(0, -".tar".length) : null;
  const set = setPath === null ? null : fileWithin(folder, setPath);
  const isSet = set !== null && set === join(folder, setPath ?? "") && isImageSet(set) && !isInImageSet(folder, path);
  return isSet ? set : null;
}

/** Whether a directory on the way to a path, below `folder`, is an image set: it is served as a whole. */
function isInImageSet(folder: string, path: string): boolean {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.slice(0, -1).some((_, at) => isImageSet(join(folder, ...parts.slice(0, at + 1))));
}

async function isImage(path: string, io: Io): Promise<boolean> {
  const { source, close } = await openHosted(path, io, { outside: false });
  try {
    const head = await source.read(0, 512);
    return recogniseCriu(source.name, head) !== null || (await recognise(source)) !== null;
  } finally {
    close();
  }
}
