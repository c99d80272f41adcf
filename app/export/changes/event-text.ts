// Events in words: several changes that are one thing, as one sentence.

import { type ChangeKind, isOfResources, kindOf } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { resourceAt } from "../../diff/describe/resource-at.ts";
import { wordsOfNumber } from "../../diff/describe/tasks.ts";
import { filesOf, hasOwnName } from "../../diff/lists/events.ts";
import { commBytes, descriptorCount, NONE } from "../../model/checkpoint.ts";
import { fileKind } from "../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import { shownText } from "../../model/text/text.ts";
import { counted, countedKind, fileName } from "../../model/text/words.ts";
import { changeSentence, changeWords, taskTitle } from "./changes-text.ts";
import { commonWords, MOST_READ, partsText } from "./event-parts.ts";

export interface EventWords {
  readonly sign: "+" | "-" | "~";
  /** `/var/log/error.log reopened in 3 tasks` */
  readonly text: string;
}

/**
 * An event in words.
 *
 * @param shown Its changes that are not hidden, ascending; at least one.
 */
export function eventWords(comparison: Comparison, shown: Uint32Array): EventWords {
  const first = u32At(shown, 0);
  const kind = kindAt(comparison, first);
  if (shown.length === 1) {
    const { sign } = changeWords(comparison, first);
    return { sign, text: changeSentence(comparison, first) };
  }
  if (isOfResources(kind)) return resourcesEvent(comparison, shown);
  if (kind.startsWith("task-")) return tasksEvent(comparison, shown, kind);
  const [fileBefore, fileAfter] = filesOf(comparison, first);
  const { before, after } = comparison;
  const [checkpoint, file] = fileAfter === NONE ? [before, fileBefore] : [after, fileAfter];
  return hasOwnName(checkpoint, file)
    ? {
        sign: signOf(comparison, shown),
        text: `${fileName(checkpoint, file)} ${partsText(comparison, shown, "always")}`,
      }
    : namelessEvent(comparison, shown, file === NONE ? fileKind("unknown") : u8At(checkpoint.files.kind, file));
}

const kindAt = ({ changes }: Comparison, change: number): ChangeKind => kindOf(u8At(changes.kind, change));

/** The sign of all changes if they have the same one, else `~`. */
function signOf(comparison: Comparison, shown: Uint32Array): EventWords["sign"] {
  const kinds = new Set(Array.from(shown.subarray(0, MOST_READ), (change) => kindAt(comparison, change)));
  if (kinds.size > 1) return "~";
  return kinds.has("fd-opened") || kinds.has("task-added") || kinds.has("resource-added")
    ? "+"
    : kinds.has("fd-closed") || kinds.has("task-removed") || kinds.has("resource-removed")
      ? "-"
      : "~";
}

/** `3 tasks worker gone, with 12 descriptors`; `4 tasks: state running → sleeping`. */
function tasksEvent(comparison: Comparison, shown: Uint32Array, kind: ChangeKind): EventWords {
  const { before, after, changes } = comparison;
  const sign = signOf(comparison, shown);
  const what = commonWords(comparison, shown);
  if (kind === "task-renamed" || kind === "task-detail") {
    const text = what ?? `${changeWords(comparison, u32At(shown, 0)).what.split(" ")[0]} changed`;
    return { sign, text: `${counted(shown.length, "task")}: ${text}` };
  }
  const [checkpoint, rows] = kind === "task-added" ? [after, changes.taskAfter] : [before, changes.taskBefore];
  const comm = shownText(commBytes(checkpoint, i32At(rows, u32At(shown, 0))));
  const tables = new Set(Array.from(shown, (change) => i32At(checkpoint.tasks.table, i32At(rows, change))));
  tables.delete(NONE);
  const fds = [...tables].reduce((sum, table) => sum + descriptorCount(checkpoint.tables, table), 0);
  const verb = kind === "task-added" ? "new" : "gone";
  return { sign, text: `${counted(shown.length, "task")} ${comm} ${verb}, with ${counted(fds, "descriptor")}` };
}

/** `pid 412 nginx: 2 mappings new, 1 gone, 3 changed`. */
function resourcesEvent(comparison: Comparison, shown: Uint32Array): EventWords {
  const { changes } = comparison;
  const first = u32At(shown, 0);
  const { noun } = resourceAt(comparison, first).change.spec;
  const task = taskTitle(comparison, i32At(changes.taskBefore, first), i32At(changes.taskAfter, first));
  const count = (wanted: ChangeKind): number => shown.filter((change) => kindAt(comparison, change) === wanted).length;
  const parts = (
    [
      ["resource-added", "new"],
      ["resource-removed", "gone"],
      ["resource-changed", "changed"],
    ] as const
  ).flatMap(([kind, word]) => (count(kind) > 0 ? [`${count(kind)} ${word}`] : []));
  return { sign: signOf(comparison, shown), text: `${task}: ${noun}, ${parts.join(", ")}` };
}

/** `pid 412 nginx: 3 sockets opened, 2 closed`; or all changes of one descriptor. */
function namelessEvent(comparison: Comparison, shown: Uint32Array, kind: number): EventWords {
  const { changes } = comparison;
  const first = u32At(shown, 0);
  const task = taskTitle(comparison, i32At(changes.taskBefore, first), i32At(changes.taskAfter, first));
  const count = (wanted: ChangeKind): number => shown.filter((change) => kindAt(comparison, change) === wanted).length;
  const [opened, closed] = [count("fd-opened"), count("fd-closed")];
  const sign = signOf(comparison, shown);
  if (opened + closed === 0) {
    // A change of the path says both names.
    const name = count("file-path") > 0 ? "" : changeWords(comparison, first).name;
    return {
      sign,
      text: `${holdersText(comparison, shown)}${name === "" ? "" : ` ${name}`} ${partsText(comparison, shown, "never")}`,
    };
  }
  const parts = [
    ...(opened > 0 ? [`${countedKind(opened, kind)} opened`] : []),
    ...(closed > 0 ? [opened > 0 ? `${closed} closed` : `${countedKind(closed, kind)} closed`] : []),
  ];
  return { sign, text: `${task}: ${parts.join(", ")}` };
}

/** How many descriptors some changes are about, or the only one. */
function holdersText(comparison: Comparison, shown: Uint32Array): string {
  const texts = new Set(Array.from(shown.subarray(0, MOST_READ), (change) => changeWords(comparison, change).who));
  const [only] = texts;
  if (only !== undefined && texts.size === 1) return only;
  const { pid, fd } = comparison.changes;
  const first = u32At(shown, 0);
  return `${wordsOfNumber(comparison, i32At(pid, first))} fd ${i32At(fd, first)}`;
}
