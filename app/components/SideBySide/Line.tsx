// One line of side by side: a pair of descriptors, the heading of a section, or a fold.

import type { Comparison } from "../../diff/comparison.ts";
import { type AlignedLine, type AlignedLines, LINE } from "../../diff/lists/align.ts";
import { PRESENCE } from "../../diff/pairs/pair.ts";
import { changeWords, taskTitle } from "../../export/changes/changes-text.ts";
import { NONE } from "../../model/checkpoint.ts";
import { tablePairOf } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import { andMore, counted, grouped } from "../../model/text/words.ts";
import type { AlignedColumn, DetailChanges } from "../../shell/tables/aligned-cells.ts";
import { Sign } from "../Sign.tsx";
import { PairCells } from "./PairCells.tsx";

interface LineProps {
  readonly comparison: Comparison;
  readonly lines: AlignedLines;
  readonly line: AlignedLine;
  readonly columns: readonly AlignedColumn[];
  readonly details: DetailChanges;
  readonly holdersCount: boolean;
  /** A single column, before → after, instead of two sides. */
  readonly one: boolean;
  readonly pathRoom: number | null;
  readonly changeRoom: number | null;
  /** Whether kinds of change are switched off: a fold is then not called unchanged. */
  readonly filtered: boolean;
}

export function Line(props: LineProps) {
  const { comparison, lines, line, columns, details, holdersCount, one, pathRoom, changeRoom, filtered } = props;
  const { kind, at, length } = line;
  const folded = filtered ? "without changes of the kinds shown" : "unchanged";
  switch (kind) {
    case LINE.pair:
      return (
        <PairCells
          {...{ comparison, columns, holdersCount, one, pathRoom, changeRoom }}
          details={details(at)}
          pair={at}
        />
      );
    case LINE.section:
      return <SectionTitle comparison={comparison} section={at} change={i32At(lines.sectionChange, at)} />;
    case LINE.task: {
      const { changes } = comparison;
      const title = taskTitle(comparison, i32At(changes.taskBefore, at), i32At(changes.taskAfter, at));
      return <Heading comparison={comparison} title={`${title} (no file table)`} change={at} />;
    }
    case LINE.sections: {
      const { firstRow } = comparison.pairs.tables;
      const rows = u32At(firstRow, at + length) - u32At(firstRow, at);
      return (
        <Fold>
          {counted(length, "file table")} {folded}, with {counted(rows, "descriptor")}
        </Fold>
      );
    }
    default: {
      const side = u8At(comparison.pairs.tables.presence, tablePairOf(comparison.pairs.tables, at));
      const text =
        side === PRESENCE.both
          ? `${grouped(length)} ${folded}`
          : `${counted(length, "descriptor")} only ${side === PRESENCE.before ? "before" : "after"}`;
      return <Fold>{text}</Fold>;
    }
  }
}

/** Stands for folded lines; a click opens them. */
const Fold = ({ children }: { children: React.ReactNode }) => (
  <div role="gridcell" className="aligned-whole aligned-fold">
    <span aria-hidden="true">▸ </span>
    {children}
  </div>
);

/** How many tasks a heading names. */
const MOST_TASKS = 3;

function SectionTitle({ comparison, section, change }: { comparison: Comparison; section: number; change: number }) {
  const { firstTask, taskBefore, taskAfter } = comparison.pairs.tables;
  const first = u32At(firstTask, section);
  const count = u32At(firstTask, section + 1) - first;
  // The room is needed for what changed about them.
  const most = change === NONE ? MOST_TASKS : 1;
  const names = Array.from({ length: Math.min(count, most) }, (_, at) =>
    taskTitle(comparison, i32At(taskBefore, first + at), i32At(taskAfter, first + at)),
  ).join(", ");
  const more = andMore(count - most);
  const title = `${names}${more}${count > 1 ? " · shared table" : ""}`;
  return <Heading comparison={comparison} title={title} change={change} />;
}

function Heading({ comparison, title, change }: { comparison: Comparison; title: string; change: number }) {
  const words = change === NONE ? null : changeWords(comparison, change);
  return (
    <div role="gridcell" className="aligned-whole" title={words === null ? title : `${title} ${words.what}`}>
      {words && <Sign sign={words.sign} />} {title}
      {words && <span className="aligned-note"> {words.what}</span>}
    </div>
  );
}
