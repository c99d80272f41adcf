// The selected change: its values before and after in two columns, and the holders of what changed.

import { type ReactNode, useState } from "react";
import { CHANGE_TITLES, type Change, type Holder } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { kindAt } from "../../diff/comparison.ts";
import { changeAt } from "../../diff/describe/describe.ts";
import { countHolders, holdersOf } from "../../diff/describe/holders.ts";
import { isRepeatedAt } from "../../diff/describe/resource-at.ts";
import { wordsOfNumber } from "../../diff/describe/tasks.ts";
import { changeSentence, changeWords } from "../../export/changes/changes-text.ts";
import { resolve } from "../../link/name.ts";
import { type Checkpoint, NONE, taskNumber } from "../../model/checkpoint.ts";
import { SIDES } from "../../model/comparison/side.ts";
import { i32At } from "../../model/read.ts";
import type { Selection } from "../../model/related.ts";
import type { TaskRow } from "../../model/rows.ts";
import { counted, grouped } from "../../model/text/words.ts";
import { countDescriptors } from "../../shell/objects/holders.ts";
import type { Compared } from "../../shell/state.ts";
import { CommandButton } from "../CommandButton.tsx";
import { usePage } from "../context.ts";
import { Sign } from "../Sign.tsx";
import { Wrapped } from "../Wrapped.tsx";
import { changeValues } from "./change-values.ts";
import { MoreButton, STEP } from "./links.tsx";
import { Section } from "./Section.tsx";
import "./ChangeOf.css";

export function ChangeOf({ compared, change }: { compared: Compared; change: number }) {
  const { comparison } = compared;
  const { sign, uncertain } = changeWords(comparison, change);
  return (
    <>
      <header className="inspector-head">
        <p className="muted">
          <Sign sign={sign} /> {CHANGE_TITLES[kindAt(comparison, change)]}
          {uncertain && <span className="uncertain"> uncertain: an image is incomplete</span>}
        </p>
        <h2 className="mono">
          <Wrapped text={changeSentence(comparison, change)} />
        </h2>
        <CommandButton id="copy-change">Copy as text</CommandButton>
      </header>
      <Values comparison={comparison} change={change} />
      <HeldBy key={change} comparison={comparison} change={change} />
      <Others comparison={comparison} change={change} />
    </>
  );
}

function Values({ comparison, change }: { comparison: Comparison; change: number }) {
  const rows = changeValues(comparison, change);
  if (rows.length === 0) return null;
  // Values on one side only, and unchanged values, get the room of both columns.
  const sides = SIDES.filter((side) => rows.some((row) => row[side] !== null));
  return (
    <section className="inspector-section">
      <table className="values-both">
        <thead>
          <tr>
            <td />
            {sides.map((side) => (
              <th key={side} scope="col">
                {side}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="mono">
          {rows.map(({ name, differs, ...values }) => (
            <tr key={name} className={differs ? "value-differs" : undefined}>
              <th scope="row">
                {name}
                {differs && <span className="visually-hidden"> (changed)</span>}
              </th>
              {sides.length === 2 && values.before !== null && values.before === values.after ? (
                <td colSpan={2}>
                  <Wrapped text={values.before} />
                </td>
              ) : (
                sides.map((side) => <td key={side}>{values[side] ? <Wrapped text={values[side]} /> : <None />}</td>)
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const None = () => <span className="value-none">–</span>;

function HeldBy({ comparison, change }: { comparison: Comparison; change: number }) {
  const [most, setMost] = useState(STEP);
  const kind = kindAt(comparison, change);
  if (kind.startsWith("task-")) return null;
  if (kind === "file-shared" || kind === "file-unshared" || kind === "table-shared" || kind === "table-unshared") {
    return <Groups comparison={comparison} change={changeAt(comparison, change)} />;
  }
  const total = countHolders(comparison, change);
  const descriptors = countDescriptors(comparison, change);
  const count = counted(descriptors, "descriptor");
  return (
    <Section title="Where" note={descriptors === total ? count : `${count}, ${grouped(total)} counting each task`}>
      <HolderList comparison={comparison} holders={holdersOf(comparison, change, most)} />
      <MoreButton total={total} shown={most} onMore={setMost} />
    </Section>
  );
}

/** The holders of each open file or file table that was joined into one, or split from it. */
function Groups({ comparison, change }: { comparison: Comparison; change: Change }) {
  if (!("groups" in change)) return null;
  const shared = change.kind === "file-shared" || change.kind === "table-shared";
  const what = change.kind.startsWith("file") ? "open file" : "file table";
  const { groups } = change;
  return (
    <Section
      title={shared ? `One ${what} after` : `One ${what} before`}
      // Open files that are no longer shared may be other files than the one before.
      note={`${grouped(groups.length)} ${change.kind.startsWith("file") ? "different" : "separate"} ones ${shared ? "before" : "after"}`}
    >
      {groups.slice(0, STEP).map((group, at) => (
        // The first holder names the group.
        <div key={JSON.stringify(group[0])} className="holder-group">
          <p className="muted">
            {what} {at + 1} {shared ? "before" : "after"}
          </p>
          <HolderList
            comparison={comparison}
            holders={group.slice(0, STEP).map((each) => (typeof each === "number" ? { pid: each, fd: NONE } : each))}
          />
          {group.length > STEP && <p className="muted">and {grouped(group.length - STEP)} more</p>}
        </div>
      ))}
      {groups.length > STEP && <p className="muted">and {counted(groups.length - STEP, "more group")}</p>}
    </Section>
  );
}

function HolderList({ comparison, holders }: { comparison: Comparison; holders: readonly Holder[] }) {
  return (
    <ul className="holders-inline">
      {holders.map((holder) => (
        <li key={`${holder.pid}:${holder.fd}`}>
          <HolderLink comparison={comparison} holder={holder} />
        </li>
      ))}
    </ul>
  );
}

/** A link to a holder: in the image after, or in the image before if the holder is gone. */
function HolderLink({ comparison, holder }: { comparison: Comparison; holder: Holder }) {
  const { shell } = usePage();
  const { pid, fd } = holder;
  const named = (checkpoint: Checkpoint, task: number): Selection | null =>
    resolve(checkpoint, fd === NONE ? { to: "task", task } : { to: "descriptor", task, fd });
  const go = (): void => {
    const { before, after, pairs } = comparison;
    // The holder has the task's number in the image before. Unlike a pid, an index can be different after.
    const task = resolve(before, { to: "task", task: pid });
    const taskAfter: TaskRow = task === null ? NONE : i32At(pairs.taskAfter, task.row);
    const holderAfter = taskAfter === NONE ? null : named(after, taskNumber(after.tasks, taskAfter));
    const found = holderAfter ?? named(before, pid);
    if (found) shell.selectIn(holderAfter ? "after" : "before", found);
  };
  return (
    <button type="button" className="link mono" onClick={go}>
      {wordsOfNumber(comparison, pid)}
      {fd !== NONE && ` fd ${fd}`}
    </button>
  );
}

/** Further changes of the same descriptor or task. */
function Others({ comparison, change }: { comparison: Comparison; change: number }) {
  const { shell } = usePage();
  const { pid, fd, count } = comparison.changes;
  const others: number[] = [];
  const isSame = (at: number): boolean => at >= 0 && at < count && pid[at] === pid[change] && fd[at] === fd[change];
  for (let at = change - 1; isSame(at); at--) others.unshift(at);
  for (let at = change + 1; isSame(at); at++) others.push(at);
  const shown = others.filter((at) => !isRepeatedAt(comparison, at));
  if (shown.length === 0) return null;
  const link = (at: number): ReactNode => {
    const { sign, what } = changeWords(comparison, at);
    return (
      <button type="button" className="link" onClick={() => shell.selectChange(at)}>
        <Sign sign={sign} /> {what}
      </button>
    );
  };
  return (
    <Section title="Other changes here">
      <ul className="stepped">
        {shown.map((at) => (
          <li key={at}>{link(at)}</li>
        ))}
      </ul>
    </Section>
  );
}
