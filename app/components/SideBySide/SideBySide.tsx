// The descriptors of both images side by side: one line for a descriptor before and after, gaps where there is none,
// one scroll. The grid has the focus and the keys; its rows have neither.

import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import {
  type AlignedLine,
  type AlignedLines,
  align,
  LINE,
  lineAt,
  lineOfChange,
  lineOfPair,
} from "../../diff/align.ts";
import { CHANGE_BITS, type ChangeKind } from "../../diff/changes.ts";
import { type Comparison, descriptorNumber } from "../../diff/comparison.ts";
import { hiddenKinds } from "../../diff/lines.ts";
import { PRESENCE } from "../../diff/pair.ts";
import { changeWords, taskTitle } from "../../export/changes-text.ts";
import { NONE } from "../../model/checkpoint.ts";
import { ALIGNED_COLUMNS, type AlignedColumn, columnChanged } from "../../shell/aligned-cells.ts";
import { listStep } from "../../shell/keys.ts";
import { PLACES } from "../../shell/places.ts";
import type { Compared } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { Path } from "../Path.tsx";
import { Sign } from "../Sign.tsx";
import { useRowWindow } from "../useRowWindow.ts";
import { useNarrow } from "../Workspace/useNarrow.ts";
import { Ruler } from "./Ruler.tsx";
import "./SideBySide.css";
import { counted } from "../../model/words.ts";

const ROW = 22;
/** Below this width of the window there is one column, before → after. In pixels. */
const ONE_COLUMN = 900;

const NOTHING: ReadonlySet<number> = new Set();

/** What the user opened, of one comparison and its filter. */
interface Opened {
  readonly of: unknown;
  readonly pairs: ReadonlySet<number>;
  readonly sections: ReadonlySet<number>;
}

export function SideBySide({ compared }: { compared: Compared }) {
  const { shell } = usePage();
  const { comparison } = compared;
  // What is folded may follow a moment later: the switch itself answers at once.
  const off = useDeferredValue(useApp((state) => state.off));
  const onlyChanges = useDeferredValue(useApp((state) => state.onlyChanges));
  const change = useApp((state) => state.change);
  const selection = useApp((state) => state.selection);
  const side = useApp((state) => state.side);
  const one = useNarrow(ONE_COLUMN);
  const hidden = useMemo(() => hiddenKinds(off), [off]);
  const [opened, setOpened] = useState<Opened>({ of: null, pairs: NOTHING, sections: NOTHING });
  const { pairs: openedPairs, sections: openedSections } =
    opened.of === comparison ? opened : { pairs: NOTHING, sections: NOTHING };
  const lines = useMemo(
    () => align(comparison, { onlyChanges, hidden, openedPairs, openedSections }),
    [comparison, onlyChanges, hidden, openedPairs, openedSections],
  );
  const columns = useMemo(() => columnsOf(comparison), [comparison]);
  const scroller = useRef<HTMLDivElement>(null);
  const window = useRowWindow(lines.count, ROW, scroller, ROW);
  const [active, setActive] = useState(0);

  const selected = useMemo(() => {
    if (change !== null) return lineOfChange(comparison, lines, change);
    if (selection?.to !== "descriptor") return -1;
    const { descriptors } = comparison.pairs;
    const pair = (side === "before" ? descriptors.before : descriptors.after).indexOf(selection.row);
    return pair === -1 ? -1 : lineOfPair(comparison, lines, pair);
  }, [comparison, lines, change, selection, side]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only when something else is selected
  useEffect(() => {
    if (selected === -1) return;
    setActive(selected);
    window.reveal(selected);
  }, [selected, change]);

  const current = Math.min(active, Math.max(0, lines.count - 1));
  const choose = (line: number): void => {
    setActive(line);
    const { kind, at } = lineAt(lines, line);
    switch (kind) {
      case LINE.pair: {
        const before = comparison.pairs.descriptors.before[at] ?? NONE;
        const after = comparison.pairs.descriptors.after[at] ?? NONE;
        if (after !== NONE) shell.selectIn("after", { to: "descriptor", row: after });
        else shell.selectIn("before", { to: "descriptor", row: before });
        break;
      }
      case LINE.fold:
        setOpened({ of: comparison, pairs: new Set([...openedPairs, at]), sections: openedSections });
        break;
      case LINE.sections:
        setOpened({ of: comparison, pairs: openedPairs, sections: new Set([...openedSections, at]) });
        break;
      case LINE.task:
        shell.selectChange(at);
        break;
      default: {
        const own = lines.sectionChange[at] ?? NONE;
        const { before, after } = comparison.pairs.tables;
        if (own !== NONE) shell.selectChange(own);
        else if ((after[at] ?? NONE) !== NONE) shell.selectIn("after", { to: "table", row: after[at] ?? 0 });
        else shell.selectIn("before", { to: "table", row: before[at] ?? 0 });
      }
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = listStep(event.key, current, lines.count, window.visible);
    if (next !== null) {
      setActive(next);
      window.reveal(next);
    } else if (event.key === "Enter" || event.key === " ") choose(current);
    else return;
    event.preventDefault();
  };

  const { pos, version } = compared.digits;
  const widths = columns.map(({ id, width }) => width(Math.max(8, id === "pos" ? pos : version))).join(" ");
  const template = one ? "52px minmax(60px, 1fr) minmax(60px, 1.4fr)" : `52px ${widths} 1px ${widths}`;
  return (
    <div className="aligned-holder">
      <div
        ref={scroller}
        id={PLACES.aligned}
        className={one ? "grid aligned aligned-one" : "grid aligned"}
        role="grid"
        aria-label="Side by side"
        aria-rowcount={lines.count + 1}
        aria-activedescendant={lines.count > 0 ? `line-${current}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <Titles columns={columns} one={one} template={template} />
        <div role="rowgroup" className="grid-body mono" style={{ height: window.height }}>
          {window.rows.map(({ row, top }) => {
            const line = lineAt(lines, row);
            return (
              <div
                key={`${line.kind} ${line.at}`}
                id={`line-${row}`}
                role="row"
                aria-rowindex={row + 2}
                aria-selected={row === selected}
                className={[
                  "grid-row",
                  ROW_CLASSES[line.kind],
                  row === selected && "row-selected",
                  row === current && "row-active",
                ]
                  .filter(Boolean)
                  .join(" ")}
                style={{ transform: `translateY(${top}px)`, gridTemplateColumns: template }}
                onClick={() => choose(row)}
              >
                <Line comparison={comparison} lines={lines} line={line} columns={columns} one={one} />
              </div>
            );
          })}
        </div>
      </div>
      <Ruler comparison={comparison} lines={lines} selected={selected} onLine={window.reveal} />
    </div>
  );
}

const ROW_CLASSES = ["line-section", "line-pair", "line-fold", "line-fold", "line-section"];

/** Columns that take room only where one of these changes is. */
const ONLY_WHERE_CHANGED: Readonly<Record<string, ChangeKind>> = {
  mode: "file-mode",
  version: "file-version",
  cloexec: "close-on-exec",
};

const columnsOf = ({ counts }: Comparison): readonly AlignedColumn[] =>
  ALIGNED_COLUMNS.filter(({ id }) => {
    const kind = ONLY_WHERE_CHANGED[id];
    return kind === undefined || counts[kind] > 0;
  });

function Titles({ columns, one, template }: { columns: readonly AlignedColumn[]; one: boolean; template: string }) {
  const titles = (side: string) =>
    columns.map(({ id, title, about, numeric }) => (
      <div
        key={`${side} ${id}`}
        role="columnheader"
        className={numeric ? "aligned-title cell-number" : "aligned-title"}
      >
        {about === undefined ? (
          title
        ) : (
          <>
            <span aria-hidden="true" title={about}>
              {title}
            </span>
            <span className="visually-hidden">{about}</span>
          </>
        )}
        <span className="visually-hidden"> {side}</span>
      </div>
    ));
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1} className="grid-row" style={{ gridTemplateColumns: template }}>
        <div role="columnheader" className="aligned-title cell-number">
          fd
        </div>
        {one ? (
          <>
            <div role="columnheader" className="aligned-title">
              Path
            </div>
            <div role="columnheader" className="aligned-title">
              before → after
            </div>
          </>
        ) : (
          <>
            {titles("before")}
            <span className="aligned-middle" />
            {titles("after")}
          </>
        )}
      </div>
    </div>
  );
}

interface LineProps {
  readonly comparison: Comparison;
  readonly lines: AlignedLines;
  readonly line: AlignedLine;
  readonly columns: readonly AlignedColumn[];
  readonly one: boolean;
}

function Line({ comparison, lines, line, columns, one }: LineProps) {
  const { kind, at, length } = line;
  switch (kind) {
    case LINE.pair:
      return <Pair comparison={comparison} pair={at} columns={columns} one={one} />;
    case LINE.section:
      return <SectionTitle comparison={comparison} section={at} change={lines.sectionChange[at] ?? NONE} />;
    case LINE.task: {
      const { changes } = comparison;
      const title = taskTitle(comparison, changes.taskBefore[at] ?? NONE, changes.taskAfter[at] ?? NONE);
      return <Heading comparison={comparison} title={`${title} (no file table)`} change={at} />;
    }
    case LINE.sections: {
      const { firstRow } = comparison.pairs.tables;
      const rows = (firstRow[at + length] ?? 0) - (firstRow[at] ?? 0);
      return (
        <Fold>
          {counted(length, "file table")} unchanged, with {counted(rows, "descriptor")}
        </Fold>
      );
    }
    default: {
      const side = comparison.pairs.tables.presence[comparison.pairs.descriptors.tablePair[at] ?? 0];
      const what =
        side === PRESENCE.both
          ? `${length.toLocaleString("en-US")} unchanged`
          : `${counted(length, "descriptor")} only ${side === PRESENCE.before ? "before" : "after"}`;
      return <Fold>{what}</Fold>;
    }
  }
}

const Fold = ({ children }: { children: React.ReactNode }) => (
  <div role="gridcell" className="aligned-whole aligned-fold">
    <span aria-hidden="true">▸ </span>
    {children}
  </div>
);

/** Tasks that a heading names. */
const MOST_TASKS = 3;

function SectionTitle({ comparison, section, change }: { comparison: Comparison; section: number; change: number }) {
  const { firstTask, taskBefore, taskAfter } = comparison.pairs.tables;
  const first = firstTask[section] ?? 0;
  const many = (firstTask[section + 1] ?? 0) - first;
  const names = Array.from({ length: Math.min(many, MOST_TASKS) }, (_, at) =>
    taskTitle(comparison, taskBefore[first + at] ?? NONE, taskAfter[first + at] ?? NONE),
  ).join(", ");
  const more = many > MOST_TASKS ? ` and ${many - MOST_TASKS} more` : "";
  const title = `${names}${more}${many > 1 ? " · one table" : ""}`;
  return <Heading comparison={comparison} title={title} change={change} />;
}

function Heading({ comparison, title, change }: { comparison: Comparison; title: string; change: number }) {
  const words = change === NONE ? null : changeWords(comparison, change);
  return (
    <div role="gridcell" className="aligned-whole">
      {words && <Sign sign={words.sign} />} {title}
      {words && <span className="aligned-note"> {words.what}</span>}
    </div>
  );
}

interface PairProps {
  readonly comparison: Comparison;
  readonly pair: number;
  readonly columns: readonly AlignedColumn[];
  readonly one: boolean;
}

function Pair({ comparison, pair, columns, one }: PairProps) {
  const { before, after, pairs, changed } = comparison;
  const b = pairs.descriptors.before[pair] ?? NONE;
  const a = pairs.descriptors.after[pair] ?? NONE;
  const bits = changed[pair] ?? 0;
  const sign = b === NONE ? "+" : a === NONE ? "-" : bits !== 0 ? "~" : null;
  const cells = columns.map((column) => {
    const was = b === NONE ? "" : column.text(before, b);
    const is = a === NONE ? "" : column.text(after, a);
    const differs = b !== NONE && a !== NONE && columnChanged(column, bits, was, is);
    const shown = (text: string): string => (differs ? text || (column.alone ?? "–") : text);
    return { column, was: shown(was), is: shown(is), differs };
  });
  const number = (
    <div role="gridcell" className={bits === 0 ? "grid-cell aligned-fd muted" : "grid-cell aligned-fd"}>
      {sign && <Sign sign={sign} />} {descriptorNumber(before, after, pairs, pair)}
    </div>
  );
  if (one) {
    const path = ALIGNED_COLUMNS[0]?.text(b === NONE ? after : before, b === NONE ? a : b) ?? "";
    const word = b === NONE ? "opened" : a === NONE ? "closed" : "";
    // The values of another file need no telling beside its path, which takes the room.
    const shown = bits & CHANGE_BITS.path ? cells.slice(0, 1) : cells;
    return (
      <>
        {number}
        <div role="gridcell" className={bits === 0 ? "grid-cell muted" : "grid-cell"} title={path}>
          <Path path={path} />
        </div>
        <div role="gridcell" className="grid-cell aligned-both">
          {word}
          {shown.map(
            ({ column, was, is, differs }) => differs && <Both key={column.id} column={column} {...{ was, is }} />,
          )}
        </div>
      </>
    );
  }
  return (
    <>
      {number}
      {b === NONE ? (
        <Gap columns={columns.length} word="not open before" />
      ) : (
        cells.map(({ column, was, differs }) => (
          <Cell key={column.id} column={column} differs={differs} quiet={bits === 0} gone={a === NONE}>
            {was}
          </Cell>
        ))
      )}
      <span className="aligned-middle" />
      {a === NONE ? (
        <Gap columns={columns.length} word={bits & CHANGE_BITS.closed ? "not open after" : ""} />
      ) : (
        cells.map(({ column, is, differs }) => (
          <Cell key={column.id} column={column} differs={differs} quiet={bits === 0} added={b === NONE}>
            {is}
          </Cell>
        ))
      )}
    </>
  );
}

/** What one value was and is. A path's earlier one stands before it already. */
function Both({ column, was, is }: { column: AlignedColumn; was: string; is: string }) {
  if (column.id === "path") {
    return (
      <span className="cell-differs both-path" title={is}>
        → <Path path={is} />
      </span>
    );
  }
  return (
    <span className="cell-differs">
      <span className="visually-hidden">{column.about ?? column.title} </span>
      {column.id === "pos" || column.id === "shared" ? "" : `${column.title.toLowerCase()} `}
      {was} → {is}
    </span>
  );
}

interface CellProps {
  readonly column: AlignedColumn;
  readonly differs: boolean;
  readonly quiet: boolean;
  readonly gone?: boolean;
  readonly added?: boolean;
  readonly children: string;
}

function Cell({ column, differs, quiet, gone = false, added = false, children }: CellProps) {
  const classes = [
    "grid-cell",
    column.numeric && "cell-number",
    differs && "cell-differs",
    gone && "cell-gone",
    added && "cell-added",
    quiet && "muted",
    column.id === "shared" && !quiet && "shared",
  ];
  return (
    <div
      role="gridcell"
      className={classes.filter(Boolean).join(" ")}
      title={children.length > 12 ? children : undefined}
    >
      {column.id === "path" ? <Path path={children} /> : children}
      {differs && <span className="visually-hidden"> changed</span>}
    </div>
  );
}

/** Where there is nothing on this side. */
function Gap({ columns, word }: { columns: number; word: string }) {
  return (
    <div role="gridcell" className="aligned-gap" style={{ gridColumn: `span ${columns}` }} aria-colspan={columns}>
      <span className="visually-hidden">{word}</span>
    </div>
  );
}
