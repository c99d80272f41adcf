// The records of an image as a tree: the members of a set, their records, and the fields of records that are open. The
// grid has the focus and handles the keys; its rows do neither.

import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { NONE } from "../../model/checkpoint.ts";
import { recordMember } from "../../model/records.ts";
import { fieldAt, recordStyle } from "../../shell/bytes/hex-rows.ts";
import { byteRange, recordOfBytes } from "../../shell/bytes/selection.ts";
import { copy } from "../../shell/commands/actions.ts";
import { listStep } from "../../shell/keys.ts";
import { PLACES } from "../../shell/places.ts";
import type { Doc, ListingView } from "../../shell/state.ts";
import type { Line } from "../../shell/tables/outline.ts";
import { aboutRecord } from "../../shell/tables/record-words.ts";
import { listingText } from "../../shell/tables/table-text.ts";
import { useApp, usePage } from "../context.ts";
import { type RowWindow, useRowWindow } from "../useRowWindow.ts";
import { RecordLine } from "./RecordLine.tsx";
import "./Records.css";
import { RecordsHead } from "./RecordsHead.tsx";
import { COLUMNS, cellsOf } from "./record-cells.ts";
import { type RecordTree, useOutline } from "./useOutline.ts";
import { useRecordLinks } from "./useRecordLinks.ts";

/** Height of a line, in pixels. */
const ROW = 22;

interface Props {
  readonly doc: Doc;
  readonly view: ListingView;
  readonly rows: Uint32Array;
  readonly pending: boolean;
}

export function Records({ doc, view, rows, pending }: Props) {
  const { shell } = usePage();
  const { checkpoint } = doc;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const bytes = useApp((state) => state.bytes);
  const selected = bytes === null ? NONE : recordOfBytes(checkpoint, bytes);
  const links = useRecordLinks(doc);
  const tree = useOutline(doc, view, rows);
  const { outline, byMember, fieldsOf, canOpen, isOpen, toggle } = tree;
  const window = useRowWindow(outline.count, ROW, scroller, ROW);
  // Records in view about which only their own fields are known get a summary of those.
  tree.fetchFields(
    window.rows.flatMap(({ row: index }) => {
      const line = outline.line(index);
      const plain = links !== null && line.kind === "record" && recordStyle(checkpoint.records, line.row) === "field";
      return plain && aboutRecord(checkpoint, links, line.row) === "" ? [line.row] : [];
    }),
  );
  const current = Math.min(active, Math.max(0, outline.count - 1));
  const go = (index: number): void => {
    setActive(index);
    window.reveal(index);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another record is selected
  useEffect(() => {
    const at = selected === NONE ? NONE : outline.indexOf(selected);
    if (at === NONE) return;
    const line = outline.count > current ? outline.line(current) : null;
    if (line?.kind !== "field" || line.row !== selected) go(at);
  }, [selected, rows]);

  const choose = (line: Line): void => {
    if (line.kind === "record") shell.select({ to: "record", row: line.row });
    else if (line.kind === "field") {
      const field = fieldsOf(line.row)?.[line.nth];
      const member = recordMember(checkpoint.records, line.row);
      if (field) shell.selectBytes(byteRange(member, field.offset, field.length));
    } else toggle(line);
  };
  const isSelected = (line: Line): boolean => {
    if (line.kind === "member" || line.row !== selected || bytes === null) return false;
    return line.kind === "record" || fieldAt(fieldsOf(line.row) ?? [], bytes.at) === line.nth;
  };
  const copyLine = async (line: Line): Promise<void> => {
    if (line.kind !== "record") return;
    const listing = listingText(checkpoint, "records", view.columns, Uint32Array.of(line.row), "\t");
    const text = listing.then((content) => content.text());
    await copy(shell, text, "1 row");
  };
  const onKeyDown = keyHandler(tree, window, current, { go, choose, copyLine });

  return (
    <div
      ref={scroller}
      id={PLACES.tables}
      className="grid records"
      role="treegrid"
      aria-label="Records"
      aria-rowcount={outline.count + 1}
      aria-colcount={COLUMNS.length}
      aria-busy={pending}
      aria-activedescendant={window.idOf("record-line", current)}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <RecordsHead sort={view.sort} />
      <div role="rowgroup" className="grid-body mono" style={{ height: window.height }}>
        {window.rows.map(({ row: index, top }) => {
          const line = outline.line(index);
          return (
            <RecordLine
              key={index}
              {...{ line, index, top }}
              depth={DEPTHS[line.kind] - (byMember ? 0 : 1)}
              cells={cellsOf(checkpoint, links, fieldsOf, line)}
              selected={isSelected(line)}
              active={index === current}
              open={canOpen(line) ? isOpen(line) : undefined}
              onClick={() => {
                setActive(index);
                if (line.kind !== "member") choose(line);
              }}
              onDoubleClick={() => toggle(line)}
              onToggle={() => {
                setActive(index);
                toggle(line);
              }}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Depth in the tree where members have lines. */
const DEPTHS = { member: 0, record: 1, field: 2 } as const;

interface KeyActions {
  go(index: number): void;
  choose(line: Line): void;
  copyLine(line: Line): Promise<void>;
}

/** The keys of a tree: arrows move, open and close; Enter selects; Ctrl+C copies the row. */
function keyHandler(
  { outline, isOpen, toggle }: RecordTree,
  window: RowWindow,
  current: number,
  { go, choose, copyLine }: KeyActions,
) {
  return (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.altKey || outline.count === 0) return;
    const line = outline.line(current);
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== "c") return;
      event.preventDefault();
      void copyLine(line);
      return;
    }
    const to = listStep(event.key, current, outline.count, window.visible);
    if (to !== null) go(to);
    else if (event.key === "Enter" || event.key === " ") choose(line);
    else if (event.key === "ArrowRight") {
      if (line.kind === "field") return;
      if (isOpen(line)) go(Math.min(outline.count - 1, current + 1));
      else toggle(line);
    } else if (event.key === "ArrowLeft") {
      const parent = outline.parentOf(current);
      if (isOpen(line)) toggle(line);
      else if (parent !== NONE) go(parent);
    } else return;
    event.preventDefault();
  };
}
