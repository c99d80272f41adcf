// What is drawn as a tree: each box once, under the first thing that leads to it. For screen readers and tests.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import type { Action, Scene } from "./scene.ts";

/** One item of the hidden tree. */
export interface TreeItem {
  /** Index of its box. */
  readonly box: number;
  readonly ref: ObjectRef | null;
  readonly action: Action | null;
  readonly label: string;
  /** From 1. */
  readonly level: number;
  /** Its number among its siblings, from 1, and how many they are. */
  readonly position: number;
  readonly size: number;
  /** Null for an item that holds nothing. */
  readonly expanded: boolean | null;
}

/** At most this many items are in the page at a time. */
export const MOST_ITEMS = 200;

/** All items of a scene: task, its table, its slots, their files; what hangs on nothing that is drawn comes last. */
export function treeOf(scene: Scene): TreeItem[] {
  const children: number[][] = scene.boxes.map(() => []);
  const parent = new Int32Array(scene.boxes.length).fill(NONE);
  scene.boxes.forEach((box, index) => {
    if (box.parent !== NONE) parent[index] = box.parent;
  });
  // Edges of tables first, then those of slots: scenes list tables before what hangs on them.
  for (const edge of scene.edges) {
    if (edge.from !== NONE && parent[edge.to] === NONE) parent[edge.to] = edge.from;
  }
  const roots: number[] = [];
  const byKind = ["task", "table", "slot", "more", "file", "fold", "unused"];
  const order = scene.boxes.map((_, index) => index);
  order.sort((a, b) => {
    const one = scene.boxes[a];
    const other = scene.boxes[b];
    if (one === undefined || other === undefined) return 0;
    return byKind.indexOf(one.kind) - byKind.indexOf(other.kind) || one.y - other.y || a - b;
  });
  for (const index of order) {
    const above = parent[index] as number;
    if (above === NONE) roots.push(index);
    else children[above]?.push(index);
  }
  const items: TreeItem[] = [];
  const pending: { box: number; level: number; position: number; size: number }[] = [];
  const push = (boxes: readonly number[], level: number): void => {
    for (let at = boxes.length - 1; at >= 0; at--) {
      pending.push({ box: boxes[at] as number, level, position: at + 1, size: boxes.length });
    }
  };
  push(roots, 1);
  while (pending.length > 0) {
    const next = pending.pop();
    const box = next === undefined ? undefined : scene.boxes[next.box];
    if (next === undefined || box === undefined) continue;
    const below = children[next.box] ?? [];
    items.push({
      ...next,
      ref: box.ref,
      action: box.action,
      label: box.label,
      expanded: box.open ?? (below.length > 0 ? true : null),
    });
    push(below, next.level + 1);
  }
  return items;
}

/** The part of the items that is in the page: MOST_ITEMS of them around `index`. */
export function treeWindow(items: readonly TreeItem[], index: number): { first: number; end: number } {
  if (items.length <= MOST_ITEMS) return { first: 0, end: items.length };
  const first = Math.max(0, Math.min(items.length - MOST_ITEMS, index - MOST_ITEMS / 2));
  return { first, end: first + MOST_ITEMS };
}
