// Which of two images is earlier, and how that is known: by the images' own times, then the archive's, then the names.
// The times of files come last and are never conclusive, because copying a file changes them;
// but they can contradict the others.

import { visible } from "../text/text.ts";
import { timeText } from "../text/words.ts";

/** Evidence of when an image was written. Times are in seconds since 1970. */
export interface Evidence {
  /** Its path or name. */
  readonly name: string;
  /** According to the image itself. */
  readonly time: number | null;
  /** How long the host had been up, in seconds, according to the image. Not comparable across a reboot of the host. */
  readonly uptime: number | null;
  /** What the image records of its host: `{ "host name": "web-1" }`. */
  readonly host?: Readonly<Record<string, string>>;
  /** The name of the previous dump, as recorded in the image. */
  readonly parent: string | null;
  /** According to the archive that it is in. */
  readonly packedTime: number | null;
  /** According to the file system. */
  readonly fileTime: number | null;
}

export interface Verdict {
  /** Which comes before: the first or the second. */
  readonly earlier: "first" | "second";
  readonly sure: boolean;
  /** Why, as a sentence. */
  readonly reason: string;
}

/** The evidence of an image of which only its own time is known. */
export const ownEvidence = (name: string, time: number | null): Evidence => ({
  name,
  time,
  uptime: null,
  parent: null,
  packedTime: null,
  fileTime: null,
});

/** The note on two images that are compared the wrong way round; `null`: this is not certain. */
export const reversedText = ({ earlier, sure, reason }: Verdict): string | null =>
  sure && earlier === "second" ? `The image after seems to be the earlier one. ${reason}` : null;

/** The verdict of one kind of evidence: below 0, the first is earlier; above 0, the second; 0: undecided. */
interface Opinion {
  readonly sign: number;
  readonly reason: string;
}

/** Files whose times differ by less may have been copied one after the other, in seconds. */
const COPYING = 120;

/** Decides which of two images is earlier. If undecided, picks the one whose name sorts first, marked as not sure. */
export function earlierOf(first: Evidence, second: Evidence): Verdict {
  const own = byChain(first, second) ?? byTime(first, second);
  if (own !== null) return verdict(own, true);
  const named = byName(first, second);
  const copied = byFileTime(first, second);
  const uptime = byUptime(first, second);
  const otherHost = hostsText(first, second);
  const weaker = [otherHost === null ? uptime : null, byPackedTime(first, second)].filter((each) => each !== null);
  const [strongest] = weaker;
  if (strongest !== undefined) {
    // The host may have been restarted between two dumps, while files usually keep their times.
    const others = [...weaker, named, copied].filter((each) => each !== null);
    const against = others.find(({ sign }) => sign * strongest.sign < 0);
    if (against === undefined) return verdict(strongest, true);
    // Names come from the user; evidence that contradicts them may come from another boot or a copy.
    const chosen = named ?? strongest;
    return verdict({ sign: chosen.sign, reason: `${strongest.reason} But: ${lowered(against.reason)}` }, false);
  }
  if (named !== null) return verdict(named, true);
  if (copied !== null) return verdict(copied, false);
  const isOfOthers = uptime !== null && otherHost !== null;
  const reason = isOfOthers
    ? `${uptime.reason} But: ${otherHost}.`
    : "Neither the images, their names nor their files say which is earlier.";
  return verdict({ sign: naturalOrder(first.name, second.name), reason }, false);
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const verdict = ({ sign, reason }: Opinion, sure: boolean): Verdict => ({
  earlier: sign <= 0 ? "first" : "second",
  sure,
  reason,
});

function byChain(first: Evidence, second: Evidence): Opinion | null {
  const isFirstParent = second.parent !== null && second.parent === first.name;
  const isSecondParent = first.parent !== null && first.parent === second.name;
  if (isFirstParent === isSecondParent) return null;
  const [before, after] = isFirstParent ? [first, second] : [second, first];
  const reason = `${visible(after.name)} names ${visible(before.name)} as the dump before it.`;
  return { sign: isFirstParent ? -1 : 1, reason };
}

function byTime(first: Evidence, second: Evidence): Opinion | null {
  return compare(first.time, second.time, 0, (early, late) => {
    return `According to the images, they were taken at ${timeText(early)} and ${timeText(late)}.`;
  });
}

function byUptime(first: Evidence, second: Evidence): Opinion | null {
  return compare(first.uptime, second.uptime, 0, (early, late) => {
    return `The host had been up for ${early.toFixed(1)} s and ${late.toFixed(1)} s at the dumps.`;
  });
}

/** A difference between the hosts of two images, so that their uptimes cannot be compared; `null`: none is known. */
function hostsText({ host: one = {} }: Evidence, { host: other = {} }: Evidence): string | null {
  const what = Object.keys(one).find((each) => Object.hasOwn(other, each) && one[each] !== other[each]);
  if (what === undefined) return null;
  const values = [one[what] ?? "", other[what] ?? ""].toSorted().map((each) => visible(each));
  return `these are different hosts (${what} ${values.join(" and ")})`;
}

function byPackedTime(first: Evidence, second: Evidence): Opinion | null {
  return compare(first.packedTime, second.packedTime, 0, (early, late) => {
    return `The newest files in the archives are from ${timeText(early)} and ${timeText(late)}.`;
  });
}

function byFileTime(first: Evidence, second: Evidence): Opinion | null {
  return compare(first.fileTime, second.fileTime, COPYING, (early, late) => {
    return `The files' times, which copying changes, are ${timeText(early)} and ${timeText(late)}.`;
  });
}

/** Two times, if they differ by more than `least`. */
function compare(
  one: number | null,
  other: number | null,
  least: number,
  reason: (early: number, late: number) => string,
): Opinion | null {
  if (one === null || other === null || Math.abs(one - other) <= least) return null;
  return { sign: Math.sign(one - other), reason: reason(Math.min(one, other), Math.max(one, other)) };
}

/** Words that come before and after each other in names. */
const ORDERS: readonly (readonly string[])[] = [
  ["before", "after"],
  ["pre", "post"],
  ["old", "new"],
  ["older", "newer"],
  ["prev", "cur", "next"],
  ["prev", "current", "next"],
  ["previous", "current", "next"],
  ["previous", "latest"],
  ["earlier", "later"],
  ["early", "late"],
  ["first", "second", "third", "last"],
  ["one", "two", "three", "four", "five", "six"],
  ["1st", "2nd", "3rd", "4th", "5th"],
  ["start", "end"],
  ["begin", "end"],
  ["initial", "final"],
  ["orig", "new"],
  ["orig", "changed"],
  ["original", "modified"],
  ["original", "changed"],
  ["original", "new"],
  ["original", "copy"],
  ["base", "current"],
  ["baseline", "current"],
  ["was", "now"],
  ["good", "bad"],
  ["healthy", "broken"],
  ["yesterday", "today"],
];

/** Words that mark one of two names alone: `dump` and `dump-after`, `dump.old` and `dump`. */
const EARLY: ReadonlySet<string> = new Set([
  "before",
  "pre",
  "old",
  "prev",
  "previous",
  "orig",
  "original",
  "bak",
  "backup",
]);
const LATE: ReadonlySet<string> = new Set(["after", "post", "new", "next", "later", "latest"]);

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** A name's words and numbers. */
const partsOf = (name: string): string[] => name.toLowerCase().match(/\d+(?:st|nd|rd|th)\b|\d+|[a-z]+/g) ?? [];

function byName(first: Evidence, second: Evidence): Opinion | null {
  const names = [first.name, second.name] as const;
  const opinion = byWords(...names) ?? byDates(...names) ?? byNumbers(...names);
  if (opinion === null || opinion === 0) return null;
  const [early, late] = opinion < 0 ? names : [names[1], names[0]];
  return { sign: opinion, reason: `By their names, ${visible(early)} comes before ${visible(late)}.` };
}

/** By words that only one of the names has. `null`: they are inconclusive or contradict each other. */
function byWords(first: string, second: string): number | null {
  const [one, other] = [partsOf(first), partsOf(second)];
  const own = one.filter((word) => !other.includes(word));
  const others = other.filter((word) => !one.includes(word));
  const signs = new Set<number>();
  for (const order of ORDERS) {
    const at = own.map((word) => order.indexOf(word)).find((index) => index >= 0);
    const otherAt = others.map((word) => order.indexOf(word)).find((index) => index >= 0);
    if (at !== undefined && otherAt !== undefined) signs.add(Math.sign(at - otherAt));
  }
  if (signs.size === 0) {
    // A word like this is stronger evidence if the other name has nothing in its place.
    for (const [words, rest, sign] of [
      [own, others, 1],
      [others, own, -1],
    ] as const) {
      if (rest.some((word) => !/^\d+$/.test(word))) continue;
      if (words.some((word) => EARLY.has(word))) signs.add(-sign);
      if (words.some((word) => LATE.has(word))) signs.add(sign);
    }
  }
  const [sign] = signs;
  return signs.size === 1 && sign !== undefined ? sign : null;
}

/** By a date in both names. */
function byDates(first: string, second: string): number | null {
  const [one, other] = [dateIn(first), dateIn(second)];
  if (one === null || other === null) return null;
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const difference = (one[at] as number) - (other[at] as number);
    if (difference !== 0) return Math.sign(difference);
  }
  return null;
}

/**
 * A date in a name, as year, month, day and the numbers that follow; `null` if there is none, or the order is unclear.
 */
function dateIn(name: string): number[] | null {
  const text = name.toLowerCase();
  const iso = /(?<!\d)((?:19|20)\d\d)[-_. ]?(\d\d)[-_. ]?(\d\d)(?!\d{3,}[-_.])/.exec(text);
  if (iso !== null) return [...iso.slice(1).map(Number), ...timeAfter(text.slice(iso.index + iso[0].length))];
  const named = /(?<!\d)(\d{1,2})[-_. ]?([a-z]{3})[a-z]*[-_. ]?((?:19|20)\d\d)/.exec(text);
  const month = MONTHS.indexOf(named?.[2] ?? "");
  if (named !== null && month >= 0) {
    return [Number(named[3]), month + 1, Number(named[1]), ...timeAfter(text.slice(named.index + named[0].length))];
  }
  // 27.11.2026 has its day first everywhere; with slashes or dashes either may be the day.
  const dotted = /(?<!\d)(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)/.exec(text);
  if (dotted === null) return null;
  const rest = timeAfter(text.slice(dotted.index + dotted[0].length));
  return [Number(dotted[3]), Number(dotted[2]), Number(dotted[1]), ...rest];
}

/** The time of day after a date: its digits in pairs, then the rest. */
const timeAfter = (text: string): number[] =>
  (text.match(/\d+/g) ?? []).flatMap((digits) =>
    digits.length === 6 || digits.length === 4 ? (digits.match(/\d\d/g) ?? []).map(Number) : [Number(digits)],
  );

/** How far apart two dump counters may be. Numbers further apart may be pids or parts of an id. */
const COUNTING = 50;
/** Numbers from here on are times: in seconds since 2001. */
const EPOCH = 1e9;

/** By the first number in which two otherwise equal names differ, if it can be a count or a time. */
function byNumbers(first: string, second: string): number | null {
  const shape = (name: string): string => name.toLowerCase().replace(/\d+/g, "#");
  const numbers = (name: string): string[] => name.match(/\d+/g) ?? [];
  if (shape(first) === shape(second)) {
    const [one, other] = [numbers(first), numbers(second)];
    const at = one.findIndex((digits, index) => Number(digits) !== Number(other[index]));
    if (at < 0) return null;
    const [a, b] = [Number(one[at]), Number(other[at])];
    const isTime = Math.min(a, b) >= EPOCH && one[at]?.length === other[at]?.length;
    return isTime || Math.abs(a - b) <= COUNTING ? Math.sign(a - b) : null;
  }
  // `dump` and `dump-2`, but not `dump (1)`, which is what browsers call a second download.
  const [short, long] = first.length < second.length ? [first, second] : [second, first];
  const numbered = /^(.*?)[-_. ]?(\d{1,3})((?:\.[a-z][\w.]*)?)$/i.exec(long);
  if (numbered === null || `${numbered[1]}${numbered[3]}` !== short || Number(numbered[2]) > COUNTING) return null;
  return short === first ? -1 : 1;
}

/** By name, with numbers compared by value. */
function naturalOrder(one: string, other: string): number {
  const parts = (name: string): string[] => name.match(/\d+|\D+/g) ?? [];
  const [a, b] = [parts(one), parts(other)];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [left, right] = [a[at] as string, b[at] as string];
    const difference = /^\d/.test(left) && /^\d/.test(right) ? Number(left) - Number(right) : 0;
    if (difference !== 0) return Math.sign(difference);
    if (left !== right) return left < right ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}
