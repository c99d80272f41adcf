// Whether two open files have the same details in the stores of their images, as most do. Reads columns without making
// objects: there may be millions of details.
//
// Casts `as number` read columns within bounds checked by the loops.

import { type Checkpoint, type DetailStore, NONE } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import { fileDetail } from "../../model/detail-keys.ts";
import { storedValue, valueComparer } from "../../model/detail-store.ts";
import type { DetailValue } from "../../model/fields.ts";
import { GROUP_ROLE_BITS, LINK_ROLES, type LinkRole } from "../../model/links.ts";
import { FILE_KINDS } from "../../model/names/names.ts";
import type { FileRow } from "../../model/rows.ts";
import { firstOfEach } from "../../model/search.ts";
import { isHeld } from "../pairs/holders.ts";
import { areInSamePlace, type Places } from "../pairs/match-mounts.ts";
import { ALL_PAIRED } from "./links.ts";

/** Whether two files lead to corresponding namespaces, as far as that is known. */
export type SameNamespace = (b: FileRow, a: FileRow) => boolean;

/** How a detail is tested. */
const TEST = { unknown: 0, nothing: 1, value: 2, namespace: 3, link: 4, mount: 5, mounts: 6 } as const;

const WATCHES = LINK_ROLES.indexOf("watches");

export type StoreComparer = (b: FileRow, a: FileRow, linked: readonly LinkRole[]) => boolean;

/**
 * Returns a quick test for whether two files have the same details in the stores; false means that they have to be
 * compared. `linked`: the roles in which links differ (these are changes of links), or ALL_PAIRED. `places`: which mounts
 * correspond, if that is known.
 *
 * @param only By row: 1 for files that are compared, each with the one in its own row. Absent: any are.
 */
export function storeComparer(
  before: Checkpoint,
  after: Checkpoint,
  { inSameNamespace, places }: { readonly inSameNamespace: SameNamespace; readonly places: Places | null },
  only?: Uint8Array,
): StoreComparer {
  const [x, y] = [before.fileDetails, after.fileDetails];
  if (x.count === 0 && y.count === 0) return () => true;
  const firstBefore = firstOfEach(x.row, before.files.count, only);
  const firstAfter = firstOfEach(y.row, after.files.count, only);
  const keyAfter = Int32Array.from(x.keys, (key) => y.keys.indexOf(key));
  let unheld: Record<Side, ReturnType<typeof unheldFinder>> | null = null;
  const isSame = valueComparer(x, y);
  /** By kind and key: one of TEST, and the index of the role. */
  const tests = new Uint8Array(FILE_KINDS.length * x.keys.length);
  const roles = new Int8Array(tests.length);
  const testOf = (kind: number, key: number): number => {
    const { compared, role, mountKey } = fileDetail(x.keys[key] as string, kind);
    const at = kind * x.keys.length + key;
    const isTested = compared === "value" || compared === "namespace" || compared === "link";
    tests[at] = isTested ? TEST[compared] : TEST.nothing;
    if (places !== null && compared === "mount") tests[at] = TEST.mount;
    if (places !== null && mountKey !== undefined) tests[at] = TEST.mounts;
    roles[at] = role === undefined ? NONE : LINK_ROLES.indexOf(role);
    return tests[at] as number;
  };
  /** Whether two files are linked in a role to files with descriptors only. */
  const haveOnlyHeld = (b: FileRow, a: FileRow, role: number): boolean => {
    unheld ??= { before: unheldFinder(before), after: unheldFinder(after) };
    return !unheld.before(b, role) && !unheld.after(a, role);
  };
  return (b: FileRow, a: FileRow, linked: readonly LinkRole[]): boolean => {
    const first = firstBefore[b] as number;
    const end = firstBefore[b + 1] as number;
    const shift = (firstAfter[a] as number) - first;
    if (end + shift !== firstAfter[a + 1]) return false;
    const kind = before.files.kind[b] as number;
    for (let at = first; at < end; at++) {
      const key = x.key[at] as number;
      if (keyAfter[key] !== y.key[at + shift]) return false;
      const test = tests[kind * x.keys.length + key] || testOf(kind, key);
      if (test === TEST.nothing) continue;
      // Equal ids can be those of other mounts.
      if (test === TEST.mounts) return false;
      const value = x.value[at] as number;
      const other = y.value[at + shift] as number;
      if (test === TEST.value) {
        if (!isSame(value, other)) return false;
      } else if (test === TEST.namespace) {
        if (!inSameNamespace(b, a)) return false;
      } else if (test === TEST.mount) {
        if (!areSameMounts(places, storedValue(x, value), storedValue(y, other))) return false;
      } else {
        const role = roles[kind * x.keys.length + key] as number;
        if (linked.length > 0 && linked.includes(LINK_ROLES[role] as LinkRole)) continue;
        if (role === WATCHES) {
          if (!isSame(value, other)) return false;
          continue;
        }
        // A list of file ids: only files without descriptors are compared here.
        if (isNull(x, value) !== isNull(y, other)) return false;
        if (linked !== ALL_PAIRED && !haveOnlyHeld(b, a, role)) return false;
      }
    }
    return true;
  };
}

/** Whether two ids of mounts are those of the same place, as far as that is known. */
export const areSameMounts = (places: Places | null, before: DetailValue, after: DetailValue): boolean =>
  places === null || typeof before !== "number" || typeof after !== "number" || areInSamePlace(places, before, after);

/** Whether a value is null: no other value has its length and first byte. */
const isNull = ({ start, pool }: DetailStore, value: number): boolean =>
  pool[start[value] as number] === FIRST_OF_NULL && (start[value + 1] as number) - (start[value] as number) === 4;

const FIRST_OF_NULL = 0x6e;

/** Most members of a group that are examined; `linksOf` lists only the first of a larger group. */
const MOST_MEMBERS = 1001;

/** A function that tests whether a file is linked, in the role with an index, to files that no descriptor leads to. */
function unheldFinder(checkpoint: Checkpoint): (file: FileRow, role: number) => boolean {
  const { links, files } = checkpoint;
  const first = firstOfEach(links.from, files.count);
  /** By group: 1 more than whether a member has no descriptor; 0: not known yet. */
  const known = new Uint8Array(links.firstMember.length);
  const hasUnheldMember = (group: number): boolean => {
    if (known[group] === 0) known[group] = 1 + Number(isAnyUnheld(checkpoint, group));
    return known[group] === 2;
  };
  return (file, role) => {
    for (let row = first[file] as number; row < (first[file + 1] as number); row++) {
      if (links.role[row] !== role) continue;
      const to = links.to[row] as number;
      if ((GROUP_ROLE_BITS & (1 << role)) !== 0) {
        if (hasUnheldMember(to)) return true;
      } else if (to === NONE || !isHeld(checkpoint, to)) return true;
    }
    return false;
  };
}

function isAnyUnheld(checkpoint: Checkpoint, group: number): boolean {
  const { firstMember, member } = checkpoint.links;
  const start = firstMember[group] as number;
  const end = Math.min(firstMember[group + 1] as number, start + MOST_MEMBERS);
  for (let at = start; at < end; at++) if (!isHeld(checkpoint, member[at] as number)) return true;
  return false;
}
