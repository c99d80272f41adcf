// The tree of tasks by parent, as columns: rows in the order in which a tree shows them, and how deep each is.

import { NONE, type Tasks } from "./checkpoint.ts";

export interface TaskTree {
  /** Task rows, parents before their children. */
  readonly task: Uint32Array;
  /** Depth of task[i]; 0 for roots. */
  readonly depth: Uint32Array;
  /** Where the subtree of task[i] ends in `task`: i + 1 for a leaf. */
  readonly end: Uint32Array;
}

/**
 * Threads hang below the leader of their group, other tasks below their parent; what has neither in the image is
 * a root. Parents that go in a circle (the image is untrusted) are cut where the circle is first met.
 */
export function taskTree(tasks: Tasks): TaskTree {
  const { count } = tasks;
  const parent = parents(tasks);
  // Children as chains, in image order.
  const firstChild = new Int32Array(count).fill(NONE);
  const nextSibling = new Int32Array(count).fill(NONE);
  for (let row = count - 1; row >= 0; row--) {
    const above = parent[row] as number;
    if (above === NONE) continue;
    nextSibling[row] = firstChild[above] as number;
    firstChild[above] = row;
  }
  const tree = { task: new Uint32Array(count), depth: new Uint32Array(count), end: new Uint32Array(count) };
  const placed = new Int32Array(count).fill(NONE);
  let at = 0;
  const walk = (root: number) => {
    let row = root;
    let depth = 0;
    while (true) {
      placed[row] = at;
      tree.task[at] = row;
      tree.depth[at] = depth;
      at++;
      const child = firstChild[row] as number;
      if (child !== NONE && placed[child] === NONE) {
        row = child;
        depth++;
        continue;
      }
      tree.end[placed[row] as number] = at;
      // Up until there is a sibling to go to.
      while (row !== root) {
        const sibling = nextSibling[row] as number;
        if (sibling !== NONE && placed[sibling] === NONE) break;
        row = parent[row] as number;
        depth--;
        tree.end[placed[row] as number] = at;
      }
      if (row === root) return;
      row = nextSibling[row] as number;
    }
  };
  for (let row = 0; row < count; row++) if (parent[row] === NONE) walk(row);
  for (let row = 0; row < count; row++) if (placed[row] === NONE) walk(row);
  return tree;
}

/** Row of each task's parent; NONE for a root. */
function parents(tasks: Tasks): Int32Array {
  const { count, pid, ppid, tgid } = tasks;
  const byPid = new Uint32Array(count).map((_, row) => row);
  byPid.sort((a, b) => (pid[a] as number) - (pid[b] as number) || a - b);
  const find = (wanted: number): number => {
    if (wanted <= 0) return NONE;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pid[byPid[middle] as number] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    const row = byPid[low];
    return row !== undefined && pid[row] === wanted ? row : NONE;
  };
  const parent = new Int32Array(count).fill(NONE);
  for (let row = 0; row < count; row++) {
    const isThread = tgid[row] !== NONE && tgid[row] !== pid[row];
    const leader = isThread ? find(tgid[row] as number) : NONE;
    const above = leader === NONE ? find(ppid[row] as number) : leader;
    parent[row] = above === row ? NONE : above;
  }
  return parent;
}
