// A comparison in one sentence: what a person would say first when asked what changed.

import { CHANGE_KINDS, type ChangeKind, isOfDescriptors, isOfResources, kindOf } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { isSecurityAt, resourceAt } from "../../diff/describe/resource-at.ts";
import { type Events, filesOf, hasOwnName, shownChanges } from "../../diff/lists/events.ts";
import type { HiddenChanges } from "../../diff/lists/filter.ts";
import { type Checkpoint, commBytes, NONE } from "../../model/checkpoint.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { sameBytes, shownText } from "../../model/text/text.ts";
import { counted, countedKind, fileName } from "../../model/text/words.ts";
import { kindCounts } from "./change-counts.ts";
import { changeSentence, changeWords, taskTitle } from "./changes-text.ts";
import { linkInShort } from "./detail-words.ts";
import { partsText, placed, reopenedText } from "./event-parts.ts";
import { eventWords } from "./event-text.ts";
import { identityOf } from "./reopened.ts";

/** Parts of the sentence; what else changed is counted. */
const MOST_PARTS = 5;
/** Files and tasks whose names are in a part. */
const MOST_NAMED = 3;
/** Characters of a path that is not shortened to its last part. */
const LONGEST_NAME = 20;
/** Characters of names in a list. */
const LONGEST_LIST = 72;
/** Characters of a part. Values of details can be of any length, and the list has them in full. */
const LONGEST_PART = 160;
/** The first events, which matter most, are examined for files that were reopened. */
const EXAMINED = 1000;

/** What an event is named after: its most important kind of change, or a word for all of them. */
type Lead = "security" | "reopened" | "truncated" | "nameless" | "resource" | ChangeKind;

/** How the sentence sums up several events of one lead, those that matter most first. */
const NAMES: readonly (readonly [Lead, (count: number) => string])[] = [
  ["security", (count) => counted(count, "change")],
  ["task-removed", (count) => `${counted(count, "task")} gone`],
  ["task-added", (count) => counted(count, "new task")],
  ["reopened", (count) => `${counted(count, "file")} reopened`],
  ["truncated", (count) => `${counted(count, "file")} reopened or truncated`],
  ["table-shared", (count) => `${counted(count, "file table")} now shared by more`],
  ["table-unshared", (count) => `${counted(count, "file table")} no longer shared by all`],
  ["file-shared", (count) => `${counted(count, "open file")} now shared by more`],
  ["file-unshared", (count) => `${counted(count, "open file")} no longer shared by all`],
  ["nameless", (count) => `sharing of ${counted(count, "open file")} changed`],
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
  /** How many changes it is named after; for files that were reopened, how many files. */
  count: number;
}

interface Topics {
  /** The most important first. */
  readonly topics: readonly Topic[];
  /** By event: its topic; absent if all its changes are hidden. */
  readonly topicOf: readonly (Topic | undefined)[];
  /** Whether a topic covers a change of one of its events. */
  isNamedAfter(topic: Topic, change: number): boolean;
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
  const { topics, topicOf, isNamedAfter } = topicsOf(subject);
  const shown = topics.slice(0, MOST_PARTS);
  const replaced = replacedTask(subject, shown);
  const parts = shown
    .filter(({ lead }) => replaced === null || lead !== "task-added")
    .map((topic) =>
      shortened(replaced !== null && topic.lead === "task-removed" ? replaced : topicText(subject, topic)),
    );
  const said = new Set(shown);
  const others = CHANGE_KINDS.map(() => 0);
  for (let change = 0; change < comparison.changes.count; change++) {
    const topic = hidden[change] === 1 ? undefined : topicOf[u32At(events.eventOf, change)];
    if (topic === undefined || (said.has(topic) && isNamedAfter(topic, change))) continue;
    const kind = u8At(comparison.changes.kind, change);
    others[kind] = (others[kind] ?? 0) + 1;
  }
  const rest = others.reduce((sum, each) => sum + each, 0);
  if (rest > 0) parts.push(`${counted(rest, "other change")}: ${kindCounts(others)}`);
  return parts.length === 0 ? "" : `${parts.join("; ")}.`;
}

/**
 * `pid 8950 nginx replaced by pid 9035`, if one task is gone and one is new, with the same name and parent, and the
 * parent has others of that name throughout: one of its workers. `null`: it may be a coincidence.
 */
function replacedTask(subject: Subject, topics: readonly Topic[]): string | null {
  const { comparison } = subject;
  const { before, after, changes, pairs } = comparison;
  const only = (lead: Lead): number | null => {
    const topic = topics.find((each) => each.lead === lead);
    return topic === undefined || topic.count !== 1 ? null : u32At(shownOf(subject, topic.events[0] ?? 0), 0);
  };
  const [removed, added] = [only("task-removed"), only("task-added")];
  if (removed === null || added === null) return null;
  const [gone, fresh] = [i32At(changes.taskBefore, removed), i32At(changes.taskAfter, added)];
  const parent = i32At(before.tasks.ppid, gone);
  if (parent === NONE || i32At(before.tasks.pid, gone) === NONE || parent !== i32At(after.tasks.ppid, fresh))
    return null;
  const comm = commBytes(before, gone);
  if (comm.length === 0 || !sameBytes(comm, commBytes(after, fresh))) return null;
  const isSibling = (image: Checkpoint, task: TaskRow): boolean =>
    i32At(image.tasks.ppid, task) === parent && sameBytes(commBytes(image, task), comm);
  const hasSiblings = pairs.taskAfter.some(
    (task, row) => task !== NONE && isSibling(before, row) && isSibling(after, task),
  );
  return hasSiblings ? `${taskTitle(comparison, gone, NONE)} replaced by pid ${i32At(after.tasks.pid, fresh)}` : null;
}

const shortened = (part: string): string => (part.length > LONGEST_PART ? `${part.slice(0, LONGEST_PART)}…` : part);

function topicsOf(subject: Subject): Topics {
  const { comparison, events, hidden } = subject;
  const { changes } = comparison;
  const ranks = new Uint8Array(events.count).fill(NO_RANK);
  for (let change = 0; change < changes.count; change++) {
    if (hidden[change] === 1) continue;
    const event = u32At(events.eventOf, change);
    ranks[event] = Math.min(u8At(ranks, event), rankOfChange(comparison, change));
  }
  const found = new Map<string, Topic>();
  const topicOf: Topic[] = [];
  for (let event = 0; event < events.count; event++) {
    if (ranks[event] === NO_RANK) continue;
    const reopened = event < EXAMINED ? reopenedLead(subject, event) : null;
    if (reopened !== null) ranks[event] = rankOf(reopened);
    else ranks[event] = namelessRank(subject, event, u8At(ranks, event));
    if (ranks[event] === rankOf("resource") && isSecurity(subject, event)) ranks[event] = rankOf("security");
    const lead = NAMES[u8At(ranks, event)]?.[0] ?? "resource";
    const key = `${lead} ${resourceOf(subject, event, lead)}`;
    const topic = found.get(key) ?? { lead, events: [], count: 0 };
    found.set(key, topic);
    topic.events.push(event);
    topicOf[event] = topic;
  }
  const isNamedAfter = ({ lead }: Topic, change: number): boolean =>
    isReopening(lead) ||
    lead === "security" ||
    (lead === "nameless" && isSharing(kindAt(comparison, change))) ||
    rankOfChange(comparison, change) === u8At(ranks, u32At(events.eventOf, change));
  for (let change = 0; change < changes.count; change++) {
    const topic = hidden[change] === 1 ? undefined : topicOf[u32At(events.eventOf, change)];
    if (topic !== undefined && isNamedAfter(topic, change)) topic.count++;
  }
  for (const topic of found.values()) {
    if (isReopening(topic.lead) || topic.lead === "nameless") topic.count = topic.events.length;
    else if (OF_FILES.has(topic.lead)) topic.count = countFiles(subject, topic, isNamedAfter);
  }
  return { topics: [...found.values()].sort((a, b) => rankOf(a.lead) - rankOf(b.lead)), topicOf, isNamedAfter };
}

/** Leads that count paths, however many open files and descriptors each has. */
const OF_FILES: ReadonlySet<Lead> = new Set<Lead>(["file-path", "fd-opened", "fd-closed"]);

function countFiles(subject: Subject, topic: Topic, isNamedAfter: Topics["isNamedAfter"]): number {
  let count = 0;
  for (const event of topic.events) {
    const own = shownOf(subject, event);
    if (isNamed(subject.comparison, u32At(own, 0))) count++;
    else for (const change of own) if (isNamedAfter(topic, change)) count++;
  }
  return count;
}

const isSharing = (kind: ChangeKind): boolean => kind === "file-shared" || kind === "file-unshared";

/**
 * The rank of an event whose first lead has rank `rank`. Files without a name, such as the ends of a socketpair, have
 * another rank.
 */
function namelessRank(subject: Subject, event: number, rank: number): number {
  const { comparison } = subject;
  const lead = NAMES[rank]?.[0];
  if (lead !== "file-shared" && lead !== "file-unshared" && lead !== "close-on-exec") return rank;
  const shown = shownOf(subject, event);
  if (isNamed(comparison, u32At(shown, 0))) return rank;
  if (lead !== "close-on-exec") return rankOf("nameless");
  // With another file, a descriptor can have another close-on-exec.
  return shown.some((change) => kindAt(comparison, change) === "file-path") ? rankOf("file-path") : rank;
}

const isReopening = (lead: Lead): boolean => lead === "reopened" || lead === "truncated";

const rankOfChange = ({ changes }: Comparison, change: number): number =>
  u8At(RANK_OF_KIND, u8At(changes.kind, change));

/** The changes of an event that are not hidden. */
const shownOf = ({ events, hidden }: Subject, event: number): Uint32Array => shownChanges(events, hidden, event);

/** The first of them. */
const firstOf = (subject: Subject, event: number): number => u32At(shownOf(subject, event), 0);

function isSecurity(subject: Subject, event: number): boolean {
  return isSecurityAt(subject.comparison, firstOf(subject, event));
}

/** Whether the files of an event were reopened, or may have been. */
function reopenedLead(subject: Subject, event: number): "reopened" | "truncated" | null {
  const shown = shownOf(subject, event);
  const { comparison } = subject;
  const first = u32At(shown, 0);
  // A pipe or socket that is opened is never one that was closed.
  if (!isOfDescriptors(kindAt(comparison, first)) || !isNamed(comparison, first)) return null;
  const { reopened, reopenedOrTruncated, separated } = identityOf(comparison, shown);
  if (reopened.length > 0 || separated !== null) return "reopened";
  return reopenedOrTruncated.length > 0 ? "truncated" : null;
}

const kindAt = ({ changes }: Comparison, change: number): ChangeKind => kindOf(u8At(changes.kind, change));

/** The resource that an event is about; empty if it is about none. */
function resourceOf(subject: Subject, event: number, lead: Lead): string {
  if (lead !== "resource" && lead !== "security") return "";
  return resourceAt(subject.comparison, firstOf(subject, event)).change.spec.noun;
}

function topicText(subject: Subject, { lead, events, count }: Topic): string {
  const [first = 0, ...others] = events;
  if (lead === "nameless") return `sharing of ${countedFiles(subject, events, count)} changed`;
  if (others.length === 0) return eventText(subject, first, lead);
  if (lead === "resource" || lead === "security") {
    return `${securityPrefix(lead)}${counted(count, `${resourceOf(subject, first, lead)} change`)}`;
  }
  const isOpening = lead === "fd-opened" || lead === "fd-closed";
  if (isOpening && !events.slice(0, EXAMINED).some((event) => isNamed(subject.comparison, firstOf(subject, event)))) {
    return `${countedFiles(subject, events, count)} ${lead === "fd-opened" ? "opened" : "closed"}`;
  }
  const name = NAMES[rankOf(lead)]?.[1](count) ?? "";
  const names = [...new Set(events.slice(0, MOST_NAMED).map((event) => nameOf(subject, event)))];
  const list = names.join(", ");
  if (names.includes("") || list.length > LONGEST_LIST) return name;
  if (isReopening(lead) && names.length === events.length) {
    return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} ${lead === "reopened" ? "reopened" : "reopened or truncated"}`;
  }
  const isMore = events.length > MOST_NAMED || (OF_FILES.has(lead) && names.length < count);
  return `${name} (${list}${isMore ? ", …" : ""})`;
}

/** `2 sockets`; `3 files` if they are of several kinds. */
function countedFiles(subject: Subject, events: readonly number[], count: number): string {
  const kinds = new Set(
    events.slice(0, EXAMINED).map((event) => {
      const [checkpoint, file] = fileOf(subject.comparison, firstOf(subject, event));
      return file === NONE ? NONE : u8At(checkpoint.files.kind, file);
    }),
  );
  const [kind = NONE] = kinds;
  return kinds.size === 1 && kind !== NONE ? countedKind(count, kind) : counted(count, "file");
}

const securityPrefix = (lead: Lead): string => (lead === "security" ? "security: " : "");

/** One event, by the changes that it is named after. */
function eventText(subject: Subject, event: number, lead: Lead): string {
  const { comparison } = subject;
  const shown = shownOf(subject, event);
  if (lead === "resource" || lead === "security") {
    return `${securityPrefix(lead)}${eventWords(comparison, shown).text}`;
  }
  if (isReopening(lead)) return `${nameOf(subject, event)} ${reopenedText(comparison, shown, "if-several")}`;
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
      const { who, what } = changeWords(comparison, change);
      return `${who} ${what}`;
    }
    case "task-renamed":
    case "task-detail":
      return own.length > 1 ? eventWords(comparison, own).text : changeSentence(comparison, change);
    case "file-linked": {
      const what = own.length > 1 ? null : linkInShort(comparison, change);
      const words = what === null ? partsText(comparison, own, "if-several") : placed(comparison, own, what);
      return `${nameOf(subject, event)} ${words}`;
    }
    case "file-path":
      return placed(comparison, own, replacement(comparison, change));
    default: {
      const words = own.length > 1 && !isNamed(comparison, change) ? eventWords(comparison, own).text : null;
      return words ?? `${nameOf(subject, event)} ${partsText(comparison, own, "if-several")}`;
    }
  }
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
  const change = firstOf(subject, event);
  const kind = kindAt(comparison, change);
  if (isOfDescriptors(kind)) return shortName(fileName(...fileOf(comparison, change)));
  const { before, after, changes } = comparison;
  const task = i32At(changes.taskAfter, change);
  if (kind !== "task-added" && kind !== "task-removed") return "";
  return shownText(task === NONE ? commBytes(before, i32At(changes.taskBefore, change)) : commBytes(after, task));
}
