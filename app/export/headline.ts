// A comparison in one sentence: what a person would say first when asked what changed.

import { CHANGE_KINDS, type ChangeKind, isOfDescriptors, isOfResources, kindOf } from "../diff/changes.ts";
import type { Comparison } from "../diff/comparison.ts";
import { type Events, filesOf, hasOwnName, shownChanges } from "../diff/events.ts";
import type { HiddenChanges } from "../diff/filter.ts";
import { isSecurityAt, resourceAt } from "../diff/resource-at.ts";
import { type Checkpoint, commBytes, NONE } from "../model/checkpoint.ts";
import { i32At, u8At, u32At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import { shownText } from "../model/text.ts";
import { counted, fileName } from "../model/words.ts";
import { changeSentence, changeWords, taskTitle } from "./changes-text.ts";
import { linkInShort } from "./detail-words.ts";
import { eventWords, looksReopened, partsText, placeText } from "./event-text.ts";

/** Parts of the sentence; what else changed is counted. */
const MOST_PARTS = 5;
/** Files and tasks whose names are in a part. */
const MOST_NAMED = 3;
/** Characters of a path that is not shortened to its last part, and of names in a list. */
const LONGEST_NAME = 20;
/** Characters of a part. Values of details can be of any length, and the list has them in full. */
const LONGEST_PART = 160;
/** The first events, which matter most, are examined for files that were reopened. */
const EXAMINED = 1000;

/** What an event is named after: its most important kind of change, or what all its changes amount to. */
type Lead = "security" | "reopened" | "resource" | ChangeKind;

/** How the sentence sums up several events of one lead, in its order: those that matter most first. */
const NAMES: readonly (readonly [Lead, (count: number) => string])[] = [
  ["security", (count) => counted(count, "change")],
  ["task-removed", (count) => `${counted(count, "task")} gone`],
  ["task-added", (count) => counted(count, "new task")],
  ["reopened", (count) => `${counted(count, "file")} reopened`],
  ["table-shared", (count) => `${counted(count, "file table")} now shared`],
  ["table-unshared", (count) => `${counted(count, "file table")} no longer shared`],
  ["file-shared", (count) => `${counted(count, "open file")} now shared`],
  ["file-unshared", (count) => `${counted(count, "open file")} no longer shared`],
  ["close-on-exec", (count) => `close-on-exec of ${counted(count, "descriptor")} changed`],
  ["file-flags", (count) => `flags of ${counted(count, "open file")} changed`],
  ["file-mode", (count) => `mode of ${counted(count, "open file")} changed`],
  ["file-path", (count) => `${counted(count, "file")} replaced`],
  ["fd-opened", (count) => `${counted(count, "file")} opened`],
  ["fd-closed", (count) => `${counted(count, "file")} closed`],
  ["task-renamed", (count) => `${counted(count, "task")} renamed`],
  ["file-linked", (count) => counted(count, "link changed", "links changed")],
  ["file-detail", (count) => counted(count, "detail of open files changed", "details of open files changed")],
  ["task-detail", (count) => counted(count, "detail of tasks changed", "details of tasks changed")],
  ["resource", (count) => counted(count, "change")],
  ["file-version", (count) => counted(count, "version changed", "versions changed")],
  ["file-pos", (count) => counted(count, "position changed", "positions changed")],
];

const RANKS = new Map(NAMES.map(([lead], rank) => [lead, rank]));
const rankOf = (lead: Lead): number => RANKS.get(lead) ?? NAMES.length;
/** By kind of change. */
const RANK_OF_KIND = Uint8Array.from(CHANGE_KINDS, (kind) => rankOf(isOfResources(kind) ? "resource" : kind));
const NO_RANK = 255;

/** Events that the sentence mentions together. */
interface Topic {
  readonly lead: Lead;
  readonly events: number[];
  /** The number of changes that it is named after. */
  count: number;
  /** The number of changes that it covers. */
  said: number;
}

interface Subject {
  readonly comparison: Comparison;
  readonly events: Events;
  readonly hidden: HiddenChanges;
}

/**
 * The changes that are not hidden, in one sentence: `2 tasks gone; error.log reopened in 3 tasks; 4 files closed.`
 * Empty if all are hidden, or there are none.
 */
export function headline(comparison: Comparison, events: Events, hidden: HiddenChanges): string {
  const subject = { comparison, events, hidden };
  const topics = topicsOf(subject);
  const parts = topics.slice(0, MOST_PARTS).map((topic) => shortened(topicText(subject, topic)));
  const total = comparison.changes.count - hidden.reduce((sum, each) => sum + each, 0);
  const rest = topics.slice(0, MOST_PARTS).reduce((left, { said }) => left - said, total);
  if (rest > 0) parts.push(counted(rest, "other change"));
  return parts.length === 0 ? "" : `${parts.join("; ")}.`;
}

const shortened = (part: string): string => (part.length > LONGEST_PART ? `${part.slice(0, LONGEST_PART)}…` : part);

/** Those that matter most first. */
function topicsOf(subject: Subject): Topic[] {
  const { comparison, events, hidden } = subject;
  const { changes } = comparison;
  const ranks = new Uint8Array(events.count).fill(NO_RANK);
  for (let change = 0; change < changes.count; change++) {
    if (hidden[change] === 1) continue;
    const event = u32At(events.of, change);
    ranks[event] = Math.min(u8At(ranks, event), rankOfChange(comparison, change));
  }
  const found = new Map<string, Topic>();
  const topics: Topic[] = [];
  for (let event = 0; event < events.count; event++) {
    if (ranks[event] === NO_RANK) continue;
    if (event < EXAMINED && isReopened(subject, event)) ranks[event] = rankOf("reopened");
    if (ranks[event] === rankOf("resource") && isSecurity(subject, event)) ranks[event] = rankOf("security");
    const lead = NAMES[u8At(ranks, event)]?.[0] ?? "resource";
    const key = `${lead} ${resourceOf(subject, event, lead)}`;
    const topic = found.get(key) ?? { lead, events: [], count: 0, said: 0 };
    found.set(key, topic);
    topic.events.push(event);
    topics[event] = topic;
  }
  for (let change = 0; change < changes.count; change++) {
    if (hidden[change] === 1) continue;
    const event = u32At(events.of, change);
    const topic = topics[event] as Topic;
    if (topic.lead === "reopened") topic.said++;
    else if (topic.lead === "security" || rankOfChange(comparison, change) === ranks[event]) {
      topic.count++;
      topic.said++;
    }
  }
  for (const topic of found.values()) if (topic.lead === "reopened") topic.count = topic.events.length;
  return [...found.values()].sort((a, b) => rankOf(a.lead) - rankOf(b.lead));
}

const rankOfChange = ({ changes }: Comparison, change: number): number =>
  u8At(RANK_OF_KIND, u8At(changes.kind, change));

/** The changes of an event that are not hidden. */
const shownOf = ({ events, hidden }: Subject, event: number): Uint32Array => shownChanges(events, hidden, event);

function isSecurity(subject: Subject, event: number): boolean {
  return isSecurityAt(subject.comparison, u32At(shownOf(subject, event), 0));
}

function isReopened(subject: Subject, event: number): boolean {
  const shown = shownOf(subject, event);
  const { comparison } = subject;
  const first = u32At(shown, 0);
  // A pipe or socket that is opened is never one that was closed.
  return isOfDescriptors(kindAt(comparison, first)) && isNamed(comparison, first) && looksReopened(comparison, shown);
}

const kindAt = ({ changes }: Comparison, change: number): ChangeKind => kindOf(u8At(changes.kind, change));

/** The resource that an event is about; empty if it is about none. */
function resourceOf(subject: Subject, event: number, lead: Lead): string {
  if (lead !== "resource" && lead !== "security") return "";
  return resourceAt(subject.comparison, u32At(shownOf(subject, event), 0)).change.spec.noun;
}

function topicText(subject: Subject, { lead, events, count }: Topic): string {
  const [first = 0, ...others] = events;
  if (others.length === 0) return eventText(subject, first, lead);
  if (lead === "resource" || lead === "security") {
    return `${securityPrefix(lead)}${counted(count, `${resourceOf(subject, first, lead)} change`)}`;
  }
  const name = NAMES[rankOf(lead)]?.[1](count) ?? "";
  const names = new Set(events.slice(0, MOST_NAMED).map((event) => nameOf(subject, event)));
  if ([...names].some((each) => each === "" || each.length > LONGEST_NAME)) return name;
  return `${name} (${[...names].join(", ")}${events.length > MOST_NAMED ? ", …" : ""})`;
}

const securityPrefix = (lead: Lead): string => (lead === "security" ? "security: " : "");

/** One event, by the changes that it is named after. */
function eventText(subject: Subject, event: number, lead: Lead): string {
  const { comparison } = subject;
  const shown = shownOf(subject, event);
  if (lead === "resource" || lead === "security") {
    return `${securityPrefix(lead)}${eventWords(comparison, shown).text}`;
  }
  if (lead === "reopened") return `${nameOf(subject, event)} reopened${place(comparison, shown)}`;
  const own = shown.filter((change) => kindAt(comparison, change) === lead);
  const [change = 0] = own;
  const { taskBefore, taskAfter } = comparison.changes;
  switch (lead) {
    case "task-added":
    case "task-removed": {
      if (own.length > 1) return eventWords(comparison, own).text;
      const title = taskTitle(comparison, i32At(taskBefore, change), i32At(taskAfter, change));
      return `${title} ${lead === "task-added" ? "new" : "gone"}`;
    }
    case "table-shared":
    case "table-unshared": {
      const { who } = changeWords(comparison, change);
      return `the file table of ${who} ${lead === "table-shared" ? "is now" : "is no longer"} shared`;
    }
    case "task-renamed":
    case "task-detail":
      return own.length > 1 ? eventWords(comparison, own).text : changeSentence(comparison, change);
    case "file-linked": {
      const what = own.length > 1 ? null : linkInShort(comparison, change);
      return `${nameOf(subject, event)} ${what ?? partsText(comparison, own, false)}${place(comparison, own)}`;
    }
    case "file-path":
      return `${replacement(comparison, change)}${place(comparison, own)}`;
    default: {
      const words = own.length > 1 && !isNamed(comparison, change) ? eventWords(comparison, own).text : null;
      return words ?? `${nameOf(subject, event)} ${partsText(comparison, own, false)}${place(comparison, own)}`;
    }
  }
}

/** ` in 3 tasks`; empty if there is one task only. */
function place(comparison: Comparison, changes: Uint32Array): string {
  const { before, after } = comparison;
  return before.tasks.count < 2 && after.tasks.count < 2 ? "" : ` ${placeText(comparison, changes)}`;
}

/** `b.db → a.db`; `b.db deleted` if the file only lost its name. */
function replacement(comparison: Comparison, change: number): string {
  const [fileBefore, fileAfter] = filesOf(comparison, change);
  const [was, is] = [fileName(comparison.before, fileBefore), fileName(comparison.after, fileAfter)];
  if (is === `${was} (deleted)`) return `${shortName(was)} deleted`;
  return shortName(was) === shortName(is) ? `${was} → ${is}` : `${shortName(was)} → ${shortName(is)}`;
}

/** A path that is short, or else its last part. */
function shortName(path: string): string {
  return path.length <= LONGEST_NAME || !path.startsWith("/") ? path : path.slice(path.lastIndexOf("/") + 1) || path;
}

/** The file of a change, on the side that it is named on. */
function fileOf(comparison: Comparison, change: number): readonly [Checkpoint, FileRow] {
  const [fileBefore, fileAfter] = filesOf(comparison, change);
  return fileAfter === NONE ? [comparison.before, fileBefore] : [comparison.after, fileAfter];
}

const isNamed = (comparison: Comparison, change: number): boolean => hasOwnName(...fileOf(comparison, change));

/** The file or task that an event is about, in short; empty if it is about neither. */
function nameOf(subject: Subject, event: number): string {
  const { comparison } = subject;
  const change = u32At(shownOf(subject, event), 0);
  const kind = kindAt(comparison, change);
  if (isOfDescriptors(kind)) return shortName(fileName(...fileOf(comparison, change)));
  const { before, after, changes } = comparison;
  const task = i32At(changes.taskAfter, change);
  if (kind !== "task-added" && kind !== "task-removed") return "";
  return shownText(task === NONE ? commBytes(before, i32At(changes.taskBefore, change)) : commBytes(after, task));
}
