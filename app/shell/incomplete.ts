// Which of two images is incomplete, and where it ends.

import type { Checkpoint } from "../model/checkpoint.ts";
import { visible } from "../model/text.ts";

/** A sentence for each image that is incomplete; none for whole ones. */
export function describeIncomplete(before: Checkpoint, after: Checkpoint): string[] {
  return [ending("Before", before), ending("After", after)].filter((sentence) => sentence !== "");
}

function ending(which: string, { complete, problems, members }: Checkpoint): string {
  if (complete) return "";
  const error = problems.findLast(({ severity, offset }) => severity === "error" && offset !== null);
  const name = error?.member === undefined ? undefined : members[error.member]?.name;
  const where = error
    ? ` ends at byte ${error.offset}${name === undefined ? "" : ` of ${visible(name)}`}`
    : " is incomplete";
  return `${which}${where}: changes that could be an effect of that are marked uncertain.`;
}
