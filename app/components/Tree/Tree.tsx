// The task tree: processes by parent, with how many descriptors each has. The tree has the focus and handles the keys;
// its rows do neither.

import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { NONE } from "../../model/checkpoint.ts";
import { u32At } from "../../model/read.ts";
import { relatedRow } from "../../model/related.ts";
import type { TaskRow } from "../../model/rows.ts";
import { taskTree } from "../../model/task-tree.ts";
import { grouped } from "../../model/text/words.ts";
import { listStep } from "../../shell/keys.ts";
import { PLACES } from "../../shell/places.ts";
import type { Doc } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { useRowWindow } from "../useRowWindow.ts";
import { TaskItem } from "./TaskItem.tsx";
import "./Tree.css";

/** Height of a row, in pixels. */
const ROW = 22;

export function Tree({ doc: { checkpoint } }: { doc: Doc }) {
  const { shell } = usePage();
  const selection = useApp((state) => state.selection);
  const { tasks } = checkpoint;
  const { tree, shown, isClosed, isParent, toggle } = useOpenRows(checkpoint);
  const [active, setActive] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const window = useRowWindow(shown.length, ROW, scroller, 0);
  const selectedTask = selection ? relatedRow(checkpoint, selection, "tasks") : NONE;
  const isSelected = selection?.to === "task";

  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another task is selected
  useEffect(() => {
    if (selectedTask === NONE) return;
    const place = shown.findIndex((index) => tree.task[index] === selectedTask);
    if (place === -1) return;
    setActive(place);
    window.reveal(place);
  }, [selectedTask]);

  const current = Math.min(active, Math.max(0, shown.length - 1));
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(shown.length - 1, to));
    setActive(next);
    window.reveal(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const index = shown[current];
    if (index === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = listStep(event.key, current, shown.length, window.visible);
    if (to !== null) move(to);
    else if (event.key === "Enter" || event.key === " ") shell.select({ to: "task", row: u32At(tree.task, index) });
    else if (event.key === "ArrowRight" && isParent(index)) {
      if (isClosed(index)) toggle(index);
      else move(current + 1);
    } else if (event.key === "ArrowLeft") {
      const depth = u32At(tree.depth, index);
      const parent = shown.subarray(0, current).findLastIndex((other) => u32At(tree.depth, other) < depth);
      if (isParent(index) && !isClosed(index)) toggle(index);
      else if (parent >= 0) move(parent);
    } else return;
    event.preventDefault();
  };

  return (
    <section className="tree-panel" aria-labelledby="tree-title">
      <h2 id="tree-title" className="panel-title">
        Tasks <span className="muted">{grouped(tasks.count)}</span>
      </h2>
      {tasks.count === 0 ? (
        <p className="panel-empty muted">The image has no tasks.</p>
      ) : (
        <div
          ref={scroller}
          id={PLACES.tree}
          className="tree mono"
          role="tree"
          aria-labelledby="tree-title"
          aria-activedescendant={window.idOf("tree-row", current)}
          tabIndex={0}
          onKeyDown={onKeyDown}
        >
          <div role="none" className="tree-rows" style={{ height: window.height }}>
            {window.rows.map(({ row, top }) => {
              const index = u32At(shown, row);
              const task: TaskRow = u32At(tree.task, index);
              const related = task === selectedTask;
              return (
                <TaskItem
                  key={task}
                  {...{ checkpoint, task, row, top }}
                  depth={u32At(tree.depth, index)}
                  open={isParent(index) ? !isClosed(index) : undefined}
                  selected={related && isSelected}
                  related={related}
                  active={row === current}
                  onSelect={() => {
                    setActive(row);
                    shell.select({ to: "task", row: task });
                  }}
                  onToggle={() => toggle(index)}
                />
              );
            })}
          </div>
        </div>
      )}
    </section>
  );
}

/** The tree, and which of its rows are shown. An index is a row of the tree, in depth-first order. */
function useOpenRows({ tasks }: Doc["checkpoint"]) {
  const tree = useMemo(() => taskTree(tasks), [tasks]);
  const [closed, setClosed] = useState<ReadonlySet<TaskRow>>(new Set());
  /** Indexes of the rows that no closed parent hides. */
  const shown = useMemo(() => {
    const rows = new Uint32Array(tree.task.length);
    let count = 0;
    for (let index = 0; index < tree.task.length; ) {
      rows[count++] = index;
      index = closed.has(u32At(tree.task, index)) ? u32At(tree.end, index) : index + 1;
    }
    return rows.subarray(0, count);
  }, [tree, closed]);
  return {
    tree,
    shown,
    isClosed: (index: number): boolean => closed.has(u32At(tree.task, index)),
    isParent: (index: number): boolean => u32At(tree.end, index) > index + 1,
    toggle(index: number): void {
      const task: TaskRow = u32At(tree.task, index);
      const next = new Set(closed);
      if (!next.delete(task)) next.add(task);
      setClosed(next);
    },
  };
}
