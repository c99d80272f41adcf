// The records of the stream as a tree: the members of a set, their records, and the fields of those that are open.

import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { NONE } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import { visible } from "../../model/text.ts";
import { byteRange, recordOfBytes } from "../../shell/byte-selection.ts";
import { fieldAt, recordStyle } from "../../shell/hex-rows.ts";
import { listStep } from "../../shell/keys.ts";
import { type Line, outlineOf } from "../../shell/outline.ts";
import { PLACES } from "../../shell/places.ts";
import { aboutRecord, recordLinks, refersTo, summaryOf } from "../../shell/record-words.ts";
import { copyText, listingText } from "../../shell/save.ts";
import type { Doc, ListingView } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { useFieldsOf } from "../useFieldsOf.ts";
import { useRowWindow } from "../useRowWindow.ts";
import "./Records.css";
import { counted } from "../../model/words.ts";

const ROW = 22;
/** Fields of a record that are told one by one; the others are seen among the bytes. */
const MOST_FIELDS = 400;

const COLUMNS = [
  { id: "kind", title: "Record", sorts: true },
  { id: "about", title: "What it says", sorts: false },
  { id: "refers", title: "Referred to by", sorts: false },
  { id: "offset", title: "Offset", sorts: true },
  { id: "length", title: "Length", sorts: true },
  { id: "struct", title: "Struct or type", sorts: true },
] as const;

interface Props {
  readonly doc: Doc;
  readonly view: ListingView;
  readonly rows: Uint32Array;
  readonly pending: boolean;
}

export function Records({ doc, view, rows, pending }: Props) {
  const { shell } = usePage();
  const { checkpoint } = doc;
  const { records, members } = checkpoint;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [closedMembers, setClosedMembers] = useState<ReadonlySet<number>>(new Set());
  const [opened, setOpened] = useState<readonly number[]>([]);
  const selection = useApp((state) => state.bytes);
  const selected = selection === null ? NONE : recordOfBytes(checkpoint, selection);

  const links = useMemo(() => recordLinks(checkpoint), [checkpoint]);
  /** Records in view about which nothing but their own fields is known. */
  const [asked, setAsked] = useState<readonly number[]>([]);
  const fieldsOf = useFieldsOf(doc.document, [...opened, ...asked]);
  // While its fields are on the way, one line stands below a record.
  const open = new Map(opened.map((row) => [row, Math.min(fieldsOf(row)?.length ?? 1, MOST_FIELDS + 1)]));
  const byMember = members.length > 1 && view.sort === null;
  const shape = [...open].join(";");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` is `open` as text
  const outline = useMemo(
    () => outlineOf({ records, rows, byMember, closedMembers, open }),
    [records, rows, byMember, closedMembers, shape],
  );
  const window = useRowWindow(outline.count, ROW, scroller, ROW);
  const inView = window.rows.flatMap(({ row: index }) => {
    const line = outline.line(index);
    const plain = line.kind === "record" && recordStyle(records, line.row) === "field";
    return plain && aboutRecord(checkpoint, links, line.row) === "" ? [line.row] : [];
  });
  if (inView.join() !== asked.join()) setAsked(inView);
  const current = Math.min(active, Math.max(0, outline.count - 1));
  const go = (index: number) => {
    setActive(index);
    window.reveal(index);
  };

  // The record of the bytes that are selected anywhere is brought into view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another record is selected
  useEffect(() => {
    const at = selected === NONE ? NONE : outline.indexOf(selected);
    if (at === NONE) return;
    const line = outline.count > current ? outline.line(current) : null;
    if (line?.kind !== "field" || line.row !== selected) go(at);
  }, [selected, rows]);

  const toggle = (line: Line) => {
    if (line.kind === "member") {
      const next = new Set(closedMembers);
      if (!next.delete(line.member)) next.add(line.member);
      setClosedMembers(next);
    } else if (line.kind === "record" && doc.document !== null) {
      setOpened(opened.includes(line.row) ? opened.filter((row) => row !== line.row) : [...opened, line.row]);
    }
  };
  const isOpen = (line: Line): boolean =>
    line.kind === "member" ? !closedMembers.has(line.member) : line.kind === "record" && opened.includes(line.row);

  const choose = (line: Line) => {
    if (line.kind === "record") shell.select({ to: "record", row: line.row });
    else if (line.kind === "field") {
      const field = fieldsOf(line.row)?.[line.nth];
      const record = line.row;
      const member = records.member[record] ?? 0;
      if (field) shell.selectBytes(byteRange(member, field.offset, field.length));
    } else toggle(line);
  };

  const copyLine = async () => {
    const line = outline.line(current);
    if (line.kind !== "record") return;
    const text = await (await listingText(checkpoint, "records", view.columns, Uint32Array.of(line.row), "\t")).text();
    if (await copyText(text)) shell.notify("Copied 1 row.");
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.altKey || outline.count === 0) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== "c") return;
      event.preventDefault();
      void copyLine();
      return;
    }
    const line = outline.line(current);
    const to = listStep(event.key, current, outline.count, window.visible);
    if (to !== null) go(to);
    else if (event.key === "Enter" || event.key === " ") choose(line);
    else if (event.key === "ArrowRight") {
      if (line.kind === "field") return;
      if (isOpen(line)) go(Math.min(outline.count - 1, current + 1));
      else toggle(line);
    } else if (event.key === "ArrowLeft") {
      if (isOpen(line)) toggle(line);
      else if (outline.parentOf(current) !== NONE) go(outline.parentOf(current));
    } else return;
    event.preventDefault();
  };

  const sort = (column: string) => {
    const { sort } = view;
    const next =
      sort?.column !== column ? { column, descending: false } : sort.descending ? null : { column, descending: true };
    shell.setListing("records", { sort: next });
  };
  const level = byMember ? 1 : 0;

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
      aria-activedescendant={window.rows.some(({ row }) => row === current) ? `record-line-${current}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="grid-head">
        <div role="row" aria-rowindex={1} className="grid-row">
          {COLUMNS.map(({ id, title, sorts }) => {
            const sorted = view.sort?.column === id ? (view.sort.descending ? "descending" : "ascending") : "none";
            return (
              <div
                key={id}
                role="columnheader"
                aria-sort={sorts ? sorted : undefined}
                className={id === "offset" || id === "length" ? "grid-title cell-number" : "grid-title"}
              >
                {sorts ? (
                  <button type="button" className="plain" title="Click to sort" onClick={() => sort(id)}>
                    {title}
                    <span aria-hidden="true">
                      {sorted === "ascending" ? " ↑" : sorted === "descending" ? " ↓" : ""}
                    </span>
                  </button>
                ) : (
                  <span className="records-title">{title}</span>
                )}
              </div>
            );
          })}
        </div>
      </div>
      <div role="rowgroup" className="grid-body mono" style={{ height: window.height }}>
        {window.rows.map(({ row: index, top }) => {
          const line = outline.line(index);
          const cells = cellsOf(line);
          const chosen = line.kind === "record" ? line.row === selected : isSelectedField(line);
          const depth = line.kind === "member" ? 0 : line.kind === "record" ? level : level + 1;
          const expandable = line.kind === "member" || (line.kind === "record" && doc.document !== null);
          return (
            <div
              key={index}
              id={`record-line-${index}`}
              role="row"
              aria-rowindex={index + 2}
              aria-level={depth + 1}
              aria-selected={chosen}
              {...(expandable && { "aria-expanded": isOpen(line) })}
              className={[`grid-row records-${line.kind}`, chosen && "row-selected", index === current && "row-active"]
                .filter(Boolean)
                .join(" ")}
              style={{ transform: `translateY(${top}px)` }}
              onClick={() => {
                setActive(index);
                if (line.kind !== "member") choose(line);
              }}
              onDoubleClick={() => toggle(line)}
            >
              <div
                role="gridcell"
                aria-colindex={1}
                aria-colspan={line.kind === "member" ? 2 : undefined}
                className="grid-cell"
                style={{ paddingLeft: 4 + depth * 14 }}
                title={cells[0]}
              >
                <span
                  className="records-toggle"
                  aria-hidden="true"
                  onClick={(event) => {
                    event.stopPropagation();
                    setActive(index);
                    toggle(line);
                  }}
                >
                  {expandable ? (isOpen(line) ? "▾" : "▸") : ""}
                </span>
                {cells[0]}
              </div>
              {cells.map((text, at) =>
                at === 0 || (at === 1 && line.kind === "member") ? null : (
                  <div
                    key={COLUMNS[at]?.id}
                    role="gridcell"
                    aria-colindex={at + 1}
                    className={at === 3 || at === 4 ? "grid-cell cell-number" : "grid-cell"}
                    title={text.length > 24 ? text : undefined}
                  >
                    {text}
                  </div>
                ),
              )}
            </div>
          );
        })}
      </div>
    </div>
  );

  function isSelectedField(line: Line): boolean {
    if (line.kind !== "field" || line.row !== selected || selection === null) return false;
    return fieldAt(fieldsOf(line.row) ?? [], selection.at) === line.nth;
  }

  /** The texts of a line's cells, in the order of COLUMNS. */
  function cellsOf(line: Line): readonly [string, string, string, string, string, string] {
    if (line.kind === "member") {
      const { name = "", size = 0 } = members[line.member] ?? {};
      return [visible(name), "", counted(line.records, "record"), "", String(size), ""];
    }
    if (line.kind === "record") {
      const { row } = line;
      const kind = records.kinds[records.kind[row] ?? 0];
      return [
        visible(kind?.name ?? ""),
        aboutRecord(checkpoint, links, row) || summaryOf(fieldsOf(row) ?? []),
        refersTo(checkpoint, links, row),
        String(records.offset[row]),
        String(records.length[row]),
        visible(kind?.struct ?? ""),
      ];
    }
    const fields = fieldsOf(line.row);
    if (fields === null) return ["…", "", "", "", "", ""];
    const field = fields[line.nth];
    if (line.nth >= MOST_FIELDS || field === undefined) {
      return [`${fields.length - MOST_FIELDS} more fields`, "see the bytes", "", "", "", ""];
    }
    return [visible(field.name), said(field), "", String(field.offset), String(field.length), visible(field.type)];
  }
}

const said = ({ role, raw, meaning, length }: Field): string => {
  if (role === "padding") return "padding";
  const value = visible(raw.length > 200 ? `${raw.slice(0, 200)}…` : raw);
  if (role === "payload" && value === "") return counted(length, "byte");
  return meaning === null ? value : [value, visible(meaning)].filter(Boolean).join(" · ");
};
