// Changes as a table, in CSV or TSV. Text from the images is made visible first.

import { type Change, type Holder, isOfDescriptors, type LinkedHolder } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { changeAt } from "../../diff/describe/describe.ts";
import { resourceAt } from "../../diff/describe/resource-at.ts";
import { commBytes, NONE } from "../../model/checkpoint.ts";
import { detailText } from "../../model/detail-keys.ts";
import type { DetailValue } from "../../model/fields.ts";
import { LINK_TITLES } from "../../model/links.ts";
import { i32At } from "../../model/read.ts";
import { shownText, stillVisible } from "../../model/text/text.ts";
import { andMore } from "../../model/text/words.ts";
import { delimitedLine, type Separator } from "../tables/delimited.ts";
import { changeWords, flagWords, modeWords, pathDetailWords, plain, quotedName } from "./changes-text.ts";
import { specAt } from "./detail-words.ts";
import { resourceWords } from "./resource-words.ts";

const CSV_COLUMNS = ["kind", "pid", "fd", "holders", "name", "before", "after", "details", "uncertain"] as const;

/** Holders in a cell; the others are counted. */
const MOST_IN_CELL = 1000;

/**
 * A table of the changes, a row for each: CSV (RFC 4180), or TSV. `pid` and `fd` are those of the first holder;
 * `holders` has all, as `412:3 413:3`, groups joined by ` + `. A cell that a spreadsheet would take for a formula
 * begins with an apostrophe.
 */
export function* changesTable(
  comparison: Comparison,
  separator: Separator,
  indices: Iterable<number> = comparison.changes.kind.keys(),
): Generator<string> {
  yield delimitedLine(CSV_COLUMNS, separator);
  for (const index of indices) {
    const cells = csvCells(comparison, index);
    yield delimitedLine(
      CSV_COLUMNS.map((column) => stillVisible(cells[column])),
      separator,
    );
  }
}

function csvCells(comparison: Comparison, index: number): Record<(typeof CSV_COLUMNS)[number], string> {
  const { changes } = comparison;
  const { name, uncertain } = changeWords(comparison, index);
  const change = changeAt(comparison, index);
  const isOfTask = change.kind === "task-added" || change.kind === "task-removed";
  return {
    kind: change.kind,
    pid: changes.pid[index] === NONE ? "" : String(changes.pid[index]),
    fd: isOfDescriptors(change.kind) ? String(changes.fd[index]) : "",
    holders: holdersCell(change),
    name: isOfTask ? taskName(comparison, index) : name,
    ...valueCells(comparison, index, change),
    uncertain: uncertain ? "yes" : "",
  };
}

/** The name of the task of a change. */
function taskName({ before, after, changes }: Comparison, index: number): string {
  const task = i32At(changes.taskAfter, index);
  return shownText(task === NONE ? commBytes(before, i32At(changes.taskBefore, index)) : commBytes(after, task));
}

function holdersCell(change: Change): string {
  const few = <T>(items: readonly T[], text: (item: T) => string): string =>
    items.slice(0, MOST_IN_CELL).map(text).join(" ") + andMore(items.length - MOST_IN_CELL);
  const holder = ({ pid, fd }: Holder): string => `${pid}:${fd}`;
  switch (change.kind) {
    case "task-added":
    case "task-removed":
    case "task-renamed":
    case "task-detail":
      return String(change.pid);
    case "resource-added":
    case "resource-removed":
    case "resource-changed":
      return "";
    case "file-shared":
    case "file-unshared":
      return change.groups.map((group) => few(group, holder)).join(" + ");
    case "table-shared":
    case "table-unshared":
      return change.groups.map((group) => few(group, String)).join(" + ");
    default:
      return few(change.holders, holder);
  }
}

function valueCells(comparison: Comparison, index: number, change: Change) {
  const { before, after, changes } = comparison;
  switch (change.kind) {
    case "task-added":
    case "task-removed":
      return { before: "", after: "", details: `${change.fds} fds` };
    case "task-renamed":
      return {
        before: shownText(commBytes(before, i32At(changes.taskBefore, index))),
        after: shownText(commBytes(after, i32At(changes.taskAfter, index))),
        details: "",
      };
    case "file-path":
      return {
        before: change.before === null ? "" : quotedName(before, i32At(changes.fileBefore, index), plain),
        after: change.after === null ? "" : quotedName(after, i32At(changes.fileAfter, index), plain),
        details: pathDetailWords(change.details, after.machine.arch, plain).join("; "),
      };
    case "file-flags":
      return {
        before: String(change.before),
        after: String(change.after),
        details: flagWords(change, after.machine.arch, plain),
      };
    case "file-mode":
      return { before: String(change.before), after: String(change.after), details: modeWords(change, plain) };
    case "file-detail":
    case "task-detail": {
      const spec = specAt(comparison, index, change.key);
      const words = (value: DetailValue): string => (value === null ? "" : detailText(spec, value));
      return { before: words(change.before), after: words(change.after), details: spec.title };
    }
    case "file-linked": {
      const words = (list: readonly LinkedHolder[]): string =>
        list
          .slice(0, MOST_IN_CELL)
          .map(({ pid, fd, events }) => `${pid}:${fd}${events === undefined ? "" : ` ${events.join("|")}`}`)
          .join(", ") + andMore(list.length - MOST_IN_CELL);
      return { before: words(change.before), after: words(change.after), details: LINK_TITLES[change.role] };
    }
    case "resource-added":
    case "resource-removed":
    case "resource-changed": {
      const { compared, change: found } = resourceAt(comparison, index);
      const { what, values } = resourceWords(compared, found, plain);
      return values === null
        ? { before: "", after: "", details: what }
        : { before: values.before, after: values.after, details: values.title };
    }
    case "close-on-exec":
    case "file-pos":
    case "file-version":
      return { before: String(change.before), after: String(change.after), details: "" };
    default:
      return { before: "", after: "", details: "" };
  }
}
