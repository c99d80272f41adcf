// Tables that hold the same open files by the same descriptors, drawn as one: “100 × worker”.

import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import { changeOf, type GraphTableRow, SAME, type Subject, slotsOf, tablesOfTask, tasksOf } from "../order/graph.ts";

/** A table, and others that are alike. */
export interface Alike {
  readonly table: GraphTableRow;
  readonly others: readonly GraphTableRow[];
}

/** Fewer tables than this are drawn each by itself. */
const FEWEST = 3;

/** Groups tables that are alike, each where its first member is. Those in `single` stay by themselves. */
export function alikeTables(
  subject: Subject,
  tables: readonly GraphTableRow[],
  single: ReadonlySet<GraphTableRow>,
): Alike[] {
  const groups = new Map<string, { table: GraphTableRow; others: GraphTableRow[] }[]>();
  const found: { table: GraphTableRow; others: GraphTableRow[] }[] = [];
  for (const table of tables) {
    const own = { table, others: [] as GraphTableRow[] };
    if (single.has(table) || !isGroupable(subject, table)) {
      found.push(own);
      continue;
    }
    const key = hashOf(subject, table);
    const known = groups.get(key);
    const group = known?.find((each) => haveSameSlots(subject, each.table, table));
    if (group !== undefined) {
      group.others.push(table);
      continue;
    }
    found.push(own);
    if (known === undefined) groups.set(key, [own]);
    else known.push(own);
  }
  return found.flatMap((group) =>
    group.others.length + 1 < FEWEST ? [group.table, ...group.others].map((table) => ({ table, others: [] })) : [group],
  );
}

/** The tables that a selection is about, which are never folded. */
export function selectedTables({ graph }: Subject, selection: ObjectRef | null): GraphTableRow[] {
  if (selection === null) return [];
  if (selection.to === "table") return [selection.row];
  if (selection.to === "descriptor") return [u32At(graph.descriptors.table, selection.row)];
  return selection.to === "task" ? tablesOfTask(graph, selection.row) : [];
}

/** Only tables of one task each, that exist on both sides: a group has one name and one number. */
const isGroupable = (subject: Subject, table: GraphTableRow): boolean =>
  tasksOf(subject.graph, table) === 1 && changeOf(subject, "table", table) === SAME;

/** Slots of a table as numbers that are equal for tables that are alike. */
function hashOf({ graph, both }: Subject, table: GraphTableRow): string {
  const { first } = graph.tables;
  const { fd, file } = graph.descriptors;
  let hash = 0x811c_9dc5;
  for (let slot = u32At(first, table); slot < u32At(first, table + 1); slot++) {
    hash = Math.imul(hash ^ i32At(fd, slot), 0x0100_0193);
    hash = Math.imul(hash ^ i32At(file, slot), 0x0100_0193);
    if (both !== null) hash = Math.imul(hash ^ u8At(both.change.descriptor, slot), 0x0100_0193);
  }
  return `${hash} ${slotsOf(graph, table)}`;
}

function haveSameSlots({ graph, after, both }: Subject, a: GraphTableRow, b: GraphTableRow): boolean {
  const { first } = graph.tables;
  const { fd, file, fileBefore } = graph.descriptors;
  const by = u32At(first, b) - u32At(first, a);
  if (slotsOf(graph, a) !== slotsOf(graph, b)) return false;
  const closeOnExec = (slot: number): number | undefined => {
    const row = both === null ? slot : i32At(both.rows.after.descriptor, slot);
    return after.descriptors.closeOnExec[row];
  };
  for (let slot = u32At(first, a); slot < u32At(first, a + 1); slot++) {
    const other = slot + by;
    if (fd[slot] !== fd[other] || file[slot] !== file[other]) return false;
    if (fileBefore?.[slot] !== fileBefore?.[other]) return false;
    if (closeOnExec(slot) !== closeOnExec(other)) return false;
    if (both !== null && both.change.descriptor[slot] !== both.change.descriptor[other]) return false;
  }
  return true;
}
