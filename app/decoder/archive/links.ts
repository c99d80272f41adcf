// Links in an archive: a hard link is another name of a member, a symbolic link refers to a member by its path.

import { encodeText, visible } from "../../model/text/text.ts";
import { bytesSource, type Source, SourceError } from "../source.ts";
import type { ArchiveProblem } from "./problem.ts";
import type { TarEntry } from "./tar-header.ts";

/** A member's entry, the source of its bytes (`null`: of a link), and where its header is. */
export interface Listed {
  readonly entry: TarEntry;
  readonly source: Source | null;
}

/** How many links are followed in a chain. */
const MOST_LINKS = 16;

/** How many of the folders above a member count, from the innermost one. */
const MOST_DEPTH = 64;

/** The target path of a symbolic link, from the top of the archive; `null` if that is outside. */
function targetOf(name: string, target: string): string | null {
  const parts = target.startsWith("/") ? [] : name.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}

/** The folders that have members, directly or below. No set has paths of more than MOST_DEPTH parts. */
function foldersOf(names: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const name of names) {
    let end = name.lastIndexOf("/");
    for (let depth = 0; end > 0 && depth < MOST_DEPTH; depth++) {
      const folder = name.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
      end = name.lastIndexOf("/", end - 1);
    }
  }
  return folders;
}

/**
 * The sources of an archive's members; of several with the same path, the last one, as tar does. A link to a directory
 * or out of the archive cannot be read, unless the caller wants its target's path in place of contents.
 */
export function resolveLinks(
  listed: readonly Listed[],
  problem: (problem: ArchiveProblem) => void,
  isPathWanted: (name: string) => boolean = () => false,
): readonly Source[] {
  const byName = new Map<string, Listed>();
  const repeated = new Set<string>();
  for (const each of listed) {
    const { name } = each.entry;
    // A hard link to itself, as some programs write for a file that is there already, adds nothing.
    if (each.entry.hardLink === name) continue;
    // Moved to the end, where its last copy is.
    if (byName.delete(name)) repeated.add(name);
    byName.set(name, each);
  }
  for (const name of [...repeated].slice(0, 100)) {
    const message = `The archive has ${visible(name)} more than once; the last one is used.`;
    problem({ severity: "note", code: "duplicate-member", message, offset: 0 });
  }
  const follow = ({ entry, source }: Listed, links: number): Source | null => {
    if (source !== null || links > MOST_LINKS) return source;
    const path = entry.hardLink ?? targetOf(entry.name, entry.symbolicLink ?? "");
    const next = path === null ? undefined : byName.get(path);
    return next === undefined ? null : follow(next, links + 1);
  };
  const folders = foldersOf(byName.keys());
  const sources: Source[] = [];
  for (const each of byName.values()) {
    const { entry } = each;
    const source = follow(each, 0);
    if (source !== null) {
      sources.push(source.name === entry.name ? source : { ...source, name: entry.name });
      continue;
    }
    const target = entry.hardLink ?? entry.symbolicLink ?? "";
    const message = `${visible(entry.name)} is a link to ${visible(target)}, which is not in the archive.`;
    if (entry.symbolicLink !== undefined) {
      const path = targetOf(entry.name, target);
      const isFolder = path !== null && folders.has(path);
      const bytes = encodeText(target);
      const reason = isFolder ? `${visible(entry.name)} is a link to a folder, ${visible(target)}.` : message;
      const unread = (): Promise<never> => Promise.reject(new SourceError(reason));
      const asPath = bytesSource(entry.name, bytes);
      sources.push(isPathWanted(entry.name) ? asPath : { ...asPath, read: unread });
      if (isFolder) continue;
    }
    problem({ severity: "note", code: "archive-link", message, offset: 0 });
  }
  return sources;
}
