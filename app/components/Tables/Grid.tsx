// A listing as a grid. Only the rows in view are rendered, so a listing can have any length; a <table> cannot do that.
// The grid has the focus and the keys; its rows and cells have neither.

import { type ColumnSizingState, useTable } from "@tanstack/react-table";
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef, useState } from "react";
import { NONE } from "../../model/checkpoint.ts";
import { LISTING_TITLES, type Listing } from "../../model/columns/column.ts";
import { COLUMNS } from "../../model/columns/columns.ts";
import { u32At } from "../../model/read.ts";
import { listingOf, relatedRow, selectionAt } from "../../model/related.ts";
import { counted } from "../../model/words.ts";
import { copy } from "../../shell/commands/actions.ts";
import { listStep } from "../../shell/keys.ts";
import { PLACES } from "../../shell/places.ts";
import { listingText } from "../../shell/save.ts";
import type { Doc, ListingView } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { useRowWindow } from "../useRowWindow.ts";
import { GridHead } from "./GridHead.tsx";
import { GridRow } from "./GridRow.tsx";
import { columnDefinitions, features, type ShownRow } from "./grid-columns.ts";
import { type MarkedRows, useMarkedRows } from "./useMarkedRows.ts";

/** Pixels of a row. */
const ROW = 22;

interface Props {
  readonly doc: Doc;
  readonly listing: Listing;
  readonly view: ListingView;
  /** Rows of the listing in the current order. */
  readonly rows: Uint32Array;
  /** The worker is still sorting or filtering. */
  readonly pending: boolean;
}

export function Grid({ doc, listing, view, rows, pending }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const window = useRowWindow(rows.length, ROW, scroller, ROW);
  const marks = useMarkedRows(rows.length);
  const { current, from, to, isRange } = marks;
  const selected = useSelectedRow(doc, listing, rows);
  const shown = window.rows.map(({ row: at, top }): ShownRow => ({ at, row: u32At(rows, at), top }));
  const [sizing, setSizing] = useState<ColumnSizingState>({});
  const table = useGridTable(doc, listing, view, shown, sizing, setSizing);

  const go = (next: number, extend: boolean) => {
    marks.go(next, extend);
    window.reveal(next);
  };
  // The selection is brought into view wherever it was made.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another row is selected
  useEffect(() => {
    if (selected.at !== NONE) go(selected.at, false);
  }, [selected.at]);
  const choose = useChoose(doc, listing, rows);
  const copyRows = useCopyRows(doc, listing, view, rows, marks);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const step = listStep(event.key, current, rows.length, window.visible);
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "c") void copyRows();
      else if (event.key === "a" && rows.length > 0) marks.markAll();
      else return;
    } else if (step !== null) go(step, event.shiftKey);
    else if (event.key === "Enter" || event.key === " ") choose(current);
    else return;
    event.preventDefault();
  };
  const onRowClick = (event: MouseEvent, at: number) => {
    go(at, event.shiftKey);
    if (!event.shiftKey) choose(at);
  };

  const widths = table.getVisibleLeafColumns().map((column) => `${column.getSize()}px`);
  const template = widths.length > 0 ? `${widths.join(" ")} minmax(0, 1fr)` : "1fr";
  const width = table.getTotalSize();
  return (
    <div
      ref={scroller}
      id={PLACES.tables}
      className="grid"
      role="grid"
      aria-label={LISTING_TITLES[listing]}
      aria-rowcount={rows.length + 1}
      aria-colcount={view.columns.length}
      aria-multiselectable="true"
      aria-busy={pending}
      aria-activedescendant={rows.length > 0 ? `row-${current}` : undefined}
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
          const { at } = row.original;
          return (
            <GridRow
              key={row.id}
              listing={listing}
              shown={row.original}
              cells={row.getVisibleCells()}
              template={template}
              relation={at === selected.at ? selected.relation : null}
              marked={isRange && at >= from && at <= to}
              active={at === current}
              onClick={onRowClick}
            />
          );
        })}
      </div>
    </div>
  );
}

/** TanStack's table over the rows in view. Sorting is the worker's. */
function useGridTable(
  doc: Doc,
  listing: Listing,
  view: ListingView,
  data: ShownRow[],
  sizing: ColumnSizingState,
  setSizing: (change: ColumnSizingState | ((sizing: ColumnSizingState) => ColumnSizingState)) => void,
) {
  const { shell } = usePage();
  const columns = useMemo(() => columnDefinitions(listing, doc), [listing, doc]);
  const visibility = Object.fromEntries(COLUMNS[listing].map(({ id }) => [id, view.columns.includes(id)]));
  const sorting = view.sort ? [{ id: view.sort.column, desc: view.sort.descending }] : [];
  return useTable({
    features,
    columns,
    data,
    manualSorting: true,
    enableMultiSort: false,
    columnResizeMode: "onChange",
    getRowId: ({ at }) => String(at),
    state: { columnVisibility: visibility, sorting, columnSizing: sizing },
    onColumnSizingChange: setSizing,
    onSortingChange: (change) => {
      const [first] = typeof change === "function" ? change(sorting) : change;
      shell.setListing(listing, { sort: first ? { column: first.id, descending: first.desc } : null });
    },
  });
}

/** The index in `rows` of the selection, or of what it belongs to; NONE if it is not there. */
function useSelectedRow({ checkpoint }: Doc, listing: Listing, rows: Uint32Array) {
  const selection = useApp((state) => state.selection);
  const row = selection ? relatedRow(checkpoint, selection, listing) : NONE;
  const at = useMemo(() => (row === NONE ? NONE : rows.indexOf(row)), [rows, row]);
  const isItself = selection !== null && listingOf(selection.to) === listing;
  return { at, relation: isItself ? ("selected" as const) : ("related" as const) };
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
  { from, to }: MarkedRows,
): () => Promise<void> {
  const { shell } = usePage();
  return async () => {
    const some = rows.subarray(from, to + 1);
    const text = await (await listingText(checkpoint, listing, view.columns, some, "\t")).text();
    await copy(shell, text, counted(some.length, "row"));
  };
}
