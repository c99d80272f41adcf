// Warnings about incomplete images in a comparison.

import type { Checkpoint } from "../../model/checkpoint.ts";
import { visible } from "../../model/text/text.ts";

/** A sentence for each incomplete image, with the place where it ends. */
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
  return `${which}${where}: changes that this could explain are marked uncertain.`;
}
