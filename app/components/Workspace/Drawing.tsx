// Where the drawing goes.

import { type Checkpoint, descriptorCount, taskCount } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { tableUsers } from "../../shell/describe.ts";

interface Props {
  readonly id: string;
  readonly checkpoint: Checkpoint;
  readonly selection: ObjectRef | null;
  onSelect(object: ObjectRef | null): void;
}

export function Drawing({ id, checkpoint, selection, onSelect }: Props) {
  const { tables } = checkpoint;
  return (
    <section id={id} aria-label="Drawing" className="drawing-list" tabIndex={-1}>
      <ul>
        {Array.from({ length: Math.min(20, tables.count) }, (_, table) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are what identifies tables
          <li key={table}>
            <button
              type="button"
              className="link mono"
              aria-pressed={selection?.to === "table" && selection.row === table}
              onClick={() => onSelect({ to: "table", row: table })}
            >
              {tableUsers(checkpoint, table)} ⟨{taskCount(tables, table)}⟩ {descriptorCount(tables, table)} fds
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
