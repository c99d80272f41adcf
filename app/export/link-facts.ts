// What an open file is linked to, in words that refer to descriptors, never to ids: `peer fd
// 5`, `other end pid 12 fd 4`.

import { type Checkpoint, hasPids, holderCount, NONE, taskNumber } from "../model/checkpoint.ts";
import { eachLink, LINK_ROLES, LINK_TITLES, type LinkRole } from "../model/links.ts";
import { bitWords, EPOLL_EVENTS } from "../model/names/bits.ts";
import { i32At, u32At } from "../model/read.ts";
import type { FileRow, TableRow } from "../model/rows.ts";
import { rangeFinder } from "../model/search.ts";
import { type JsonBytes, writeInteger, writePiece, writeRaw } from "../model/text/json-bytes.ts";
import { taskOf, taskWords } from "../model/text/task-words.ts";
import { encodeText } from "../model/text/text.ts";
import { andMore, type FileNames } from "../model/text/words.ts";

/** Links of a role, and holders of one file, that are named; the others are counted. */
const MOST_NAMED = 6;
const MOST_HOLDERS = 3;

export interface LinkFacts {
  /** Whether the file is in flight to a socket. */
  isReceived(file: FileRow): boolean;
  /** The files in flight. */
  received(): readonly FileRow[];
  /** Writes what a file is linked to, one fact for each role. Calls `begin` before each of them. */
  write(file: FileRow, within: TableRow): void;
}

/** A function that writes a file by its holders: `fd 5`, `pid 12 fd 4`; by its name if no descriptor refers to it. */
type WriteFile = (file: FileRow, within: TableRow) => void;

const COMMA = encodeText(", ");
const [FD, PID, EQUALS] = [encodeText("fd "), encodeText("pid "), encodeText(" = ")];
const SPACE = encodeText(" ");
const TITLES = LINK_ROLES.map((role) => encodeText(`${LINK_TITLES[role]} `));
const IN_FLIGHT_TO = encodeText("in flight to ");

/** The pieces of links, for the kernel of rows. */
export const LINK_PIECES: readonly Uint8Array[] = [COMMA, FD, EQUALS, ...TITLES];

/** What an epoll waits for, after the files: ` (EPOLLIN)`. */
export const eventsPiece = (data: number): Uint8Array => encodeText(` (${bitWords(EPOLL_EVENTS, data).join(" | ")})`);

export function createLinkFacts(
  out: JsonBytes,
  checkpoint: Checkpoint,
  names: FileNames,
  begin: () => void,
): LinkFacts {
  const rangeOf = rangeFinder(checkpoint.links.from);
  const receivers = receiversIn(checkpoint);
  const writeFile = createFileWriter(out, checkpoint, names);
  const writeList = createListWriter(out, writeFile);
  /** By role, which are few: the links of the current file. */
  const lists = LINK_ROLES.map((): FileLinks => ({ files: [], data: [] }));
  const listOf = new Map(LINK_ROLES.map((role, at) => [role, lists[at] as FileLinks]));
  const addLink = (role: LinkRole, file: FileRow, data: number): void => {
    const list = listOf.get(role) as FileLinks;
    list.files.push(file);
    list.data.push(data);
  };
  return {
    isReceived: (file) => receivers.size > 0 && receivers.has(file),
    received: () => [...receivers.keys()].filter((file) => file !== NONE),
    write(file, within) {
      const { first, end } = rangeOf(file);
      if (first < end) {
        eachLink(checkpoint, file, first, end, addLink);
        for (let role = 0; role < lists.length; role++) {
          const list = lists[role] as FileLinks;
          if (list.files.length === 0) continue;
          begin();
          writePiece(out, TITLES[role] as Uint8Array);
          writeList(list, within);
          list.files.length = 0;
          list.data.length = 0;
        }
      }
      const sockets = receivers.size === 0 ? undefined : receivers.get(file);
      if (sockets === undefined) return;
      begin();
      writePiece(out, IN_FLIGHT_TO);
      for (let at = 0; at < sockets.length; at++) {
        if (at > 0) writePiece(out, COMMA);
        writeFile(sockets[at] as FileRow, within);
      }
    },
  };
}

/** The links of a file that have one role: the other files, and what an epoll waits for. */
interface FileLinks {
  readonly files: FileRow[];
  readonly data: number[];
}

/** A function that writes links of one role, those with the same events together: `fd 5, fd 7 (EPOLLIN)`. */
function createListWriter(out: JsonBytes, writeFile: WriteFile): (links: FileLinks, within: TableRow) => void {
  const pieces = new Map<number, Uint8Array>();
  const knownPiece = (data: number): Uint8Array => {
    const known = pieces.get(data);
    if (known !== undefined) return known;
    const piece = eventsPiece(data);
    pieces.set(data, piece);
    return piece;
  };
  return ({ files, data }, within) => {
    const named = Math.min(files.length, MOST_NAMED);
    for (let first = 0; first < named; first++) {
      const own = data[first] as number;
      if (data.indexOf(own) < first) continue;
      if (first > 0) writePiece(out, COMMA);
      for (let at = first; at < named; at++) {
        if (data[at] !== own) continue;
        if (at > first) writePiece(out, COMMA);
        writeFile(files[at] as FileRow, within);
      }
      if (own !== 0) writePiece(out, knownPiece(own));
    }
    writeRaw(out, andMore(files.length - named));
  };
}

function createFileWriter(out: JsonBytes, checkpoint: Checkpoint, names: FileNames): WriteFile {
  const { files, descriptors, tables, tasks } = checkpoint;
  const withPids = hasPids(tasks);
  return (file, within) => {
    if (file === NONE) {
      writeRaw(out, "outside the image");
      return;
    }
    const count = holderCount(files, file);
    if (count === 0) {
      writeRaw(out, `${names(file)}, which no descriptor holds`);
      return;
    }
    const first = u32At(files.firstHolder, file);
    const end = first + Math.min(count, MOST_HOLDERS);
    for (let at = first; at < end; at++) {
      const holder = u32At(files.holder, at);
      const table = u32At(descriptors.table, holder);
      const user = u32At(tables.firstTask, table);
      if (at > first) writePiece(out, EQUALS);
      if (table !== within && user !== u32At(tables.firstTask, table + 1)) {
        const task = u32At(tables.task, user);
        if (withPids) {
          writePiece(out, PID);
          writeInteger(out, taskNumber(tasks, task));
        } else writeRaw(out, taskWords(taskOf(checkpoint, task)));
        writePiece(out, SPACE);
      }
      writePiece(out, FD);
      writeInteger(out, i32At(descriptors.fd, holder));
    }
    writeRaw(out, andMore(count - MOST_HOLDERS));
  };
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
