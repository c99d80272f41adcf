// The change that is selected: its values before and after in two columns, and who holds what has changed.

import { type ReactNode, useState } from "react";
import { CHANGE_TITLES, BIT_OF_KIND, type Change, type Holder } from "../../diff/changes.ts";
import { changeAt, countHolders, holdersOf, kindAt } from "../../diff/describe.ts";
import type { Comparison } from "../../diff/diff.ts";
import { changeSentence, changeWords } from "../../export/changes-text.ts";
import { resolve } from "../../link/name.ts";
import { type Checkpoint, commBytes, descriptorCount, NONE, taskNumber } from "../../model/checkpoint.ts";
import type { Selection } from "../../model/related.ts";
import { visibleText } from "../../model/text.ts";
import { ALIGNED_COLUMNS, columnChanged } from "../../shell/aligned-cells.ts";
import { tableUsers } from "../../shell/describe.ts";
import type { Compared } from "../../shell/state.ts";
import { CommandButton } from "../CommandButton.tsx";
import { usePage } from "../context.ts";
import { Sign } from "../Sign.tsx";
import { Section } from "./Section.tsx";
import "./ChangeOf.css";
import { counted } from "../../model/words.ts";

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
        <h2 className="mono">{changeSentence(comparison, change)}</h2>
        <CommandButton id="copy-change">Copy as a sentence</CommandButton>
      </header>
      <Values comparison={comparison} change={change} />
      <HeldBy key={change} comparison={comparison} change={change} />
      <Others comparison={comparison} change={change} />
    </>
  );
}

/** A value at both moments; `null`: there is nothing at that moment. */
interface Row {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly differs: boolean;
}

function Values({ comparison, change }: { comparison: Comparison; change: number }) {
  const rows = valuesOf(comparison, change);
  if (rows.length === 0) return null;
  return (
    <section className="inspector-section">
      <table className="values-both">
        <thead>
          <tr>
            <td />
            <th scope="col">before</th>
            <th scope="col">after</th>
          </tr>
        </thead>
        <tbody className="mono">
          {rows.map(({ name, before, after, differs }) => (
            <tr key={name} className={differs ? "value-differs" : undefined}>
              <th scope="row">
                {name}
                {differs && <span className="visually-hidden"> (changed)</span>}
              </th>
              <td>{before || <None />}</td>
              <td>{after || <None />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const None = () => <span className="value-none">–</span>;

/** Of a descriptor all values with what has changed among them; of a task its name and how many descriptors it has. */
function valuesOf(comparison: Comparison, change: number): Row[] {
  const { before, after, pairs, changes, changed } = comparison;
  const kind = kindAt(comparison, change);
  if (BIT_OF_KIND[kind] === 0) {
    const was = changes.taskBefore[change] ?? NONE;
    const is = changes.taskAfter[change] ?? NONE;
    const row = (name: string, text: (checkpoint: Checkpoint, task: number) => string): Row => {
      const of = (checkpoint: Checkpoint, task: number) => (task === NONE ? null : text(checkpoint, task));
      const values = { before: of(before, was), after: of(after, is) };
      const isBoth = values.before !== null && values.after !== null;
      return { name, ...values, differs: isBoth && values.before !== values.after };
    };
    return [
      row("name", (checkpoint, task) => visibleText(commBytes(checkpoint, task))),
      row("descriptors", ({ tasks, tables }, task) => {
        const table = tasks.table[task] ?? NONE;
        return table === NONE ? "no file table" : String(descriptorCount(tables, table));
      }),
      row("file table of", (checkpoint, task) => {
        const table = checkpoint.tasks.table[task] ?? NONE;
        return table === NONE ? "" : tableUsers(checkpoint, table);
      }),
    ].filter(({ before: b, after: a }) => (b ?? a ?? "") !== "");
  }
  const pair = changes.row[changes.firstRow[change] ?? 0] ?? 0;
  const b = pairs.descriptors.before[pair] ?? NONE;
  const a = pairs.descriptors.after[pair] ?? NONE;
  return ALIGNED_COLUMNS.flatMap((column) => {
    const was = b === NONE ? null : column.text(before, b);
    const is = a === NONE ? null : column.text(after, a);
    if ((was ?? "") === "" && (is ?? "") === "") return [];
    const differs = was !== null && is !== null && columnChanged(column, changed[pair] ?? 0, was, is);
    const shown = (text: string | null): string | null => (text === "" ? (column.alone ?? "") : text);
    return [{ name: (column.about ?? column.title).toLowerCase(), before: shown(was), after: shown(is), differs }];
  });
}

/** Holders shown before a button offers more. */
const STEP = 50;

function HeldBy({ comparison, change }: { comparison: Comparison; change: number }) {
  const [most, setMost] = useState(STEP);
  const kind = kindAt(comparison, change);
  if (kind === "task-added" || kind === "task-removed" || kind === "task-renamed") return null;
  if (kind === "file-shared" || kind === "file-unshared" || kind === "table-shared" || kind === "table-unshared") {
    return <Groups comparison={comparison} change={changeAt(comparison, change)} />;
  }
  const total = countHolders(comparison, change);
  return (
    <Section title="Held by" note={counted(total, "descriptor")}>
      <HolderList comparison={comparison} holders={holdersOf(comparison, change, most)} />
      {total > most && (
        <button type="button" onClick={() => setMost(most + STEP)}>
          Show {Math.min(STEP, total - most)} more of {total - most}
        </button>
      )}
    </Section>
  );
}

/** What was (or is) separate, a group for each. */
function Groups({ comparison, change }: { comparison: Comparison; change: Change }) {
  if (!("groups" in change)) return null;
  const shared = change.kind === "file-shared" || change.kind === "table-shared";
  const what = change.kind.startsWith("file") ? "open file" : "file table";
  const { groups } = change;
  return (
    <Section
      title={shared ? `One ${what} now` : `One ${what} before`}
      note={`${groups.length} separate ones ${shared ? "before" : "now"}`}
    >
      {groups.slice(0, STEP).map((group, at) => (
        // The first holder names the group.
        <div key={JSON.stringify(group[0])} className="holder-group">
          <p className="muted">
            {what} {at + 1} {shared ? "before" : "now"}
          </p>
          <HolderList
            comparison={comparison}
            holders={group.slice(0, STEP).map((each) => (typeof each === "number" ? { pid: each, fd: NONE } : each))}
          />
          {group.length > STEP && <p className="muted">and {group.length - STEP} more</p>}
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

/** A link to a holder: as it is after, if it is there. */
function HolderLink({ comparison, holder }: { comparison: Comparison; holder: Holder }) {
  const { shell } = usePage();
  const { pid, fd } = holder;
  const named = (checkpoint: Checkpoint, task: number): Selection | null =>
    resolve(checkpoint, fd === NONE ? { to: "task", task } : { to: "descriptor", task, fd });
  const go = (): void => {
    const { before, after, pairs } = comparison;
    // The number is the one before; where it is no pid, the task has another after.
    const task = resolve(before, { to: "task", task: pid });
    const now = task === null ? NONE : (pairs.taskAfter[task.row] ?? NONE);
    const there = now === NONE ? null : named(after, taskNumber(after.tasks, now));
    const found = there ?? named(before, pid);
    if (found) shell.selectIn(there ? "after" : "before", found);
  };
  return (
    <button type="button" className="link mono" onClick={go}>
      {pid}
      {fd !== NONE && `:${fd}`}
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
  if (others.length === 0) return null;
  const link = (at: number): ReactNode => {
    const { sign, what } = changeWords(comparison, at);
    return (
      <button type="button" className="link" onClick={() => shell.selectChange(at)}>
        <Sign sign={sign} /> {what}
      </button>
    );
  };
  return (
    <Section title="Also changed here">
      <ul className="stepped">
        {others.map((at) => (
          <li key={at}>{link(at)}</li>
        ))}
      </ul>
    </Section>
  );
}
