// The list of changes, by event or by task. The list has the focus and the keys; its rows have neither.

import { type KeyboardEvent, useCallback, useDeferredValue, useEffect, useMemo, useRef } from "react";
import { type Events, shownChanges } from "../../diff/lists/events.ts";
import type { HiddenChanges } from "../../diff/lists/filter.ts";
import { type ChangeRows, changeRows, headingAt, rowOfChange } from "../../diff/lists/lines.ts";
import { i32At, u32At } from "../../model/read.ts";
import { counted } from "../../model/text/words.ts";
import { PLACES } from "../../shell/places.ts";
import { groupsOf, hiddenOf } from "../../shell/selectors.ts";
import type { Compared } from "../../shell/state.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { ChangeItem, EventItem } from "./ChangeItem.tsx";
import { Filters, useHiddenText } from "./Filters.tsx";
import { HEADLINE, Headline } from "./Headline.tsx";
import { Kinds } from "./Kinds.tsx";
import { type ChangeWindow, useChangeWindow } from "./useChangeWindow.ts";
import "./Changes.css";

export function Changes({ compared }: { compared: Compared }) {
  const hidden = useApp(hiddenOf);
  const groups = useApp(groupsOf);
  const docs = useApp((state) => state.docs);
  const total = compared.listed.count;
  const count = useHiddenText(compared);
  const isEmpty = total > 0 && !hidden.includes(0);
  return (
    <section className="changes" aria-labelledby="changes-title">
      <h2 id="changes-title" className="visually-hidden">
        {counted(total, "change")}
      </h2>
      {total === 0 ? (
        <Nothing compared={compared} />
      ) : (
        <>
          <Headline key={docs.map(({ document }) => document).join()} docs={docs} hidden={hidden} />
          <FoldedFilters compared={compared} />
          <p className="changes-bar">
            <span className="muted" aria-live="polite">
              {count}
            </span>
            <CommandButton id="mark-seen">Seen</CommandButton>
            <CommandButton id="copy-change">Copy</CommandButton>
            <CommandButton id="copy-changes">Copy all</CommandButton>
          </p>
          {isEmpty ? (
            <div className="panel-empty">
              <p>All {counted(total, "change")} are hidden by the filters above.</p>
              <CommandButton id="all-kinds">Show all changes</CommandButton>
            </div>
          ) : (
            groups && <List compared={compared} groups={groups} hidden={hidden} />
          )}
        </>
      )}
    </section>
  );
}

/** The filters, which fold away. What they hide is counted below them. */
function FoldedFilters({ compared }: { compared: Compared }) {
  const { shell } = usePage();
  const isShown = useApp((state) => state.filtersShown);
  return (
    <>
      <button
        type="button"
        className="plain filters-fold"
        aria-expanded={isShown}
        onClick={() => shell.store.set({ filtersShown: !isShown })}
      >
        {isShown ? "▾" : "▸"} Filters
      </button>
      <div className="filters-folded" hidden={!isShown}>
        <Kinds counts={compared.listed.byKind} />
        <Filters compared={compared} />
      </div>
    </>
  );
}

/** Says that nothing changed, and what was compared. */
function Nothing({ compared }: { compared: Compared }) {
  const { before, pairs } = compared.comparison;
  return (
    <p className="panel-empty">
      Nothing changed: {counted(before.tasks.count, "task")} and {counted(pairs.descriptors.count, "descriptor")} are
      the same before and after, as are the files they lead to, positions, flags, and sharing.{" "}
      <span className="muted">
        Ids and objrefs differ in every dump and were not compared. Neither was memory, nor what is queued in pipes,
        sockets and terminals.
      </span>
    </p>
  );
}

interface ListProps {
  readonly compared: Compared;
  readonly groups: Events;
  readonly hidden: HiddenChanges;
}

function List({ compared, groups, hidden: newest }: ListProps) {
  const { shell } = usePage();
  const { comparison } = compared;
  const hidden = useDeferredHidden(compared, newest);
  const groupBy = useApp((state) => state.groupBy);
  const folded = useApp((state) => state.folded);
  const seen = useApp((state) => state.seen);
  const selected = useApp((state) => state.change) ?? -1;
  const isOpen = (event: number): boolean => folded.has(event) === (groupBy === "event");
  // biome-ignore lint/correctness/useExhaustiveDependencies: isOpen follows from these
  const rows = useMemo(() => changeRows(groups, hidden, isOpen, groupBy === "task"), [groups, hidden, folded, groupBy]);
  const scroller = useRef<HTMLDivElement>(null);
  const keyOf = useCallback((row: number): number => rows[row] ?? 0, [rows]);
  const window = useChangeWindow(rows.length, keyOf, scroller);
  const selectedRow = useMemo(() => rowOfChange(rows, groups, selected), [rows, groups, selected]);
  useReveal(rows, groups, selected, selectedRow, window);
  const onKeyDown = useListKeys({ rows, groups, hidden, selectedRow, page: window.visible });
  const onFold = useCallback(
    (event: number, isOpened: boolean): void => {
      shell.fold(event);
      if (isOpened && groupBy === "event") shell.selectChange(u32At(shownChanges(groups, hidden, event), 0));
    },
    [shell, groups, hidden, groupBy],
  );

  return (
    <div
      ref={scroller}
      id={PLACES.changes}
      className="changes-list mono"
      role="tree"
      aria-labelledby="changes-title"
      aria-describedby={HEADLINE}
      aria-activedescendant={window.rows.some(({ row }) => row === selectedRow) ? idOf(rows, selectedRow) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="none" className="tree-rows" style={{ height: window.height }}>
        {window.rows.map(({ row, top }) => {
          const place = { row, top, height: window.rowHeight, measure: window.measure };
          const event = headingAt(rows, row);
          if (event !== null) {
            return (
              <EventItem
                key={-event - 1}
                {...{ comparison, groups, hidden, event, groupBy, seen, onFold, ...place }}
                open={isOpen(event)}
                selected={row === selectedRow}
              />
            );
          }
          const change = i32At(rows, row);
          return (
            <ChangeItem
              key={change}
              {...{ comparison, change, ...place }}
              onSelect={shell.selectChange}
              level={isAlone(rows, groups, row) ? 1 : 2}
              inTask={groupBy === "task"}
              selected={row === selectedRow}
              seen={seen.has(change)}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The list follows other filters in a task of its own, with pauses, so that they respond at once. */
function useDeferredHidden(compared: Compared, newest: HiddenChanges): HiddenChanges {
  const latest = useMemo(() => ({ compared, hidden: newest }), [compared, newest]);
  const deferred = useDeferredValue(latest);
  // What is hidden in one comparison says nothing about another.
  return deferred.compared === compared ? deferred.hidden : newest;
}

/** Whether a change is listed without a heading: it is the only one shown of its event. */
function isAlone(rows: ChangeRows, { eventOf }: Events, row: number): boolean {
  const above = rows[row - 1];
  if (above === undefined) return true;
  const event = headingAt(rows, row - 1) ?? u32At(eventOf, above);
  return event !== u32At(eventOf, i32At(rows, row));
}

const idOf = (rows: ChangeRows, row: number): string => {
  const event = headingAt(rows, row);
  return event === null ? `change-${i32At(rows, row)}` : `event-${event}`;
};

/** Brings the selected change into view; opens its event, unless the event's heading stands for it. */
function useReveal(
  rows: ChangeRows,
  groups: Events,
  selected: number,
  selectedRow: number,
  { reveal, visible }: Pick<ChangeWindow, "reveal" | "visible">,
): void {
  const { shell } = usePage();
  const event = headingAt(rows, selectedRow);
  /** Its row, then the heading right above it. */
  const show = (): void => {
    if (selectedRow === -1) return;
    reveal(selectedRow);
    if (headingAt(rows, selectedRow - 1) !== null) reveal(selectedRow - 1);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another change is selected
  useEffect(() => {
    if (selectedRow === -1) return;
    const first = event === null ? selected : shownChanges(groups, hiddenOf(shell.store.get()), event)[0];
    if (event !== null && first !== selected) shell.fold(event);
    show();
  }, [selected, selectedRow, event]);
  // The sentence and filters above the list may come later, and leave it less room.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the room changes
  useEffect(show, [visible]);
}

interface KeysOf {
  readonly rows: ChangeRows;
  readonly groups: Events;
  readonly hidden: HiddenChanges;
  readonly selectedRow: number;
  /** Rows per page. */
  readonly page: number;
}

/** The keys of a tree: up and down select, right and left open and close events. */
function useListKeys({ rows, groups, hidden, selectedRow, page }: KeysOf): (event: KeyboardEvent) => void {
  const { shell } = usePage();
  /** Selects the change of a row, or the first one of a heading. */
  const select = (row: number): void => {
    const event = headingAt(rows, row);
    shell.selectChange(event === null ? i32At(rows, row) : u32At(shownChanges(groups, hidden, event), 0));
  };
  /** Whether a heading is followed by its changes: its first change is then selected in its place. */
  const isOpenHeading = (row: number): boolean => {
    const event = headingAt(rows, row);
    const next = rows[row + 1];
    return event !== null && next !== undefined && next >= 0 && groups.eventOf[next] === event;
  };
  const move = (to: number, by: 1 | -1): void => {
    let row = Math.max(0, Math.min(rows.length - 1, to));
    if (isOpenHeading(row)) row = by === 1 || row === 0 ? row + 1 : row - 1;
    if (isOpenHeading(row)) row++;
    if (row < rows.length) select(row);
  };
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const heading = headingAt(rows, selectedRow);
    if (event.key === "ArrowDown") move(selectedRow + 1, 1);
    else if (event.key === "ArrowUp") move(selectedRow === -1 ? rows.length - 1 : selectedRow - 1, -1);
    else if (event.key === "Home") move(0, 1);
    else if (event.key === "End") move(rows.length - 1, -1);
    else if (event.key === "PageDown") move(Math.max(0, selectedRow) + page, 1);
    else if (event.key === "PageUp") move(selectedRow - page, -1);
    else if (heading !== null && ["ArrowRight", "Enter", " "].includes(event.key)) shell.fold(heading);
    else if (event.key === "ArrowLeft" && heading === null && selectedRow !== -1) {
      const own = u32At(groups.eventOf, i32At(rows, selectedRow));
      if (!isAlone(rows, groups, selectedRow)) {
        shell.fold(own);
        shell.selectChange(u32At(shownChanges(groups, hidden, own), 0));
      }
    } else return;
    event.preventDefault();
  };
}
