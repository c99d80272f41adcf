// The values of a file table, and its descriptors.

import { type Checkpoint, descriptorCount, holderCount, NONE } from "../../model/checkpoint.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { DescriptorRow, FileRow, TableRow } from "../../model/rows.ts";
import { fileName, holdersText } from "../../model/text/words.ts";
import { descriptorsText, tasksOfTable } from "../../shell/objects/describe.ts";
import { useComparison } from "../context.ts";
import { Wrapped } from "../Wrapped.tsx";
import { InlineList, ObjectLink, SteppedList, TaskLink } from "./links.tsx";
import { Section, Value } from "./Section.tsx";

interface Props {
  readonly checkpoint: Checkpoint;
  readonly table: TableRow;
}

export function TableValues({ checkpoint, table }: Props) {
  const { tables } = checkpoint;
  const id = u32At(tables.id, table);
  const announced = i32At(tables.announced, table);
  const found = descriptorCount(tables, table);
  const users = tasksOfTable(checkpoint, table);
  return (
    <Section title="Values">
      <dl>
        <Value name="id" copy={String(id)}>
          {id}
        </Value>
        <Value name="descriptors">
          {descriptorsText(checkpoint, table, useComparison())}
          {announced !== NONE && announced !== found && <span className="warn"> of {announced} announced</span>}
        </Value>
        <Value name="used by">
          {users.length === 0 ? (
            <span className="muted">no task in the image</span>
          ) : (
            <InlineList rows={users} show={(row) => <TaskLink checkpoint={checkpoint} task={row} />} />
          )}
        </Value>
      </dl>
      {users.length > 1 && (
        <p className="note-shared">
          {users.length} tasks share this table (CLONE_FILES): a descriptor that one task opens or closes is opened or
          closed for all.
        </p>
      )}
    </Section>
  );
}

export function DescriptorsOf({ checkpoint, table }: Props) {
  const { tables } = checkpoint;
  const first = u32At(tables.first, table);
  const count = descriptorCount(tables, table);
  return (
    <Section title="Descriptors" note={String(count)}>
      <SteppedList
        count={count}
        rowAt={(at) => first + at}
        show={(row) => <Descriptor checkpoint={checkpoint} descriptor={row} />}
      />
    </Section>
  );
}

function Descriptor({ checkpoint, descriptor }: { checkpoint: Checkpoint; descriptor: DescriptorRow }) {
  const { descriptors, files } = checkpoint;
  const file: FileRow = i32At(descriptors.file, descriptor);
  const holders = file === NONE ? 0 : holderCount(files, file);
  return (
    <span className="descriptor-line">
      <ObjectLink to="descriptor" row={descriptor}>
        {i32At(descriptors.fd, descriptor)}
      </ObjectLink>
      <span className="mono">
        <Wrapped text={fileName(checkpoint, file)} />
        {holders > 1 && <span className="shared"> {holdersText(holders)}</span>}
      </span>
    </span>
  );
}
