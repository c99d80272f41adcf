// Chooses the files that belong to a set, and the order in which to decode them.

import { baseName } from "../../../model/text/paths.ts";
import { type Source, SourceError } from "../../source.ts";
import { MEMBER_KINDS } from "../format/member-kinds.ts";
import { type MemberName, memberOfName } from "../format/member-names.ts";
import { isUnknownImage, memberOfBytes } from "../wire/framing.ts";

/** A file of a set. The kind of an unknown .img file is MEMBER_KINDS.length. */
export interface PlacedMember extends MemberName {
  readonly source: Source;
  /** The file is framed as an image, but of no kind that is known. */
  readonly isUnknownImage?: boolean;
}

const UNKNOWN_KIND = MEMBER_KINDS.length;

/** Whether members of a kind are never read: raw data, unknown files. */
export const isRaw = (kind: number): boolean => RAW[kind] ?? true;

const RAW: readonly boolean[] = MEMBER_KINDS.map(({ magic }) => magic === null);

/**
 * The inputs that belong to a set, in decoding order: detected by name, or else by magic.
 *
 * @param onDuplicate Called with a name that more than one input has; the last one is used.
 */
export async function placeMembers(
  inputs: readonly Source[],
  onDuplicate: (name: string) => void,
): Promise<PlacedMember[]> {
  const byName = new Map<string, PlacedMember>();
  // By index, like the other loops over all files: these run cold, and iterators cost more than what is done here.
  for (let at = 0; at < inputs.length; at++) {
    const source = inputs[at] as Source;
    const known = memberOfName(source.name);
    const place = known === null ? await placeByBytes(source) : placeOf(source, known.kind, known.number);
    if (place === null) continue;
    const name = baseName(source.name);
    const { size } = byName;
    byName.set(name, place);
    if (byName.size === size) onDuplicate(name);
  }
  const byKind: PlacedMember[][] = Array.from({ length: UNKNOWN_KIND + 1 }, () => []);
  for (const place of byName.values()) (byKind[place.kind] as PlacedMember[]).push(place);
  return byKind.flatMap(inOrder);
}

/** Members of one kind in the order in which they are decoded. */
function inOrder(members: PlacedMember[]): PlacedMember[] {
  if (isInOrder(members)) return members;
  // Numbers alone are sorted many times faster than by a function that compares.
  const byOwnNumber = new Map<number, PlacedMember>();
  const numbers = new Float64Array(members.length);
  for (let at = 0; at < members.length; at++) {
    const member = members[at] as PlacedMember;
    byOwnNumber.set(member.number, member);
    numbers[at] = member.number;
  }
  if (byOwnNumber.size < members.length || byOwnNumber.has(Number.NaN)) return members.sort(byNumber);
  numbers.sort();
  for (let at = 0; at < members.length; at++) members[at] = byOwnNumber.get(numbers[at] as number) as PlacedMember;
  return members;
}

/** Whether the numbers ascend. They do if the names are sorted and all numbers have as many digits. */
function isInOrder(members: readonly PlacedMember[]): boolean {
  for (let at = 1; at < members.length; at++) {
    if (!((members[at] as PlacedMember).number > (members[at - 1] as PlacedMember).number)) return false;
  }
  return true;
}

/** Not by a spread, for the reason in builder/columns.ts. */
const placeOf = (source: Source, kind: number, number: number, isUnknown = false): PlacedMember => ({
  kind,
  number,
  source,
  isUnknownImage: isUnknown,
});

function byNumber(a: PlacedMember, b: PlacedMember): number {
  if (a.number !== b.number && !Number.isNaN(a.number) && !Number.isNaN(b.number)) return a.number - b.number;
  return a.source.name < b.source.name ? -1 : 1;
}

/** A file with another name: a member by its magic, an unknown image by its extension, or neither (`null`). */
async function placeByBytes(source: Source): Promise<PlacedMember | null> {
  const isImage = source.name.endsWith(".img");
  try {
    const head = await source.read(0, Math.min(8, source.size));
    const found = memberOfBytes(head);
    if (found !== null) return placeOf(source, found.kind, numberIn(source.name));
    if (isImage && isUnknownImage(head)) return placeOf(source, UNKNOWN_KIND, Number.NaN, true);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  return isImage ? placeOf(source, UNKNOWN_KIND, Number.NaN) : null;
}

/** What browsers and file managers add to the name of a second copy: `core-7 (1).img`, `core-7 copy 2.img`. */
const COPY = /\s*(?:\(\d+\)|\bcopy \d+)(?=\.|$)/;

/** The last number in a file's name; NaN if there is none. */
const numberIn = (name: string): number =>
  Number.parseInt(/(\d+)\D*$/.exec(baseName(name).replace(COPY, ""))?.[1] ?? "", 10);

/**
 * Images that plugins wrote, by the id of the external file that they are for, which is the last number in their name:
 * `amdgpu-kfd-90.img`.
 */
export function pluginImages(placed: readonly PlacedMember[]): Map<number, string> {
  const images = new Map<number, string>();
  for (let at = 0; at < placed.length; at++) {
    const { kind, source } = placed[at] as PlacedMember;
    if (kind !== UNKNOWN_KIND) continue;
    const name = baseName(source.name);
    const id = PLUGIN_IMAGE.exec(name)?.[1];
    if (id !== undefined && !images.has(Number(id))) images.set(Number(id), name);
  }
  return images;
}

/** Pages of memory, which amdgpu-pages-N-M.img has, are of no single file. */
const PLUGIN_IMAGE = /^(?!.*pages).*[-_](\d{1,9})\.img$/;
