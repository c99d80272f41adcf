// What is worth saying about an open file beyond its name, position and flags: addresses, state and links, in
// words that refer to descriptors, never to ids.

import { bitWords, EPOLL_EVENTS } from "../model/bits.ts";
import { type Checkpoint, hasPids, holderCount, NONE, taskNumber } from "../model/checkpoint.ts";
import { type DetailSpec, detailText, fileDetail } from "../model/detail-keys.ts";
import { detailsOf } from "../model/detail-store.ts";
import { LINK_ROLES, LINK_TITLES, type Link, type LinkRole, linksOf } from "../model/links.ts";
import { i32At, u8At, u32At } from "../model/read.ts";
import type { FileRow, TableRow } from "../model/rows.ts";
import { stillVisible } from "../model/text.ts";
import { fileName } from "../model/words.ts";

/** A fact about a file: `state listen`, `other end pid 12 fd 4`. */
export interface FileFact {
  readonly title: string;
  readonly value: string;
}

/** Links of a role, and holders of one file, that are named; the others are counted. */
const MOST_NAMED = 6;
const MOST_HOLDERS = 3;

/**
 * The details of a file that are compared and not empty, and its links, in words.
 *
 * @param within Table of the descriptor with which the file is listed: its descriptors are named without their task.
 * @param receivers As `receiversIn` finds them, for callers that describe many files.
 */
export function fileFacts(
  checkpoint: Checkpoint,
  file: FileRow,
  within: TableRow = NONE,
  receivers: Receivers = receiversIn(checkpoint),
): FileFact[] {
  if (file === NONE) return [];
  return [...detailFacts(checkpoint, file), ...linkFacts(checkpoint, file, within, receivers)];
}

function detailFacts(checkpoint: Checkpoint, file: FileRow): FileFact[] {
  const kind = u8At(checkpoint.files.kind, file);
  return Object.entries(detailsOf(checkpoint, file)).flatMap(([key, value]) => {
    const spec: DetailSpec = fileDetail(key, kind);
    if (spec.compared !== "value" && spec.compared !== "volatile") return [];
    if (value === null || value === "" || value === 0 || (Array.isArray(value) && value.length === 0)) return [];
    return [{ title: spec.title, value: stillVisible(detailText(spec, value)) }];
  });
}

/** What a file is linked to, one fact for each role. */
function linkFacts(
  checkpoint: Checkpoint,
  file: FileRow,
  within: TableRow = NONE,
  receivers: Receivers = receiversIn(checkpoint),
): FileFact[] {
  const links = linksOf(checkpoint, file);
  const facts: FileFact[] = [];
  for (const role of LINK_ROLES) {
    const own = links.filter((link) => link.role === role);
    if (own.length > 0) facts.push({ title: LINK_TITLES[role], value: linkWords(checkpoint, own, within) });
  }
  const sockets = receivers.get(file) ?? [];
  if (sockets.length > 0) {
    facts.push({ title: "in flight to", value: sockets.map((row) => fileWords(checkpoint, row, within)).join(", ") });
  }
  return facts;
}

/** `fd 5, fd 7 (EPOLLIN)`: files with the same events are grouped. */
function linkWords(checkpoint: Checkpoint, links: readonly Link[], within: TableRow): string {
  const byData = new Map<number, FileRow[]>();
  for (const { file, data } of links.slice(0, MOST_NAMED)) {
    const known = byData.get(data);
    if (known === undefined) byData.set(data, [file]);
    else known.push(file);
  }
  const parts = Array.from(byData, ([data, files]) => {
    const names = files.map((file) => fileWords(checkpoint, file, within)).join(", ");
    return data === 0 ? names : `${names} (${bitWords(EPOLL_EVENTS, data).join(" | ")})`;
  });
  const more = links.length - MOST_NAMED;
  return parts.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** A file by its holders: `fd 5`, `pid 12 fd 4`; by its name if no descriptor refers to it. */
function fileWords(checkpoint: Checkpoint, file: FileRow, within: TableRow): string {
  if (file === NONE) return "outside the image";
  const { files, descriptors, tables, tasks } = checkpoint;
  const count = holderCount(files, file);
  if (count === 0) return `${fileName(checkpoint, file)}, which no descriptor holds`;
  const words: string[] = [];
  const first = u32At(files.firstHolder, file);
  for (let at = first; at < first + Math.min(count, MOST_HOLDERS); at++) {
    const holder = u32At(files.holder, at);
    const table = u32At(descriptors.table, holder);
    const fd = `fd ${i32At(descriptors.fd, holder)}`;
    const user = u32At(tables.firstTask, table);
    if (table === within || user === u32At(tables.firstTask, table + 1)) words.push(fd);
    else words.push(`${hasPids(tasks) ? "pid" : "task"} ${taskNumber(tasks, u32At(tables.task, user))} ${fd}`);
  }
  return words.join(" = ") + (count > MOST_HOLDERS ? ` and ${count - MOST_HOLDERS} more` : "");
}

/** The sockets in whose queues files are in flight, by file. */
export type Receivers = ReadonlyMap<FileRow, readonly FileRow[]>;

/** The receivers of all files in flight; few images have any. */
export function receiversIn({ links }: Checkpoint): Receivers {
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
