// The task tree: who is whose child, and how many descriptors each has. The tree has the focus and the keys; its
// rows have neither.

import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { commBytes, descriptorCount, NONE, taskCount, taskNumber } from "../../model/checkpoint.ts";
import { TASK_STATES } from "../../model/names.ts";
import { relatedRow } from "../../model/related.ts";
import { taskTree } from "../../model/task-tree.ts";
import { visibleText } from "../../model/text.ts";
import { listStep } from "../../shell/keys.ts";
import { PLACES } from "../../shell/places.ts";
import type { Doc } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { useRowWindow } from "../useRowWindow.ts";
import "./Tree.css";
import { counted, grouped } from "../../model/words.ts";

const ROW = 22;

export function Tree({ doc }: { doc: Doc }) {
  const { shell } = usePage();
  const selection = useApp((state) => state.selection);
  const { checkpoint } = doc;
  const { tasks, tables } = checkpoint;
  const tree = useMemo(() => taskTree(tasks), [tasks]);
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const [active, setActive] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);

  /** Indices into the tree's rows that no closed parent hides. */
  const shown = useMemo(() => {
    const rows = new Uint32Array(tree.task.length);
    let kept = 0;
    for (let at = 0; at < tree.task.length; ) {
      rows[kept++] = at;
      at = closed.has(tree.task[at] as number) ? (tree.end[at] as number) : at + 1;
    }
    return rows.subarray(0, kept);
  }, [tree, closed]);

  const window = useRowWindow(shown.length, ROW, scroller, 0);
  const selectedTask = selection ? relatedRow(checkpoint, selection, "tasks") : NONE;
  const isSelected = selection?.to === "task";

  // What is looked at elsewhere is brought into view here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another task is looked at
  useEffect(() => {
    if (selectedTask === NONE) return;
    const at = shown.findIndex((index) => tree.task[index] === selectedTask);
    if (at === -1) return;
    setActive(at);
    window.reveal(at);
  }, [selectedTask]);

  const current = Math.min(active, Math.max(0, shown.length - 1));
  const at = shown[current] ?? 0;
  const move = (to: number) => {
    const next = Math.max(0, Math.min(shown.length - 1, to));
    setActive(next);
    window.reveal(next);
  };
  const isParent = (index: number) => (tree.end[index] ?? 0) > index + 1;
  const toggle = (index: number, open: boolean) => {
    const task = tree.task[index] ?? NONE;
    const next = new Set(closed);
    if (open) next.delete(task);
    else next.add(task);
    setClosed(next);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const task = tree.task[at];
    if (task === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const isClosed = closed.has(task);
    const depth = tree.depth[at] ?? 0;
    const parent = () => shown.subarray(0, current).findLastIndex((index) => (tree.depth[index] ?? 0) < depth);
    const to = listStep(event.key, current, shown.length, window.visible);
    if (to !== null) move(to);
    else if (event.key === "Enter" || event.key === " ") shell.select({ to: "task", row: task });
    else if (event.key === "ArrowRight" && isParent(at)) {
      if (isClosed) toggle(at, true);
      else move(current + 1);
    } else if (event.key === "ArrowLeft") {
      if (isParent(at) && !isClosed) toggle(at, false);
      else if (parent() >= 0) move(parent());
    } else return;
    event.preventDefault();
  };

  return (
    <section className="tree-panel" aria-labelledby="tree-title">
      <h2 id="tree-title" className="panel-title">
        Tasks <span className="muted">{grouped(tasks.count)}</span>
      </h2>
      {tasks.count === 0 ? (
        <p className="panel-empty muted">The image holds no tasks.</p>
      ) : (
        <div
          ref={scroller}
          id={PLACES.tree}
          className="tree mono"
          role="tree"
          aria-labelledby="tree-title"
          aria-activedescendant={`tree-${tree.task[at]}`}
          tabIndex={0}
          onKeyDown={onKeyDown}
        >
          <div role="none" className="tree-rows" style={{ height: window.height }}>
            {window.rows.map(({ row, top }) => {
              const index = shown[row] ?? 0;
              const task = tree.task[index] ?? 0;
              const table = tasks.table[task] ?? NONE;
              const shared = table !== NONE && taskCount(tables, table) > 1;
              const state = TASK_STATES[tasks.state[task] ?? 0];
              const chosen = task === selectedTask;
              return (
                <div
                  key={task}
                  id={`tree-${task}`}
                  role="treeitem"
                  tabIndex={-1}
                  aria-level={(tree.depth[index] ?? 0) + 1}
                  aria-selected={chosen && isSelected}
                  {...(isParent(index) && { "aria-expanded": !closed.has(task) })}
                  className={[
                    "tree-row",
                    chosen && (isSelected ? "row-selected" : "row-related"),
                    row === current && "row-active",
                  ]
                    .filter(Boolean)
                    .join(" ")}
                  style={{
                    transform: `translateY(${top}px)`,
                    paddingLeft: 4 + Math.min(tree.depth[index] ?? 0, 12) * 14,
                  }}
                  onClick={() => {
                    setActive(row);
                    shell.select({ to: "task", row: task });
                  }}
                >
                  <span
                    className="tree-toggle"
                    aria-hidden="true"
                    onClick={(event) => {
                      if (!isParent(index)) return;
                      event.stopPropagation();
                      toggle(index, closed.has(task));
                    }}
                  >
                    {isParent(index) ? (closed.has(task) ? "▸" : "▾") : ""}
                  </span>
                  <span className="tree-pid">{taskNumber(tasks, task)}</span>
                  <span className="tree-comm">{visibleText(commBytes(checkpoint, task))}</span>
                  {(state === "zombie" || state === "thread" || state === "stopped" || state === "dead") && (
                    <span className="muted">{state}</span>
                  )}
                  {table !== NONE && (
                    <span
                      className={shared ? "tree-count shared" : "tree-count muted"}
                      title={
                        counted(descriptorCount(tables, table), "descriptor") +
                        (shared ? `, in a table that ${taskCount(tables, table)} tasks share` : "")
                      }
                    >
                      {shared && `⟨${taskCount(tables, table)}⟩ `}
                      {descriptorCount(tables, table)}
                    </span>
                  )}
                </div>
              );
            })}
          </div>
        </div>
      )}
    </section>
  );
}
