// A changed detail or link in words: its title, and its value on each side.

import type { Comparison } from "../../diff/comparison.ts";
import { kindAt } from "../../diff/comparison.ts";
import { detailChange, isOfAnother, keyAt } from "../../diff/describe/describe.ts";
import { type LinkedDescriptor, linkedDescriptors } from "../../diff/describe/linked.ts";
import { taskOnSides } from "../../diff/describe/tasks.ts";
import { hasOwnName } from "../../diff/lists/events.ts";
import { NONE } from "../../model/checkpoint.ts";
import { type DetailSpec, detailText, fileDetail, taskDetail } from "../../model/detail-keys.ts";
import type { DetailValue } from "../../model/fields.ts";
import { LINK_TITLES, type LinkRole } from "../../model/links.ts";
import { fileKind } from "../../model/names/names.ts";
import { i32At, u8At } from "../../model/read.ts";
import { taskWords } from "../../model/text/task-words.ts";
import { stillVisible } from "../../model/text/text.ts";
import { andMore, counted, grouped, kindNoun } from "../../model/text/words.ts";
import { differingParts, shortenedTexts } from "./differing-parts.ts";

/** A value on both sides. */
export interface DetailWords {
  /** `state`, `other end` */
  readonly title: string;
  readonly before: string;
  readonly after: string;
  /** What a long list of words only gained, or only lost, for a sentence: `+CAP_KILL`, `-CAP_KILL -CAP_CHOWN`. */
  readonly change?: string;
}

/** The description of the key of a changed detail. */
export function specAt(comparison: Comparison, index: number, key: string): DetailSpec {
  if (kindAt(comparison, index) === "task-detail") {
    const [of = "", part] = key.split(".");
    if (part === undefined) return taskDetail(key);
    const inner = fileDetail(part, fileKind("regular"));
    return { ...inner, title: `${taskDetail(of).title}: ${inner.title}` };
  }
  return fileDetail(key, u8At(comparison.after.files.kind, i32At(comparison.changes.fileAfter, index)));
}

/**
 * `another connection: `, `another socket: ` before a changed value that shows it; else empty. Of files with a path,
 * their event says that they were reopened. Another end may be one of the same pipe.
 */
export function anotherWords(comparison: Comparison, index: number): string {
  const { after, changes } = comparison;
  const file = i32At(changes.fileAfter, index);
  if (hasOwnName(after, file) || !isOfAnother(comparison, index)) return "";
  const isDetail = kindAt(comparison, index) === "file-detail";
  const spec = isDetail ? specAt(comparison, index, keyAt(comparison, index)) : null;
  if (spec?.fixed === "once-connected") return "another connection: ";
  const kind = u8At(after.files.kind, file);
  return kind === PIPE ? "another end of a pipe: " : `another ${kindNoun(kind)}: `;
}

const PIPE = fileKind("pipe");

/** Characters of a value that are shown in a sentence. */
const MOST_SHOWN = 200;

/** A detail: `state`, `listen`, `close`. Of long values, what differs. */
export function detailWords(
  comparison: Comparison,
  index: number,
  quote: (text: string) => string = (text) => text,
): DetailWords {
  const { key, before, after } = detailChange(comparison, index);
  const spec = specAt(comparison, index, key);
  const values = [before, after];
  const isLong = values.some((value) => isLongList(value) || detailText(spec, value).length > LONG_TEXT);
  const parts = isLong && spec.text === undefined ? differingParts(before, after) : values;
  const texts = parts.map((part, side) =>
    isEmpty(part) && !isEmpty(values[side] ?? null) ? NO_OTHERS : stillVisible(detailText(spec, part)),
  );
  const [had, has] = shortenedTexts(texts[0] ?? "", texts[1] ?? "", MOST_SHOWN);
  const words = (value: DetailValue, text: string): string =>
    value === null || text === "none" || text === NO_OTHERS ? text : quote(text);
  const change = isLong && spec.text === undefined ? listChange(parts[0] ?? null, parts[1] ?? null) : "";
  return {
    title: spec.title,
    before: words(before, had),
    after: words(after, has),
    ...(change !== "" && change.length <= MOST_SHOWN && { change: quote(stillVisible(change)) }),
  };
}

/** The words of two lists, one of which is empty, with signs; "" for any other. */
function listChange(lost: DetailValue, gained: DetailValue): string {
  if (!isWords(lost) || !isWords(gained) || (lost.length > 0 && gained.length > 0)) return "";
  return [...gained.map((word) => `+${word}`), ...lost.map((word) => `-${word}`)].join(" ");
}

const isWords = (value: DetailValue): value is (string | number)[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string" || typeof each === "number");

/** Longer lists (in words) and texts (in characters) are described by what differs. */
const LONG_LIST = 6;
const LONG_TEXT = 80;
const NO_OTHERS = "no others";

const isLongList = (value: DetailValue): boolean => Array.isArray(value) && value.length > LONG_LIST;

/** Whether a value with parts is empty. */
const isEmpty = (value: DetailValue): boolean =>
  value !== null && typeof value === "object" && Object.keys(value).length === 0;

/** Descriptors that are named; the others are counted. */
const MOST_NAMED = 3;

/** The elements that only one of two longer lists of descriptors has. */
const linkDifference = (
  all: readonly LinkedDescriptor[],
  other: readonly LinkedDescriptor[],
): readonly LinkedDescriptor[] => (Math.max(all.length, other.length) <= MOST_NAMED ? all : onlyOn(all, other));

function onlyOn(all: readonly LinkedDescriptor[], other: readonly LinkedDescriptor[]): readonly LinkedDescriptor[] {
  const keyOf = ({ taskBefore, taskAfter, fd, events = [] }: LinkedDescriptor): string =>
    `${taskBefore} ${taskAfter} ${fd} ${events.join(" ")}`;
  const keys = new Set(other.map(keyOf));
  return all.filter((each) => !keys.has(keyOf(each)));
}

/**
 * A link: `other end`, `pid 12 fd 4`, `pid 12 fd 6`.
 *
 * @param within Number of a task that need not be named.
 */
export function linkWords(comparison: Comparison, index: number, within?: number): DetailWords {
  const { role, before, after } = linkedDescriptors(comparison, index, within);
  const words = (all: readonly LinkedDescriptor[], other: readonly LinkedDescriptor[]): string => {
    const holders = linkDifference(all, other);
    if (holders.length === 0) return all.length === 0 ? "none" : "no others";
    const shown = holders.slice(0, MOST_NAMED);
    const named = shown.map(({ pid, taskBefore, taskAfter, fd, events }, at) => {
      const isWithin = pid === within && taskBefore !== NONE && taskAfter !== NONE;
      const who = isWithin ? `fd ${fd}` : `${taskWords(taskOnSides(comparison, taskBefore, taskAfter))} fd ${fd}`;
      const what = events?.join(" | ");
      // Descriptors in a row with the same events have them once: `fd 5, fd 7 (EPOLLIN)`.
      return what === undefined || what === shown[at + 1]?.events?.join(" | ") ? who : `${who} (${what})`;
    });
    return named.join(", ") + andMore(holders.length - named.length);
  };
  return { title: linkTitle(role, before, after), before: words(before, after), after: words(after, before) };
}

/**
 * The title of a change of links. Most sockets keep their peer: all that is known is that other descriptors lead to it.
 */
const linkTitle = (role: LinkRole, before: readonly unknown[], after: readonly unknown[]): string =>
  role === "peer" && before.length > 0 && after.length > 0 ? "peer held by" : LINK_TITLES[role];

/**
 * A link to more descriptors than a sentence can name, `watches 0 → 4 descriptors`, or `watches changed for 1 of 4
 * descriptors`; `null`: it can name them.
 */
export function linkInShort(comparison: Comparison, index: number): string | null {
  const { role, before, after } = linkedDescriptors(comparison, index);
  const isShort = [before, after].every((all) => all.length < 2 && all.every(({ events }) => events === undefined));
  if (isShort) return null;
  const title = linkTitle(role, before, after);
  if (before.length === after.length) {
    if (role === "peer") return `${title} other descriptors`;
    const changed = onlyOn(after, before).length;
    const count = changed > 0 && changed < after.length ? `${grouped(changed)} of ` : "";
    return `${title} changed for ${count}${counted(after.length, "descriptor")}`;
  }
  return `${title} ${grouped(before.length)} → ${counted(after.length, "descriptor")}`;
}

/** `state listen → close`, `capabilities +CAP_KILL` */
export const detailSentence = ({ title, before, after, change }: DetailWords): string =>
  `${title} ${change ?? `${before} → ${after}`}`;
