// One task of the tree: pid, comm (without pids, comm and index), state, and the number of its descriptors.

import { type Checkpoint, commBytes, hasPids, NONE, taskCount, taskNumber } from "../../model/checkpoint.ts";
import { TASK_STATES } from "../../model/names/names.ts";
import { i32At, u8At } from "../../model/read.ts";
import type { TableRow, TaskRow } from "../../model/rows.ts";
import { shownText } from "../../model/text/text.ts";
import { counted } from "../../model/text/words.ts";
import { descriptorsText } from "../../shell/objects/describe.ts";
import { useComparison } from "../context.ts";

interface TaskItemProps {
  readonly checkpoint: Checkpoint;
  readonly task: TaskRow;
  /** Row of the list. */
  readonly row: number;
  /** Pixels from the top of the tree. */
  readonly top: number;
  /** From 0. */
  readonly depth: number;
  /** Undefined for a task without children. */
  readonly open: boolean | undefined;
  readonly selected: boolean;
  /** Whether the selection is this task or belongs to it. */
  readonly related: boolean;
  readonly active: boolean;
  onSelect(): void;
  onToggle(): void;
}

/** States that are shown; the others are the normal ones. */
const NOTED: ReadonlySet<string | null | undefined> = new Set(["zombie", "thread", "stopped", "dead"]);

/** Deeper levels are not indented further. */
const MOST_INDENT = 12;

export function TaskItem(props: TaskItemProps) {
  const { checkpoint, task, row, top, depth, open, selected, related, active, onSelect, onToggle } = props;
  const { tasks } = checkpoint;
  const state = TASK_STATES[u8At(tasks.state, task)];
  const table: TableRow = i32At(tasks.table, task);
  const withPids = hasPids(tasks);
  const comm = shownText(commBytes(checkpoint, task));
  return (
    <div
      id={`tree-row-${row}`}
      role="treeitem"
      tabIndex={-1}
      aria-level={depth + 1}
      aria-selected={selected}
      {...(open !== undefined && { "aria-expanded": open })}
      className={["tree-row", related && (selected ? "row-selected" : "row-related"), active && "row-active"]
        .filter(Boolean)
        .join(" ")}
      style={{ transform: `translateY(${top}px)`, paddingLeft: 4 + Math.min(depth, MOST_INDENT) * 14 }}
      onClick={onSelect}
    >
      <span
        className="tree-toggle"
        aria-hidden="true"
        onClick={(event) => {
          if (open === undefined) return;
          event.stopPropagation();
          onToggle();
        }}
      >
        {open === undefined ? "" : open ? "▾" : "▸"}
      </span>
      {withPids && <span className="tree-pid">{taskNumber(tasks, task)}</span>}
      <span className="tree-comm" title={comm}>
        {comm}
      </span>
      {!withPids && <span className="muted">index {task}</span>}
      {NOTED.has(state) && <span className="muted">{state}</span>}
      {table !== NONE && <DescriptorCount checkpoint={checkpoint} table={table} isChild={depth > 0} />}
    </div>
  );
}

interface CountProps {
  readonly checkpoint: Checkpoint;
  readonly table: TableRow;
  readonly isChild: boolean;
}

/**
 * How many descriptors a table has, and whether several tasks share it: `⇒`, the double line of the drawing. A word
 * would take the room of the name.
 */
function DescriptorCount({ checkpoint, table, isChild }: CountProps) {
  const users = taskCount(checkpoint.tables, table);
  const count = descriptorsText(checkpoint, table, useComparison());
  const title = `${count} ${count === "1" ? "descriptor" : "descriptors"}${users > 1 ? `, in a table shared by ${counted(users, "task")}` : ""}`;
  return (
    <span className={users > 1 ? "tree-count shared" : "tree-count muted"} title={title}>
      {users > 1 && (
        <>
          <span aria-hidden="true">⇒</span>
          <span className="visually-hidden">shared</span>
        </>
      )}
      {users > 1 && isChild ? "" : ` ${count}`}
    </span>
  );
}
