// Compares the details of two open files, and their links. Files whose details are all in columns (the inodes of files
// with a path) are compared without allocating anything: there can be millions.
//
// Casts `as number` read columns at rows that the pairs of a comparison hold.

import { type Checkpoint, type DetailStore, HAS, NONE } from "../../model/checkpoint.ts";
import { otherSide, type Side } from "../../model/comparison/side.ts";
import { type DetailSpec, fileDetail } from "../../model/detail-keys.ts";
import { detailOf, detailRange, valueBytes } from "../../model/detail-store.ts";
import type { Details } from "../../model/fields.ts";
import type { LinkRole } from "../../model/links.ts";
import { wordsOf } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { encodeText, sameBytes } from "../../model/text/text.ts";
import { CHANGE_BITS } from "../changes.ts";
import type { LackingValues } from "../lacking-values.ts";
import type { Compared } from "../pairs/holders.ts";
import { mountOfFile, type PlaceOfMount, type Places, placesOf } from "../pairs/match-mounts.ts";
import type { NamespaceTasks } from "../pairs/match-namespaces.ts";
import { fileDetailValue, isSameDetail, namespaceTaskOf } from "./detail-values.ts";
import { ALL_PAIRED, type LinkComparer, linkComparer } from "./links.ts";
import { areSameMounts, type SameNamespace, type StoreComparer, storeComparer } from "./same-details.ts";

/** A detail that differs, or a role in which the links differ. */
export interface DetailDifference {
  readonly kind: "file-detail" | "file-linked";
  readonly key: string;
  /** It could be an effect of an incomplete image. */
  readonly uncertain: boolean;
}

export interface DetailComparer {
  /** Bits of CHANGE_BITS: whether details or links of two open files differ. */
  bits(b: FileRow, a: FileRow): number;
  /** What differs. */
  list(b: FileRow, a: FileRow): readonly DetailDifference[];
}

const NOTHING: readonly DetailDifference[] = [];

/** Takes the title of a value that a side lacks. */
type Lack = (side: Side, title: string) => void;

/**
 * A comparer of the details of open files of the same kind and path.
 *
 * @param places Which namespaces and mounts correspond; `null`: not known.
 * @param lacking `bits` adds the details here that only one of the files has.
 * @param only By row: 1 for files that are compared, each with the one in its own row. Absent: any are.
 */
export function detailComparer(
  compared: Compared,
  places: Places | null,
  lacking: LackingValues,
  only?: Uint8Array,
): DetailComparer {
  const { before, after } = compared;
  // The formats name and divide their details differently.
  if (before.format !== after.format) return { bits: () => 0, list: () => NOTHING };
  const hasBefore = before.files.has;
  const hasAfter = after.files.has;
  const inodes = inodeComparer(before, after, places);
  const inSameNamespace = namespaceComparer(before, after, places?.namespaces ?? null);
  // These look at all files first, and are often not needed.
  let known: { readonly links: LinkComparer; readonly sameStored: StoreComparer } | null = null;
  const comparers = () => {
    known ??= {
      links: linkComparer(compared, only),
      sameStored: storeComparer(before, after, { inSameNamespace, places }, only),
    };
    return known;
  };
  const placeOf = { before: placesOf(compared, places, "before"), after: placesOf(compared, places, "after") };
  const incomplete = !before.complete || !after.complete;

  const listed = (b: FileRow, a: FileRow, lack: Lack): readonly DetailDifference[] => {
    const found: DetailDifference[] = [];
    const shared = (hasBefore[b] as number) & (hasAfter[a] as number);
    if (shared & HAS.inode) {
      for (const key of inodes.keys(b, a)) found.push({ kind: "file-detail", key, uncertain: false });
    }
    if ((((hasBefore[b] as number) | (hasAfter[a] as number)) & HAS.details) === 0) return found;
    const { links, sameStored } = comparers();
    const linked = links(b, a);
    if (!sameStored(b, a, linked)) {
      const ofBoth = { before, after, inSameNamespace, places, placeOf, incomplete, lack };
      found.push(...storedDifferences(ofBoth, b, a, linked));
    }
    for (const role of linked) found.push({ kind: "file-linked", key: role, uncertain: incomplete });
    return found;
  };

  const lack: Lack = (side, title) => lacking.add(side, title, "open file");
  return {
    list: (b, a) => listed(b, a, () => {}),
    bits(b, a) {
      const either = (hasBefore[b] as number) | (hasAfter[a] as number);
      const both = (hasBefore[b] as number) & (hasAfter[a] as number);
      if (either & HAS.inode) inodes.lacking(b, a, lack);
      const stored = (either & HAS.details) === 0 ? null : comparers();
      const linked = stored === null ? ALL_PAIRED : stored.links(b, a);
      if (linked.length === 0 && (stored === null || stored.sameStored(b, a, linked))) {
        return both & HAS.inode && inodes.differ(b, a) ? CHANGE_BITS.detail : 0;
      }
      let bits = 0;
      for (const { kind } of listed(b, a, lack))
        bits |= kind === "file-detail" ? CHANGE_BITS.detail : CHANGE_BITS.linked;
      return bits;
    },
  };
}

/** Compares mode, size and mount of inodes. A value that is missing from one of the images is not compared. */
function inodeComparer(before: Checkpoint, after: Checkpoint, places: Places | null) {
  const x = before.files;
  const y = after.files;
  const [sizeBefore, sizeAfter] = [wordsOf(x.size), wordsOf(y.size)];
  const unknown = (size: Uint32Array, file: FileRow): boolean =>
    size[2 * file] === 0xffff_ffff && size[2 * file + 1] === 0xffff_ffff;
  const modes = (b: FileRow, a: FileRow): boolean =>
    x.inodeMode[b] !== y.inodeMode[a] && x.inodeMode[b] !== 0 && y.inodeMode[a] !== 0;
  const sizes = (b: FileRow, a: FileRow): boolean =>
    (sizeBefore[2 * b] !== sizeAfter[2 * a] || sizeBefore[2 * b + 1] !== sizeAfter[2 * a + 1]) &&
    !unknown(sizeBefore, b) &&
    !unknown(sizeAfter, a);
  const mounts = (b: FileRow, a: FileRow): boolean => {
    if (places === null) return false;
    const place = mountOfFile(before, places.mounts, "before", b);
    const other = place === null ? null : mountOfFile(after, places.mounts, "after", a);
    return place !== null && other !== null && place.number !== other.number;
  };
  return {
    differ: (b: FileRow, a: FileRow): boolean => modes(b, a) || sizes(b, a) || mounts(b, a),
    /** A missing size is not noted: CRIU records it only for files whose flags let the restore compare it. */
    lacking(b: FileRow, a: FileRow, lack: Lack): void {
      const hasBefore = ((x.has[b] as number) & HAS.inode) !== 0 && x.inodeMode[b] !== 0;
      const hasAfter = ((y.has[a] as number) & HAS.inode) !== 0 && y.inodeMode[a] !== 0;
      if (hasBefore !== hasAfter) lack(hasBefore ? "after" : "before", fileDetail("mode", x.kind[b] as number).title);
    },
    keys: (b: FileRow, a: FileRow): string[] => [
      ...(modes(b, a) ? ["mode"] : []),
      ...(sizes(b, a) ? ["size"] : []),
      ...(mounts(b, a) ? ["mountId"] : []),
    ],
  };
}

function namespaceComparer(before: Checkpoint, after: Checkpoint, namespaces: NamespaceTasks | null): SameNamespace {
  if (namespaces === null) return () => true;
  return (b, a) => {
    const x = namespaceTaskOf(before, namespaces, "before", b);
    const y = namespaceTaskOf(after, namespaces, "after", a);
    return x === y || x === NONE || y === NONE;
  };
}

/** What comparing the details of any two files needs. */
interface Stored {
  readonly before: Checkpoint;
  readonly after: Checkpoint;
  readonly inSameNamespace: SameNamespace;
  readonly places: Places | null;
  readonly placeOf: Readonly<Record<Side, PlaceOfMount>>;
  readonly incomplete: boolean;
  readonly lack: Lack;
}

/** Differences of the details in the stores. `linked`: roles in which links differ; these are changes of links. */
function storedDifferences(
  { before, after, inSameNamespace, places, placeOf, incomplete, lack }: Stored,
  b: FileRow,
  a: FileRow,
  linked: readonly LinkRole[],
): DetailDifference[] {
  const entriesBefore = entriesOf(before.fileDetails, b);
  const entriesAfter = entriesOf(after.fileDetails, a);
  const found: DetailDifference[] = [];
  const kind = before.files.kind[b] as number;
  for (const key of new Set([...entriesBefore.keys(), ...entriesAfter.keys()])) {
    const spec = fileDetail(key, kind);
    if (spec.volatileOf !== undefined && (isVolatile(spec, after, a) || isInOptions(key, [before, b], [after, a])))
      continue;
    if (entriesBefore.has(key) !== entriesAfter.has(key)) {
      const without: Side = entriesBefore.has(key) ? "after" : "before";
      const isUnrecorded = isRecordedByOther(spec, { before: entriesBefore, after: entriesAfter }, without);
      if (isUnrecorded || isExpected(spec, entriesBefore, entriesAfter)) lack(without, spec.title);
      if (isUnrecorded) continue;
    }
    if (!isCompared(spec, entriesBefore.has(key), entriesAfter.has(key))) continue;
    if (spec.compared === "link") {
      if (spec.role !== undefined && linked.includes(spec.role)) continue;
      const [valueBefore, valueAfter] = [fileDetailValue(before, b, key), fileDetailValue(after, a, key)];
      if (JSON.stringify(valueBefore) === JSON.stringify(valueAfter)) continue;
    } else if (spec.compared === "namespace") {
      if (inSameNamespace(b, a)) continue;
    } else if (spec.compared === "mount") {
      const [x = null, y = null] = [detailOf(before, b, key), detailOf(after, a, key)];
      if (areSameMounts(places, x, y)) continue;
    } else {
      const valueBefore = entriesBefore.get(key);
      const valueAfter = entriesAfter.get(key);
      const isSame = isNothing(valueBefore) ? isNothing(valueAfter) : sameValue(valueBefore, valueAfter);
      if (isSame && spec.mountKey === undefined) continue;
      if (spec.mountKey !== undefined || spec.unordered) {
        const [x = null, y = null] = [detailOf(before, b, key), detailOf(after, a, key)];
        if (isSameDetail(spec, x, y, placeOf)) continue;
      }
    }
    const isOnBoth = entriesBefore.has(key) && entriesAfter.has(key);
    found.push({ kind: "file-detail", key, uncertain: incomplete && !isOnBoth });
  }
  return found;
}

function entriesOf(store: DetailStore, row: number): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  const [first, end] = detailRange(store, row);
  for (let at = first; at < end; at++) {
    entries.set(store.keys[store.key[at] as number] as string, valueBytes(store, store.value[at] as number));
  }
  return entries;
}

/** The stored values of a file, by key. */
type Entries = ReadonlyMap<string, Uint8Array>;

const sameValue = (x: Uint8Array | undefined, y: Uint8Array | undefined): boolean =>
  x !== undefined && y !== undefined && sameBytes(x, y);

const NULL = encodeText("null");

/** Whether a value is not set: the key is absent or `null`. */
const isNothing = (value: Uint8Array | undefined): boolean => value === undefined || sameBytes(value, NULL);

/** Whether a value advances by itself, by the protocol of the file, which is a change of its own if it differs. */
const isVolatile = ({ volatileOf = [] }: DetailSpec, checkpoint: Checkpoint, file: FileRow): boolean => {
  const protocol = detailOf(checkpoint, file, "protocol");
  return typeof protocol === "string" && volatileOf.includes(protocol);
};

type FileOf = readonly [checkpoint: Checkpoint, file: FileRow];

/** Whether a detail differs only in what the options of the files have too, which are compared. */
function isInOptions(key: string, before: FileOf, after: FileOf): boolean {
  const entries = (of: FileOf, detail: string): Details => {
    const value = detailOf(...of, detail);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Details) : {};
  };
  const [x, y] = [entries(before, key), entries(after, key)];
  const options = { ...entries(before, "options"), ...entries(after, "options") };
  return [...Object.keys(x), ...Object.keys(y)].every((name) => x[name] === y[name] || Object.hasOwn(options, name));
}

/**
 * Whether one side has no value because its image does not record it: it also lacks what the other side records along
 * with it.
 */
function isRecordedByOther(
  { recordedWith }: DetailSpec,
  entries: Readonly<Record<Side, Entries>>,
  without: Side,
): boolean {
  if (recordedWith === undefined) return false;
  return !entries[without].has(recordedWith) && entries[otherSide(without)].has(recordedWith);
}

/** Whether a key that only one image has should be in both. */
const isExpected = ({ compared, absent, dependsOn }: DetailSpec, before: Entries, after: Entries): boolean =>
  (compared === "value" || compared === "namespace") &&
  absent !== "null" &&
  (dependsOn === undefined || hasSame(dependsOn, before, after));

function hasSame(key: string, before: Entries, after: Entries): boolean {
  const [x, y] = [before.get(key), after.get(key)];
  return x === undefined || y === undefined ? x === y : sameBytes(x, y);
}

/** Whether a key that is absent on one side is compared. */
function isCompared({ compared, absent }: DetailSpec, isBefore: boolean, isAfter: boolean): boolean {
  if (compared === "namespace" || compared === "mount") return isBefore && isAfter;
  if (compared !== "value" && compared !== "link") return false;
  return (isBefore && isAfter) || absent === "null" || compared === "link";
}
