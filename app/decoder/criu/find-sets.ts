// Finds the image sets among files: in a folder, in an archive, in archives within an archive.

import type { ArchiveProblem } from "../archive/tar.ts";
import { openArchive, sniffArchive, type UnpackLimits } from "../archive/unpack.ts";
import { type Source, SourceError } from "../source.ts";
import { METADATA_NAMES, type Metadata, readMetadata } from "./container-metadata.ts";
import { memberOfBytes } from "./framing.ts";
import { MEMBER_KINDS } from "./member-kinds.ts";
import { baseName, directoryOf, memberOfName } from "./member-names.ts";

/** One image set that can be opened. */
export interface SetChoice {
  /** The folder's path, prefixed with the archive's name if it is in one. "" for loose files. */
  readonly name: string;
  /** Its files. */
  readonly sources: readonly Source[];
  readonly metadata: Metadata;
}

export interface FindOptions {
  readonly limits?: UnpackLimits;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number, size: number) => void;
  /** Called for problems of archives, whether a set is found in them or not. */
  readonly onProblem?: (problem: ArchiveProblem) => void;
}

/** Archives in an archive are opened (a pod's containers); archives in those are not. */
const DEPTH_LIMIT = 2;

/** Most archives to open. */
const ARCHIVE_LIMIT = 100;

/** A directory without any of these is part of a pre-dump, not a set. */
const SET_KINDS: ReadonlySet<string> = new Set([
  "inventory",
  "pstree",
  "core",
  "ids",
  "fdinfo",
  "files",
  ...MEMBER_KINDS.flatMap(({ name, file }) => (file === undefined ? [] : [name])),
]);

/** Archives of a container's own files: often large, and never with an image set. */
const NEVER_OPENED = /(^|\/)(rootfs-diff\.tar|devshm-checkpoint\.tar|volumes\/.*|artifacts\/.*|tmpfs-.*\.img)$/;

/** Whether a member's contents are needed, for a set or for the facts of its container. */
export function isNeeded(name: string): boolean | "maybe" {
  const place = memberOfName(name);
  if (place !== null) return MEMBER_KINDS[place.kind]?.magic !== null;
  if (METADATA_NAMES.has(baseName(name))) return true;
  return NEVER_OPENED.test(name) ? false : "maybe";
}

interface Search {
  readonly options: FindOptions;
  archives: number;
}

/** The sets among `sources`: a folder's files, loose files, or archives. Empty if there are none. */
export function findSets(sources: readonly Source[], options: FindOptions = {}): Promise<SetChoice[]> {
  return findIn(sources, "", 0, { options, archives: 0 }, []);
}

async function findIn(
  sources: readonly Source[],
  prefix: string,
  depth: number,
  search: Search,
  problems: Metadata["problems"],
): Promise<SetChoice[]> {
  const directories = new Map<string, Source[]>();
  for (const source of sources) {
    const directory = directoryOf(source.name);
    const list = directories.get(directory);
    if (list === undefined) directories.set(directory, [source]);
    else list.push(source);
  }
  const hasKind = (list: readonly Source[], kinds: ReadonlySet<string> | null): boolean =>
    list.some(({ name }) => {
      const place = memberOfName(name);
      return place !== null && (kinds === null || kinds.has(MEMBER_KINDS[place.kind]?.name ?? ""));
    });
  const named = [...directories.keys()].sort();
  const strong = named.filter((directory) => hasKind(directories.get(directory) ?? [], SET_KINDS));
  if (strong.length > 0) return choices(strong);

  const byMagic = await recognisedByMagic(sources);
  if (byMagic.length > 0) {
    const metadata = await readMetadata(sources);
    return [{ name: prefix, sources: byMagic, metadata: withProblems(metadata, problems) }];
  }
  const inside = depth < DEPTH_LIMIT ? await findInArchives() : [];
  if (inside.length > 0) return inside;
  return choices(
    named.filter((directory) => (directories.get(directory) ?? []).some(({ name }) => isWeakMember(name))),
  );

  async function choices(list: readonly string[]): Promise<SetChoice[]> {
    const found: SetChoice[] = [];
    for (const directory of list) {
      const own = directories.get(directory) ?? [];
      const parent = directory === "" ? [] : (directories.get(directoryOf(directory)) ?? []);
      // stats-dump and the engine's files are in the parent directory, unless the set's directory has its own.
      const parentIsSet = directory !== "" && list.includes(directoryOf(directory));
      const beside = parentIsSet ? [] : parent;
      const ownStats = own.some(({ name }) => baseName(name) === "stats-dump");
      const stats = beside.filter(({ name }) => baseName(name) === "stats-dump" && !ownStats);
      const metadata = await readMetadata([...beside, ...own]);
      found.push({
        name: joinName(prefix, directory),
        sources: [...own.filter(({ name }) => !METADATA_NAMES.has(baseName(name))), ...stats],
        metadata: withProblems(metadata, problems),
      });
    }
    return found;
  }

  async function findInArchives(): Promise<SetChoice[]> {
    const found: SetChoice[] = [];
    const { options } = search;
    for (const source of sources) {
      if (NEVER_OPENED.test(source.name) || search.archives >= ARCHIVE_LIMIT) continue;
      const form = await sniffArchive(source);
      if (form === null) continue;
      search.archives++;
      const archive = await openArchive(source, form, {
        needed: isNeeded,
        ...(options.limits && { limits: options.limits }),
        ...(options.signal && { signal: options.signal }),
        onBytes: (bytes) => options.onBytes?.(bytes, source.size),
      });
      for (const problem of archive.problems) options.onProblem?.(problem);
      // The user already knows the name of the only archive.
      const name = depth === 0 && sources.length === 1 ? "" : joinName(prefix, source.name);
      const inner = await findIn(archive.members, name, depth + 1, search, [...problems, ...archive.problems]);
      found.push(...inner);
    }
    return found;
  }
}

/** Whether a file's name is that of a CRIU image. Service files, which have no extension, prove too little. */
const isWeakMember = (name: string): boolean => memberOfName(name) !== null && name.endsWith(".img");

const joinName = (prefix: string, name: string): string =>
  prefix === "" || name === "" ? prefix + name : `${prefix}/${name}`;

const withProblems = (metadata: Metadata, problems: Metadata["problems"]): Metadata => ({
  ...metadata,
  problems: [...problems, ...metadata.problems],
});

/** Files with a CRIU magic, whatever their names. */
async function recognisedByMagic(sources: readonly Source[]): Promise<Source[]> {
  const found: Source[] = [];
  for (const source of sources.slice(0, 10_000)) {
    if (source.size < 8) continue;
    try {
      if (memberOfBytes(await source.read(0, 8)) !== null) found.push(source);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
  }
  return found;
}
