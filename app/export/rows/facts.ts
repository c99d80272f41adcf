// Facts about the open files of rows, for the kernel: the details, links and holders of some thousand files, and values
// of details as facts. The kernel leaves facts that refer to other files, or have another form, to TypeScript.

import { type Checkpoint, type DetailStore, HAS } from "../../model/checkpoint.ts";
import { GROUP_ROLE_BITS, LINK_ROLES, type LinkRole } from "../../model/links.ts";
import { FILE_KINDS } from "../../model/names/names.ts";
import { i32At, u32At } from "../../model/read.ts";
import { firstIndex } from "../../model/search.ts";
import { createFactMaker, type FactMaker, SAID } from "../detail-facts.ts";
import { FACT_PIECES } from "../fact-words.ts";
import { eventsPiece } from "../link-facts.ts";
import { addPieces, REPORT, type RowKernel, setWord } from "./kernel.ts";
import type { FactColumns } from "./template.ts";

/** Facts of a template in the kernel. */
export interface Facts {
  readonly columns: FactColumns;
  readonly maker: FactMaker;
  /** Where the windows of the columns are. */
  readonly addresses: FactAddresses;
  /** The first of the pieces that facts are written with. */
  readonly words: number;
}

export type FactAddresses = Readonly<Record<"rowFile" | "rowTable" | "rowFd" | "nameStart" | "nameLength", number>>;

/** As in rows.c. */
const [FACT_KINDS, FACT_KEYS, FACT_WORDS] = [32, 128, 4];
const [NO_PIECE, EVENTS] = [0xffffffff, 0xffffffff];

/** Facts with the pieces that they are written with; `null` if the kernel has no room for them. */
export function factsOf(kernel: RowKernel, columns: FactColumns, addresses: FactAddresses): Facts | null {
  if (FILE_KINDS.length > FACT_KINDS) return null;
  const words = addPieces(kernel, [columns.gap, ...FACT_PIECES]);
  return words === null ? null : { columns, maker: createFactMaker(columns.checkpoint), addresses, words };
}

/** Tells the kernel where everything is, and which details are facts. It knows no fact yet. */
export function installFacts(kernel: RowKernel, { columns, maker, addresses, words }: Facts): void {
  const { bytes, regions } = kernel;
  const keys = Math.min(FACT_KEYS, columns.checkpoint.fileDetails.keys.length);
  for (const [name, address] of Object.entries(addresses)) setWord(kernel, name as keyof FactAddresses, address);
  setWord(kernel, "words", words);
  setWord(kernel, "roles", LINK_ROLES.length);
  setWord(kernel, "groupRoles", GROUP_ROLE_BITS);
  setWord(kernel, "otherEnd", LINK_ROLES.indexOf("other-end" satisfies LinkRole));
  setWord(kernel, "hasFlags", HAS.flags);
  setWord(kernel, "keys", keys);
  bytes.fill(0, regions.facts.at, regions.facts.at + regions.facts.size);
  bytes.fill(SAID.never, regions.factKeys.at, regions.factKeys.at + regions.factKeys.size);
  bytes.fill(0, regions.factTitles.at, regions.factTitles.at + regions.factTitles.size);
  for (let kind = 0; kind < FACT_KINDS; kind++) {
    for (let key = 0; key < keys; key++) {
      bytes[regions.factKeys.at + kind * FACT_KEYS + key] = maker.said(key, kind);
    }
  }
}

/** Rows whose files decide which files are in the windows. */
const SAMPLES = 64;

/** Fills the windows of facts for rows from `row` to before `end`. The windows of columns must have been filled. */
export function fillFacts(kernel: RowKernel, { columns }: Facts, row: number, end: number): void {
  const { words, bytes, regions } = kernel;
  const { files, fileDetails } = columns.checkpoint;
  const room = regions.firstHolder.size / 4 - 1;
  const first = Math.max(0, middleFile(columns.files, row, end) - Math.floor(room / 2));
  const count = Math.min(room, files.count - first);
  setWord(kernel, "rows", end - row);
  setWord(kernel, "firstFile", first);
  setWord(kernel, "files", count);
  words.set(files.firstHolder.subarray(first, first + count + 1), regions.firstHolder.at / 4);
  words.set(files.flags.subarray(first, first + count), regions.fileFlags.at / 4);
  bytes.set(files.has.subarray(first, first + count), regions.fileHas.at);
  const holder = u32At(files.firstHolder, first);
  const holders = Math.min(u32At(files.firstHolder, first + count) - holder, regions.holder.size / 4);
  words.set(files.holder.subarray(holder, holder + holders), regions.holder.at / 4);
  setWord(kernel, "holders", holders);
  fillEntries(kernel, fileDetails, first, first + count);
  fillLinks(kernel, columns.checkpoint, first, first + count);
}

/** The file in the middle of those of some of the rows. */
function middleFile(files: Int32Array, row: number, end: number): number {
  const some: number[] = [];
  const step = Math.max(1, Math.floor((end - row) / SAMPLES));
  for (let at = row; at < end; at += step) if (i32At(files, at) >= 0) some.push(i32At(files, at));
  some.sort((a, b) => a - b);
  return some[some.length >> 1] ?? 0;
}

/** Gives the kernel the entries of rows from `row` to before `end`. */
export function fillEntries(kernel: RowKernel, store: DetailStore, row: number, end: number): void {
  const { words, bytes, regions } = kernel;
  const first = firstIndex(store.count, (at) => u32At(store.row, at) >= row);
  const all = firstIndex(store.count, (at) => u32At(store.row, at) >= end, first);
  const last = Math.min(all, first + regions.entryRow.size / 4);
  words.set(store.row.subarray(first, last), regions.entryRow.at / 4);
  words.set(store.value.subarray(first, last), regions.entryValue.at / 4);
  new Uint16Array(bytes.buffer, regions.entryKey.at).set(store.key.subarray(first, last));
  setWord(kernel, "entries", last - first);
  setWord(kernel, "next", 0);
  setWord(kernel, "hasMore", Number(last < all));
}

/** Gives the kernel the links of files from `file` to before `end`, and groups from that of the first of them on. */
function fillLinks(kernel: RowKernel, { links }: Checkpoint, file: number, end: number): void {
  const { words, bytes, regions } = kernel;
  const first = firstIndex(links.count, (at) => u32At(links.from, at) >= file);
  const all = firstIndex(links.count, (at) => u32At(links.from, at) >= end, first);
  const last = Math.min(all, first + regions.linkFrom.size / 4);
  words.set(links.from.subarray(first, last), regions.linkFrom.at / 4);
  // The kernel reads a file that is missing as one that is in no window.
  words.set(links.to.subarray(first, last), regions.linkTo.at / 4);
  words.set(links.data.subarray(first, last), regions.linkData.at / 4);
  bytes.set(links.role.subarray(first, last), regions.linkRole.at);
  setWord(kernel, "links", last - first);
  setWord(kernel, "hasMoreLinks", Number(last < all));
  const ofGroup = links.role.subarray(first, last).findIndex((role) => ((GROUP_ROLE_BITS >> role) & 1) !== 0);
  const group = ofGroup < 0 ? 0 : i32At(links.to, first + ofGroup);
  const firsts = links.firstMember.subarray(group, group + regions.firstMember.size / 4);
  const member = firsts[0] ?? 0;
  const members = Math.min((firsts.at(-1) ?? 0) - member, regions.member.size / 4);
  words.set(firsts, regions.firstMember.at / 4);
  words.set(links.member.subarray(member, member + members), regions.member.at / 4);
  setWord(kernel, "firstGroup", group);
  setWord(kernel, "groups", Math.max(0, firsts.length - 1));
  setWord(kernel, "members", members);
}

/** A number above 0 as JSON, which is shown as it is. */
const WHOLE_NUMBER = /^[1-9]\d{0,14}$/;

/** Gives the kernel the fact that it needs; false if there is no room, or the kernel cannot look for it in names. */
export function rememberFact(kernel: RowKernel, { maker }: Facts): boolean {
  const { words, regions } = kernel;
  const at = regions.report.at / 4;
  const read = (name: keyof typeof REPORT): number => words[at + REPORT[name]] as number;
  const [kind, key, value] = [read("factKind"), read("factKey"), read("factValue")];
  const place = regions.facts.at / 4 + FACT_WORDS * read("fact");
  if (kind === EVENTS) {
    const piece = addPieces(kernel, [eventsPiece(value)]);
    if (piece !== null) words.set([EVENTS, value, piece, NO_PIECE], place);
    return piece !== null;
  }
  const fact = maker.make(key, kind, value);
  const ownKey = 1 + kind * FACT_KEYS + key;
  if (fact === null) {
    words.set([ownKey, value, NO_PIECE, NO_PIECE], place);
    return true;
  }
  if (fact.word !== null && fact.plainWord === null) return false;
  if (fact.plainWord !== null && WHOLE_NUMBER.test(fact.word ?? "")) {
    // The kernel writes other numbers by itself. Every fact ends in its value.
    const title = addPieces(kernel, [fact.piece.subarray(0, -fact.plainWord.length)]);
    if (title !== null) words[regions.factTitles.at / 4 + kind * FACT_KEYS + key] = title + 1;
  }
  const piece = addPieces(kernel, fact.plainWord === null ? [fact.piece] : [fact.piece, fact.plainWord]);
  if (piece === null) return false;
  words.set([ownKey, value, piece, fact.plainWord === null ? NO_PIECE : piece + 1], place);
  return true;
}
