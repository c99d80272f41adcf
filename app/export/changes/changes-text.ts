// Changes in words: a sentence, and a Markdown report. Text from the images is made visible first.

import { type Holder, isOfDescriptors, type PathDetails, type Values } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { kindAt } from "../../diff/comparison.ts";
import { changeAt } from "../../diff/describe/describe.ts";
import { countHolders, groupHeads, holdersOf } from "../../diff/describe/holders.ts";
import { resourceAt } from "../../diff/describe/resource-at.ts";
import { taskOnSides, wordsOfNumber } from "../../diff/describe/tasks.ts";
import { pairNumber } from "../../diff/pairs/pair.ts";
import { RELATED_CODES } from "../../diff/related.ts";
import { resourceKey } from "../../diff/resource-changes.ts";
import { type Checkpoint, commBytes, NONE, versionOf } from "../../model/checkpoint.ts";
import { flagChange, modeNames } from "../../model/names/names.ts";
import { i32At, u8At, u32At, u64At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { taskHeading, taskWords } from "../../model/text/task-words.ts";
import { shownText, visible } from "../../model/text/text.ts";
import { andMore, counted, fileName, grouped } from "../../model/text/words.ts";
import { changeSummary } from "./change-counts.ts";
import { anotherWords, detailSentence, detailWords, linkWords } from "./detail-words.ts";
import { resourceWords } from "./resource-words.ts";

/** Sets off text from an image. The text has no invisible or misleading characters left. */
export type Quote = (text: string) => string;

/** Leaves text from an image as it is. */
export const plain: Quote = (text) => text;

/** The parts of a change's sentence. */
export interface ChangeWords {
  /** `+`: added; `-`: removed; `~`: changed. */
  readonly sign: "+" | "-" | "~";
  /** `pid 412 fd 3, pid 413 fd 3 and 12 more`, or `pid 412`. */
  readonly who: string;
  /** The first of them, with which `who` begins. */
  readonly first: string;
  /** The open file's name, quoted; empty if the change is not about one file. */
  readonly name: string;
  /** `position 4096 → 8192` */
  readonly what: string;
  readonly uncertain: boolean;
}

export interface WordOptions {
  readonly quote?: Quote;
  /** Number of a task that the heading above its changes names, and that is left out here: `fd 3, pid 413 fd 3`. */
  readonly within?: number;
}

/** Holders and groups that are named; the others are counted. */
const MOST_NAMED = 3;

/** `pid 412 fd 3 /var/log/x: position 4096 → 8192` */
export function changeSentence(comparison: Comparison, index: number, options: WordOptions = {}): string {
  const { who, name, what, uncertain } = changeWords(comparison, index, options);
  return `${who}${name === "" ? "" : ` ${name}`}: ${what}${uncertain ? " (uncertain: an image is incomplete)" : ""}`;
}

/** Change `index` in words. */
export function changeWords(comparison: Comparison, index: number, options: WordOptions = {}): ChangeWords {
  const quote = options.quote ?? plain;
  const { before, after, changes } = comparison;
  const kind = kindAt(comparison, index);
  const fileBefore: FileRow = i32At(changes.fileBefore, index);
  const fileAfter: FileRow = i32At(changes.fileAfter, index);
  const taskBefore: TaskRow = i32At(changes.taskBefore, index);
  const taskAfter: TaskRow = i32At(changes.taskAfter, index);
  const uncertain = u8At(changes.uncertain, index) === 1;
  const holderText = ({ pid, fd }: Holder): string =>
    pid === options.within ? `fd ${fd}` : `${wordsOfNumber(comparison, pid, quote)} fd ${fd}`;
  const listed = (holders: readonly Holder[], count: number): string =>
    holders.map(holderText).join(", ") + andMore(count - holders.length);
  const firstHolder = (): string => holderText({ pid: i32At(changes.pid, index), fd: i32At(changes.fd, index) });
  const holders = (): string => listed(holdersOf(comparison, index, MOST_NAMED), countHolders(comparison, index));
  const task = taskOnSides(comparison, taskBefore, taskAfter);
  const isOfTask = taskBefore !== NONE || taskAfter !== NONE;
  const itself = isOfTask ? taskWords(task, quote) : "the image";
  const about = (
    sign: ChangeWords["sign"],
    who: string,
    name: string,
    what: string,
    first = isOfDescriptors(kind) ? firstHolder() : who,
  ): ChangeWords => ({
    sign,
    who,
    first,
    name,
    what,
    uncertain,
  });
  const nameBefore = (): string => quotedName(before, fileBefore, quote);
  const nameAfter = (): string => quotedName(after, fileAfter, quote);

  switch (kind) {
    case "task-added":
    case "task-removed": {
      const change = changeAt(comparison, index);
      const fds = "fds" in change ? change.fds : 0;
      const count = counted(fds, "descriptor");
      return kind === "task-added"
        ? about("+", taskHeading(task, quote), "", `new task with ${count}`)
        : about("-", taskHeading(task, quote), "", `task gone, with ${count}`);
    }
    case "task-renamed": {
      const commBefore = quote(shownText(commBytes(before, taskBefore)));
      const commAfter = quote(shownText(commBytes(after, taskAfter)));
      return about("~", itself, "", `name ${commBefore} → ${commAfter}`);
    }
    case "fd-opened":
      return about("+", holders(), nameAfter(), "opened");
    case "fd-closed":
      return about("-", holders(), nameBefore(), "closed");
    case "close-on-exec": {
      const change = changeAt(comparison, index);
      const isSet = change.kind === "close-on-exec" && change.after;
      const name = fileAfter === NONE ? nameBefore() : nameAfter();
      return about("~", holders(), name, `close-on-exec ${isSet ? "off → on" : "on → off"}`);
    }
    case "file-path": {
      const change = changeAt(comparison, index);
      const details = change.kind === "file-path" ? pathDetailWords(change.details, after.machine.arch, quote) : [];
      const more = details.length === 0 ? "" : ` (${details.join(", ")})`;
      return about("~", holders(), "", `${nameBefore()} → ${nameAfter()}${more}`);
    }
    case "file-pos":
    case "file-version":
    case "file-flags":
    case "file-mode": {
      const value = valueWords(comparison, kind, fileBefore, fileAfter, quote);
      return about("~", holders(), nameAfter(), `${anotherWords(comparison, index)}${value}`);
    }
    case "file-detail":
      return about(
        "~",
        holders(),
        nameAfter(),
        `${anotherWords(comparison, index)}${detailSentence(detailWords(comparison, index, quote))}`,
      );
    case "file-linked":
      return about("~", holders(), nameAfter(), detailSentence(linkWords(comparison, index, options.within)));
    case "task-detail":
      return about("~", itself, "", detailSentence(detailWords(comparison, index, quote)));
    case "resource-added":
    case "resource-removed":
    case "resource-changed":
      return about(...resourceParts(comparison, index, itself, quote));
    case "file-shared":
    case "file-unshared": {
      const { groups, count } = groupHeads(comparison, index, MOST_NAMED);
      const who = groups.map((group) => listed(group.holders, group.count)).join(" + ");
      const all = who + (count > groups.length ? ` + ${grouped(count - groups.length)} more` : "");
      return kind === "file-shared"
        ? about("~", all, nameAfter(), `now share one open file, previously led to ${grouped(count)} different ones`)
        : about("~", all, nameBefore(), `shared one open file, now lead to ${grouped(count)} different ones`);
    }
    case "table-shared":
    case "table-unshared":
      return about("~", ...tableWords(comparison, index));
  }
}

/** `position 4096 → 8192`, `flags +O_NONBLOCK`: a change of one value of an open file. */
function valueWords(
  { before, after }: Comparison,
  kind: "file-pos" | "file-version" | "file-flags" | "file-mode",
  fileBefore: FileRow,
  fileAfter: FileRow,
  quote: Quote,
): string {
  const numbers = (column: "flags" | "mode"): Values<number> => ({
    before: u32At(before.files[column], fileBefore),
    after: u32At(after.files[column], fileAfter),
  });
  switch (kind) {
    case "file-pos":
      return `position ${u64At(before.files.pos, fileBefore)} → ${u64At(after.files.pos, fileAfter)}`;
    case "file-version":
      return `version ${versionOf(before.files, fileBefore)} → ${versionOf(after.files, fileAfter)}`;
    case "file-flags":
      return flagWords(numbers("flags"), after.machine.arch, quote);
    case "file-mode":
      return modeWords(numbers("mode"), quote);
  }
}

/** The tasks of a change of file tables, and what changed. */
function tableWords(comparison: Comparison, index: number): [who: string, name: string, what: string, first: string] {
  const change = changeAt(comparison, index);
  const groups = change.kind === "table-shared" || change.kind === "table-unshared" ? change.groups : [];
  const heads = groups.slice(0, MOST_NAMED).map((pids) => {
    const named = pids.slice(0, MOST_NAMED);
    return named.map((pid) => wordsOfNumber(comparison, pid)).join(", ") + andMore(pids.length - named.length);
  });
  const who =
    heads.join(" + ") + (groups.length > heads.length ? ` + ${grouped(groups.length - heads.length)} more` : "");
  const first = wordsOfNumber(comparison, groups[0]?.[0] ?? 0);
  return change.kind === "table-shared"
    ? [who, "", `now share one file table, previously ${grouped(groups.length)} separate ones`, first]
    : [who, "", `shared one file table, now ${grouped(groups.length)} separate ones`, first];
}

/** A change of a resource in words. `task`: the words for its task. */
function resourceParts(
  comparison: Comparison,
  index: number,
  task: string,
  quote: Quote,
): [sign: ChangeWords["sign"], who: string, name: string, what: string] {
  const { compared, change } = resourceAt(comparison, index);
  const { sign, name, what } = resourceWords(compared, change, quote);
  const place = placeOf(comparison, index, task);
  // What belongs to no task, such as a mount, is its own subject.
  return place === null ? [sign, name, "", what] : [sign, place, name, what];
}

/**
 * The task of a change of a resource, with its thread or descriptor: `pid 412 tid 413`, `pid 412 fd 3`; `null`: none.
 */
function placeOf(comparison: Comparison, index: number, task: string): string | null {
  const { taskBefore, taskAfter } = comparison.changes;
  if (taskBefore[index] === NONE && taskAfter[index] === NONE) return null;
  const { compared, change } = resourceAt(comparison, index);
  const { pid, tid, fd } = resourceKey(compared, change);
  if (change.spec.scope === "descriptor" && typeof fd === "number") return `${task} fd ${fd}`;
  return typeof tid === "number" && tid !== pid ? `${task} tid ${tid}` : task;
}

/** A file's name, quoted; `(pipe)` and `(missing)` are not. */
export function quotedName(checkpoint: Checkpoint, file: FileRow, quote: Quote): string {
  const name = fileName(checkpoint, file);
  return file === NONE || u32At(checkpoint.files.nameLength, file) === 0 ? name : quote(name);
}

export function flagWords({ before, after }: Values<number>, arch: string | null, quote: Quote): string {
  const { set, cleared } = flagChange(before, after, arch);
  return `flags ${[...set.map((name) => `+${name}`), ...cleared.map((name) => `-${name}`)].map(quote).join(" ")}`;
}

export function modeWords({ before, after }: Values<number>, quote: Quote): string {
  const names = [
    ...modeNames(after & ~before).map((name) => `+${name}`),
    ...modeNames(before & ~after).map((name) => `-${name}`),
  ];
  return `mode ${names.map(quote).join(" ")}`;
}

export function pathDetailWords(details: PathDetails, arch: string | null, quote: Quote): string[] {
  const words: string[] = [];
  if (details.kind) words.push(`${details.kind.before} → ${details.kind.after}`);
  if (details.pos) words.push(`position ${details.pos.before} → ${details.pos.after}`);
  if (details.flags) words.push(flagWords(details.flags, arch, quote));
  if (details.mode) words.push(modeWords(details.mode, quote));
  if (details.version) words.push(`version ${details.version.before} → ${details.version.after}`);
  return words;
}

/** Changes listed under one task: about it, or with it as the first holder. */
export interface TaskSection {
  /** The task's pid, or its index. */
  readonly number: number;
  /** `pid 412 server` */
  readonly title: string;
  readonly indices: readonly number[];
}

/** Changes in order, in sections by task. */
export function* taskSections(
  comparison: Comparison,
  indices: Iterable<number> = comparison.changes.kind.keys(),
  quote: Quote = plain,
): Generator<TaskSection> {
  const { before, after, changes } = comparison;
  let section: (TaskSection & { indices: number[] }) | null = null;
  let previous = { before: NONE, after: NONE };
  for (const index of indices) {
    const task = { before: i32At(changes.taskBefore, index), after: i32At(changes.taskAfter, index) };
    if (section !== null && task.before === previous.before && task.after === previous.after) {
      section.indices.push(index);
      continue;
    }
    if (section !== null) yield section;
    previous = task;
    const number = pairNumber(before, after, task.before, task.after);
    section = { number, title: taskTitle(comparison, task.before, task.after, quote), indices: [index] };
  }
  if (section !== null) yield section;
}

/**
 * `pid 412 server`, `the image`: a task by its row before and after (NONE: not on that side),
 * with its name after if it has one.
 */
export function taskTitle(comparison: Comparison, taskBefore: number, taskAfter: number, quote: Quote = plain): string {
  if (taskBefore === NONE && taskAfter === NONE) return "the image";
  return taskHeading(taskOnSides(comparison, taskBefore, taskAfter), quote);
}

/** Notes for the head of a comparison: incomplete images, and what was not compared. */
export function comparisonNotes({ notes }: Comparison): string[] {
  return notes.filter(({ code }) => !RELATED_CODES.has(code)).map(({ message }) => message);
}

/** Names of the two images, as the user gave them. */
export interface Names {
  readonly before: string;
  readonly after: string;
}

/**
 * A Markdown report in pieces: its head, then one for each change. Text from the images is in code spans that it cannot
 * end.
 */
export function* changesMarkdown(
  comparison: Comparison,
  names: Names,
  indices: Uint32Array = Uint32Array.from(comparison.changes.kind.keys()),
): Generator<string> {
  const title = `# Changes from ${codeSpan(visible(names.before))} to ${codeSpan(visible(names.after))}`;
  const notes = comparisonNotes(comparison).map((note) => `\nNote: ${note}\n`);
  yield `${title}\n\n${changeSummary(comparison, indices)}\n${notes.join("")}`;
  for (const { number, title, indices: own } of taskSections(comparison, indices, codeSpan)) {
    let heading = `\n## ${title}\n\n`;
    for (const index of own) {
      yield `${heading}- ${changeSentence(comparison, index, { quote: codeSpan, within: number })}\n`;
      heading = "";
    }
  }
}

/** Text as a Markdown code span, fenced by more backticks than it has in a row. */
export function codeSpan(text: string): string {
  if (text === "") return "(empty)";
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const fence = "`".repeat(longest + 1);
  // Markdown strips one space from both ends.
  const pad = /^[` ]|[` ]$/.test(text) ? " " : "";
  return `${fence}${pad}${text}${pad}${fence}`;
}
