// Finds the images among files of any kind: Linux-CR streams and CRIU image sets, loose, in folders, compressed, in
// archives and in archives within those.

import { baseName } from "../model/text/paths.ts";
import { visible } from "../model/text/text.ts";
import { counted } from "../model/text/words.ts";
import type { PlatformUnpackers } from "./archive/compression/platform.ts";
import { archiveForm, HEAD_BYTES, type OtherForm, otherForm } from "./archive/forms.ts";
import type { ArchiveProblem } from "./archive/problem.ts";
import { openArchive } from "./archive/unpack.ts";
import { isClutter } from "./clutter.ts";
import { METADATA_NAMES, type Metadata, NO_METADATA } from "./criu/sets/container-metadata.ts";
import {
  groupRemains,
  groupSets,
  isNeeded,
  isParentLink,
  isReadLater,
  isWeakMember,
  mayBeOpened,
  type ParentSet,
  type SetChoice,
} from "./criu/sets/find-sets.ts";
import { memberOfBytes } from "./criu/wire/framing.ts";
import { HIGHEST, type Limits, limitMessage } from "./limits.ts";
import { isLinuxCr } from "./linux-cr/recognise.ts";
import { type Source, SourceError } from "./source.ts";

/** One image that can be opened. */
export interface FoundImage {
  /**
   * Where it was found: its path, with the archive's before it if it is in one. "" for loose files and for what the
   * only archive given has at its top. No two images have the same.
   */
  readonly name: string;
  readonly format: "linux-cr" | "criu";
  /** The stream, or the files of the set. */
  readonly sources: readonly Source[];
  /** Of a set. */
  readonly metadata: Metadata | null;
  /** Of the archives that it is in, outermost first. */
  readonly problems: readonly ArchiveProblem[];
  /** Whether it is in an archive. */
  readonly isPacked: boolean;
  /** Of a set that was dumped on top of another, if it is present. */
  readonly parent?: ParentSet;
}

export interface FindOptions {
  /** By default, the highest of limits.ts. */
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number, size: number) => void;
  /** Decompressors of the platform. */
  readonly unpackers?: PlatformUnpackers;
}

export interface Found {
  /** In the order of their names. */
  readonly images: readonly FoundImage[];
  /** Sets that are opened as a part of one of them: the pre-dumps before it. */
  readonly parts: readonly FoundImage[];
  /** Files that are not part of an image. */
  readonly ignored: number;
  /** If it is only one, a sentence on what it is instead, if known. */
  readonly only?: string;
  /** Why there is no image: what the files are, as sentences. */
  readonly reason: string;
}

interface Search {
  readonly options: FindOptions;
  readonly limits: Limits;
  readonly images: FoundImage[];
  readonly parts: FoundImage[];
  /** Messages about archives and about files that are something else. */
  readonly reasons: string[];
  /** The last limit that was reached, as a sentence. */
  reached: string | null;
  archives: number;
  files: number;
  ignored: number;
}

/** Where files were found. */
interface Place {
  readonly prefix: string;
  readonly depth: number;
  readonly problems: readonly ArchiveProblem[];
}

/** The images among `sources`: a folder's files, loose files, or archives. */
export async function findImages(sources: readonly Source[], options: FindOptions = {}): Promise<Found> {
  const { limits = HIGHEST } = options;
  const search: Search = {
    options,
    limits,
    images: [],
    parts: [],
    reasons: [],
    reached: null,
    archives: 0,
    files: 0,
    ignored: 0,
  };
  await findIn(sources, { prefix: "", depth: 0, problems: [] }, search);
  const images = search.images.length < 2 ? search.images : withOwnNames(search.images.toSorted(byName));
  const reason = [reasonFor(sources, search.reasons), search.reached ?? ""].join(" ").trimEnd();
  const { parts, ignored, reasons } = search;
  const [only] = reasons;
  return { images, parts, ignored, ...(ignored === 1 && only !== undefined && { only }), reason };
}

const byName = (a: FoundImage, b: FoundImage): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Images of the same name get a number, so that one can be chosen. */
function withOwnNames(images: readonly FoundImage[]): FoundImage[] {
  const seen = new Map<string, number>();
  return images.map((image) => {
    const count = (seen.get(image.name) ?? 0) + 1;
    seen.set(image.name, count);
    return count === 1 ? image : { ...image, name: `${image.name} (${count})` };
  });
}

/** Adds the images among files. Returns how many there are. */
async function findIn(all: readonly Source[], place: Place, search: Search): Promise<number> {
  const sources = all.length === 1 ? all : all.filter(({ name }) => !isClutter(name));
  const before = search.images.length;
  const isMisnamed = await isOtherByBytes(sources);
  const { sets, rest } = isMisnamed ? { sets: [], rest: sources } : await groupSets(sources);
  for (const set of sets) addSet(set, place, search);
  const renamed: Source[] = [];
  const remains: Source[] = [];
  for (const source of rest) {
    search.options.signal?.throwIfAborted();
    const found = await examine(source, place, search, { isOnly: sources.length === 1, isMisnamed });
    if (found === "member") renamed.push(source);
    else if (found === "remains") remains.push(source);
    else if (found === "other") search.ignored++;
  }
  if (sets.length === 0 && renamed.length > 0) {
    // Files with a CRIU magic, whatever their names, together with what is left of a set next to them.
    addSet({ name: "", sources: [...renamed, ...remains], metadata: NO_METADATA }, place, search);
  } else if (search.images.length === before && remains.length > 0) {
    const weak = await groupRemains(remains);
    for (const set of weak.sets) addSet(set, place, search);
    search.ignored += weak.rest.length;
  } else search.ignored += renamed.length + remains.length;
  return search.images.length - before;
}

function addSet(set: SetChoice, { prefix, depth, problems }: Place, search: Search): void {
  const { sources, isPart = false } = set;
  const name = joinName(prefix, set.name);
  const { parent = null } = set.metadata;
  const metadata = parent === null ? set.metadata : { ...set.metadata, parent: joinName(prefix, parent) };
  const base = { name, format: "criu" as const, sources, metadata, problems, isPacked: depth > 0 };
  const image = set.parent === undefined ? base : { ...base, parent: set.parent };
  (isPart ? search.parts : search.images).push(image);
}

/**
 * Searches a file that is in no set for images, and adds these. Returns what the file is: part of a set by its magic or
 * by its name alone, `other`, or `null` if it has images or is known not to matter.
 */
async function examine(
  source: Source,
  place: Place,
  search: Search,
  { isOnly, isMisnamed }: { readonly isOnly: boolean; readonly isMisnamed: boolean },
): Promise<"member" | "remains" | "other" | null> {
  if (METADATA_NAMES.has(baseName(source.name))) return null;
  const { limits } = search;
  if (++search.files > limits.files) {
    if (search.files === limits.files + 1) search.reached = limitMessage("files", limits.files);
    return isWeakMember(source.name) ? "remains" : "other";
  }
  const head = await headOf(source);
  if (head === null) return "other";
  if (isLinuxCr(head)) {
    const name = place.depth === 0 && isOnly ? "" : joinName(place.prefix, source.name);
    const { problems, depth } = place;
    search.images.push({ name, format: "linux-cr", sources: [source], metadata: null, problems, isPacked: depth > 0 });
    return null;
  }
  if (memberOfBytes(head) !== null) return "member";
  if (isWeakMember(source.name) && !isMisnamed) return "remains";
  if (archiveForm(head) === null) {
    if (search.reasons.length < 2) search.reasons.push(otherReason(source.name, otherForm(head)));
    return "other";
  }
  if (!mayBeOpened(source.name)) return "other";
  const reached = place.depth >= limits.levels ? "levels" : search.archives >= limits.archives ? "archives" : null;
  if (reached !== null) {
    search.reached = `${visible(source.name)} is not opened. ${limitMessage(reached, limits[reached])}`;
    return "other";
  }
  return (await findInArchive(source, head, place, search, isOnly)) > 0 ? null : "other";
}

/** Whether files are a single one that has the name of a set's file, but is something else by its first bytes. */
async function isOtherByBytes(sources: readonly Source[]): Promise<boolean> {
  const [only, second] = sources;
  if (only === undefined || second !== undefined || isNeeded(only.name) !== true) return false;
  const head = await headOf(only);
  if (head === null || head.length === 0 || memberOfBytes(head) !== null) return false;
  return isImageByBytes(head) || otherForm(head) !== null;
}

async function headOf(source: Source): Promise<Uint8Array | null> {
  try {
    return await source.read(0, Math.min(HEAD_BYTES, source.size));
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

/**
 * Whether a file that begins with `head` (HEAD_BYTES) is an image or a file of one, or an archive that may have some.
 */
export const isImageByBytes = (head: Uint8Array): boolean =>
  archiveForm(head) !== null || memberOfBytes(head) !== null || isLinuxCr(head);

async function findInArchive(
  source: Source,
  head: Uint8Array,
  { prefix, depth, problems }: Place,
  search: Search,
  isOnly: boolean,
): Promise<number> {
  const form = archiveForm(head);
  if (form === null) return 0;
  search.archives++;
  const { options } = search;
  const archive = await openArchive(source, form, {
    needed: isNeeded,
    neededBytes: isImageByBytes,
    later: isReadLater,
    isPathWanted: isParentLink,
    ...(options.limits && { limits: options.limits }),
    ...(options.signal && { signal: options.signal }),
    ...(options.unpackers && { unpackers: options.unpackers }),
    onBytes: (bytes) => options.onBytes?.(bytes, source.size),
  });
  const all = [...problems, ...archive.problems];
  // The user knows the name of the only archive given.
  const name = depth === 0 && isOnly ? "" : joinName(prefix, source.name);
  if (!archive.isSingle) {
    const found = await findIn(archive.members, { prefix: name, depth: depth + 1, problems: all }, search);
    if (found === 0) search.reasons.unshift(archiveReason(source.name, archive.members.length, archive.problems));
    return found;
  }
  const [member] = archive.members;
  const inner = member === undefined ? null : await headOf(member);
  if (member === undefined || inner === null) return 0;
  const before = search.images.length;
  if (isLinuxCr(inner)) {
    search.images.push({
      name,
      format: "linux-cr",
      sources: [member],
      metadata: null,
      problems: all,
      isPacked: true,
    });
  } else if (archiveForm(inner) !== null && depth + 1 < search.limits.levels) {
    await findInArchive(
      { ...member, name: source.name },
      inner,
      { prefix, depth: depth + 1, problems: all },
      search,
      isOnly,
    );
  } else if (memberOfBytes(inner) !== null) {
    await findIn([member], { prefix: name, depth: depth + 1, problems: all }, search);
  }
  const found = search.images.length - before;
  if (found === 0) search.reasons.unshift(singleReason(source.name, inner, archive.problems));
  return found;
}

const joinName = (prefix: string, name: string): string =>
  prefix === "" || name === "" ? prefix + name : `${prefix}/${name}`;

function otherReason(name: string, form: OtherForm | null): string {
  if (form === null) return `${visible(name)} is not a Linux-CR image, a CRIU image or an archive that contains one.`;
  return [`${visible(name)} is ${form.what}, not a checkpoint image.`, form.advice].filter(Boolean).join(" ");
}

const faultOf = (problems: readonly ArchiveProblem[]): string[] => {
  const fault = (["error", "warning"] as const)
    .map((worst) => problems.find(({ severity }) => severity === worst))
    .find((found) => found !== undefined);
  return fault === undefined ? [] : [fault.message];
};

const archiveReason = (name: string, count: number, problems: readonly ArchiveProblem[]): string =>
  [`${visible(name)} contains no checkpoint image (${counted(count, "file")}).`, ...faultOf(problems)].join(" ");

function singleReason(name: string, head: Uint8Array, problems: readonly ArchiveProblem[]): string {
  const form = otherForm(head);
  const what = head.length === 0 ? "nothing that can be read" : (form?.what ?? "no checkpoint image");
  return [
    `${visible(name)} contains ${what}${form === null || head.length === 0 ? "" : ", not a checkpoint image"}.`,
    ...faultOf(problems),
  ].join(" ");
}

/** Why there is no image among files. */
function reasonFor(sources: readonly Source[], reasons: readonly string[]): string {
  if (sources.length === 0) return "There are no files here.";
  const [first] = reasons;
  if (sources.length === 1 && first !== undefined) return first;
  const none = `None of these ${sources.length} files is a checkpoint image or an archive that contains one.`;
  return first === undefined ? none : `${none} ${first}`;
}
