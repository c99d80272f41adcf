// The ranking of changes that concern one object, case by case.

import { expect, test } from "vitest";
import type { ChangeKind } from "../../../app/diff/changes.ts";
import { type Concern, rankOf } from "../../../app/diff/lists/rank.ts";

/** `other`: the change goes by another name. `listed`: the object is not the first of the change. */
type Case = readonly [kind: ChangeKind, ...("other" | "listed")[]];

const concern = (to: Concern["to"], [kind, ...not]: Case): Concern => ({
  to,
  kind,
  isNamed: !not.includes("other"),
  isFirst: !not.includes("listed"),
});

test.each<[to: Concern["to"], what: string, better: Case, worse: Case]>([
  ["descriptor", "its new file, not what it shared before", ["file-path"], ["file-unshared", "other", "listed"]],
  ["descriptor", "its new file, also where others are listed first", ["file-path", "listed"], ["file-unshared"]],
  ["descriptor", "where it leads now, also when it is named otherwise", ["file-path", "other"], ["file-shared"]],
  ["descriptor", "that it was closed, not that it shared", ["fd-closed"], ["file-unshared"]],
  ["descriptor", "that it was opened, not that it shares", ["fd-opened"], ["file-shared"]],
  ["descriptor", "where it leads, not whether exec closes it", ["file-path"], ["close-on-exec"]],
  ["descriptor", "flags, not the position", ["file-flags"], ["file-pos"]],
  ["descriptor", "a position that it shares, not the sharing", ["file-pos", "listed"], ["file-unshared"]],
  ["descriptor", "sharing of its own file, not of its former", ["file-shared", "listed"], ["file-unshared", "other"]],
  ["descriptor", "the change that lists it first", ["file-shared"], ["file-shared", "listed"]],
  ["file", "its position, not that a descriptor of it was opened", ["file-pos"], ["fd-opened"]],
  ["file", "the descriptor that leads to it, not what that shared", ["file-path"], ["file-unshared", "other"]],
  ["file", "its sharing, not where its descriptor leads now", ["file-unshared"], ["file-path", "other"]],
  ["file", "where its descriptor leads now, not another's sharing", ["file-path", "other"], ["file-shared", "other"]],
  ["file", "that it was closed, not that it shared", ["fd-closed"], ["file-unshared"]],
])("%s: %s", (to, _, better, worse) => {
  expect(rankOf(concern(to, better))).toBeLessThan(rankOf(concern(to, worse)));
});
