// The members of a set by kind and number, and the check that those which entries call for are there.

import { MEMBER_KINDS } from "../../decoder/criu/member-kinds.ts";
import { baseName, memberOfName } from "../../decoder/criu/member-names.ts";
import type { Member, Severity } from "../../model/checkpoint.ts";
import { NONE } from "../../model/checkpoint.ts";
import { faultAt, type Scan } from "./scan.ts";

/** The members of a set. */
export interface MemberIndex {
  /** Index into `Checkpoint.members`; NONE if there is no such member. `number` 0 for kinds without a number. */
  find(kind: string, number: number): number;
  /** Index and number of each member of a kind. */
  ofKind(kind: string): readonly (readonly [member: number, number: number])[];
  /** Names without their folders. */
  readonly names: ReadonlySet<string>;
}

/** Indexes the members by what their names say. */
export function indexMembers(members: readonly Member[]): MemberIndex {
  const byKind = new Map<string, Map<number, number>>();
  for (const [member, { name }] of members.entries()) {
    const place = memberOfName(name);
    const kind = place === null ? undefined : MEMBER_KINDS[place.kind]?.name;
    if (place === null || kind === undefined) continue;
    const numbers = byKind.get(kind) ?? new Map<number, number>();
    byKind.set(kind, numbers);
    const number = Number.isNaN(place.number) ? 0 : place.number;
    if (!numbers.has(number)) numbers.set(number, member);
  }
  return {
    find: (kind, number) => byKind.get(kind)?.get(number) ?? NONE,
    ofKind: (kind) => Array.from(byKind.get(kind) ?? [], ([number, member]) => [member, number] as const),
    names: new Set(members.map(({ name }) => baseName(name))),
  };
}

/** A member that the current entry calls for. */
export interface Call {
  readonly kind: string;
  /** Absent: the kind has no number. */
  readonly number?: number;
  /** The name of the member; absent: made of kind and number. */
  readonly name?: string;
  /** The field of the entry that calls for it. */
  readonly field: string;
  /** What is lost without it, as a clause: `the memfd's contents are in it`. */
  readonly why: string;
  /** `error` if absent. */
  readonly severity?: Severity;
}

/** Reports a member that the current entry calls for and that is missing, once. */
export function callFor(scan: Scan, { kind, number, name, field, why, severity = "error" }: Call): void {
  if (scan.members.find(kind, number ?? 0) !== NONE) return;
  const missing = name ?? `${kind}${number === undefined ? "" : `-${number}`}.img`;
  if (scan.called.has(missing)) return;
  scan.called.add(missing);
  faultAt(scan, "member-missing", scan.record, field, `${missing} is missing: ${why}.`, severity);
}
