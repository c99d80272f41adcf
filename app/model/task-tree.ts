// The tree of tasks by parent, as columns: rows in display order, and the depth of each.

import { NONE, type Tasks } from "./checkpoint.ts";
import { f64At, i32At, u32At } from "./read.ts";
import { firstIndex } from "./search.ts";

/** The columns that say which task is whose parent. */
type TreeColumns = Pick<Tasks, "count" | "pid" | "ppid" | "tgid">;

export interface TaskTree {
  /** Task rows, parents before their children. */
  readonly task: Uint32Array;
  /** Depth of task[i]; 0 for roots. */
  readonly depth: Uint32Array;
  /** Where the subtree of task[i] ends in `task`: i + 1 for a leaf. */
  readonly end: Uint32Array;
}

/**
 * Threads are children of their group leader, other tasks of their parent; a task with neither in the image is a root.
 * Parents can form a cycle, because the image is untrusted: the cycle is cut at its first row.
 */
export function taskTree(tasks: TreeColumns): TaskTree {
  const { count } = tasks;
  const parent = parents(tasks);
  // Children as chains, in image order.
  const firstChild = new Int32Array(count).fill(NONE);
  const nextSibling = new Int32Array(count).fill(NONE);
  for (let row = count - 1; row >= 0; row--) {
    const above = i32At(parent, row);
    if (above === NONE) continue;
    nextSibling[row] = i32At(firstChild, above);
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
      const child = i32At(firstChild, row);
      if (child !== NONE && placed[child] === NONE) {
        row = child;
        depth++;
        continue;
      }
      tree.end[i32At(placed, row)] = at;
      // Go up until there is a sibling.
      while (row !== root) {
        const sibling = i32At(nextSibling, row);
        if (sibling !== NONE && placed[sibling] === NONE) break;
        row = i32At(parent, row);
        depth--;
        tree.end[i32At(placed, row)] = at;
      }
      if (row === root) return;
      row = i32At(nextSibling, row);
    }
  };
  for (let row = 0; row < count; row++) if (parent[row] === NONE) walk(row);
  for (let row = 0; row < count; row++) if (placed[row] === NONE) walk(row);
  return tree;
}

/** Below this many rows, a pid and a row fit into one exact number. */
const MOST_ROWS = 2 ** 22;

/** Rows in the order of their pids, then of the image. The page does this in one go, even for a million tasks. */
function rowsByPid(pid: Int32Array, count: number): Uint32Array {
  const rows = new Uint32Array(count).map((_, row) => row);
  let row = 1;
  while (row < count && i32At(pid, row - 1) <= i32At(pid, row)) row++;
  if (row >= count) return rows;
  if (count > MOST_ROWS) return rows.sort((a, b) => i32At(pid, a) - i32At(pid, b) || a - b);
  // Sorting numbers is ten times as fast as calling a function for each pair.
  const keys = Float64Array.from(rows, (each) => i32At(pid, each) * MOST_ROWS + each).sort();
  return rows.map((_, at) => f64At(keys, at) - Math.floor(f64At(keys, at) / MOST_ROWS) * MOST_ROWS);
}

/** Row of each task's parent; NONE for a root. */
function parents(tasks: TreeColumns): Int32Array {
  const { count, pid, ppid, tgid } = tasks;
  const byPid = rowsByPid(pid, count);
  const find = (wanted: number): number => {
    if (wanted <= 0) return NONE;
    const row = byPid[firstIndex(count, (at) => i32At(pid, u32At(byPid, at)) >= wanted)];
    return row !== undefined && pid[row] === wanted ? row : NONE;
  };
  const parent = new Int32Array(count).fill(NONE);
  for (let row = 0; row < count; row++) {
    const isThread = tgid[row] !== NONE && tgid[row] !== pid[row];
    const leader = isThread ? find(i32At(tgid, row)) : NONE;
    const above = leader === NONE ? find(i32At(ppid, row)) : leader;
    parent[row] = above === row ? NONE : above;
  }
  return parent;
}
