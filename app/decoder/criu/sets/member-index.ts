// The members of a set by kind and number.

import { type Member, NONE } from "../../../model/checkpoint.ts";
import { baseName } from "../../../model/text/paths.ts";
import { MEMBER_KINDS } from "../format/member-kinds.ts";
import { type MemberName, memberOfName } from "../format/member-names.ts";

/** The members of a set. */
export interface MemberIndex {
  /** Index into `Checkpoint.members`; NONE if there is no such member. `number` 0 for kinds without a number. */
  find(kind: string, number: number): number;
  /** Index and number of each member of a kind. */
  ofKind(kind: string): readonly (readonly [member: number, number: number])[];
  /** By member: its kind and number by its name; `null`: it has no name of a member. */
  readonly places: readonly (MemberName | null)[];
  /** Whether there is a file with that name in any folder. */
  has(name: string): boolean;
}

/** Indexes the members by their names. */
export function indexMembers(members: readonly Member[]): MemberIndex {
  const byKind = new Map<string, Map<number, number>>();
  const places: (MemberName | null)[] = [];
  // Without iterators: a set has thousands of members.
  for (let member = 0; member < members.length; member++) {
    const place = memberOfName((members[member] as Member).name);
    places.push(place);
    const kind = place === null ? undefined : MEMBER_KINDS[place.kind]?.name;
    if (place === null || kind === undefined) continue;
    let numbers = byKind.get(kind);
    if (numbers === undefined) {
      numbers = new Map();
      byKind.set(kind, numbers);
    }
    const number = Number.isNaN(place.number) ? 0 : place.number;
    if (!numbers.has(number)) numbers.set(number, member);
  }
  const lists = new Map<string, readonly (readonly [member: number, number: number])[]>();
  let names: ReadonlySet<string> | null = null;
  return {
    find: (kind, number) => byKind.get(kind)?.get(number) ?? NONE,
    ofKind(kind) {
      let list = lists.get(kind);
      if (list === undefined) {
        list = Array.from(byKind.get(kind) ?? [], ([number, member]) => [member, number] as const);
        lists.set(kind, list);
      }
      return list;
    },
    places,
    has(name) {
      names ??= new Set(members.map((member) => baseName(member.name)));
      return names.has(name);
    },
  };
}

/** Whether two sets have members of the same names, in the same order: then an index of one is one of the other. */
export const haveSameNames = (members: readonly Member[], others: readonly Member[]): boolean =>
  members.length === others.length && members.every(({ name }, at) => name === others[at]?.name);
