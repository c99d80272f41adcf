// The values of an open file, and its holders.

import { type Checkpoint, HAS, holderCount, NONE, nameBytes, taskCount, versionOf } from "../../model/checkpoint.ts";
import { usageNames } from "../../model/listings/files.ts";
import { FILE_KINDS, flagNames, modeNames } from "../../model/names/names.ts";
import { i32At, u8At, u32At, u64At } from "../../model/read.ts";
import type { DescriptorRow, FileRow, TableRow } from "../../model/rows.ts";
import { visibleText } from "../../model/text/text.ts";
import { counted, fileName, flagsText, grouped } from "../../model/text/words.ts";
import { tableUsers } from "../../shell/objects/describe.ts";
import { useComparison } from "../context.ts";
import { Wrapped } from "../Wrapped.tsx";
import { DescriptorLink, FEW, InlineList, ObjectLink, SteppedList } from "./links.tsx";
import { hex, Section, Value } from "./Section.tsx";

interface Props {
  readonly checkpoint: Checkpoint;
  readonly file: FileRow;
}

export function FileValues({ checkpoint, file, heading }: Props & { heading: string }) {
  const { files } = checkpoint;
  const has = u8At(files.has, file);
  const mode = u32At(files.mode, file);
  const version = String(versionOf(files, file));
  const id = u32At(files.id, file);
  const uses = usageNames(u8At(files.use, file));
  const name = fileName(checkpoint, file);
  return (
    <Section title={heading}>
      <dl>
        <Value name={has & HAS.path ? "path" : "name"} copy={() => visibleText(nameBytes(checkpoint, file)) || name}>
          <span>
            <Wrapped text={name} />
          </span>
          {(has & HAS.deleted) !== 0 && <span className="warn"> (deleted)</span>}
        </Value>
        <Value name="kind">{FILE_KINDS[u8At(files.kind, file)]}</Value>
        <Position checkpoint={checkpoint} file={file} />
        <Flags checkpoint={checkpoint} file={file} />
        {(has & HAS.mode) !== 0 && (
          <Value name="mode" copy={hex(mode)}>
            {modeNames(mode).join(" ")} <span className="muted">{hex(mode)}</span>
          </Value>
        )}
        {(has & HAS.version) !== 0 && (
          <Value name="version" copy={version}>
            {version}
          </Value>
        )}
        {uses.length > 0 && <Value name="also used as">{uses.join(", ")}</Value>}
        <Value name="id" copy={String(id)}>
          {id}
        </Value>
      </dl>
    </Section>
  );
}

const Missing = () => <span className="muted">not in the image</span>;

function Position({ checkpoint: { files }, file }: Props) {
  if ((u8At(files.has, file) & HAS.pos) === 0) {
    return (
      <Value name="position">
        <Missing />
      </Value>
    );
  }
  const pos = u64At(files.pos, file);
  return (
    <Value name="position" copy={String(pos)}>
      {String(pos)} <span className="muted">{hex(pos)}</span>
    </Value>
  );
}

function Flags({ checkpoint: { files, machine }, file }: Props) {
  if ((u8At(files.has, file) & HAS.flags) === 0) {
    return (
      <Value name="flags">
        <Missing />
      </Value>
    );
  }
  const flags = u32At(files.flags, file);
  return (
    <Value name="flags" copy={flagsText(flags)}>
      {flagNames(flags, machine.arch).join(" ")}{" "}
      <span className="muted">
        {flagsText(flags)} {hex(flags)}
      </span>
    </Value>
  );
}

/** Rows of the descriptors that hold a file, ascending. */
function holdersOf({ files }: Checkpoint, file: FileRow): Uint32Array {
  return files.holder.subarray(u32At(files.firstHolder, file), u32At(files.firstHolder, file + 1));
}

/** Who else holds the open file, and thus shares its position if it has one. `except`: the selected holder. */
export function Sharing({ checkpoint, file, except }: Props & { except: DescriptorRow }) {
  const { files, descriptors, tables } = checkpoint;
  const holders = holderCount(files, file);
  const shared = (u8At(files.has, file) & HAS.pos) === 0 ? "Open file" : "Position";
  if (holders < 2) {
    if (except === NONE) return null;
    const tasks = taskCount(tables, u32At(descriptors.table, except));
    return (
      <p className="inspector-section muted">
        {shared} shared with no other descriptor.
        {tasks > 1 && ` All ${grouped(tasks)} tasks of the file table have this one.`}
      </p>
    );
  }
  // One more than are listed, as the selected one may be among them: a file can have a million holders.
  const some = holdersOf(checkpoint, file).subarray(0, FEW + 1);
  return (
    <p className="note-shared inspector-section">
      {except === NONE ? `${shared} shared by ${counted(holders, "descriptor")}: ` : `${shared} shared with `}
      <InlineList
        rows={some.filter((holder) => holder !== except)}
        count={except === NONE ? holders : holders - 1}
        show={(row) => <DescriptorLink checkpoint={checkpoint} descriptor={row} />}
        end="."
      />
    </p>
  );
}

/** The descriptors that hold a file, grouped by file table. */
export function Holders({ checkpoint, file }: Props) {
  const holders = holdersOf(checkpoint, file);
  if (holders.length === 0) {
    return (
      <Section title="Held by">
        <p className="muted">No descriptor in the image refers to it.</p>
      </Section>
    );
  }
  // Holders ascend, so those of one table follow each other.
  const { table } = checkpoint.descriptors;
  const startsTable = (descriptor: DescriptorRow): boolean => {
    const at = holders.indexOf(descriptor);
    return at === 0 || u32At(table, u32At(holders, at - 1)) !== u32At(table, descriptor);
  };
  return (
    <Section title="Held by" note={counted(holders.length, "descriptor")}>
      <SteppedList
        count={holders.length}
        rowAt={(at) => u32At(holders, at)}
        show={(row) => (
          <>
            {startsTable(row) && <TableHeading checkpoint={checkpoint} table={u32At(table, row)} />}
            <Holder checkpoint={checkpoint} descriptor={row} />
          </>
        )}
      />
    </Section>
  );
}

function TableHeading({ checkpoint, table }: { checkpoint: Checkpoint; table: TableRow }) {
  return (
    <p className="holder-table">
      <ObjectLink to="table" row={table}>
        {tableUsers(checkpoint, table, 3, useComparison())}
      </ObjectLink>
      {taskCount(checkpoint.tables, table) > 1 && <span className="shared"> one table</span>}
    </p>
  );
}

function Holder({ checkpoint: { descriptors }, descriptor }: { checkpoint: Checkpoint; descriptor: DescriptorRow }) {
  return (
    <span className="holder">
      <ObjectLink to="descriptor" row={descriptor}>
        fd {i32At(descriptors.fd, descriptor)}
      </ObjectLink>
      {u8At(descriptors.closeOnExec, descriptor) === 1 && <span className="muted"> close-on-exec</span>}
    </span>
  );
}
