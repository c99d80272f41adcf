// One table of a resource: filter, count, exports and rows. Only the rows in view are rendered.

import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { u32At } from "../../model/read.ts";
import { counted, grouped } from "../../model/text/words.ts";
import type { ColumnSpec, ResourceSpec } from "../../resources/resource.ts";
import type { ResourceTable } from "../../resources/table.ts";
import { shownCell } from "../../resources/words-of.ts";
import { listStep } from "../../shell/keys.ts";
import { PLACES } from "../../shell/places.ts";
import type { Doc, ResourceView } from "../../shell/state.ts";
import { resourceRows, resourceRowsNow, selectionOfRow } from "../../shell/tables/resources.ts";
import { CommandButton } from "../CommandButton.tsx";
import { usePage } from "../context.ts";
import { useRowWindow } from "../useRowWindow.ts";
import { columnWidths, isRight, shownColumns, tracksOf } from "./columns.ts";

interface Props {
  readonly doc: Doc;
  readonly table: ResourceTable;
  readonly spec: ResourceSpec;
  readonly view: ResourceView;
}

/** Pixels of a row. */
const ROW = 22;

export function ResourceTab({ doc, table, spec, view }: Props) {
  const { shell } = usePage();
  const { rows, pending } = useResourceRows(doc, table, view);
  const filtered = view.filter.trim() !== "";
  const count = counted(table.count, "row");
  return (
    <>
      <div className="tables-bar">
        <input
          id={PLACES.resourceFilter}
          type="search"
          className="mono"
          aria-label={`Filter ${spec.title.toLowerCase()}`}
          placeholder={`filter: ${PLACEHOLDERS[spec.name] ?? "word column:word -not"}`}
          spellCheck={false}
          autoComplete="off"
          value={view.filter}
          onChange={(event) => shell.setResource(spec.name, { filter: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Escape" && filtered) {
              event.preventDefault();
              shell.setResource(spec.name, { filter: "" });
            } else if (event.key === "ArrowDown" || event.key === "Enter") {
              event.preventDefault();
              document.getElementById(PLACES.resources)?.focus();
            }
          }}
        />
        <span className="muted tables-count" aria-live="polite">
          {pending ? "Sorting…" : filtered ? `${grouped(rows.length)} of ${count}` : count}
          {table.cut && ", and more that are not listed"}
        </span>
        <CommandButton id="copy-resource">Copy</CommandButton>
        <CommandButton id="save-resource">CSV</CommandButton>
      </div>
      {rows.length > 0 || pending ? (
        <Grid doc={doc} table={table} spec={spec} view={view} rows={rows} />
      ) : (
        <Reason doc={doc} table={table} spec={spec} filtered={filtered} />
      )}
    </>
  );
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  mappings: "rwx kind:anonymous -libc",
  credentials: "CAP_SYS_PTRACE uid:0",
  sockets: "listen 28411 -family:unix",
  limits: "NOFILE pid:412",
};

/** Why a table has no rows. */
function Reason({ doc, table, spec, filtered }: Omit<Props, "view"> & { readonly filtered: boolean }) {
  const { shell } = usePage();
  const isPacked = doc.checkpoint.records.count === 0;
  return (
    <div className="tables-empty">
      {filtered && table.count > 0 ? (
        <>
          <p>No row matches the filter.</p>
          <button type="button" onClick={() => shell.setResource(spec.name, { filter: "" })}>
            Clear filter
          </button>
        </>
      ) : (
        <p>
          {table.held
            ? `The image has no ${spec.title.toLowerCase()}.`
            : isPacked
              ? "Links and reports do not include this table. Open the image itself."
              : `The image does not record ${spec.title.toLowerCase()}.`}
        </p>
      )}
    </div>
  );
}

interface GridProps extends Props {
  readonly rows: Uint32Array;
}

function Grid({ doc, table, spec, view, rows }: GridProps) {
  const { shell } = usePage();
  const scroller = useRef<HTMLDivElement>(null);
  const window = useRowWindow(rows.length, ROW, scroller, ROW);
  const [at, setAt] = useState(0);
  const current = Math.min(at, Math.max(0, rows.length - 1));
  const columns = useMemo(() => shownColumns(spec, table), [spec, table]);
  const textAt = (row: number, column: number): string => {
    const each = spec.columns[column] as ColumnSpec;
    return shownCell(each, table.columns[column], row);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: textAt follows from spec and table
  const widths = useMemo(() => columnWidths(spec, columns, table.count, textAt), [spec, table, columns]);
  const template = tracksOf(widths);
  const minWidth = `${widths.reduce((sum, { least }) => sum + least, 0)}ch`;
  const choose = (nth: number): void => {
    const selection = selectionOfRow(doc.checkpoint, table, u32At(rows, nth));
    if (selection !== null) shell.select(selection);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const step = listStep(event.key, current, rows.length, window.visible);
    if (step !== null) {
      setAt(step);
      window.reveal(step);
    } else if ((event.key === "Enter" || event.key === " ") && rows.length > 0) choose(current);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      id={PLACES.resources}
      className="grid"
      role="grid"
      aria-label={spec.title}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={window.idOf("resource-row", current)}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <Head spec={spec} columns={columns} view={view} template={template} minWidth={minWidth} />
      <div role="rowgroup" className="grid-body mono" style={{ height: window.height, minWidth }}>
        {window.rows.map(({ row: nth, top }) => (
          <div
            key={nth}
            id={`resource-row-${nth}`}
            role="row"
            aria-rowindex={nth + 2}
            aria-selected={nth === current}
            className={nth === current ? "grid-row row-active" : "grid-row"}
            style={{ transform: `translateY(${top}px)`, gridTemplateColumns: template }}
            onClick={() => {
              setAt(nth);
              choose(nth);
            }}
          >
            {columns.map((column, index) => {
              const text = textAt(u32At(rows, nth), column);
              return (
                <div
                  key={spec.columns[column]?.name}
                  role="gridcell"
                  aria-colindex={index + 1}
                  className={isRight(spec.columns[column]) ? "grid-cell cell-number" : "grid-cell"}
                  title={text.length > 24 ? text : undefined}
                >
                  {text}
                </div>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

interface HeadProps {
  readonly spec: ResourceSpec;
  readonly columns: readonly number[];
  readonly view: ResourceView;
  readonly template: string;
  readonly minWidth: string;
}

/** The titles, which sort. */
function Head({ spec, columns, view: { sort }, template, minWidth }: HeadProps) {
  const { shell } = usePage();
  return (
    <div role="rowgroup" className="grid-head mono" style={{ minWidth }}>
      <div role="row" aria-rowindex={1} className="grid-row" style={{ gridTemplateColumns: template }}>
        {columns.map((at, index) => {
          const column = spec.columns[at] as ColumnSpec;
          const sorted = sort?.column === column.name ? (sort.descending ? "descending" : "ascending") : "none";
          const next =
            sorted === "none"
              ? { column: column.name, descending: false }
              : sorted === "ascending"
                ? { column: column.name, descending: true }
                : null;
          return (
            <div
              key={column.name}
              role="columnheader"
              aria-colindex={index + 1}
              aria-sort={sorted}
              className={isRight(column) ? "grid-title cell-number" : "grid-title"}
            >
              <button
                type="button"
                className="plain"
                title={`${column.meaning}. Click to sort.`}
                onClick={() => shell.setResource(spec.name, { sort: next })}
              >
                {column.title}
                <span aria-hidden="true">{sorted === "none" ? "" : sorted === "ascending" ? " ↑" : " ↓"}</span>
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Milliseconds without typing before a request is sent to the worker. */
const DEBOUNCE = 150;
const NO_ROWS = new Uint32Array(0);

/** The rows of a table, filtered and sorted: by the page if it is short, else by the worker. */
function useResourceRows(doc: Doc, table: ResourceTable, view: ResourceView) {
  const { shell } = usePage();
  const now = useMemo(() => resourceRowsNow(table, view), [table, view]);
  const [later, setLater] = useState<{ readonly view: ResourceView; readonly rows: Uint32Array } | null>(null);
  useEffect(() => {
    if (now !== null) return;
    const control = new AbortController();
    const timer = setTimeout(() => {
      resourceRows(shell.client, doc, table, view, control.signal).then(
        (rows) => setLater({ view, rows }),
        (error: unknown) => {
          if (!control.signal.aborted) shell.notify(`Could not sort or filter the table: ${String(error)}`);
        },
      );
    }, DEBOUNCE);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [now, doc, table, view, shell]);
  if (now !== null) return { rows: now, pending: false };
  return { rows: later?.rows ?? NO_ROWS, pending: later?.view !== view };
}
