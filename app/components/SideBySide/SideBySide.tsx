// The descriptors of both images side by side: one line for a descriptor before and after, with gaps where it is on one
// side only, and one scroll bar. The grid has the focus and handles the keys; its rows do neither.

import { type KeyboardEvent, memo, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { Comparison } from "../../diff/comparison.ts";
import { type AlignedLines, align, LINE, lineAt } from "../../diff/lists/align.ts";
import type { HiddenChanges } from "../../diff/lists/filter.ts";
import { lineOfSelection } from "../../diff/lists/selected-line.ts";
import { withoutHidden } from "../../diff/lists/without-hidden.ts";
import type { Pairs } from "../../diff/pairs/pair.ts";
import { NONE } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import { otherSide, type Side } from "../../model/comparison/side.ts";
import { i32At } from "../../model/read.ts";
import { listStep } from "../../shell/keys.ts";
import { MEDIUM } from "../../shell/narrow.ts";
import { PLACES } from "../../shell/places.ts";
import { mirroredChange } from "../../shell/selection.ts";
import { hiddenOf } from "../../shell/selectors.ts";
import type { Compared, State } from "../../shell/state.ts";
import { detailChanges, hidesHolders } from "../../shell/tables/aligned-cells.ts";
import { useApp, usePage } from "../context.ts";
import { useSize } from "../Drawing/useSize.ts";
import { useRowWindow } from "../useRowWindow.ts";
import { useNarrow } from "../Workspace/useNarrow.ts";
import { fitColumns, measuredColumns, oneColumn } from "./columns.ts";
import { Line } from "./Line.tsx";
import { Ruler } from "./Ruler.tsx";
import "./SideBySide.css";
import { Titles } from "./Titles.tsx";

/** Height of a line, in pixels. */
const ROW = 22;
/** Height of a line with the values below the path, in pixels. */
const STACKED_ROW = 40;
/** In a narrower grid, the values are below the path. In pixels. */
const STACKED = 560;

/** All that the lines are made of. */
interface Shown extends Pick<State, "onlyChanges" | "selection" | "side" | "change"> {
  readonly compared: Compared;
  readonly hidden: HiddenChanges;
}

/**
 * It follows the state in a task of its own, with pauses: a click or a key responds at once, even if laying out many
 * lines takes longer. All of it follows together, so that changes and rows belong to one comparison.
 */
export function SideBySide({ compared }: { compared: Compared }) {
  const hidden = useApp(hiddenOf);
  const onlyChanges = useApp((state) => state.onlyChanges);
  const selection = useApp((state) => state.selection);
  const side = useApp((state) => state.side);
  const change = useApp((state) => state.change);
  const latest = useMemo(
    (): Shown => ({ compared, hidden, onlyChanges, selection, side, change }),
    [compared, hidden, onlyChanges, selection, side, change],
  );
  return <Lines shown={useDeferredValue(latest)} />;
}

const Lines = memo(function Lines({ shown }: { shown: Shown }) {
  const { compared, hidden, change } = shown;
  const comparison = useMemo(() => withoutHidden(compared.comparison, hidden), [compared, hidden]);
  const isNarrow = useNarrow(MEDIUM);
  const { lines, choose } = useLines(comparison, shown);
  const scroller = useRef<HTMLDivElement>(null);
  const [size] = useSize(scroller);
  const room = size?.width ?? null;
  const details = useMemo(() => detailChanges(comparison, hidden), [comparison, hidden]);
  const holdersCount = useMemo(() => !hidesHolders(comparison, hidden), [comparison, hidden]);
  const measured = useMemo(
    () => measuredColumns(comparison, details, holdersCount),
    [comparison, details, holdersCount],
  );
  const both = useMemo(() => fitColumns(measured, compared, room), [measured, compared, room]);
  // If both sides do not fit, a single column shows everything that changed.
  const one = isNarrow || (room !== null && both.least > room);
  const isStacked = one && room !== null && room < STACKED;
  const { columns, template, least, pathRoom, changeRoom } = one ? oneColumn(measured, isStacked, room) : both;
  const window = useRowWindow(lines.count, isStacked ? STACKED_ROW : ROW, scroller, ROW);
  const [active, setActive] = useState(0);
  const selected = useSelectedLine(comparison, lines, shown);

  // Also once it is known how high lines are, and how many there is room for.
  const isMeasured = room !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another line is selected
  useEffect(() => {
    if (selected === -1) return;
    setActive(selected);
    window.reveal(selected);
  }, [selected, change, isStacked, isMeasured]);

  const current = Math.min(active, Math.max(0, lines.count - 1));
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
  const onClick = (line: number): void => {
    setActive(line);
    choose(line);
  };

  return (
    <div className="aligned-holder">
      <div
        ref={scroller}
        id={PLACES.aligned}
        className={`grid aligned${isStacked ? " aligned-stacked" : ""}`}
        role="grid"
        aria-label="Side by side"
        aria-rowcount={lines.count + 1}
        aria-activedescendant={window.idOf("line", current)}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <Titles {...{ columns, one, isStacked, template, least }} />
        <div role="rowgroup" className="grid-body mono" style={{ height: window.height, minWidth: least }}>
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
                onClick={() => onClick(row)}
              >
                <Line
                  {...{ comparison, lines, line, columns, details, holdersCount, one, pathRoom, changeRoom }}
                  filtered={comparison !== compared.comparison}
                />
              </div>
            );
          })}
        </div>
      </div>
      <Ruler comparison={comparison} lines={lines} selected={selected} onLine={window.reveal} />
    </div>
  );
});

/** By LINE. */
const ROW_CLASSES = ["line-section", "line-pair", "line-fold", "line-fold", "line-section"];

const NOTHING: ReadonlySet<number> = new Set();

/** The folds that the user opened, in one comparison. */
interface Opened {
  readonly of: Pairs | null;
  readonly pairs: ReadonlySet<number>;
  readonly sections: ReadonlySet<number>;
}

/** The lines of a comparison. `choose` opens a fold, or selects the object of any other line. */
function useLines(
  comparison: Comparison,
  { compared, hidden, onlyChanges }: Shown,
): { lines: AlignedLines; choose(line: number): void } {
  const { shell } = usePage();
  const [opened, setOpened] = useState<Opened>({ of: null, pairs: NOTHING, sections: NOTHING });
  const { pairs, sections } = opened.of === comparison.pairs ? opened : { pairs: NOTHING, sections: NOTHING };
  const lines = useMemo(
    () => align(comparison, { onlyChanges, hidden, openedPairs: pairs, openedSections: sections }),
    [comparison, onlyChanges, hidden, pairs, sections],
  );

  const choose = (line: number): void => {
    // The lines can still be those of images that have just been swapped, or replaced.
    const now = shell.store.get().compared;
    if (now === null) return;
    const isSwapped = isSwap(compared.comparison, now.comparison);
    if (now !== compared && !isSwapped) return;
    /** Selects the row of a pair on its later side that has one. */
    const selectPair = (to: "descriptor" | "table", rowOn: (side: Side) => number) => {
      const side = rowOn("after") !== NONE ? "after" : "before";
      const row = rowOn(side);
      shell.selectIn(isSwapped ? otherSide(side) : side, { to, row });
    };
    const selectChange = (change: number) => {
      const found = isSwapped ? mirroredChange(compared, now, change) : change;
      if (found !== NONE) shell.selectChange(found);
    };
    const { kind, at } = lineAt(lines, line);
    if (kind === LINE.pair) selectPair("descriptor", (side) => descriptorOf(comparison.pairs.descriptors, side, at));
    else if (kind === LINE.fold) setOpened({ of: comparison.pairs, pairs: new Set([...pairs, at]), sections });
    else if (kind === LINE.sections) setOpened({ of: comparison.pairs, pairs, sections: new Set([...sections, at]) });
    else if (kind === LINE.task) selectChange(at);
    else {
      const change = i32At(lines.sectionChange, at);
      if (change !== NONE) selectChange(change);
      else selectPair("table", (side) => i32At(comparison.pairs.tables[side], at));
    }
  };
  return { lines, choose };
}

/** Whether two comparisons are of the same images, with before and after swapped. */
const isSwap = (one: Comparison, other: Comparison): boolean =>
  one.before === other.after && one.after === other.before && one.before !== one.after;

/** The line of the selected change or descriptor; -1 if there is none. */
function useSelectedLine(comparison: Comparison, lines: AlignedLines, { change, selection, side }: Shown): number {
  return useMemo(() => {
    const ref = selection === null || selection.to === "record" ? null : selection;
    return lineOfSelection(comparison, lines, { side, ref, change });
  }, [comparison, lines, change, selection, side]);
}
