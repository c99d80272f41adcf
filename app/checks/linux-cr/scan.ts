// The state of checking an image, and the helpers that the checks of records share.

import type { IdIndex } from "../../decoder/id-index.ts";
import type { Dialect } from "../../decoder/linux-cr/catalogue/dialect.ts";
import type { LayoutField } from "../../decoder/linux-cr/catalogue/layout.ts";
import type { Window } from "../../decoder/window.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { recordOffset } from "../../model/records.ts";
import type { FindingList } from "../finding.ts";
import type { Errno } from "../rule.ts";
import type { Reference } from "./references.ts";

/** A field of a record, prepared for reading it often. */
export interface CheckedField {
  /** As in the catalogue, with the names of the enclosing structs. */
  readonly name: string;
  /** Offset in bytes from the start of the record. */
  readonly offset: number;
  /** Bytes of the number that is read: at most 4. */
  readonly width: 1 | 2 | 4;
  readonly isSigned: boolean;
}

/** A field of a struct, prepared. */
export const checkedField = ({ name, offset, type }: LayoutField): CheckedField => ({
  name,
  offset,
  width: type === "u8" ? 1 : type === "u16" || type === "s16" ? 2 : 4,
  isSigned: type === "s16" || type === "s32",
});

/** Fields by name, without the enclosing structs. */
export type Fields = ReadonlyMap<string, CheckedField>;

/** One kind of record, prepared for the checks. */
export interface KindInfo {
  readonly name: string;
  readonly isObjref: boolean;
  readonly isBuffer: boolean;
  /** Whether the dialect has no such record. */
  readonly isUnknown: boolean;
  /** Most bytes of it that are read; 0: none. How much of a BUFFER is read depends on the record before it. */
  readonly need: number;
  /** Bytes of its struct, header included; 8 if it has none. */
  readonly size: number;
  readonly fields: Fields;
  readonly references: readonly Reference[];
  /** Names of the records, one of which must follow; `null`: any may. */
  readonly next: readonly string[] | null;
  /** `null`: its bytes are not checked. */
  readonly check: ((scan: Scan) => void) | null;
}

/** What the next BUFFER must be. */
export interface DueBuffer {
  readonly code: string;
  /** Bytes of payload. */
  readonly length: number;
  /** What it holds, for a sentence. */
  readonly what: string;
  /** Checks the payload. Called if its length is right and its bytes are in the window. */
  readonly check?: (scan: Scan) => void;
}

/** The walk of the checks through one image. Records are named by their rows. */
export interface Scan {
  readonly checkpoint: Checkpoint;
  readonly dialect: Dialect;
  readonly littleEndian: boolean;
  readonly window: Window;
  readonly list: FindingList;

  /** Announced objects: index into the columns below, by objref. */
  readonly byObjref: IdIndex;
  objects: number;
  /** Objrefs that terminals reserve, without a record. */
  readonly reserved: Set<number>;
  readonly objectType: Uint8Array;
  readonly objectRecord: Int32Array;
  readonly objectUsed: Uint8Array;
  /** By number: 1 if the dialect has such a type of object. */
  readonly objectTypes: Uint8Array;
  /** By type of object: 1 if a reference to one is dangling, so that one may seem unused. */
  readonly dangling: Uint8Array;
  /** By type of object: 1 if one was announced wrongly, so that references to it are dangling. */
  readonly lost: Uint8Array;
  /** Codes of the decoder's problems that findings have explained. */
  readonly explained: Set<string>;
  /** References to objects that may be described later. */
  readonly forward: { readonly objref: number; readonly record: number; readonly reference: Reference }[];

  /** The current record: its row, its offset in the image and in the window, its length. */
  record: number;
  offset: number;
  at: number;
  length: number;
  kind: KindInfo;

  /** The stream is damaged, so missing things are not reported in addition. */
  broken: boolean;
  /** Names of the records, one of which must be next; `null`: any may. */
  next: readonly string[] | null;
  /** The name of the record that requires `next`, for a message. */
  after: string;
  due: DueBuffer | null;
  utsLeft: number;
  xstateSize: number;
  /** By flag of /proc/cpuinfo: whether the dump's processor had it. */
  readonly features: Map<string, boolean>;
  /** Bytes of payload that the next record of some kind must have; -1: not known. */
  commLength: number;
  ldtEntries: number;
  namesDue: number;
  taskRecord: number;
  taskNeedsObjects: boolean;
  tasks: number;
  tableRecord: number;
  tableAnnounced: number;
  tableMet: number;
  lastFd: number;
  treeRecord: number;
  treeTasks: number;
  pidsRecord: number;
}

/** A field of at most 32 bits of the current record; 0 if its struct has none of that name. */
export const numberOf = (scan: Scan, name: string): number => numberAt(scan, scan.kind.fields.get(name));

/** A field of at most 32 bits of the current record, found before; 0 if its struct has none. */
export function numberAt({ window, at, littleEndian }: Scan, field: CheckedField | undefined): number {
  if (field === undefined) return 0;
  const { view } = window;
  const start = at + field.offset;
  if (field.width === 4)
    return field.isSigned ? view.getInt32(start, littleEndian) : view.getUint32(start, littleEndian);
  if (field.width === 1) return view.getUint8(start);
  return field.isSigned ? view.getInt16(start, littleEndian) : view.getUint16(start, littleEndian);
}

/** A 64-bit field of the current record; 0 if its struct has none of that name. */
export function bigOf(scan: Scan, name: string): bigint {
  const field = scan.kind.fields.get(name);
  return field === undefined ? 0n : scan.window.view.getBigUint64(scan.at + field.offset, scan.littleEndian);
}

/** Whether the struct of the current record has a field of that name. */
export const hasField = (scan: Scan, name: string): boolean => scan.kind.fields.has(name);

/** Notes a fault of a field of the current record. `name` as in KindInfo.fields, or `type` or `len`. */
export function fieldFault(scan: Scan, code: string, name: string, message: string, errno?: Errno | null): void {
  const field = scan.kind.fields.get(name);
  const offset = field?.offset ?? (name === "len" ? 4 : 0);
  const place = { record: scan.record, field: field?.name ?? name, offset: scan.offset + offset };
  scan.list.add(code, message, place, errno);
}

/** Notes a fault of what follows the struct of the current record: `payload` or `text`. */
export function payloadFault(scan: Scan, code: string, name: string, message: string, errno?: Errno | null): void {
  scan.list.add(code, message, { record: scan.record, field: name, offset: scan.offset + scan.kind.size }, errno);
}

/** Notes a fault of a field of another record. */
export function faultAt(scan: Scan, code: string, record: number, field: string, at: number, message: string): void {
  const offset = recordOffset(scan.checkpoint.records, record) + at;
  scan.list.add(code, message, { record, field, offset });
}

/** Requires one of these records next. */
export function expect(scan: Scan, names: readonly string[]): void {
  scan.next = names;
  scan.after = scan.kind.name;
}

/** Notes a wrong length of the current record, unless it is `length`. */
export function wantLength(scan: Scan, length: number, code = "H1"): void {
  if (scan.length === length) return;
  fieldFault(scan, code, "len", `${scan.kind.name} is ${scan.length} bytes long instead of ${length}.`);
  if (code === "H1") scan.broken = true;
}

/** Notes that the stream is out of order, so that the consequences are not reported too. */
export function orderFault(scan: Scan, message: string): void {
  fieldFault(scan, "H1", "type", message);
  scan.broken = true;
}
