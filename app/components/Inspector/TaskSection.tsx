// The values of a task, and the tasks that share its file table.

import { type Checkpoint, descriptorCount, NONE } from "../../model/checkpoint.ts";
import { TASK_STATES } from "../../model/names/names.ts";
import { i32At, u8At } from "../../model/read.ts";
import type { TableRow, TaskRow } from "../../model/rows.ts";
import { descriptorsText, tasksOfTable } from "../../shell/objects/describe.ts";
import { useComparison } from "../context.ts";
import { InlineList, ObjectLink, TaskLink } from "./links.tsx";
import { Section, Value } from "./Section.tsx";

const IDS = ["pid", "ppid", "tgid", "pgid", "sid"] as const;

export function TaskValues({ checkpoint, task }: { checkpoint: Checkpoint; task: TaskRow }) {
  const { tasks, tables } = checkpoint;
  const comparison = useComparison();
  const table: TableRow = i32At(tasks.table, task);
  const state = TASK_STATES[u8At(tasks.state, task)];
  const ids = IDS.map((name) => [name, i32At(tasks[name], task)] as const).filter(([, id]) => id !== NONE);
  return (
    <Section title="Values">
      <dl>
        {ids.map(([name, id]) => (
          <Value key={name} name={name} copy={String(id)}>
            {id}
          </Value>
        ))}
        {state && <Value name="state">{state}</Value>}
        <Value name="file table">
          {table === NONE ? (
            <span className="muted">none{state === "zombie" ? ": a zombie has closed its files" : ""}</span>
          ) : (
            <ObjectLink to="table" row={table}>
              {descriptorsText(checkpoint, table, comparison)}{" "}
              {descriptorCount(tables, table) === 1 ? "descriptor" : "descriptors"}
            </ObjectLink>
          )}
        </Value>
      </dl>
      {table !== NONE && <SharedTable checkpoint={checkpoint} task={task} table={table} />}
    </Section>
  );
}

function SharedTable({ checkpoint, task, table }: { checkpoint: Checkpoint; task: TaskRow; table: TableRow }) {
  const others = tasksOfTable(checkpoint, table).filter((other) => other !== task);
  if (others.length === 0) return null;
  return (
    <p className="note-shared">
      Table shared with{" "}
      <InlineList rows={others} show={(row) => <TaskLink checkpoint={checkpoint} task={row} />} end=":" /> a descriptor
      that one task opens or closes is opened or closed for all.
    </p>
  );
}
