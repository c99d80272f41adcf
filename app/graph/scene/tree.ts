// The scene as a tree for screen readers: each box once, below the first box that leads to it.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import type { Action, Box, BoxKind, Scene } from "./scene.ts";

/** One item of the hidden tree. */
export interface TreeItem {
  /** Index of its box. */
  readonly box: number;
  readonly ref: ObjectRef | null;
  readonly action: Action | null;
  /** For a box without an object, its text; else what is added to the object's sentence. */
  readonly label: string;
  /** Depth, from 1. */
  readonly level: number;
  /** Number among its siblings, from 1, and how many siblings there are. */
  readonly position: number;
  readonly size: number;
  /** Null for an item without children. */
  readonly expanded: boolean | null;
}

/** Most items in the page at a time. */
export const MOST_ITEMS = 200;

/** All items of a scene, depth first: tasks, their tables, slots and files; boxes that nothing leads to come last. */
export function treeOf(scene: Pick<Scene, "boxes" | "edges">): TreeItem[] {
  const { children, roots } = familyOf(scene);
  const items: TreeItem[] = [];
  const pending: { box: number; level: number; position: number; size: number }[] = [];
  const push = (boxes: readonly number[], level: number): void => {
    for (let at = boxes.length - 1; at >= 0; at--) {
      pending.push({ box: boxes[at] as number, level, position: at + 1, size: boxes.length });
    }
  };
  push(roots, 1);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { ref, action, label, note, open } = scene.boxes[next.box] as Box;
    const below = children[next.box] as number[];
    items.push({
      ...next,
      ref,
      action,
      label: ref === null ? label : note,
      expanded: open ?? (below.length > 0 ? true : null),
    });
    push(below, next.level + 1);
  }
  return items;
}

/** Kinds of box in the order in which siblings are listed. */
const KIND_ORDER: readonly BoxKind[] = ["task", "table", "slot", "more", "file", "fold", "unused", "chart"];

/** The children of each box, and the boxes without a parent, by kind and then by height. */
function familyOf({ boxes, edges }: Pick<Scene, "boxes" | "edges">): { children: number[][]; roots: number[] } {
  const parent = Int32Array.from(boxes, (box) => box.parent);
  // The first edge wins: scenes list the edges of tasks before those of slots.
  for (const edge of edges) {
    if (edge.from !== NONE && parent[edge.to] === NONE) parent[edge.to] = edge.from;
  }
  const sorted = [...boxes.entries()].sort(
    ([a, one], [b, other]) => KIND_ORDER.indexOf(one.kind) - KIND_ORDER.indexOf(other.kind) || one.y - other.y || a - b,
  );
  const children: number[][] = boxes.map(() => []);
  const roots: number[] = [];
  for (const [index] of sorted) (children[parent[index] as number] ?? roots).push(index);
  return { children, roots };
}

/** The range of items to put in the page: up to MOST_ITEMS around `index`. */
export function treeWindow(items: readonly TreeItem[], index: number): { first: number; end: number } {
  if (items.length <= MOST_ITEMS) return { first: 0, end: items.length };
  const first = Math.max(0, Math.min(items.length - MOST_ITEMS, index - MOST_ITEMS / 2));
  return { first, end: first + MOST_ITEMS };
}
