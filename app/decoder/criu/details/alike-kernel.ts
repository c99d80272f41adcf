// The kernel that reads the details of files (build/kernels/alike.c): its arrays, and what it is given before it runs.

import type { Checkpoint } from "../../../model/checkpoint.ts";
import { HAS } from "../../../model/checkpoint.ts";
import { startKernel } from "../../../model/kernel.ts";
import { LINK_ROLES, type LinkRole } from "../../../model/links.ts";
import type { ValuesKernel } from "../../builder/kernel-values.ts";
import type { FileLinks } from "../walk/context.ts";
import type { Links } from "../walk/rows.ts";
import { PART } from "../wire/parts.ts";
import type { Comparison } from "./alike.ts";
import { ALIKE_MODULE } from "./alike-module.ts";
import { TARGET_VALUES } from "./epoll-details.ts";
import { FILE_ROWS } from "./file-details.ts";
import { fileBodies } from "./file-fields.ts";

/** As in the kernel. */
export const BLOCK = 128 << 10;
export const FILES = 4096;
export const MOST_STEPS = 64;
export const MOST_WRITTEN = 32 << 10;
const DETAILS = 4096;
const LINKS = 4096;
export const STEPS = 16384;
export const STEP_WORDS = 8;
const TYPES = 64;
const PARTS = 256;
const TYPE_BYTES = 40;
const PIECES = 16 << 10;
const PIECE_COUNT = 16;
const NAMED = 128;
const NAMED_WORDS = 3;

export interface AlikeKernel extends ValuesKernel {
  place(which: number): number;
  reserve(bytes: number): number;
  settle(): number;
  run(at: number, length: number, index: number, count: number, base: number, own: number): number;
  empty(): void;
  learn(steps: number): number;
  look(count: number): void;
  connect(): void;
  group(): number;
  order(count: number): number;
}

/** Starts the kernel; `null` where WebAssembly is not allowed. */
export const startAlikeKernel = (): AlikeKernel | null => startKernel<AlikeKernel>(ALIKE_MODULE);

/** Words of the kernel that say what it was given, by their places. */
const GIVEN = {
  ids: 0,
  flags: 1,
  has: 2,
  pipes: 3,
  pipeFiles: 4,
  pipeCount: 5,
  sockets: 6,
  socketFiles: 7,
  socketCount: 8,
  epolls: 9,
  watchedFds: 10,
  watchedFiles: 11,
  epollCount: 12,
  peerRole: 13,
  watchesRole: 14,
  events: 15,
  hasFlags: 16,
} as const;

/** The arrays that the kernel and its caller share, until the memory grows. */
export function viewsOf({ memory, place }: AlikeKernel) {
  const { buffer } = memory;
  const bytes = (which: number, length: number) => new Uint8Array(buffer, place(which), length);
  const words = (which: number, length: number) => new Uint32Array(buffer, place(which), length);
  return {
    buffer,
    state: words(0, 8),
    block: bytes(1, BLOCK),
    flags: bytes(2, FILES),
    types: new DataView(buffer, place(3), TYPES * TYPE_BYTES),
    typeOf: bytes(4, 128),
    rows: words(5, DETAILS),
    keys: new Uint16Array(buffer, place(6), DETAILS),
    values: words(7, DETAILS),
    linkFrom: words(8, LINKS),
    linkTo: new Int32Array(buffer, place(9), LINKS),
    linkData: words(10, LINKS),
    linkRoles: bytes(11, LINKS),
    parts: words(12, PARTS * PART),
    steps: words(13, STEPS * STEP_WORDS),
    pieces: bytes(14, PIECES),
    pieceEnds: words(15, PIECE_COUNT * 2),
    events: words(16, NAMED * NAMED_WORDS),
    targetFields: bytes(17, 32),
    given: words(18, Object.keys(GIVEN).length),
    connections: words(19, 20),
    groups: words(20, 5),
    links: words(21, 8),
  };
}

export type AlikeViews = ReturnType<typeof viewsOf>;

/** Where the words of the kernel's state are. */
export const STATE = { index: 0, start: 1, end: 2, known: 3, details: 4, links: 5, parts: 6, steps: 7 } as const;

/** Describes the messages that are compared to the kernel. Returns their numbers by their names. */
export function describeTypes({ types, typeOf }: AlikeViews): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const { type, body } of fileBodies()) {
    const comparison = FILE_ROWS[body.name]?.comparison ?? null;
    if (comparison === null) continue;
    typeOf[type] = body.number;
    describeType(types, comparison);
    numbers.set(body.message, body.number);
  }
  return numbers;
}

function describeType(types: DataView, { number, varying, kept, table }: Comparison): void {
  const at = number * TYPE_BYTES;
  types.setUint32(at, varying, true);
  types.setUint32(at + 4, kept, true);
  for (const field of table.byNumber) if (field !== undefined) types.setUint8(at + 8 + field.number, field.wire);
}

/** Describes what an epoll watches to the kernel. Returns a function that gives it the names of events. */
export function describeTargets({ pieces, pieceEnds, targetFields }: AlikeViews) {
  let end = 0;
  const addPiece = (views: Pick<AlikeViews, "pieces">, piece: Uint8Array): readonly [start: number, end: number] => {
    const start = end;
    views.pieces.set(piece, start);
    end += piece.length;
    return [start, end];
  };
  for (const [at, { piece, field }] of TARGET_VALUES.entries()) {
    pieceEnds.set(addPiece({ pieces }, piece), 2 * (at + 1));
    if (field > 0) targetFields[field] = at + 1;
  }
  let given = 0;
  /** Must be called with all names of events that have been made so far. */
  return (views: AlikeViews, names: ReadonlyMap<number, Uint8Array>): void => {
    if (given === names.size || given === NAMED) return;
    for (const [mask, piece] of [...names].slice(given)) {
      if (given === NAMED || end + piece.length > PIECES) return;
      views.events.set([mask, ...addPiece(views, piece)], given++ * NAMED_WORDS);
      views.given[GIVEN.events] = given;
    }
  };
}

/** What the kernel looks other files up in. */
export interface LookedUp {
  readonly files: Checkpoint["files"];
  readonly links: Pick<FileLinks, "pipes" | "unixSockets" | "epolls">;
  /** By link of an epoll: the file that it watches. */
  readonly epollTargets: Int32Array;
}

const keysOf = ({ keys, count }: Links): Uint32Array => keys.subarray(0, count);
const rowsOf = ({ rows, count }: Links): Int32Array => rows.subarray(0, count);

/** Gives the kernel what it looks other files up in. Returns false if there is no memory for it. */
export function giveFiles(kernel: AlikeKernel, { files, links, epollTargets }: LookedUp): boolean {
  const { pipes, unixSockets: sockets, epolls } = links;
  const given: [name: keyof typeof GIVEN, column: ArrayLike<number>, bytes: number][] = [
    ["pipes", keysOf(pipes), 4],
    ["pipeFiles", rowsOf(pipes), 4],
    ["sockets", keysOf(sockets), 4],
    ["socketFiles", rowsOf(sockets), 4],
    ["epolls", rowsOf(epolls), 4],
    ["watchedFds", keysOf(epolls), 4],
    ["watchedFiles", epollTargets, 4],
  ];
  if (given.some(([, column]) => column.length > 0)) {
    given.push(["ids", files.id, 4], ["flags", files.flags, 4], ["has", files.has, 1]);
  }
  const addresses = given.map(([, column, bytes]) => kernel.reserve(column.length * bytes));
  if (addresses.includes(0)) return false;
  const { given: words } = viewsOf(kernel);
  for (const [at, [name, column, bytes]] of given.entries()) {
    const address = addresses[at] as number;
    const Column = bytes === 1 ? Uint8Array : Uint32Array;
    words[GIVEN[name]] = address;
    new Column(kernel.memory.buffer, address, column.length).set(column);
  }
  words[GIVEN.pipeCount] = pipes.count;
  words[GIVEN.socketCount] = sockets.count;
  words[GIVEN.epollCount] = epolls.count;
  words[GIVEN.peerRole] = LINK_ROLES.indexOf("peer" satisfies LinkRole);
  words[GIVEN.watchesRole] = LINK_ROLES.indexOf("watches" satisfies LinkRole);
  words[GIVEN.hasFlags] = HAS.flags;
  return kernel.settle() !== 0;
}
