// The tables below the drawing: a tab for each listing, with its filter, columns and exports.

import { type KeyboardEvent, memo, useDeferredValue, useMemo, useRef, useState } from "react";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { LISTING_TITLES, LISTINGS, type Listing, rowCount } from "../../model/listings/column.ts";
import { COLUMNS, columnTitle } from "../../model/listings/columns.ts";
import { filterErrors } from "../../model/listings/filter.ts";
import { tablesContent } from "../../shell/selectors.ts";
import { type Compared, type Doc, NOTHING_ELSE_SHOWN } from "../../shell/state.ts";
import { Checks } from "../Checks/Checks.tsx";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { Bytes } from "../Hex/Bytes.tsx";
import { Memory } from "../Memory/Memory.tsx";
import { OnlyChanges } from "../OnlyChanges.tsx";
import { KindFilter } from "../Records/KindFilter.tsx";
import { Records } from "../Records/Records.tsx";
import { Resources } from "../Resources/Resources.tsx";
import { Restore } from "../Restore/Restore.tsx";
import { SideBySide } from "../SideBySide/SideBySide.tsx";
import { useNarrow } from "../Workspace/useNarrow.ts";
import { FilterBox } from "./FilterBox.tsx";
import { FilterErrors } from "./FilterErrors.tsx";
import { Grid } from "./Grid.tsx";
import { useRows } from "./useRows.ts";
import { useWidths } from "./useWidths.ts";
import "./Tables.css";
import { counted, grouped } from "../../model/text/words.ts";

const SINGULAR: Readonly<Record<Listing, string>> = {
  descriptors: "descriptor",
  files: "open file",
  tables: "file table",
  tasks: "task",
  records: "record",
  problems: "problem",
};

/** The tables of one image; for two, also side by side; or the bytes in their place. */
export const Tables = memo(function Tables({ doc }: { doc: Doc }) {
  const compared = useApp((state) => state.compared);
  const content = useApp(tablesContent);
  const tab = useApp((state) => state.tab);
  return (
    <section className="tables" aria-label="Tables">
      <Tabs doc={doc} tab={content === "listing" ? tab : content === "sideBySide" ? "side" : content} />
      {content === "memory" ? (
        <Memory doc={doc} />
      ) : content === "restore" ? (
        <Restore doc={doc} />
      ) : content === "resources" ? (
        <Resources doc={doc} />
      ) : content === "bytes" ? (
        <Bytes doc={doc} />
      ) : content === "sideBySide" && compared !== null ? (
        <Aligned compared={compared} />
      ) : (
        <Table doc={doc} />
      )}
    </section>
  );
});

function Aligned({ compared }: { compared: Compared }) {
  const drawingShown = useApp((state) => state.drawingShown);
  const isNarrow = useNarrow();
  // Rendering two long lists at once would block the page, so the list of changes goes first.
  const ready = useDeferredValue(true, false);
  return (
    <div id="tables-panel" role="tabpanel" aria-labelledby="tab-side" className="tables-panel">
      <div className="tables-bar">
        <OnlyChanges />
        <span className="muted tables-count">
          {counted(compared.comparison.pairs.descriptors.count, "descriptor")}, before and after
        </span>
        {!isNarrow && <CommandButton id="full-width">{drawingShown ? "Full width" : "Exit full width"}</CommandButton>}
        <CommandButton id="previous-change">‹ Previous</CommandButton>
        <CommandButton id="next-change">Next ›</CommandButton>
      </div>
      {ready && <SideBySide compared={compared} />}
    </div>
  );
}

function Table({ doc }: { doc: Doc }) {
  const tab = useApp((state) => state.tab);
  const view = useApp((state) => state.listings[state.tab]);
  const { rows, first, pending } = useRows(doc, tab, view);
  const widths = useWidths(doc);
  // Columns must not change their widths right after they appear, unless there were some of an early part.
  const [isEarly] = useState(doc.document === null);
  const isMeasured = isEarly || widths !== null;
  const total = rowCount(doc.checkpoint, tab);
  const errors = useMemo(() => filterErrors(tab, view.filter), [tab, view.filter]);
  const filtered = view.filter.trim() !== "" && errors.length === 0;

  return (
    <div id="tables-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className="tables-panel">
      <div className="tables-bar">
        <FilterBox key={tab} listing={tab} filter={view.filter} errors={errors} />
        <span className="muted tables-count" aria-live="polite">
          {pending
            ? "Sorting…"
            : filtered
              ? `${grouped(rows.length)} of ${counted(total, SINGULAR[tab])}`
              : counted(total, SINGULAR[tab])}
        </span>
        {tab === "records" ? (
          <KindFilter doc={doc} />
        ) : (
          <>
            <GroupBy tab={tab} checkpoint={doc.checkpoint} group={view.group} />
            <Columns tab={tab} checkpoint={doc.checkpoint} />
          </>
        )}
        <CommandButton id="copy-table">Copy</CommandButton>
        {tab !== "records" && tab !== "problems" && <CommandButton id="copy-lines">lsof</CommandButton>}
        <CommandButton id="save-csv">CSV</CommandButton>
        <CommandButton id="save-json">JSON</CommandButton>
        {errors.length > 0 && <FilterErrors id="filter-errors" errors={errors} />}
      </div>
      {rows.length === 0 && !pending ? (
        <Reason doc={doc} tab={tab} filter={filtered ? view.filter : ""} total={total} />
      ) : tab === "records" ? (
        <Records key={doc.document} doc={doc} view={view} rows={rows} pending={pending} />
      ) : (
        isMeasured && <Grid key={tab} {...{ doc, view, rows, first, pending, widths }} listing={tab} />
      )}
      {tab === "problems" && <Checks doc={doc} />}
    </div>
  );
}

type Tab = Listing | "side" | "resources" | "bytes" | "restore" | "memory";

function Tabs({ doc, tab }: { doc: Doc; tab: Tab }) {
  const { shell } = usePage();
  const isPair = useApp((state) => state.compared !== null);
  // Known once the restore view was shown.
  const restoreErrors = useApp(({ restoreErrors: known, host }) =>
    known?.document === doc.document && known.facts === (host?.facts ?? null) ? known.count : null,
  );
  const tabs: readonly Tab[] = [
    ...(isPair ? (["side"] as const) : []),
    ...LISTINGS,
    "resources",
    "restore",
    "bytes",
    "memory",
  ];
  const show = (next: Tab) => {
    if (next === "side") shell.store.set({ view: "sideBySide", ...NOTHING_ELSE_SHOWN });
    else if (next === "bytes") shell.store.set({ ...NOTHING_ELSE_SHOWN, bytesShown: true });
    else if (next === "resources") shell.store.set({ ...NOTHING_ELSE_SHOWN, resourcesShown: true });
    else if (next === "restore") shell.store.set({ ...NOTHING_ELSE_SHOWN, restoreShown: true });
    else if (next === "memory") shell.store.set({ ...NOTHING_ELSE_SHOWN, memoryShown: true });
    else shell.showListing(next);
  };
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    show(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div ref={list} role="tablist" aria-label="Tables" className="tabs" tabIndex={-1} onKeyDown={onKeyDown}>
      {tabs.map((listing) => (
        <button
          key={listing}
          id={`tab-${listing}`}
          type="button"
          role="tab"
          className="plain tab"
          aria-selected={listing === tab}
          aria-controls="tables-panel"
          tabIndex={listing === tab ? 0 : -1}
          onClick={() => show(listing)}
        >
          {listing === "side" ? (
            "Side by side"
          ) : listing === "restore" ? (
            <>
              Restore{" "}
              {restoreErrors !== null && (
                <span className={restoreErrors > 0 ? "badge badge-problems" : "badge"}>
                  {grouped(restoreErrors)}
                  <span className="visually-hidden"> {restoreErrors === 1 ? "error" : "errors"}</span>
                </span>
              )}
            </>
          ) : listing === "resources" ? (
            "Resources"
          ) : listing === "bytes" ? (
            "Bytes"
          ) : listing === "memory" ? (
            "Memory"
          ) : (
            <>
              {LISTING_TITLES[listing]}{" "}
              <span
                className={
                  listing === "problems" && doc.checkpoint.problems.length > 0 ? "badge badge-problems" : "badge"
                }
              >
                {grouped(rowCount(doc.checkpoint, listing))}
              </span>
            </>
          )}
        </button>
      ))}
    </div>
  );
}

/** Chooses the column by whose values rows are grouped. */
function GroupBy({ tab, checkpoint, group }: { tab: Listing; checkpoint: Checkpoint; group: string | null }) {
  const { shell } = usePage();
  const columns = COLUMNS[tab].filter(({ groups }) => groups);
  if (columns.length === 0) return null;
  return (
    <select
      aria-label="Group by"
      title="Group rows by the values of a column"
      value={group ?? ""}
      onChange={(event) => shell.setListing(tab, { group: event.target.value || null })}
    >
      <option value="">No groups</option>
      {columns.map((column) => (
        <option key={column.id} value={column.id}>
          By {columnTitle(checkpoint, column).toLowerCase()}
        </option>
      ))}
    </select>
  );
}

/** Chooses the columns that are shown. */
function Columns({ tab, checkpoint }: { tab: Listing; checkpoint: Checkpoint }) {
  const { shell } = usePage();
  const columns = useApp((state) => state.listings[state.tab].columns);
  const details = useRef<HTMLDetailsElement>(null);
  return (
    <details
      ref={details}
      className="columns"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !details.current?.open) return;
        event.preventDefault();
        details.current.open = false;
        details.current.querySelector("summary")?.focus();
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false;
      }}
    >
      <summary id="columns">Columns</summary>
      <ul>
        {COLUMNS[tab].map((column) => (
          <li key={column.id}>
            <label>
              <input
                type="checkbox"
                checked={columns.includes(column.id)}
                disabled={columns.length === 1 && columns.includes(column.id)}
                onChange={(event) => {
                  const shown = new Set(columns);
                  if (event.target.checked) shown.add(column.id);
                  else shown.delete(column.id);
                  const inOrder = COLUMNS[tab].map(({ id }) => id).filter((one) => shown.has(one));
                  shell.setListing(tab, { columns: inOrder });
                }}
              />{" "}
              {columnTitle(checkpoint, column)} <span className="muted">{column.about}</span>
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A longer filter, in characters, is not quoted in the text below it. */
const LONG_FILTER = 100;

/** Explains why a table is empty, with a button that helps. */
interface ReasonProps {
  readonly doc: Doc;
  readonly tab: Listing;
  readonly filter: string;
  readonly total: number;
}

function Reason({ doc, tab, filter, total }: ReasonProps) {
  const { shell } = usePage();
  const { checkpoint, document } = doc;
  const many = LISTING_TITLES[tab].toLowerCase();
  if (filter !== "" && total > 0) {
    return (
      <div className="tables-empty">
        <p>
          None of {counted(total, SINGULAR[tab])} matches{" "}
          {filter.length > LONG_FILTER ? "the filter" : <span className="mono">{filter}</span>}.
        </p>
        <button type="button" onClick={() => shell.setListing(tab, { filter: "" })}>
          Clear filter
        </button>
      </div>
    );
  }
  if (tab === "problems") {
    return <p className="tables-empty">No problems found: the whole image was decoded.</p>;
  }
  return (
    <div className="tables-empty">
      <p>
        {document === null ? `No ${many} yet: the image is still being decoded.` : `The image has no ${many}.`}
        {document !== null && !checkpoint.complete && " It is incomplete: they may be in the missing part."}
      </p>
      {checkpoint.problems.length > 0 && (
        <button type="button" onClick={() => shell.showListing("problems")}>
          Show {counted(checkpoint.problems.length, "problem")}
        </button>
      )}
    </div>
  );
}
