// A listing as a grid, its rows grouped or not. Only the rows in view are rendered, so a listing can have any length; a
// <table> cannot do that. The grid has the focus and the keys; its rows and cells have neither.

import { type ColumnSizingState, useTable } from "@tanstack/react-table";
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef, useState } from "react";
import { NONE } from "../../model/checkpoint.ts";
import { LISTING_TITLES, type Listing } from "../../model/listings/column.ts";
import { COLUMNS, columnOf, columnTitle, type ValueWidths } from "../../model/listings/columns.ts";
import { u32At } from "../../model/read.ts";
import { relatedRow, selectionAt } from "../../model/related.ts";
import { counted } from "../../model/text/words.ts";
import { copy } from "../../shell/commands/actions.ts";
import { listStep } from "../../shell/keys.ts";
import { PLACES } from "../../shell/places.ts";
import type { Doc, ListingView } from "../../shell/state.ts";
import {
  type GridLines,
  gridLines,
  groupOfLine,
  lineOfRow,
  rowOfLine,
  rowsOfLines,
} from "../../shell/tables/grid-lines.ts";
import { relatedRows } from "../../shell/tables/related-rows.ts";
import { placeOf } from "../../shell/tables/rows.ts";
import { listingText } from "../../shell/tables/table-text.ts";
import { useApp, usePage } from "../context.ts";
import { useSize } from "../Drawing/useSize.ts";
import { useRowWindow } from "../useRowWindow.ts";
import { GridHead } from "./GridHead.tsx";
import { GridRow } from "./GridRow.tsx";
import { GroupRow } from "./GroupRow.tsx";
import {
  type ColumnSize,
  charactersIn,
  columnDefinitions,
  columnSizes,
  columnWidth,
  features,
  type GridColumn,
  gridTemplate,
  isFlexible,
  type ShownRow,
} from "./grid-columns.ts";
import { type MarkedRows, useMarkedRows } from "./useMarkedRows.ts";

/** Pixels of a row. */
const ROW = 22;

interface Props {
  readonly doc: Doc;
  readonly listing: Listing;
  readonly view: ListingView;
  /** Rows of the listing in the current order. */
  readonly rows: Uint32Array;
  /** Where each group begins (OrderedRows.first); empty: rows are not grouped. */
  readonly first: Uint32Array;
  /** The worker is still sorting or filtering. */
  readonly pending: boolean;
  /** How wide the values are; `null`: not known yet. */
  readonly widths: ValueWidths | null;
}

export function Grid({ doc, listing, view, rows, first, pending, widths }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [size] = useSize(scroller);
  const { lines, isOpen, toggle } = useGroups(first);
  const count = lines === null ? rows.length : lines.length;
  const window = useRowWindow(count, ROW, scroller, ROW);
  const marks = useMarkedRows(count);
  const { current, from, to, isRange } = marks;
  const selected = useSelectedLine(doc, listing, rows, lines);
  const isRelated = useRelated(doc, listing);
  const shown = window.rows.map(({ row: line, top }): ShownRow => {
    const at = rowOfLine(lines, line);
    return { at: line, row: at < 0 ? NONE : u32At(rows, at), group: groupOfLine(lines, line), top };
  });
  const [sizing, setSizing] = useState<ColumnSizingState>({});
  // Once for an image, and not for each row that is scrolled into view.
  const sizes = useMemo(() => columnSizes(listing, doc.checkpoint, widths), [listing, doc, widths]);
  const table = useGridTable(doc, listing, sizes, view, shown, sizing, setSizing);

  const go = (next: number, extend: boolean) => {
    marks.go(next, extend);
    window.reveal(next);
  };
  // The selection is brought into view wherever it was made.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another row is selected
  useEffect(() => {
    if (selected !== NONE) go(selected, false);
  }, [selected]);
  const chooseRow = useChoose(doc, listing, rows);
  const choose = (line: number): void => {
    const group = groupOfLine(lines, line);
    if (group >= 0) toggle(group);
    else chooseRow(rowOfLine(lines, line));
  };
  const copyRows = useCopyRows(doc, listing, view, rows, lines, marks);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const step = listStep(event.key, current, count, window.visible);
    const group = groupOfLine(lines, current);
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "c") void copyRows();
      else if (event.key === "a" && count > 0) marks.markAll();
      else return;
    } else if (step !== null) go(step, event.shiftKey);
    else if (event.key === "Enter" || event.key === " ") choose(current);
    else if (group >= 0 && event.key === (isOpen(group) ? "ArrowLeft" : "ArrowRight")) toggle(group);
    else return;
    event.preventDefault();
  };
  const onRowClick = (event: MouseEvent, line: number) => {
    go(line, event.shiftKey);
    if (!event.shiftKey) choose(line);
  };

  const columns = shownColumns(sizes, table, sizing);
  const { template, width } = gridTemplate(columns);
  const path = table.getVisibleLeafColumns().findIndex(({ id }) => id === "path");
  const pathRoom = size === null || path < 0 ? null : charactersIn(columnWidth(columns, path, size.width));
  return (
    <div
      ref={scroller}
      id={PLACES.tables}
      className="grid"
      role="grid"
      aria-label={LISTING_TITLES[listing]}
      aria-rowcount={count + 1}
      aria-colcount={view.columns.length}
      aria-multiselectable="true"
      aria-busy={pending}
      aria-activedescendant={window.idOf("row", current)}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <GridHead
        checkpoint={doc.checkpoint}
        listing={listing}
        headers={table.getHeaderGroups()[0]?.headers ?? []}
        template={template}
        width={width}
        onResize={(column, size) => setSizing({ ...sizing, [column]: size })}
      />
      <div role="rowgroup" className="grid-body mono" style={{ height: window.height, minWidth: width }}>
        {table.getRowModel().rows.map((row) => {
          const { at: line, row: own, group } = row.original;
          const place = {
            shown: row.original,
            marked: isRange && line >= from && line <= to,
            active: line === current,
            onClick: onRowClick,
          };
          if (group >= 0) {
            const start = u32At(first, group);
            return (
              <GroupRow
                key={row.id}
                {...place}
                open={isOpen(group)}
                value={groupText(doc, listing, view, u32At(rows, start))}
                count={u32At(first, group + 1) - start}
              />
            );
          }
          return (
            <GridRow
              key={row.id}
              {...place}
              listing={listing}
              cells={row.getVisibleCells()}
              template={template}
              pathRoom={pathRoom}
              relation={line === selected ? "selected" : isRelated(own) ? "related" : null}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The lines of grouped rows, and which groups are open. */
function useGroups(first: Uint32Array) {
  const [opened, setOpened] = useState<{ of: Uint32Array; groups: ReadonlySet<number> }>({
    of: first,
    groups: NONE_OPEN,
  });
  // Groups of another order are closed.
  const groups = opened.of === first ? opened.groups : NONE_OPEN;
  const isOpen = (group: number): boolean => groups.has(group);
  const lines = useMemo(() => gridLines(first, (group) => groups.has(group)), [first, groups]);
  const toggle = (group: number): void => {
    const next = new Set(groups);
    if (!next.delete(group)) next.add(group);
    setOpened({ of: first, groups: next });
  };
  return { lines, isOpen, toggle };
}

const NONE_OPEN: ReadonlySet<number> = new Set();

/** The value that the rows of a group have in common. */
function groupText({ checkpoint }: Doc, listing: Listing, { group }: ListingView, row: number): string {
  const column = group === null ? null : columnOf(listing, group);
  if (column === null) return "";
  const text = column.text(checkpoint, row);
  return `${columnTitle(checkpoint, column)}: ${text === "" ? "none" : text}`;
}

/** The widths of the shown columns. The column that sorts the rows has room for its arrow. */
function shownColumns(
  sizes: ReadonlyMap<string, ColumnSize>,
  table: ReturnType<typeof useGridTable>,
  sizing: ColumnSizingState,
): GridColumn[] {
  return table.getVisibleLeafColumns().map((shown) => {
    const isChosen = sizing[shown.id] !== undefined;
    const own = isChosen ? undefined : sizes.get(shown.id);
    const sorted = shown.getIsSorted() === false ? 0 : (own?.sorted ?? 0);
    const size = Math.max(shown.getSize(), sorted);
    return {
      grows: isFlexible(shown.id) && !isChosen,
      size,
      least: Math.max(Math.min(size, own?.least ?? size), sorted),
    };
  });
}

/** TanStack's table over the lines in view. Sorting and grouping are the worker's. */
function useGridTable(
  doc: Doc,
  listing: Listing,
  sizes: ReadonlyMap<string, ColumnSize>,
  view: ListingView,
  data: ShownRow[],
  sizing: ColumnSizingState,
  setSizing: (change: ColumnSizingState | ((sizing: ColumnSizingState) => ColumnSizingState)) => void,
) {
  const { shell } = usePage();
  const columns = useMemo(() => columnDefinitions(listing, doc, sizes), [listing, doc, sizes]);
  const visibility = Object.fromEntries(COLUMNS[listing].map(({ id }) => [id, view.columns.includes(id)]));
  const grouping = view.group === null ? [] : [view.group];
  const sorting = view.sort ? [{ id: view.sort.column, desc: view.sort.descending }] : [];
  return useTable({
    features,
    columns,
    data,
    manualSorting: true,
    manualGrouping: true,
    groupedColumnMode: false,
    enableMultiSort: false,
    columnResizeMode: "onChange",
    getRowId: ({ at }) => String(at),
    state: { columnVisibility: visibility, sorting, columnSizing: sizing, grouping },
    onColumnSizingChange: setSizing,
    onSortingChange: (change) => {
      const [first] = typeof change === "function" ? change(sorting) : change;
      shell.setListing(listing, { sort: first ? { column: first.id, descending: first.desc } : null });
    },
  });
}

/** The line of the selection, or of the first row that belongs to it; NONE if it is not listed. */
function useSelectedLine({ checkpoint }: Doc, listing: Listing, rows: Uint32Array, lines: GridLines): number {
  const selection = useApp((state) => state.selection);
  const row = selection ? relatedRow(checkpoint, selection, listing) : NONE;
  const at = useMemo(() => (row === NONE ? NONE : placeOf(rows, row)), [rows, row]);
  return useMemo(() => lineOfRow(lines, at), [lines, at]);
}

/** Whether a row belongs to the selection. */
function useRelated({ checkpoint }: Doc, listing: Listing): (row: number) => boolean {
  const selection = useApp((state) => state.selection);
  return useMemo(() => relatedRows(checkpoint, selection, listing), [checkpoint, selection, listing]);
}

/** Selects a row everywhere. A problem also selects its bytes. */
function useChoose({ checkpoint }: Doc, listing: Listing, rows: Uint32Array): (at: number) => void {
  const { shell } = usePage();
  return (at) => {
    const row = rows[at];
    if (row === undefined) return;
    const found = selectionAt(checkpoint, listing, row);
    shell.select(found);
    const problem = listing === "problems" && found !== null ? checkpoint.problems[row] : undefined;
    if (problem?.offset == null) return;
    shell.selectBytes({ member: problem.member ?? 0, anchor: problem.offset, at: problem.offset });
  };
}

/** Copies the marked rows, tab-separated. */
function useCopyRows(
  { checkpoint }: Doc,
  listing: Listing,
  view: ListingView,
  rows: Uint32Array,
  lines: GridLines,
  { from, to }: MarkedRows,
): () => Promise<void> {
  const { shell } = usePage();
  return async () => {
    const some = rowsOfLines(lines, rows, from, to);
    const text = listingText(checkpoint, listing, view.columns, some, "\t").then((content) => content.text());
    await copy(shell, text, counted(some.length, "row"));
  };
}
