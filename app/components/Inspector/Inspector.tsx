// Everything about what is looked at: its values and what they mean, who holds it, and the bytes that say so.

import { type ReactNode, useState } from "react";
import {
  type Checkpoint,
  descriptorCount,
  HAS,
  holderCount,
  NONE,
  recordMember,
  taskCount,
} from "../../model/checkpoint.ts";
import { useNames } from "../../model/columns.ts";
import { FILE_KINDS, flagNames, modeNames, TASK_STATES } from "../../model/names.ts";
import { objectOfRecord, recordOf, type Selection } from "../../model/related.ts";
import { visible } from "../../model/text.ts";
import { describe, tableUsers, taskName, tasksOfTable } from "../../shell/describe.ts";
import { PLACES } from "../../shell/places.ts";
import type { Doc } from "../../shell/state.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { ChangeOf } from "./ChangeOf.tsx";
import { DetailsOf } from "./DetailsOf.tsx";
import { RecordFields } from "./RecordFields.tsx";
import { Section, Value } from "./Section.tsx";
import "./Inspector.css";
import { counted, fileName, flagsText } from "../../model/words.ts";

export function Inspector({ doc }: { doc: Doc }) {
  const selection = useApp((state) => state.selection);
  const compared = useApp((state) => state.compared);
  const change = useApp((state) => state.change);
  const side = useApp((state) => state.side);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keys must be able to scroll it
    <section id={PLACES.inspector} className="inspector" aria-label="Inspector" tabIndex={0}>
      {compared && change !== null && <ChangeOf compared={compared} change={change} />}
      {compared && selection !== null && (
        <p className="inspector-moment muted">{side === "before" ? "In the image before" : "In the image after"}</p>
      )}
      {selection === null ? (
        <div className="inspector-nothing muted">
          <p>Nothing is selected.</p>
          {compared && (
            <p>
              <kbd>N</kbd> and <kbd>P</kbd> step through the changes.
            </p>
          )}
          <p>
            Pick a task, a table, a descriptor or an open file anywhere, or press <kbd>/</kbd> to find one.
          </p>
        </div>
      ) : (
        <Thing key={`${selection.to}-${selection.row}`} doc={doc} selection={selection} />
      )}
    </section>
  );
}

function Thing({ doc, selection }: { doc: Doc; selection: Selection }) {
  const { checkpoint } = doc;
  const { word, name } = describe(checkpoint, selection);
  const { files } = checkpoint;
  const record = recordOf(checkpoint, selection);
  const file =
    selection.to === "file"
      ? selection.row
      : selection.to === "descriptor"
        ? fileOfDescriptor(checkpoint, selection)
        : NONE;
  const more =
    selection.to === "file"
      ? checkpoint.fileRecords.record.subarray(
          checkpoint.fileRecords.first[selection.row],
          checkpoint.fileRecords.first[selection.row + 1],
        )
      : new Uint32Array(0);
  return (
    <>
      <header className="inspector-head">
        <p className="muted">
          {word}
          {selection.to === "file" && ` · ${FILE_KINDS[files.kind[selection.row] ?? 0]}`}
        </p>
        <h2 className="mono">{name}</h2>
        <CommandButton id="copy">Copy as a sentence</CommandButton>
      </header>
      {selection.to === "task" && <TaskValues checkpoint={checkpoint} task={selection.row} />}
      {selection.to === "table" && <TableValues checkpoint={checkpoint} table={selection.row} />}
      {selection.to === "descriptor" && <DescriptorValues checkpoint={checkpoint} descriptor={selection.row} />}
      {file !== NONE && (
        <>
          <Sharing checkpoint={checkpoint} file={file} except={selection.to === "descriptor" ? selection.row : NONE} />
          <FileValues
            checkpoint={checkpoint}
            file={file}
            heading={selection.to === "descriptor" ? "Open file" : "Values"}
          />
        </>
      )}
      {selection.to === "record" && <Describes checkpoint={checkpoint} record={selection.row} />}
      {selection.to === "file" && <Holders checkpoint={checkpoint} file={selection.row} />}
      {selection.to === "table" && <Slots checkpoint={checkpoint} table={selection.row} />}
      {selection.to === "file" && doc.document !== null && (
        <DetailsOf key={doc.document} document={doc.document} file={selection.row} />
      )}
      {checkpoint.records.count === 0 && checkpoint.members.length === 0 && doc.document !== null && (
        <p className="inspector-section muted">
          This image came in a link or a report, which hold no records: there are no bytes to look at.
        </p>
      )}
      <ProblemsOf checkpoint={checkpoint} records={record === NONE ? [] : [record, ...more]} />
      {doc.document !== null && record !== NONE && (
        <RecordFields key={`${doc.document}-${record}`} doc={doc} document={doc.document} record={record} />
      )}
      {doc.document !== null &&
        Array.from(more.subarray(0, 20), (each) => (
          <RecordFields key={`${doc.document}-${each}`} doc={doc} document={doc.document ?? 0} record={each} />
        ))}
      {more.length > 20 && (
        <p className="inspector-section muted">{more.length - 20} more records in the Records tab.</p>
      )}
    </>
  );
}

const fileOfDescriptor = ({ descriptors }: Checkpoint, selection: Selection): number =>
  descriptors.file[selection.row] ?? NONE;

/** A link to an object. */
function To({ to, row, children }: Selection & { children: ReactNode }) {
  const { shell } = usePage();
  return (
    <button type="button" className="link mono" onClick={() => shell.select({ to, row } as Selection)}>
      {children}
    </button>
  );
}

function TaskValues({ checkpoint, task }: { checkpoint: Checkpoint; task: number }) {
  const { tasks, tables } = checkpoint;
  const table = tasks.table[task] ?? NONE;
  const ids = [
    ["pid", tasks.pid[task]],
    ["ppid", tasks.ppid[task]],
    ["tgid", tasks.tgid[task]],
    ["pgid", tasks.pgid[task]],
    ["sid", tasks.sid[task]],
  ] as const;
  const state = TASK_STATES[tasks.state[task] ?? 0];
  const sharing = table === NONE ? new Uint32Array(0) : tasksOfTable(checkpoint, table);
  return (
    <Section title="Values">
      <dl>
        {ids.map(
          ([name, id]) =>
            id !== undefined &&
            id !== NONE && (
              <Value key={name} name={name} copy={String(id)}>
                {id}
              </Value>
            ),
        )}
        {state && <Value name="state">{state}</Value>}
        <Value name="file table">
          {table === NONE ? (
            <span className="muted">none{state === "zombie" ? ": a zombie has closed its files" : ""}</span>
          ) : (
            <To to="table" row={table}>
              {counted(descriptorCount(tables, table), "descriptor")}
            </To>
          )}
        </Value>
      </dl>
      {sharing.length > 1 && (
        <p className="note-shared">
          Table shared with{" "}
          <Listed
            rows={sharing.filter((other) => other !== task)}
            show={(row) => (
              <To to="task" row={row}>
                {taskName(checkpoint, row)}
              </To>
            )}
          />
          : what one opens or closes, all do.
        </p>
      )}
    </Section>
  );
}

function TableValues({ checkpoint, table }: { checkpoint: Checkpoint; table: number }) {
  const { tables } = checkpoint;
  const announced = tables.announced[table] ?? NONE;
  const found = descriptorCount(tables, table);
  const users = tasksOfTable(checkpoint, table);
  return (
    <Section title="Values">
      <dl>
        <Value name="id" copy={String(tables.id[table])}>
          {tables.id[table]}
        </Value>
        <Value name="descriptors">
          {found}
          {announced !== NONE && announced !== found && <span className="warn"> of {announced} announced</span>}
        </Value>
        <Value name="used by">
          {users.length === 0 ? (
            <span className="muted">no task in the image</span>
          ) : (
            <Listed
              rows={users}
              show={(row) => (
                <To to="task" row={row}>
                  {taskName(checkpoint, row)}
                </To>
              )}
            />
          )}
        </Value>
      </dl>
      {users.length > 1 && (
        <p className="note-shared">One table, {users.length} tasks (CLONE_FILES): what one opens or closes, all do.</p>
      )}
    </Section>
  );
}

function DescriptorValues({ checkpoint, descriptor }: { checkpoint: Checkpoint; descriptor: number }) {
  const { descriptors } = checkpoint;
  const table = descriptors.table[descriptor] ?? NONE;
  const file = descriptors.file[descriptor] ?? NONE;
  return (
    <Section title="Values">
      <dl>
        <Value name="fd" copy={String(descriptors.fd[descriptor])}>
          {descriptors.fd[descriptor]}
        </Value>
        <Value name="close-on-exec">{descriptors.closeOnExec[descriptor] ? "yes" : "no"}</Value>
        <Value name="file table">
          <To to="table" row={table}>
            of {tableUsers(checkpoint, table)}
          </To>
        </Value>
        <Value name="open file">
          {file === NONE ? (
            <span className="warn">the image names one that it does not hold</span>
          ) : (
            <To to="file" row={file}>
              {fileName(checkpoint, file)}
            </To>
          )}
        </Value>
      </dl>
    </Section>
  );
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

function FileValues({ checkpoint, file, heading }: { checkpoint: Checkpoint; file: number; heading: string }) {
  const { files, machine } = checkpoint;
  const has = files.has[file] ?? 0;
  const flags = files.flags[file] ?? 0;
  const mode = files.mode[file] ?? 0;
  const pos = files.pos[file] ?? 0n;
  const version = files.version[file] ?? 0n;
  const use = useNames(files.use[file] ?? 0);
  const name = fileName(checkpoint, file);
  return (
    <Section title={heading}>
      <dl>
        <Value name={has & HAS.path ? "path" : "name"} copy={name}>
          {name}
          {(has & HAS.deleted) !== 0 && <span className="warn"> (deleted)</span>}
        </Value>
        <Value name="kind">{FILE_KINDS[files.kind[file] ?? 0]}</Value>
        <Value name="position" {...(has & HAS.pos ? { copy: String(pos) } : {})}>
          {has & HAS.pos ? (
            <>
              {String(pos)} <span className="muted">{hex(pos)}</span>
            </>
          ) : (
            <Missing />
          )}
        </Value>
        <Value name="flags" {...(has & HAS.flags ? { copy: flagsText(flags) } : {})}>
          {has & HAS.flags ? (
            <>
              {flagNames(flags, machine.arch).join(" ")}{" "}
              <span className="muted">
                {flagsText(flags)} {hex(flags)}
              </span>
            </>
          ) : (
            <Missing />
          )}
        </Value>
        {(has & HAS.mode) !== 0 && (
          <Value name="mode" copy={hex(mode)}>
            {modeNames(mode).join(" ")} <span className="muted">{hex(mode)}</span>
          </Value>
        )}
        {(has & HAS.version) !== 0 && (
          <Value name="version" copy={String(version)}>
            {String(version)}
          </Value>
        )}
        {use.length > 0 && <Value name="also used as">{use.join(", ")}</Value>}
        <Value name="id" copy={String(files.id[file])}>
          {files.id[file]}
        </Value>
      </dl>
    </Section>
  );
}

const Missing = () => <span className="muted">not in the image</span>;

/** Says who else has the open file, and with it the position if its kind has one. */
function Sharing({ checkpoint, file, except }: { checkpoint: Checkpoint; file: number; except: number }) {
  const { files } = checkpoint;
  const holders = holderCount(files, file);
  if (holders < 2) return null;
  const from = files.firstHolder[file] ?? 0;
  const others = files.holder.subarray(from, from + holders).filter((holder) => holder !== except);
  const what = ((files.has[file] ?? 0) & HAS.pos) === 0 ? "Open file" : "Position";
  return (
    <p className="note-shared inspector-section">
      {except === NONE ? `${what} shared by ${holders} descriptors: ` : `${what} shared with `}
      <Listed rows={others} show={(row) => <HolderLink checkpoint={checkpoint} descriptor={row} />} />.
    </p>
  );
}

function HolderLink({ checkpoint, descriptor }: { checkpoint: Checkpoint; descriptor: number }) {
  const { descriptors } = checkpoint;
  const users = tableUsers(checkpoint, descriptors.table[descriptor] ?? NONE, 1);
  return (
    <To to="descriptor" row={descriptor}>
      {users} fd {descriptors.fd[descriptor]}
    </To>
  );
}

/** The first few of some rows, and how many more there are. */
function Listed({ rows, show }: { rows: Uint32Array; show: (row: number) => ReactNode }) {
  const few = 5;
  return (
    <>
      {Array.from(rows.subarray(0, few), (row, at) => (
        <span key={row}>
          {at > 0 && ", "}
          {show(row)}
        </span>
      ))}
      {rows.length > few && ` and ${rows.length - few} more`}
    </>
  );
}

/** Rows shown before a button offers more. */
const STEP = 50;

function Stepped({ rows, show }: { rows: Uint32Array; show: (row: number) => ReactNode }) {
  const [shown, setShown] = useState(STEP);
  return (
    <>
      <ul className="stepped">
        {Array.from(rows.subarray(0, shown), (row) => (
          <li key={row}>{show(row)}</li>
        ))}
      </ul>
      {rows.length > shown && (
        <button type="button" onClick={() => setShown(shown + STEP)}>
          Show {Math.min(STEP, rows.length - shown)} more of {rows.length - shown}
        </button>
      )}
    </>
  );
}

/** The descriptors that lead to a file, grouped by the tasks whose table they are in. */
function Holders({ checkpoint, file }: { checkpoint: Checkpoint; file: number }) {
  const { files, descriptors, tables } = checkpoint;
  const holders = files.holder.subarray(files.firstHolder[file], files.firstHolder[file + 1]);
  if (holders.length === 0) {
    return (
      <Section title="Held by">
        <p className="muted">No descriptor in the image leads to it.</p>
      </Section>
    );
  }
  // Holders ascend, so that those of one table follow each other.
  const startsTable = (descriptor: number) => {
    const at = holders.indexOf(descriptor);
    return at === 0 || descriptors.table[holders[at - 1] ?? 0] !== descriptors.table[descriptor];
  };
  return (
    <Section title="Held by" note={counted(holders.length, "descriptor")}>
      <Stepped
        rows={holders}
        show={(descriptor) => {
          const table = descriptors.table[descriptor] ?? NONE;
          return (
            <>
              {startsTable(descriptor) && (
                <p className="holder-table">
                  <To to="table" row={table}>
                    {tableUsers(checkpoint, table)}
                  </To>
                  {taskCount(tables, table) > 1 && <span className="shared"> one table</span>}
                </p>
              )}
              <span className="holder">
                <To to="descriptor" row={descriptor}>
                  fd {descriptors.fd[descriptor]}
                </To>
                {descriptors.closeOnExec[descriptor] === 1 && <span className="muted"> close-on-exec</span>}
              </span>
            </>
          );
        }}
      />
    </Section>
  );
}

/** The descriptors of a table. */
function Slots({ checkpoint, table }: { checkpoint: Checkpoint; table: number }) {
  const { tables, descriptors, files } = checkpoint;
  const first = tables.first[table] ?? 0;
  const rows = new Uint32Array(descriptorCount(tables, table)).map((_, at) => first + at);
  return (
    <Section title="Descriptors" note={String(rows.length)}>
      <Stepped
        rows={rows}
        show={(descriptor) => {
          const file = descriptors.file[descriptor] ?? NONE;
          return (
            <span className="slot">
              <To to="descriptor" row={descriptor}>
                {descriptors.fd[descriptor]}
              </To>
              <span className="mono">
                {fileName(checkpoint, file)}
                {file !== NONE && holderCount(files, file) > 1 && (
                  <span className="shared"> ⟨{holderCount(files, file)}⟩</span>
                )}
              </span>
            </span>
          );
        }}
      />
    </Section>
  );
}

function Describes({ checkpoint, record }: { checkpoint: Checkpoint; record: number }) {
  const object = objectOfRecord(checkpoint, record);
  const { records } = checkpoint;
  return (
    <Section title="Values">
      <dl>
        <Value name="offset" copy={String(records.offset[record])}>
          {records.offset[record]} <span className="muted">{hex(records.offset[record] ?? 0)}</span>
        </Value>
        <Value name="length" copy={String(records.length[record])}>
          {records.length[record]} <span className="muted">bytes</span>
        </Value>
        {object && (
          <Value name="describes">
            <To {...object}>
              {describe(checkpoint, object).word} {describe(checkpoint, object).name}
            </To>
          </Value>
        )}
      </dl>
    </Section>
  );
}

/** What is wrong within some records. */
function ProblemsOf({ checkpoint, records }: { checkpoint: Checkpoint; records: readonly number[] }) {
  const { problems } = checkpoint;
  const found = problems.filter(({ offset, member }) => {
    if (offset === null) return false;
    return records.some((record) => {
      const from = checkpoint.records.offset[record] ?? 0;
      const inMember = recordMember(checkpoint.records, record) === (member ?? 0);
      return inMember && offset >= from && offset < from + (checkpoint.records.length[record] ?? 0);
    });
  });
  if (found.length === 0) return null;
  return (
    <Section title="Problems" note={String(found.length)}>
      <ul>
        {found.slice(0, STEP).map(({ severity, message, offset, code }) => (
          <li key={`${code}-${offset}-${message}`}>
            <span className={`severity-${severity}`}>{severity}</span> {visible(message)}{" "}
            <span className="mono muted">at {offset}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
