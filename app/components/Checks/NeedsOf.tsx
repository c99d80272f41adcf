// What a restore of the image needs beyond it: options of the restore, and things on the restoring machine.

import type { NeededOption, Needs, Outside } from "../../checks/needs.ts";
import type { Subject } from "../../checks/subject.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { Selection } from "../../model/related.ts";
import type { TableRow, TaskRow } from "../../model/rows.ts";
import { shortText, visibleText } from "../../model/text/text.ts";
import { counted, grouped } from "../../model/text/words.ts";
import { taskName } from "../../shell/objects/describe.ts";
import { usePage } from "../context.ts";

/** Needs listed at most; more are counted. */
const MOST_LISTED = 50;

export function NeedsOf({ checkpoint, needs }: { checkpoint: Checkpoint; needs: Needs }) {
  const { options, outside, unlisted } = needs;
  if (options.length + outside.length === 0) return null;
  return (
    <>
      <h3>A restore needs</h3>
      {options.length > 0 && (
        <ul aria-label="Options that a restore needs">
          {options.slice(0, MOST_LISTED).map((need) => (
            <li key={`${need.option} ${need.pid} ${need.fd} ${need.reason}`}>
              <OptionLine checkpoint={checkpoint} need={need} />
            </li>
          ))}
          <More count={options.length - MOST_LISTED} />
        </ul>
      )}
      {outside.length > 0 && (
        <details open={outside.length <= 8}>
          <summary>
            On the restoring machine <span className="muted">{counted(outside.length + unlisted, "thing")}</span>
          </summary>
          <ul>
            {outside.slice(0, MOST_LISTED).map((thing) => (
              <li key={`${thing.kind} ${visibleText(thing.path)} ${thing.pid} ${thing.fd} ${thing.reason}`}>
                <OutsideLine checkpoint={checkpoint} thing={thing} />
              </li>
            ))}
            <More count={outside.length - MOST_LISTED + unlisted} />
          </ul>
        </details>
      )}
    </>
  );
}

function OptionLine({ checkpoint, need }: { checkpoint: Checkpoint; need: NeededOption }) {
  return (
    <>
      <span className="mono">{need.option}</span> <span className="muted">{shortText(need.reason)}</span>{" "}
      <SubjectLink checkpoint={checkpoint} subject={need} />
    </>
  );
}

function OutsideLine({ checkpoint, thing }: { checkpoint: Checkpoint; thing: Outside }) {
  const { kind, path, size, mode, reason } = thing;
  const values = [
    ...(size === null ? [] : [counted(size, "byte")]),
    ...(mode === null ? [] : [`mode 0${mode.toString(8)}`]),
  ];
  return (
    <>
      {kind} <span className="mono">{shortText(visibleText(path))}</span>
      {values.length > 0 && `, ${values.join(", ")}`} <span className="muted">{shortText(reason)}</span>{" "}
      <SubjectLink checkpoint={checkpoint} subject={thing} />
    </>
  );
}

const More = ({ count }: { count: number }) =>
  count > 0 ? <li className="muted">and {grouped(count)} more in the JSON of the check command</li> : null;

/** The subject of a finding or need, as a link that selects it: `pid 412 fd 3`. */
export function SubjectLink({ checkpoint, subject }: { checkpoint: Checkpoint; subject: Subject }) {
  const { shell } = usePage();
  const { pid, task, fd, file } = subject;
  const words = [
    ...(pid !== undefined ? [`pid ${pid}`] : task !== undefined ? [taskName(checkpoint, task)] : []),
    ...(fd !== undefined ? [`fd ${fd}`] : []),
  ];
  const selection = selectionOf(checkpoint, subject);
  if (words.length === 0 && file === undefined) return null;
  const text = words.length === 0 ? "open file" : words.join(" ");
  return selection === null ? (
    <span className="mono muted">{text}</span>
  ) : (
    <button type="button" className="link mono" onClick={() => shell.select(selection)}>
      {text}
    </button>
  );
}

function selectionOf({ tasks, tables, descriptors }: Checkpoint, { pid, task, fd, file }: Subject): Selection | null {
  const row: TaskRow = task ?? (pid === undefined ? NONE : tasks.pid.indexOf(pid));
  const table: TableRow = row === NONE ? NONE : i32At(tasks.table, row);
  if (fd !== undefined && table !== NONE) {
    const first = u32At(tables.first, table);
    const at = descriptors.fd.subarray(first, u32At(tables.first, table + 1)).indexOf(fd);
    if (at !== -1) return { to: "descriptor", row: first + at };
  }
  if (file !== undefined) return { to: "file", row: file };
  return row === NONE ? null : { to: "task", row };
}
