// Details of open files from /proc/PID/fdinfo, by kind: its lines, and the details that they become. The keys are those
// of CRIU's images (criu/details/file-details.ts).
//
// The format has no records for these kinds. A dump from outside the kernel writes them as GENERIC files whose name is
// that in /proc (named-kinds.ts), and continues the name with a line feed and the lines of fdinfo that are known here:
//
//     anon_inode:[signalfd]\nsigmask:\t0000000000000200\n
//
// No other name begins with `anon_inode:`, as all others are paths. A name without a line feed is from a dump that did
// not read fdinfo: nothing is known about the file then, not even that it has no watches.

import type { Details, DetailValue } from "../../../model/fields.ts";
import type { FileKind } from "../../../model/names/names.ts";
import {
  FANOTIFY_EVENTS,
  FANOTIFY_FLAGS,
  FANOTIFY_MARK_FLAGS,
  INOTIFY_EVENTS,
} from "../../../model/names/notify-events.ts";
import {
  bits,
  clock,
  decimal,
  device,
  type Form,
  flag,
  hex,
  ifSet,
  longDecimal,
  longHex,
  octal,
  openFlags,
  prefixedHex,
  prefixedLongHex,
  signals,
  tag,
  time,
  word,
} from "./fdinfo-forms.ts";

/** One value: the name before it, its key among the details, its form. */
type Value = readonly [name: string, key: string, form: Form];

/** Lines of words, `inotify wd:1 ino:3f7e8 …`: one entry of a list for each, or values of the file itself. */
interface Words {
  /** The first word. */
  readonly begin: string;
  /** The key of the list; absent: the values are details themselves. */
  readonly list?: string;
  readonly values: readonly Value[];
  /** What sort of entry the first value makes it, as key and value. */
  readonly sort?: readonly [string, string];
}

/** The lines of one kind of file. */
interface Lines {
  /** Lines `name:\tvalue` or `name: value`. */
  readonly values?: readonly Value[];
  readonly words?: readonly Words[];
  /** What follows from the values. */
  readonly derived?: (details: Details) => Details;
  /** What the kernel writes between name and value; absent: a colon and a tab. */
  readonly separator?: string;
}

const MARK: readonly Value[] = [
  ["mask", "mask", bits(FANOTIFY_EVENTS)],
  ["ignored_mask", "ignoredMask", bits(FANOTIFY_EVENTS)],
  ["mflags", "flags", ifAny(bits(FANOTIFY_MARK_FLAGS))],
];

/**
 * Linux fs/signalfd.c, fs/timerfd.c, fs/notify/fdinfo.c, fs/pidfs.c (kernel/fork.c before 6.9), kernel/bpf/syscall.c.
 */
const TABLE: { readonly [kind in FileKind]?: Lines } = {
  signalfd: { values: [["sigmask", "signals", signals]] },
  timerfd: {
    values: [
      ["clockid", "clock", clock],
      ["ticks", "ticks", longDecimal],
      ["settime flags", "settimeFlags", ifSet(octal)],
      ["it_interval", "interval", time],
      ["it_value", "left", time],
    ],
    // A one-shot timer disarms itself when it expires.
    derived: ({ left }) => (left === undefined ? {} : { armed: left !== ZERO }),
    separator: ": ",
  },
  inotify: {
    words: [
      {
        begin: "inotify",
        list: "watches",
        values: [
          ["wd", "wd", hex],
          ["ino", "inode", longHex],
          ["sdev", "device", device],
          ["mask", "mask", bits(INOTIFY_EVENTS)],
          ["ignored_mask", "ignoredMask", ifAny(bits(INOTIFY_EVENTS))],
        ],
      },
    ],
  },
  fanotify: {
    words: [
      {
        begin: "fanotify",
        values: [
          ["flags", "fanotifyFlags", bits(FANOTIFY_FLAGS)],
          ["event-flags", "eventFlags", openFlags],
        ],
      },
      {
        begin: "fanotify",
        list: "marks",
        sort: ["type", "INODE"],
        values: [["ino", "inode", longHex], ["sdev", "device", device], ...MARK],
      },
      { begin: "fanotify", list: "marks", sort: ["type", "MOUNT"], values: [["mnt_id", "mount", hex], ...MARK] },
      { begin: "fanotify", list: "marks", sort: ["type", "FILESYSTEM"], values: [["sdev", "device", device], ...MARK] },
    ],
  },
  pidfd: {
    values: [["Pid", "pid", { read: readPid, write: writePid }]],
    derived: ({ pid }) => (pid === ENDED ? { pid: null, ended: true } : {}),
  },
  bpf: {
    values: [
      ["map_type", "mapType", decimal],
      ["key_size", "keySize", decimal],
      ["value_size", "valueSize", decimal],
      ["max_entries", "maxEntries", decimal],
      ["frozen", "frozen", flag],
      ["map_flags", "mapFlags", ifSet(prefixedHex)],
      ["map_extra", "mapExtra", ifSet(prefixedLongHex)],
      ["prog_type", "programType", decimal],
      ["prog_tag", "programTag", tag],
      ["link_type", "linkType", word],
    ],
  },
};

const LINES: ReadonlyMap<string, Lines> = new Map(Object.entries(TABLE));

const ZERO = "0.000000000";
/** The kernel shows this as the pid of a process that has ended. */
const ENDED = -1;

/** 0: a process of a pid namespace that the reader cannot see. */
function readPid(text: string): DetailValue | undefined {
  if (text === "0") return null;
  return text === String(ENDED) ? ENDED : decimal.read(text);
}

function writePid(value: DetailValue): string | undefined {
  return value === null ? "0" : value === ENDED ? String(ENDED) : decimal.write(value);
}

/** Names of bits, left out if there are none. */
function ifAny(form: Form): Form {
  const read = (text: string): DetailValue | undefined => {
    const names = form.read(text);
    return Array.isArray(names) && names.length === 0 ? undefined : names;
  };
  return { ...form, read };
}

/** The details of a file of a kind by the lines of its fdinfo after the first ones. Unknown lines are skipped. */
export function readFdinfo(kind: string, lines: readonly string[]): Details {
  const known = LINES.get(kind);
  if (known === undefined) return {};
  const { values = [], words = [], derived } = known;
  const details: Record<string, DetailValue> = {};
  const texts = new Map(lines.map((line) => [nameOf(line), line.slice(line.indexOf(":") + 1).trim()]));
  for (const value of values) Object.assign(details, readValue(value, texts.get(value[0])));
  for (const { list } of words) if (list !== undefined) details[list] = [];
  for (const line of words.length === 0 ? [] : lines) {
    const [begin = "", ...rest] = line.split(" ");
    const matching = words.find((each) => each.begin === begin && isOf(each, rest));
    if (matching !== undefined) addWords(details, matching, rest);
  }
  return { ...details, ...derived?.(details) };
}

const readValue = ([, key, form]: Value, text: string | undefined): Details => {
  const value = text === undefined ? undefined : form.read(text);
  return value === undefined ? {} : { [key]: value };
};

const nameOf = (word: string): string => word.slice(0, word.indexOf(":"));

/** Whether a line is of this sort: its first word after the beginning is the first value. */
const isOf = ({ values: [first] }: Words, [word = ""]: readonly string[]): boolean => nameOf(word) === first?.[0];

function addWords(details: Record<string, DetailValue>, { list, values, sort }: Words, words: readonly string[]): void {
  const found: Record<string, DetailValue> = sort === undefined ? {} : { [sort[0]]: sort[1] };
  const texts = new Map(words.map((word) => [nameOf(word), word.slice(word.indexOf(":") + 1)]));
  for (const value of values) Object.assign(found, readValue(value, texts.get(value[0])));
  if (list === undefined) Object.assign(details, found);
  else details[list] = [...(details[list] as DetailValue[]), found];
}

const isDetails = (value: DetailValue): value is Details =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Lines that `readFdinfo` reads as these details; `null`: there are none of this kind. */
function writeFdinfo(kind: string, details: Details): string[] | null {
  const known = LINES.get(kind);
  if (known === undefined || Object.keys(details).length === 0) return null;
  const { values = [], words = [], separator = ":\t" } = known;
  const given = details.ended === true ? { ...details, pid: ENDED } : details;
  const lines = writeValues(values, given, separator);
  for (const each of words) if (each.list === undefined) lines.push(...writeWords(each, given));
  for (const list of new Set(words.flatMap(({ list: key = [] }) => key))) {
    const entries = given[list];
    for (const entry of Array.isArray(entries) ? entries : []) {
      const sort = words.find((each) => each.list === list && isDetails(entry) && hasSort(each, entry));
      if (sort !== undefined) lines.push(...writeWords(sort, entry as Details));
    }
  }
  return lines;
}

const hasSort = ({ sort }: Words, entry: Details): boolean => sort === undefined || entry[sort[0]] === sort[1];

function writeWords({ begin, values }: Words, details: Details): string[] {
  const words = writeValues(values, details, ":");
  return words.length === 0 ? [] : [[begin, ...words].join(" ")];
}

const writeValues = (values: readonly Value[], details: Details, separator: string): string[] =>
  values.flatMap(([name, key, form]) => {
    const value = details[key];
    const text = value === undefined ? undefined : form.write(value);
    return text === undefined ? [] : `${name}${separator}${text}`;
  });

const BEGINNING = "anon_inode:";
/** As bytes. */
const LETTERS = Uint8Array.from(BEGINNING, (letter) => letter.charCodeAt(0));
const LINE_FEED = 10;

/** The name of a file, continued by the lines of its fdinfo. */
export function continuedName(name: string, kind: string, details: Details): string {
  const lines = name.startsWith(BEGINNING) ? writeFdinfo(kind, details) : null;
  return lines === null ? name : `${name}\n${lines.map((line) => `${line}\n`).join("")}`;
}

/** Where a name that continues ends, in bytes[start … end - 1]; `end` if it does not. */
export function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = 0; at < LETTERS.length; at++) if (bytes[start + at] !== LETTERS[at]) return end;
  const found = bytes.subarray(start, end).indexOf(LINE_FEED);
  return found < 0 ? end : start + found;
}
