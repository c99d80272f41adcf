// What is worth saying about an open file beyond its name, position and flags: addresses, state and links, in
// words that refer to descriptors, never to ids.

import { bitWords, EPOLL_EVENTS } from "../model/bits.ts";
import { type Checkpoint, HAS, hasPids, holderCount, NONE, taskNumber } from "../model/checkpoint.ts";
import { type DetailSpec, detailText, fileDetail } from "../model/detail-keys.ts";
import { detailRange, detailsOf, valueAt } from "../model/detail-store.ts";
import type { DetailValue } from "../model/fields.ts";
import { LINK_ROLES, LINK_TITLES, type Link, type LinkRole, linksOf } from "../model/links.ts";
import { fileKind } from "../model/names.ts";
import { i32At, u8At, u16At, u32At } from "../model/read.ts";
import type { FileRow, TableRow } from "../model/rows.ts";
import { stillVisible } from "../model/text.ts";
import { andMore, type FileNames } from "../model/words.ts";

/** A fact about a file: `state listen`, `other end pid 12 fd 4`. */
export interface FileFact {
  readonly title: string;
  readonly value: string;
}

/** Links of a role, and holders of one file, that are named; the others are counted. */
const MOST_NAMED = 6;
const MOST_HOLDERS = 3;

/**
 * The details of a file that are compared and not empty, and its links, in words. The mode and
 * size in columns, which nearly every file has, are left out if they are the only ones.
 *
 * @param within Table of the descriptor with which the file is listed: its descriptors are named without their task.
 */
export type FactReader = (file: FileRow, within: TableRow) => readonly FileFact[];

const NO_FACTS: readonly FileFact[] = [];
const EXTERNAL = fileKind("external");

/**
 * A function that reads the facts about files. What many files have in common is put into words once.
 *
 * @param isLeftOut Whether a detail is of no interest.
 */
export function createFactReader(
  checkpoint: Checkpoint,
  names: FileNames,
  isLeftOut: (fact: FileFact) => boolean,
): FactReader {
  const { files } = checkpoint;
  const addDetails = createDetailFacts(checkpoint, isLeftOut);
  const addLinks = createLinkFacts(checkpoint, names);
  return (file, within) => {
    if (file === NONE) return NO_FACTS;
    const hasMore = (u8At(files.has, file) & HAS.details) !== 0;
    if (!hasMore && u8At(files.kind, file) !== EXTERNAL && !addLinks.isReceived(file)) return NO_FACTS;
    const facts: FileFact[] = [];
    addDetails(file, facts);
    addLinks.add(file, within, facts);
    return facts;
  };
}

type AddDetails = (file: FileRow, facts: FileFact[]) => void;

function createDetailFacts(checkpoint: Checkpoint, isLeftOut: (fact: FileFact) => boolean): AddDetails {
  const { files, fileDetails: store } = checkpoint;
  const keys = store.keys.length;
  const factOf = (spec: DetailSpec, value: DetailValue): FileFact | null => {
    const fact = wordedFact(spec, value);
    return fact === null || isLeftOut(fact) ? null : fact;
  };
  /** By kind and key: the facts by the number of their value; `null` for details that are never facts. */
  const known: (Map<number, FileFact | null> | null | undefined)[] = [];
  const factsOf = (key: number, kind: number): Map<number, FileFact | null> | null => {
    const found = known[kind * keys + key];
    if (found !== undefined) return found;
    const made = isFact(fileDetail(store.keys[key] ?? "", kind)) ? new Map<number, FileFact | null>() : null;
    known[kind * keys + key] = made;
    return made;
  };
  return (file, facts) => {
    const kind = u8At(files.kind, file);
    const [first, end] = detailRange(store, file);
    // Details in columns come first, and details of the same key replace each other.
    if ((u8At(files.has, file) & HAS.inode) !== 0 || hasTwice(store.key, first, end)) {
      for (const [key, value] of Object.entries(detailsOf(checkpoint, file))) {
        const fact = factOf(fileDetail(key, kind), value);
        if (fact !== null) facts.push(fact);
      }
      return;
    }
    for (let at = first; at < end; at++) {
      const key = u16At(store.key, at);
      const made = factsOf(key, kind);
      if (made === null) continue;
      const value = u32At(store.value, at);
      let fact = made.get(value);
      if (fact === undefined) {
        fact = factOf(fileDetail(store.keys[key] ?? "", kind), valueAt(store, at));
        made.set(value, fact);
      }
      if (fact !== null) facts.push(fact);
    }
  };
}

/** Whether two of the keys first … end - 1 are the same. Files have few details. */
function hasTwice(keys: Uint16Array, first: number, end: number): boolean {
  for (let at = first + 1; at < end; at++) {
    for (let other = first; other < at; other++) if (keys[other] === keys[at]) return true;
  }
  return false;
}

const isFact = ({ compared }: DetailSpec): boolean => compared === "value" || compared === "volatile";

function wordedFact(spec: DetailSpec, value: DetailValue): FileFact | null {
  if (!isFact(spec)) return null;
  if (value === null || value === "" || value === 0 || (Array.isArray(value) && value.length === 0)) return null;
  return { title: spec.title, value: stillVisible(detailText(spec, value)) };
}

interface LinkFacts {
  /** Whether the file is in flight to a socket. */
  isReceived(file: FileRow): boolean;
  /** Adds what a file is linked to, one fact for each role. */
  add(file: FileRow, within: TableRow, facts: FileFact[]): void;
}

function createLinkFacts(checkpoint: Checkpoint, names: FileNames): LinkFacts {
  const receivers = receiversIn(checkpoint);
  const words = (file: FileRow, within: TableRow): string => fileWords(checkpoint, names, file, within);
  const eventsOf = new Map<number, string>();
  const eventText = (data: number): string => {
    const known = eventsOf.get(data);
    if (known !== undefined) return known;
    const text = bitWords(EPOLL_EVENTS, data).join(" | ");
    eventsOf.set(data, text);
    return text;
  };
  /** `fd 5, fd 7 (EPOLLIN)`: files with the same events are grouped. */
  const linkWords = (links: readonly Link[], within: TableRow): string => {
    const [only] = links;
    if (only !== undefined && only.data === 0 && links.length === 1) return words(only.file, within);
    const byData = new Map<number, string>();
    for (let at = 0; at < Math.min(links.length, MOST_NAMED); at++) {
      const { file, data } = links[at] as Link;
      const before = byData.get(data);
      byData.set(data, before === undefined ? words(file, within) : `${before}, ${words(file, within)}`);
    }
    let text = "";
    for (const [data, own] of byData) {
      text += `${text === "" ? "" : ", "}${data === 0 ? own : `${own} (${eventText(data)})`}`;
    }
    return text + andMore(links.length - MOST_NAMED);
  };
  return {
    isReceived: (file) => receivers.size > 0 && receivers.has(file),
    add(file, within, facts) {
      const links = linksOf(checkpoint, file);
      const one = links[0]?.role;
      if (one !== undefined && links.every(({ role }) => role === one)) {
        facts.push({ title: LINK_TITLES[one], value: linkWords(links, within) });
      } else if (one !== undefined) {
        for (const role of LINK_ROLES) {
          const own = links.filter((link) => link.role === role);
          if (own.length > 0) facts.push({ title: LINK_TITLES[role], value: linkWords(own, within) });
        }
      }
      const sockets = receivers.size === 0 ? undefined : receivers.get(file);
      if (sockets !== undefined) {
        facts.push({ title: "in flight to", value: sockets.map((row) => words(row, within)).join(", ") });
      }
    },
  };
}

/** A file by its holders: `fd 5`, `pid 12 fd 4`; by its name if no descriptor refers to it. */
function fileWords(checkpoint: Checkpoint, names: FileNames, file: FileRow, within: TableRow): string {
  if (file === NONE) return "outside the image";
  const { files, descriptors, tables, tasks } = checkpoint;
  const count = holderCount(files, file);
  if (count === 0) return `${names(file)}, which no descriptor holds`;
  let text = "";
  const first = u32At(files.firstHolder, file);
  for (let at = first; at < first + Math.min(count, MOST_HOLDERS); at++) {
    const holder = u32At(files.holder, at);
    const table = u32At(descriptors.table, holder);
    const fd = `fd ${i32At(descriptors.fd, holder)}`;
    const user = u32At(tables.firstTask, table);
    if (text !== "") text += " = ";
    if (table === within || user === u32At(tables.firstTask, table + 1)) text += fd;
    else text += `${hasPids(tasks) ? "pid" : "task"} ${taskNumber(tasks, u32At(tables.task, user))} ${fd}`;
  }
  return text + andMore(count - MOST_HOLDERS);
}

/** The sockets in whose queues files are in flight, by file. */
type Receivers = ReadonlyMap<FileRow, readonly FileRow[]>;

/** The receivers of all files in flight; few images have any. */
function receiversIn({ links }: Checkpoint): Receivers {
  const inFlight = LINK_ROLES.indexOf("in-flight" satisfies LinkRole);
  const found = new Map<FileRow, FileRow[]>();
  for (let row = links.role.indexOf(inFlight); row !== -1; row = links.role.indexOf(inFlight, row + 1)) {
    const file = i32At(links.to, row);
    const known = found.get(file);
    if (known === undefined) found.set(file, [u32At(links.from, row)]);
    else known.push(u32At(links.from, row));
  }
  return found;
}
