// Links between open files other than sharing: the ends of a pipe, the peer of a socket, what an epoll watches, one
// memory, files in flight, one process that has ended. Both formats fill them; views and
// comparisons name the files by their holders.

import { type Checkpoint, HAS, NONE } from "./checkpoint.ts";
import { O_ACCMODE } from "./names/names.ts";
import { i32At, u8At, u32At } from "./read.ts";
import type { FileRow } from "./rows.ts";
import { rowsOf } from "./search.ts";

/** How an open file is linked to others. Links.role is an index into this. */
export const LINK_ROLES = ["other-end", "peer", "watches", "same-memory", "in-flight", "same-process"] as const;

export type LinkRole = (typeof LINK_ROLES)[number];

/** A role in words, for headings and sentences: "other end". */
export const LINK_TITLES: Readonly<Record<LinkRole, string>> = {
  "other-end": "other end",
  peer: "peer",
  watches: "watches",
  "same-memory": "same memory",
  "in-flight": "in flight",
  "same-process": "same process",
};

/** Roles that link all files of a group to each other: `Links.to` is then the group. */
const GROUP_ROLES: ReadonlySet<LinkRole> = new Set(["other-end", "same-memory", "same-process"]);

/** Whether a role links all files of a group to each other. */
export const isGroupRole = (role: LinkRole): boolean => GROUP_ROLES.has(role);

/** GROUP_ROLES as bits, by their index in LINK_ROLES. */
export const GROUP_ROLE_BITS: number = LINK_ROLES.reduce(
  (bits, role, at) => (isGroupRole(role) ? bits | (1 << at) : bits),
  0,
);

/** One link of an open file. */
export interface Link {
  readonly role: LinkRole;
  /** NONE: outside the image. */
  readonly file: FileRow;
  readonly data: number;
}

/** Most members of a group that are listed. */
const MOST_MEMBERS = 1000;

/** Rows of Links that belong to a file: from the first to before the second number. */
export function linkRange({ links }: Checkpoint, file: FileRow): readonly [first: number, end: number] {
  return rowsOf(links.from, file);
}

/** The role of a row of Links. */
export function roleAt({ links }: Checkpoint, row: number): LinkRole {
  const role = LINK_ROLES[u8At(links.role, row)];
  if (role === undefined) throw new RangeError(`Link ${row} has no known role`);
  return role;
}

type Files = Checkpoint["files"];

const [O_WRONLY, O_RDWR] = [1, 2];

/** Which end of a pipe an open file is: 0, the one to read from; 1, the one to write to; 2, both, or unknown. */
export function endOfPipe(files: Files, file: FileRow): number {
  if ((u8At(files.has, file) & HAS.flags) === 0) return O_RDWR;
  const access = u32At(files.flags, file) & O_ACCMODE;
  return access > O_WRONLY ? O_RDWR : access;
}

/**
 * Whether an open file is at the other end of another's pipe. Two that are only open for writing are at the same end.
 */
export function areOtherEnds(files: Files, file: FileRow, other: FileRow): boolean {
  const end = endOfPipe(files, file);
  return end === O_RDWR || end !== endOfPipe(files, other);
}

/** The files of a group, as a view. */
export function groupMembers({ links }: Checkpoint, group: number): Uint32Array {
  return links.member.subarray(u32At(links.firstMember, group), u32At(links.firstMember, group + 1));
}

/** The links of an open file, those of groups spelt out (at most 1,000 members of each). */
export function linksOf(checkpoint: Checkpoint, file: FileRow): Link[] {
  const found: Link[] = [];
  if (file === NONE) return found;
  const [first, end] = linkRange(checkpoint, file);
  eachLink(checkpoint, file, first, end, (role, to, data) => found.push({ role, file: to, data }));
  return found;
}

/** Calls `visit` with each of the links of an open file that are in rows first … end - 1, as `linksOf` lists them. */
export function eachLink(
  checkpoint: Checkpoint,
  file: FileRow,
  first: number,
  end: number,
  visit: (role: LinkRole, file: FileRow, data: number) => void,
): void {
  const { links } = checkpoint;
  for (let row = first; row < end; row++) {
    const role = roleAt(checkpoint, row);
    const to = i32At(links.to, row);
    if (!isGroupRole(role)) {
      visit(role, to, u32At(links.data, row));
      continue;
    }
    let listed = 0;
    for (let at = u32At(links.firstMember, to); at < u32At(links.firstMember, to + 1); at++) {
      const member = u32At(links.member, at);
      if (member === file || (role === "other-end" && !areOtherEnds(checkpoint.files, file, member))) continue;
      if (listed++ === MOST_MEMBERS) break;
      visit(role, member, 0);
    }
  }
}
