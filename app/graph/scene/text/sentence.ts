// Objects in spoken sentences, for the hidden tree and the announced selection.

import { NONE, taskCount } from "../../../model/checkpoint.ts";
import type { ObjectRef } from "../../../model/object-ref.ts";
import { i32At, u32At } from "../../../model/read.ts";
import { counted, grouped } from "../../../model/text/words.ts";
import {
  changeOf,
  fileBefore,
  type GraphFileRow,
  type GraphTableRow,
  type GraphTaskRow,
  holdersOf,
  REMOVED,
  rowAfter,
  type SlotRow,
  type Subject,
  tasksOf,
} from "../../order/graph.ts";
import type { Relation } from "../../order/relations.ts";
import {
  closeOnExecMark,
  descriptorsLabel,
  fileName,
  holdersLabel,
  isDeleted,
  isTableShared,
  ownerLabel,
  positionLabel,
  shortFlags,
  tableBadge,
  taskLabel,
  taskNote,
  usedAs,
} from "./words.ts";

/** Most tasks in the name of a table. */
const MOST_NAMED = 3;

/** An object in one sentence: its name, its target, its sharing, its change. */
export function sentence(subject: Subject, { to, row }: ObjectRef): string {
  const change = ["", "added", "removed", "changed"][changeOf(subject, to, row)] ?? "";
  const parts = {
    task: taskParts,
    table: tableParts,
    descriptor: slotParts,
    file: fileParts,
  }[to](subject, row);
  const text = [...parts, change].filter((part) => part !== "").join(", ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What an object is linked to, in words: `peer: fd 9 of 412 nginx`; empty without links. */
export function relationSentence(subject: Subject, relations: readonly Relation[]): string {
  const byTitle = new Map<string, string[]>();
  for (const { title, ref } of relations) {
    const known = byTitle.get(title);
    if (known === undefined) byTitle.set(title, [placeOf(subject, ref)]);
    else known.push(placeOf(subject, ref));
  }
  return [...byTitle]
    .map(([title, places]) => {
      const more = places.length > MOST_NAMED ? ` and ${grouped(places.length - MOST_NAMED)} more` : "";
      return `${title}: ${places.slice(0, MOST_NAMED).join(", ")}${more}`;
    })
    .join("; ");
}

/** Where an object is: a file by its first holder, or by its name if nothing holds it. */
function placeOf(subject: Subject, { to, row }: ObjectRef): string {
  const { graph } = subject;
  if (to === "task") return taskLabel(subject, row);
  if (to !== "file") return fileName(subject, row);
  const [slot, other] = firstHolders(subject, row);
  if (slot === undefined) return fileName(subject, row);
  const table = u32At(graph.descriptors.table, slot);
  return `fd ${i32At(graph.descriptors.fd, slot)} of ${ownerLabel(subject, table)}${other === undefined ? "" : " and others"}`;
}

/** The first two holders of a file: in the image after, unless only the image before has it. */
function firstHolders(subject: Subject, file: GraphFileRow): readonly SlotRow[] {
  const { files, descriptors } = subject.graph;
  const isRemoved = changeOf(subject, "file", file) === REMOVED;
  const first = u32At(files.firstHolder, file);
  const found: SlotRow[] = [];
  for (let at = first; at < first + holdersOf(subject.graph, file) && found.length < 2; at++) {
    const slot = u32At(files.holder, at);
    const holdsAfter = changeOf(subject, "descriptor", slot) !== REMOVED && i32At(descriptors.file, slot) === file;
    if (isRemoved || holdsAfter) found.push(slot);
  }
  return found;
}

function taskParts(subject: Subject, task: GraphTaskRow): string[] {
  const after = rowAfter(subject, "task", task);
  const table = after === NONE ? NONE : i32At(subject.after.tasks.table, after);
  const others = table === NONE ? 0 : taskCount(subject.after.tables, table) - 1;
  return [
    `task ${taskLabel(subject, task)}`,
    taskNote(subject, task),
    others > 0 ? `shares its file table with ${counted(others, "other task")}` : "",
  ];
}

function tableParts(subject: Subject, table: GraphTableRow): string[] {
  return [
    tableName(subject, table),
    descriptorsLabel(subject, table, "descriptor"),
    isTableShared(subject, table) ? `shared by ${tableBadge(subject, table)}` : "",
  ];
}

function slotParts(subject: Subject, slot: SlotRow): string[] {
  const { fd, table, file } = subject.graph.descriptors;
  const target = i32At(file, slot);
  const earlier = fileBefore(subject.graph, slot);
  const leads = changeOf(subject, "descriptor", slot) === REMOVED ? "led" : "leads";
  return [
    `fd ${i32At(fd, slot)} of the ${tableName(subject, u32At(table, slot))}`,
    closeOnExecMark(subject, slot) === "ⓧ" ? "close-on-exec" : "",
    target === NONE
      ? `${leads} to a file that is missing from the image`
      : `${leads} to ${filePhrase(subject, target)}`,
    earlier === NONE ? "" : `led to ${fileName(subject, earlier)} before`,
  ];
}

function fileParts(subject: Subject, file: GraphFileRow): string[] {
  const isHeld = holdersOf(subject.graph, file) > 0;
  return [`open file ${filePhrase(subject, file)}`, isHeld ? "" : `held by no descriptor: ${usedAs(subject, file)}`];
}

/** A table by its tasks: `file table of 412 nginx, 413 nginx`. */
function tableName(subject: Subject, table: GraphTableRow): string {
  const { firstTask, task } = subject.graph.tables;
  const count = tasksOf(subject.graph, table);
  if (count === 0) return "file table of no task";
  const first = u32At(firstTask, table);
  const named = [...task.subarray(first, first + Math.min(count, MOST_NAMED))].map((row) => taskLabel(subject, row));
  const more = count > MOST_NAMED ? ` and ${counted(count - MOST_NAMED, "other task")}` : "";
  return `file table of ${named.join(", ")}${more}`;
}

function filePhrase(subject: Subject, file: GraphFileRow): string {
  const holders = holdersLabel(subject, file).replace(/[⟨⟩]/g, "");
  const parts = [
    fileName(subject, file),
    shortFlags(subject, file),
    positionLabel(subject, file).replace("@", "position "),
    isDeleted(subject, file) ? "deleted" : "",
    holders === "" ? "" : `shared by ${holders} descriptors`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}
