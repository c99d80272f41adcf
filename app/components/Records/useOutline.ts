// The lines of the records' tree: which members and records are open, and the fields of those in view.

import { useMemo, useState } from "react";
import type { Field } from "../../model/fields.ts";
import type { RecordRow } from "../../model/rows.ts";
import type { Doc, ListingView } from "../../shell/state.ts";
import { type Line, type Outline, outlineOf } from "../../shell/tables/outline.ts";
import { useFieldsOf } from "../useFieldsOf.ts";

/** Fields of a record that have a line each; the others are visible among the bytes. */
export const MOST_FIELDS = 400;

export interface RecordTree {
  readonly outline: Outline;
  /** Whether members have lines: records are then one level deeper. */
  readonly byMember: boolean;
  /** The fields of a record; null while they are being fetched. */
  fieldsOf(record: RecordRow): readonly Field[] | null;
  canOpen(line: Line): boolean;
  isOpen(line: Line): boolean;
  toggle(line: Line): void;
  /** Fetches the fields of records that are not open, for the summaries in view. */
  fetchFields(records: readonly RecordRow[]): void;
}

export function useOutline({ checkpoint, document }: Doc, view: ListingView, rows: Uint32Array): RecordTree {
  const { records, members } = checkpoint;
  const [closedMembers, setClosedMembers] = useState<ReadonlySet<number>>(new Set());
  const [opened, setOpened] = useState<readonly RecordRow[]>([]);
  const [summarised, setSummarised] = useState<readonly RecordRow[]>([]);
  const fieldsOf = useFieldsOf(document, [...opened, ...summarised]);
  // While its fields are being fetched, an open record has one line below it.
  const open = new Map(opened.map((row) => [row, Math.min(fieldsOf(row)?.length ?? 1, MOST_FIELDS + 1)]));
  const openKey = [...open].join(";");
  const byMember = members.length > 1 && view.sort === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `openKey` is `open` as text
  const outline = useMemo(
    () => outlineOf({ records, rows, byMember, closedMembers, open }),
    [records, rows, byMember, closedMembers, openKey],
  );
  const canOpen = (line: Line): boolean => line.kind === "member" || (line.kind === "record" && document !== null);
  return {
    outline,
    byMember,
    fieldsOf,
    canOpen,
    isOpen: (line) =>
      line.kind === "member" ? !closedMembers.has(line.member) : line.kind === "record" && opened.includes(line.row),
    toggle(line) {
      if (line.kind === "member") {
        const next = new Set(closedMembers);
        if (!next.delete(line.member)) next.add(line.member);
        setClosedMembers(next);
      } else if (line.kind === "record" && canOpen(line)) {
        setOpened(opened.includes(line.row) ? opened.filter((row) => row !== line.row) : [...opened, line.row]);
      }
    },
    fetchFields(wanted) {
      if (wanted.join() !== summarised.join()) setSummarised(wanted);
    },
  };
}
