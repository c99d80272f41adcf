// The descriptors that an open file is linked to before and after a change of its links.

import type { Side } from "../../model/comparison/side.ts";
import { LINK_ROLES, type LinkRole } from "../../model/links.ts";
import { bitWords, EPOLL_EVENTS } from "../../model/names/bits.ts";
import { i32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import type { Holder, LinkedHolder } from "../changes.ts";
import { targetsOf } from "../compare/links.ts";
import type { Comparison } from "../comparison.ts";
import { descriptorsOfFile, type HeldBy, holdersOfFile } from "../pairs/holders.ts";

/** The role of a change of a link, and the descriptors that the file is linked to on each side. */
export interface LinkChange<Linked = LinkedHolder> {
  readonly role: LinkRole;
  readonly before: readonly Linked[];
  readonly after: readonly Linked[];
}

/** A descriptor that an open file is linked to, with the rows of its task: without pids, its number is not enough. */
export type LinkedDescriptor = LinkedHolder & HeldBy;

/** A change of a link, with every task's descriptors. */
export const linkChange = (comparison: Comparison, index: number): LinkChange =>
  changeBy(comparison, index, (side, file) => holdersOfFile(comparison, side, file));

/** A change of a link, with each descriptor once, however many tasks share its table: see descriptorsOfFile. */
export const linkedDescriptors = (
  comparison: Comparison,
  index: number,
  within?: number,
): LinkChange<LinkedDescriptor> =>
  changeBy(comparison, index, (side, file) => descriptorsOfFile(comparison, side, file, within));

type Holders<Held> = (side: Side, file: FileRow) => readonly Held[];

function changeBy<Held extends Holder>(
  comparison: Comparison,
  index: number,
  holders: Holders<Held>,
): LinkChange<Held & LinkedHolder> {
  const { changes, keys } = comparison;
  const key = keys[i32At(changes.key, index)];
  const role = LINK_ROLES.find((each) => each === key) ?? "other-end";
  const on = (side: Side, file: FileRow) => linkedHolders(comparison, side, file, role, holders);
  return {
    role,
    before: on("before", i32At(changes.fileBefore, index)),
    after: on("after", i32At(changes.fileAfter, index)),
  };
}

/** The holders of the files that an open file is linked to in a role, by pid, then fd. */
function linkedHolders<Held extends Holder & Partial<HeldBy>>(
  comparison: Comparison,
  side: Side,
  file: FileRow,
  role: LinkRole,
  holders: Holders<Held>,
): (Held & LinkedHolder)[] {
  const found = new Map<string, Held & LinkedHolder>();
  for (const target of targetsOf(comparison[side], file, role)) {
    const events = role === "watches" ? { events: bitWords(EPOLL_EVENTS, target.data) } : {};
    for (const holder of holders(side, target.file)) {
      const task = `${holder.pid} ${holder.taskBefore ?? ""}`;
      found.set(`${task} ${holder.fd} ${target.data}`, { ...holder, ...events });
    }
  }
  return [...found.values()].sort((a, b) => a.pid - b.pid || a.fd - b.fd);
}
