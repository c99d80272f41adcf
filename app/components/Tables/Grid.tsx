// One listing as a grid: rows in view only, at any length, which a <table> cannot be. The grid has the focus and
// the keys; its rows and cells have neither.

import {
  type ColumnDef,
  type ColumnSizingState,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef, useState } from "react";
import { NONE } from "../../model/checkpoint.ts";
import { COLUMNS, type Column, LISTING_TITLES, type Listing } from "../../model/columns.ts";
import { listingOf, relatedRow, selectionAt } from "../../model/related.ts";
import { counted } from "../../model/words.ts";
import { listStep } from "../../shell/keys.ts";
import { PLACES } from "../../shell/places.ts";
import { copyText, listingText } from "../../shell/save.ts";
import type { Doc, ListingView } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { useRowWindow } from "../useRowWindow.ts";

const ROW = 22;
/** Pixels of one character of the monospace face, and of a cell's padding. */
const CHARACTER = 7.3;
const PADDING = 17;

/** A row in view: where it is in the order, and which row of the listing it is. */
interface Shown {
  readonly at: number;
  readonly row: number;
  readonly top: number;
}

const features = tableFeatures({
  columnVisibilityFeature,
  columnSizingFeature,
  columnResizingFeature,
  rowSortingFeature,
});

const isNumeric = (column: Column): boolean => column.number !== undefined || column.big !== undefined;

/** A column's numbers stand right, so that digits line up; tasks' pids are lists. */
const alignment = (column: Column): string => (isNumeric(column) && column.id !== "pid" ? " cell-number" : "");

const characters = ({ width, needs, title }: Column, { checkpoint }: Doc): number =>
  Math.max(needs ? Math.min(width, needs(checkpoint)) : width, title.length + 2);

const definitions = (listing: Listing, doc: Doc): ColumnDef<typeof features, Shown>[] =>
  COLUMNS[listing].map((column) => ({
    id: column.id,
    header: column.title,
    size: Math.round(characters(column, doc) * CHARACTER + PADDING),
    minSize: 32,
    sortDescFirst: false,
    accessorFn: ({ row }) => column.text(doc.checkpoint, row),
  }));

interface Props {
  readonly doc: Doc;
  readonly listing: Listing;
  readonly view: ListingView;
  readonly rows: Uint32Array;
  readonly pending: boolean;
}

export function Grid({ doc, listing, view, rows, pending }: Props) {
  const { shell } = usePage();
  const { checkpoint } = doc;
  const selection = useApp((state) => state.selection);
  const scroller = useRef<HTMLDivElement>(null);
  const window = useRowWindow(rows.length, ROW, scroller, ROW);
  const [active, setActive] = useState(0);
  /** The other end of the rows that are marked for copying. */
  const [anchor, setAnchor] = useState<number | null>(null);
  const [sizing, setSizing] = useState<ColumnSizingState>({});

  const columns = useMemo(() => definitions(listing, doc), [listing, doc]);
  const data = window.rows.map(({ row: at, top }): Shown => ({ at, row: rows[at] ?? 0, top }));
  const visibility = Object.fromEntries(COLUMNS[listing].map(({ id }) => [id, view.columns.includes(id)]));
  const sorting = view.sort ? [{ id: view.sort.column, desc: view.sort.descending }] : [];

  const table = useTable({
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

  const selectedRow = selection ? relatedRow(checkpoint, selection, listing) : NONE;
  const isSelected = selection !== null && listingOf(selection.to) === listing;
  const selectedIndex = useMemo(() => (selectedRow === NONE ? NONE : rows.indexOf(selectedRow)), [rows, selectedRow]);

  // What is looked at elsewhere is brought into view here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the row that is looked at changes
  useEffect(() => {
    if (selectedIndex === NONE) return;
    setActive(selectedIndex);
    setAnchor(null);
    window.reveal(selectedIndex);
  }, [selectedIndex]);

  const current = Math.min(active, Math.max(0, rows.length - 1));
  const from = Math.min(anchor ?? current, current);
  const to = Math.max(anchor ?? current, current);

  const go = (next: number, extend: boolean) => {
    setAnchor(extend ? (anchor ?? current) : null);
    setActive(next);
    window.reveal(next);
  };
  const choose = (at: number) => {
    const row = rows[at];
    if (row === undefined) return;
    const found = selectionAt(checkpoint, listing, row);
    shell.select(found);
    const problem = listing === "problems" && found !== null ? checkpoint.problems[row] : undefined;
    if (problem?.offset == null) return;
    shell.selectBytes({ member: problem.member ?? 0, anchor: problem.offset, at: problem.offset });
  };
  const copyRows = async () => {
    const some = rows.subarray(from, to + 1);
    const text = await (await listingText(checkpoint, listing, view.columns, some, "\t")).text();
    const done = await copyText(text);
    shell.notify(
      done ? `Copied ${counted(some.length, "row")}.` : "The browser does not let the page use the clipboard.",
    );
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "c") void copyRows();
      else if (event.key === "a" && rows.length > 0) {
        setAnchor(0);
        setActive(rows.length - 1);
      } else return;
      event.preventDefault();
      return;
    }
    const next = listStep(event.key, current, rows.length, window.visible);
    if (next !== null) go(next, event.shiftKey);
    else if (event.key === "Enter" || event.key === " ") choose(current);
    else return;
    event.preventDefault();
  };

  const onRowClick = (event: MouseEvent, at: number) => {
    if (event.shiftKey) return go(at, true);
    go(at, false);
    choose(at);
  };

  const [headers] = table.getHeaderGroups();
  const widths = table.getVisibleLeafColumns().map((column) => `${column.getSize()}px`);
  const template = widths.length > 0 ? `${widths.join(" ")} minmax(0, 1fr)` : "1fr";
  const total = table.getTotalSize();

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
      <div role="rowgroup" className="grid-head" style={{ minWidth: total }}>
        <div role="row" aria-rowindex={1} className="grid-row" style={{ gridTemplateColumns: template }}>
          {headers?.headers.map((header, at) => {
            const column = COLUMNS[listing].find(({ id }) => id === header.column.id);
            const sorted = header.column.getIsSorted();
            return (
              <div
                key={header.id}
                role="columnheader"
                aria-colindex={at + 1}
                aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : "none"}
                className={column ? `grid-title${alignment(column)}` : "grid-title"}
              >
                <button
                  type="button"
                  className="plain"
                  title={`${column?.about ?? ""}. Click to sort; Shift with arrow keys changes the width.`}
                  onClick={header.column.getToggleSortingHandler()}
                  onKeyDown={(event) => {
                    const step = event.key === "ArrowLeft" ? -8 : event.key === "ArrowRight" ? 8 : 0;
                    if (!event.shiftKey || step === 0) return;
                    event.preventDefault();
                    setSizing({ ...sizing, [header.column.id]: Math.max(32, header.getSize() + step) });
                  }}
                >
                  {column?.title}
                  <span aria-hidden="true">{sorted === "asc" ? " ↑" : sorted === "desc" ? " ↓" : ""}</span>
                </button>
                <span
                  className="grid-resize"
                  aria-hidden="true"
                  onPointerDown={header.getResizeHandler() as (event: unknown) => void}
                />
              </div>
            );
          })}
        </div>
      </div>
      <div role="rowgroup" className="grid-body mono" style={{ height: window.height, minWidth: total }}>
        {table.getRowModel().rows.map((row) => {
          const { at, top } = row.original;
          const chosen = at === selectedIndex;
          const marked = anchor !== null && at >= from && at <= to;
          return (
            <div
              key={row.id}
              id={`row-${at}`}
              role="row"
              aria-rowindex={at + 2}
              aria-selected={(chosen && isSelected) || marked}
              className={[
                "grid-row",
                chosen && (isSelected ? "row-selected" : "row-related"),
                marked && "row-marked",
                at === current && "row-active",
              ]
                .filter(Boolean)
                .join(" ")}
              style={{ transform: `translateY(${top}px)`, gridTemplateColumns: template }}
              onClick={(event) => onRowClick(event, at)}
            >
              {row.getVisibleCells().map((cell, index) => (
                <Cell
                  key={cell.id}
                  index={index}
                  column={COLUMNS[listing].find(({ id }) => id === cell.column.id)}
                  text={cell.getValue() as string}
                />
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Cell({ column, text, index }: { column: Column | undefined; text: string; index: number }) {
  if (column === undefined) return null;
  const quiet = text === "no" && column.yes !== undefined;
  const shared = text === "yes" && column.id === "shared";
  const severity = column.id === "severity" ? ` severity-${text}` : "";
  return (
    <div
      role="gridcell"
      aria-colindex={index + 1}
      className={`grid-cell${alignment(column)}${quiet ? " muted" : ""}${shared ? " shared" : ""}${severity}`}
      title={text.length > 24 ? text : undefined}
    >
      {text}
    </div>
  );
}
