// The list of changes, by task. The list has the focus and the keys; its rows have neither.

import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { CHANGE_KINDS } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { kindAt } from "../../diff/describe.ts";
import { type ChangeLines, changeLines, hiddenKinds, lineOfChange } from "../../diff/lines.ts";
import { changeSentence, changeWords, taskTitle } from "../../export/changes-text.ts";
import { i32At } from "../../model/read.ts";
import { holdersLabel } from "../../shell/holders.ts";
import { PLACES } from "../../shell/places.ts";
import type { Compared } from "../../shell/state.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { Path } from "../Path.tsx";
import { Sign } from "../Sign.tsx";
import { useRowWindow } from "../useRowWindow.ts";
import { Kinds } from "./Kinds.tsx";
import "./Changes.css";
import { counted, fileName, grouped } from "../../model/words.ts";

/** Pixels of a line. A heading has one line, a change two. */
const LINE = 19;

export function Changes({ compared }: { compared: Compared }) {
  const { comparison } = compared;
  const off = useApp((state) => state.off);
  const hidden = useMemo(() => hiddenKinds(off), [off]);
  const lines = useMemo(() => changeLines(comparison.changes, hidden), [comparison, hidden]);
  const total = comparison.changes.count;
  const shown = useMemo(
    () => CHANGE_KINDS.reduce((sum, kind) => sum + (off.includes(kind) ? 0 : comparison.counts[kind]), 0),
    [comparison, off],
  );
  return (
    <section className="changes" aria-labelledby="changes-title">
      <h2 id="changes-title" className="visually-hidden">
        {counted(total, "change")}
      </h2>
      {total === 0 ? (
        <Nothing compared={compared} />
      ) : (
        <>
          <Kinds comparison={comparison} />
          <p className="changes-bar">
            <span className="muted">
              {shown === total ? counted(total, "change") : `${grouped(shown)} of ${counted(total, "change")}`}
            </span>
            <CommandButton id="copy-change">Copy</CommandButton>
            <CommandButton id="copy-changes">Copy all</CommandButton>
          </p>
          {shown === 0 ? (
            <div className="panel-empty">
              <p>All {counted(total, "change")} are of kinds that are switched off.</p>
              <CommandButton id="all-kinds">Show all kinds</CommandButton>
            </div>
          ) : (
            <List compared={compared} lines={lines} />
          )}
        </>
      )}
    </section>
  );
}

/** Says that nothing changed, and what was compared. */
function Nothing({ compared }: { compared: Compared }) {
  const { before, pairs } = compared.comparison;
  return (
    <p className="panel-empty">
      Nothing changed: {counted(before.tasks.count, "task")} and {counted(pairs.descriptors.count, "descriptor")} are
      the same before and after, as are the files they lead to, positions, flags, and sharing.{" "}
      <span className="muted">Ids and objrefs are different in every dump and were not compared.</span>
    </p>
  );
}

function List({ compared, lines }: { compared: Compared; lines: ChangeLines }) {
  const { shell } = usePage();
  const { comparison } = compared;
  const selected = useApp((state) => state.change) ?? -1;
  const scroller = useRef<HTMLDivElement>(null);
  const window = useRowWindow(lines.length, LINE, scroller, 0);
  const selectedLine = useMemo(() => (selected < 0 ? -1 : lineOfChange(lines, selected)), [lines, selected]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another change is selected
  useEffect(() => {
    if (selectedLine === -1) return;
    // Its second line, then its first, along with the heading above it.
    window.reveal(selectedLine + 1);
    window.reveal(i32At(lines, selectedLine - 1) < 0 ? selectedLine - 1 : selectedLine);
  }, [selectedLine, lines]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown") shell.stepChange(1);
    else if (event.key === "ArrowUp") shell.stepChange(-1);
    else if (event.key === "Home" || event.key === "End") {
      shell.selectChange(changeOfLine(lines, event.key === "Home" ? 1 : lines.length - 1));
    } else if (event.key === "PageDown" || event.key === "PageUp") {
      const by = event.key === "PageDown" ? window.visible : -window.visible;
      const at = Math.max(1, Math.min(lines.length - 1, Math.max(0, selectedLine) + by));
      shell.selectChange(changeOfLine(lines, at));
    } else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      id={PLACES.changes}
      className="changes-list mono"
      role="tree"
      aria-labelledby="changes-title"
      aria-activedescendant={selectedLine === -1 ? undefined : `change-${selected}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="none" className="tree-rows" style={{ height: window.height }}>
        {window.rows.map(({ row, top }) => {
          const value = i32At(lines, row);
          if (value < 0) return <Heading key={value} compared={compared} change={changeOfLine(lines, row)} top={top} />;
          // The second line is rendered with the first.
          if (value % 2 === 1) return null;
          const change = value / 2;
          return (
            <Change
              key={value}
              comparison={comparison}
              change={change}
              top={top}
              selected={change === selected}
              onSelect={() => shell.selectChange(change)}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The change that a line belongs to; of a heading, the first one below it. */
function changeOfLine(lines: ChangeLines, line: number): number {
  const value = i32At(lines, line);
  return value < 0 ? -(value + 1) : value >> 1;
}

function Heading({ compared, change, top }: { compared: Compared; change: number; top: number }) {
  const { changes } = compared.comparison;
  const title = taskTitle(compared.comparison, i32At(changes.taskBefore, change), i32At(changes.taskAfter, change));
  return (
    <div
      role="treeitem"
      aria-level={1}
      aria-selected={false}
      tabIndex={-1}
      className="changes-task"
      style={{ transform: `translateY(${top}px)` }}
      title={title}
    >
      {title}
    </div>
  );
}

interface ChangeProps {
  readonly comparison: Comparison;
  readonly change: number;
  readonly top: number;
  readonly selected: boolean;
  onSelect(): void;
}

function Change({ comparison, change, top, selected, onSelect }: ChangeProps) {
  const within = i32At(comparison.changes.pid, change);
  const { sign, who, name, what, uncertain } = changeWords(comparison, change, { within });
  const holders = holdersLabel(comparison, change);
  // The first holder goes before the name, the others after what has changed.
  const first = /^fd \d+/.exec(who)?.[0] ?? who;
  const others = who.slice(first.length).replace(/^[ ,+]+/, "");
  return (
    <div
      id={`change-${change}`}
      role="treeitem"
      aria-level={2}
      aria-selected={selected}
      tabIndex={-1}
      className={selected ? "change row-selected" : "change"}
      style={{ transform: `translateY(${top}px)` }}
      title={changeSentence(comparison, change)}
      onClick={onSelect}
    >
      <Sign sign={sign} />
      <span className="change-who">
        <span>{first}</span>
        {name !== "" && <Path path={name} />}
        {holders !== "" && <span className="shared">{holders}</span>}
      </span>
      <span className="change-what">
        {uncertain && <span className="uncertain">uncertain</span>}{" "}
        {kindAt(comparison, change) === "file-path" ? <Paths comparison={comparison} change={change} /> : what}
        {others !== "" && <span className="change-others"> · with {others}</span>}
      </span>
    </div>
  );
}

/** The paths that a descriptor led to before and after. */
function Paths({ comparison, change }: { comparison: Comparison; change: number }) {
  const { before, after, changes } = comparison;
  return (
    <span className="change-paths">
      <Path path={fileName(before, i32At(changes.fileBefore, change))} />
      <span>→</span>
      <Path path={fileName(after, i32At(changes.fileAfter, change))} />
    </span>
  );
}
