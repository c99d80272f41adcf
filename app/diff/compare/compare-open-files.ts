// Compares two open files, one of each checkpoint: path, position (f_pos), flags, mode and version.
//
// Casts `as number` read columns at rows that the pairs of a comparison hold; this runs for every pair.

import { type Checkpoint, HAS, NONE, nameBytes, stableLength } from "../../model/checkpoint.ts";
import { fileKind, openFlags } from "../../model/names/names.ts";
import { writtenOutside } from "../../model/outside.ts";
import { wordsOf } from "../../model/read.ts";
import { bytesView, haveSameBytes, sameBytes } from "../../model/text/text.ts";
import { UNLINKED_SUFFIX } from "../../model/unlinked.ts";
import { CHANGE_BITS } from "../changes.ts";

const UNKNOWN = fileKind("unknown");
const GENERIC = fileKind("generic");

/** Whether a kind is compatible with every other kind of file that has a path. */
const isVague = (kind: number): boolean => kind === UNKNOWN || kind === GENERIC;

/** Set along with CHANGE_BITS.path if the paths may differ only because something is missing from one image. */
export const UNCERTAIN_PATH = 1 << 15;

/**
 * A function that compares open files: FileRows before and after (NONE: missing) → bits of CHANGE_BITS for the values
 * that differ, and UNCERTAIN_PATH. A value that is missing from one of the images is not compared.
 *
 * The path differs if the kinds or the stable bytes of the names do. A missing file has an unknown kind and name: it
 * differs, uncertainly, from a known file, and not from an unknown one. `generic` matches any kind of the same path, as
 * some dialects say no more. Flags are compared if their bits have the same meaning on both architectures.
 */
export function openFileComparer(
  before: Checkpoint,
  after: Checkpoint,
): (fileBefore: number, fileAfter: number) => number {
  const x = before.files;
  const y = after.files;
  const posBefore = wordsOf(x.pos);
  const posAfter = wordsOf(y.pos);
  const versionBefore = wordsOf(x.version);
  const versionAfter = wordsOf(y.version);
  const sameFlags = sameFlagValues(before.machine.arch, after.machine.arch);
  const otherFormat = before.format !== after.format;
  // A version written outside the kernel is not the kernel's.
  const sameVersions = writtenOutside(before) === writtenOutside(after);

  const sameNames = nameComparer(before, after);

  const pathBits = (b: number, a: number): number => {
    // Nearly all have the same kind and name.
    if (b !== NONE && a !== NONE) {
      const kind = x.kind[b] as number;
      const onlyOneHasPath = ((x.has[b] as number) ^ (y.has[a] as number)) & HAS.path;
      if (kind === y.kind[a] && kind !== UNKNOWN && !onlyOneHasPath && sameNames(b, a)) return 0;
    }
    const unknownBefore = isUnknown(before, b);
    const unknownAfter = isUnknown(after, a);
    if (unknownBefore || unknownAfter) {
      return unknownBefore && unknownAfter ? 0 : CHANGE_BITS.path | UNCERTAIN_PATH;
    }
    const pathBefore = (x.has[b] as number) & HAS.path;
    const pathAfter = (y.has[a] as number) & HAS.path;
    const kindBefore = x.kind[b] as number;
    const kindAfter = y.kind[a] as number;
    const vague = isVague(kindBefore) || isVague(kindAfter);
    if (kindBefore !== kindAfter && !(vague && pathBefore && pathAfter)) return CHANGE_BITS.path;
    if (pathBefore !== pathAfter || !pathBefore) {
      // Made-up names depend on the format.
      if (otherFormat) return 0;
      // Without any name on one side, nothing says whether it is the same file.
      const isLost = (pathBefore && y.nameLength[a] === 0) || (pathAfter && x.nameLength[b] === 0);
      if (isLost) return CHANGE_BITS.path | UNCERTAIN_PATH;
      if (x.nameLength[b] === 0 || y.nameLength[a] === 0) return 0;
    }
    if (sameNames(b, a)) return 0;
    if (otherFormat && (sameUnlinked(before, b, after, a) || sameUnlinked(after, a, before, b))) return 0;
    // The path of a terminal or FIFO may be in a missing part of the image, and so may the name of a memfd.
    const lost =
      (!pathBefore && !before.complete && (pathAfter || beginsName(before, b, after, a))) ||
      (!pathAfter && !after.complete && (pathBefore || beginsName(after, a, before, b)));
    return lost ? CHANGE_BITS.path | UNCERTAIN_PATH : CHANGE_BITS.path;
  };

  return (b, a) => {
    const path = pathBits(b, a);
    if (b === NONE || a === NONE) return path;
    const has = (x.has[b] as number) & (y.has[a] as number);
    let bits = path;
    if (has & HAS.pos && (posBefore[2 * b] !== posAfter[2 * a] || posBefore[2 * b + 1] !== posAfter[2 * a + 1])) {
      bits |= CHANGE_BITS.pos;
    }
    if (has & HAS.flags && sameFlags && x.flags[b] !== y.flags[a]) bits |= CHANGE_BITS.flags;
    if (has & HAS.mode && x.mode[b] !== y.mode[a]) bits |= CHANGE_BITS.mode;
    if (
      has & HAS.version &&
      sameVersions &&
      ((versionBefore[2 * b] ?? 0) !== (versionAfter[2 * a] ?? 0) ||
        (versionBefore[2 * b + 1] ?? 0) !== (versionAfter[2 * a + 1] ?? 0))
    ) {
      bits |= CHANGE_BITS.version;
    }
    return bits;
  };
}

/** Whether nothing is known about a file: it is missing (NONE), or has neither kind nor name. */
export function isUnknown(checkpoint: Checkpoint, file: number): boolean {
  if (file === NONE) return true;
  const { kind, has, nameLength } = checkpoint.files;
  return kind[file] === UNKNOWN && nameLength[file] === 0 && ((has[file] as number) & HAS.path) === 0;
}

/** Whether `marked`, which says that it is unlinked, has the name of `other`, in which that is part of the path. */
function sameUnlinked(marked: Checkpoint, file: number, other: Checkpoint, otherFile: number): boolean {
  if (((marked.files.has[file] as number) & HAS.deleted) === 0) return false;
  const name = nameBytes(marked, file);
  const otherName = nameBytes(other, otherFile);
  return (
    otherName.length === name.length + UNLINKED_SUFFIX.length &&
    sameBytes(otherName.subarray(0, name.length), name) &&
    sameBytes(otherName.subarray(name.length), UNLINKED_SUFFIX)
  );
}

/** Whether the names are equal, apart from what differs from dump to dump (nameVarying). */
export const sameName = (before: Checkpoint, fileBefore: number, after: Checkpoint, fileAfter: number): boolean =>
  nameComparer(before, after)(fileBefore, fileAfter);

/** A function that compares names as sameName does. */
function nameComparer(before: Checkpoint, after: Checkpoint): (fileBefore: number, fileAfter: number) => boolean {
  const [x, y] = [before.files, after.files];
  const left = bytesView(before.text);
  const right = bytesView(after.text);
  return (b, a) => {
    const length = stableLength(x, b);
    if (length !== stableLength(y, a)) return false;
    return haveSameBytes(left, x.nameOffset[b] as number, right, y.nameOffset[a] as number, length);
  };
}

/** Whether the name of a file is the beginning of another's. */
const beginsName = (checkpoint: Checkpoint, file: number, other: Checkpoint, otherFile: number): boolean => {
  const name = nameBytes(checkpoint, file);
  return sameBytes(nameBytes(other, otherFile).subarray(0, name.length), name);
};

/** Whether the O_ flags of two architectures have the same values. */
export function sameFlagValues(before: string | null, after: string | null): boolean {
  if (before === after) return true;
  const flags = openFlags(after);
  return openFlags(before).every(({ name, value }, at) => flags[at]?.name === name && flags[at]?.value === value);
}
