// Which files belong to a set, in which order they are decoded, and how each is framed.

import { visible } from "../../model/text.ts";
import { type Source, SourceError } from "../source.ts";
import { memberOfBytes } from "./framing.ts";
import { MEMBER_KINDS } from "./member-kinds.ts";
import { baseName, type MemberName, memberOfName } from "./member-names.ts";

/** A file of a set. Its kind is past the end of MEMBER_KINDS if it is not one that we know. */
export interface PlacedMember extends MemberName {
  readonly source: Source;
}

const UNKNOWN_KIND = MEMBER_KINDS.length;

/** Whether members of a kind are never read. */
export const isRaw = (kind: number): boolean => (MEMBER_KINDS[kind]?.magic ?? null) === null;

/** Which of the inputs belong to a set, by name first and else by magic, in the order in which they are decoded. */
export async function placeMembers(
  inputs: readonly Source[],
  note: (message: string) => void,
): Promise<PlacedMember[]> {
  const byName = new Map<string, PlacedMember>();
  for (const source of inputs) {
    const place = memberOfName(source.name) ?? (await placeByBytes(source));
    if (place === null) continue;
    const name = baseName(source.name);
    if (byName.has(name)) note(`There is more than one ${visible(name)}; the last one counts.`);
    byName.set(name, { ...place, source });
  }
  const order = (a: PlacedMember, b: PlacedMember): number => {
    if (a.kind !== b.kind) return a.kind - b.kind;
    if (a.number !== b.number && !Number.isNaN(a.number) && !Number.isNaN(b.number)) return a.number - b.number;
    return a.source.name < b.source.name ? -1 : 1;
  };
  return [...byName.values()].sort(order);
}

/** A file whose name says nothing: one of a set's by its magic, or an image of a kind that we do not know. */
async function placeByBytes(source: Source): Promise<MemberName | null> {
  try {
    const found = memberOfBytes(await source.read(0, Math.min(8, source.size)));
    if (found !== null) return { kind: found.kind, number: numberIn(source.name) };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  return source.name.endsWith(".img") ? { kind: UNKNOWN_KIND, number: Number.NaN } : null;
}

const numberIn = (name: string): number => Number.parseInt(/(\d+)\D*$/.exec(baseName(name))?.[1] ?? "", 10);

/** A source whose first bytes are at hand. */
export function withHead(source: Source, head: Uint8Array): Source {
  return {
    name: source.name,
    size: source.size,
    read: (offset, length) =>
      offset + length <= head.length ? head.subarray(offset, offset + length) : source.read(offset, length),
  };
}
