// Finds the image sets among files by their folders and names. Archives are opened elsewhere (find-images.ts).

import { baseName, directoryOf } from "../../../model/text/paths.ts";
import { exactText, visible } from "../../../model/text/text.ts";
import { type Source, SourceError } from "../../source.ts";
import { MEMBER_KINDS } from "../format/member-kinds.ts";
import { memberOfName } from "../format/member-names.ts";
import { METADATA_NAMES, type Metadata, readMetadata } from "./container-metadata.ts";

/** One image set that can be opened. */
export interface SetChoice {
  /** The folder's path. "" for loose files. */
  readonly name: string;
  /** Its files. */
  readonly sources: readonly Source[];
  readonly metadata: Metadata;
  /** Whether it is opened only as part of another set, unless it is named. */
  readonly isPart?: boolean;
  /** The set that it refers to for pages that did not change, if it is present. */
  readonly parent?: ParentSet;
}

/** A set as the parent of another. Damaged chains may lead back to where they began. */
export interface ParentSet {
  readonly sources: readonly Source[];
  readonly parent?: ParentSet;
}

/** A directory without any of these is not a set but part of one. */
const SET_KINDS: ReadonlySet<string> = new Set([
  "inventory",
  "pstree",
  "core",
  "ids",
  "fdinfo",
  "files",
  ...MEMBER_KINDS.flatMap(({ name, file }) => (file === undefined ? [] : [name])),
]);

/** Members that only a dump with tasks has: a set without them that is another's parent is a pre-dump. */
const DUMP_KINDS: ReadonlySet<string> = new Set(["pstree", "core", "fdinfo", "files"]);

/** Members that a set may need of its parent. All that an old pre-dump has. */
const PAGE_KINDS: ReadonlySet<string> = new Set(["pagemap", "pagemap-shmem"]);

/** The name of the symbolic link that CRIU makes to the previous set. */
const PARENT = "parent";

/** The longest possible path. */
const MOST_PATH = 4096;

/** Archives of a container's own files: they never have an image set, and are often large. */
const NEVER_OPENED = /(^|\/)(rootfs-diff\.tar|devshm-checkpoint\.tar|volumes\/.*|artifacts\/.*|tmpfs-.*\.img)$/;

/** Whether a file may be an archive with images in it, judging by its name. */
export const mayBeOpened = (name: string): boolean => !NEVER_OPENED.test(name);

/** Whether a file is the link to the set of the previous dump. */
export const isParentLink = (name: string): boolean => baseName(name) === PARENT;

/** Whether a member's contents are needed, for a set or for the facts of its container. */
export function isNeeded(name: string): boolean | "maybe" | "ends" {
  const place = memberOfName(name);
  const kind = MEMBER_KINDS[place?.kind ?? -1];
  if (FILE_SYSTEMS.has(kind?.name ?? "")) return "ends";
  if (kind !== undefined) return kind.magic !== null || kind.isListed === true;
  if (METADATA_NAMES.has(baseName(name)) || isParentLink(name)) return true;
  return mayBeOpened(name) ? "maybe" : false;
}

/** Compressed archives of the files of a tmpfs: only the checksum at their end is read. */
const FILE_SYSTEMS: ReadonlySet<string> = new Set(["tmpfs", "tmpfs-dev"]);

/** Files with memory pages: they are read only when memory is shown or searched. */
const STORES: ReadonlySet<string> = new Set(["pages", "pages-shmem"]);

/** Whether a member's contents may be needed later, for memory. */
export function isReadLater(name: string): boolean {
  const place = memberOfName(name);
  return place !== null && STORES.has(MEMBER_KINDS[place.kind]?.name ?? "");
}

/** The sets among files, and the files that belong to none. */
export interface Grouped {
  readonly sets: readonly SetChoice[];
  readonly rest: readonly Source[];
}

type Directories = ReadonlyMap<string, readonly Source[]>;

function byDirectory(sources: readonly Source[]): Directories {
  const directories = new Map<string, Source[]>();
  let last: string | null = null;
  let list: Source[] = [];
  for (let at = 0; at < sources.length; at++) {
    const source = sources[at] as Source;
    const directory = directoryOf(source.name);
    if (directory !== last) {
      list = directories.get(directory) ?? [];
      directories.set(directory, list);
      last = directory;
    }
    list.push(source);
  }
  return directories;
}

function hasKind(list: readonly Source[], kinds: ReadonlySet<string>): boolean {
  return list.some(({ name }) => {
    const place = memberOfName(name);
    return place !== null && kinds.has(MEMBER_KINDS[place.kind]?.name ?? "");
  });
}

/** Groups files into sets by their directories. */
export async function groupSets(sources: readonly Source[]): Promise<Grouped> {
  const directories = byDirectory(sources);
  const named = [...directories].filter(([, list]) => hasKind(list, SET_KINDS)).map(([directory]) => directory);
  if (named.length === 0) return { sets: [], rest: sources };
  const inSets = new Set<Source>();
  const sets = await setsIn(named.sort(), directories, inSets);
  return { sets: markParts(sets), rest: without(sources, inSets) };
}

const without = (sources: readonly Source[], others: ReadonlySet<Source>): readonly Source[] =>
  others.size === sources.length ? [] : sources.filter((source) => !others.has(source));

/** Sets of leftover files where there is nothing else: pages without a process tree, for example. */
export async function groupRemains(sources: readonly Source[]): Promise<Grouped> {
  const directories = byDirectory(sources);
  const named = [...directories].filter(([, list]) => list.some(({ name }) => isWeakMember(name)));
  const inSets = new Set<Source>();
  const sets = await setsIn(named.map(([directory]) => directory).sort(), directories, inSets);
  return { sets, rest: without(sources, inSets) };
}

/** The sets in directories. Adds the files that belong to them to `inSets`. */
async function setsIn(named: readonly string[], directories: Directories, inSets: Set<Source>): Promise<SetChoice[]> {
  const isSet = new Set(named);
  const isParent = (path: string): boolean => isSet.has(path) || hasKind(directories.get(path) ?? [], PAGE_KINDS);
  const found: SetChoice[] = [];
  for (const directory of named) {
    const all = directories.get(directory) ?? [];
    // There may be other files next to a set, especially if it consists of loose files.
    const own = all.filter(({ name }) => belongsToSet(name));
    const [ownFacts, members] = split(own, isFact);
    const parentDirectory = directoryOf(directory);
    // stats-dump and the engine's files are in the parent directory, unless the set's directory has its own.
    const beside = directory === "" || isSet.has(parentDirectory) ? [] : (directories.get(parentDirectory) ?? []);
    const ownStats = beside.length > 0 && members.some(isStats);
    const stats = ownStats ? [] : beside.filter(isStats);
    const facts = [...beside.filter(isFact), ...ownFacts];
    const metadata = await readMetadata(facts);
    const parent = await parentOf(directory, own, isSet, isParent);
    found.push({
      name: directory,
      sources: stats.length === 0 ? members : [...members, ...stats],
      metadata: parent === null ? metadata : { ...metadata, parent },
    });
    for (const list of [own, stats, facts]) {
      for (let at = 0; at < list.length; at++) inSets.add(list[at] as Source);
    }
  }
  return withParents(found, directories, inSets);
}

const isStats = ({ name }: Source): boolean => baseName(name) === "stats-dump";

const isFact = ({ name }: Source): boolean => !name.endsWith(".img") && METADATA_NAMES.has(baseName(name));

/** The items for which something holds, and the others. */
function split<Item>(items: readonly Item[], holds: (item: Item) => boolean): readonly [Item[], Item[]] {
  const those: Item[] = [];
  const others: Item[] = [];
  for (let at = 0; at < items.length; at++) {
    const item = items[at] as Item;
    (holds(item) ? those : others).push(item);
  }
  return [those, others];
}

/** Adds to each set its parent, and to `inSets` the files of parents that are not sets by themselves. */
function withParents(found: readonly SetChoice[], directories: Directories, inSets: Set<Source>): SetChoice[] {
  const links = new Map<string, { readonly sources: readonly Source[]; parent?: ParentSet }>();
  for (const { name, sources } of found) links.set(name, { sources });
  return found.map((set) => {
    const name = set.metadata.parent ?? null;
    if (name === null) return set;
    const known = links.get(name);
    const parent = known ?? { sources: (directories.get(name) ?? []).filter((source) => belongsToSet(source.name)) };
    if (known === undefined) {
      links.set(name, parent);
      for (const source of parent.sources) inSets.add(source);
    }
    const own = links.get(set.name);
    if (own !== undefined) own.parent = parent;
    return { ...set, parent };
  });
}

const belongsToSet = (name: string): boolean =>
  name.endsWith(".img") ||
  memberOfName(name) !== null ||
  METADATA_NAMES.has(baseName(name)) ||
  baseName(name) === PARENT;

/** The directory of the set that a set's `parent` link points to; `null` if it is not here. */
async function parentOf(
  directory: string,
  own: readonly Source[],
  isSet: ReadonlySet<string>,
  isParent: (path: string) => boolean,
): Promise<string | null> {
  const within = directory === "" ? PARENT : `${directory}/${PARENT}`;
  if (isParent(within)) return within;
  const link = own.find(({ name, size }) => baseName(name) === PARENT && size <= MOST_PATH);
  if (link === undefined) return null;
  let target: string;
  try {
    target = exactText(await link.read(0, link.size)).trim();
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
  const parts = directory === "" ? [] : directory.split("/");
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const path = target.startsWith("/") ? target.slice(1) : parts.join("/");
  if (path !== directory && isParent(path)) return path;
  // The path is from another machine, or starts above the folder that was opened: the last part decides.
  const last = baseName(target.replace(/\/+$/, ""));
  const named = [...isSet].filter((each) => each !== directory && baseName(each) === last);
  return named.length === 1 ? (named[0] ?? null) : null;
}

/** Marks sets that are part of another: a parent with memory only, or a parent link copied as a folder. */
function markParts(sets: readonly SetChoice[]): readonly SetChoice[] {
  const parents = new Set(sets.map(({ metadata }) => metadata.parent ?? null));
  return sets.map((set) => {
    const hasTasks = hasKind(set.sources, DUMP_KINDS);
    const isPart = parents.has(set.name) && (!hasTasks || baseName(set.name) === PARENT);
    return isPart ? { ...set, isPart } : set;
  });
}

/** Whether a file's name is that of a CRIU image. Service files, which have no extension, are too weak a sign. */
export const isWeakMember = (name: string): boolean => memberOfName(name) !== null && name.endsWith(".img");

/** The words for a set in a sentence. */
export const setName = (name: string): string => visible(name) || "loose files";

/** Whether a set is encrypted, as proposed for CRIU: `cipher.img` has the keys, and no other file can be read. */
export const isEncrypted = (sources: readonly Source[]): boolean =>
  sources.some(({ name }) => baseName(name) === "cipher.img");
