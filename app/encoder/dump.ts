// A dump in progress, and its central step: the first reference to an object numbers and describes it; later ones only
// write its number.

import type { IdIndex } from "../decoder/id-index.ts";
import type { Dialect } from "../decoder/linux-cr/catalogue/dialect.ts";
import type { Description, TaskDescription } from "./description.ts";
import type { ObjectHash, ObjectKey } from "./objects.ts";
import type { FieldValues, Recorder, Writer } from "./writer.ts";

/** Errors with which a dump ends (Linux include/asm-generic/errno-base.h). */
export const ERRNO = { EBADF: -9, EBUSY: -16, ENAMETOOLONG: -36 } as const;

/** Yields finished chunks; returns, like the kernel's functions, an objref or 0, or a negative error. */
export type Steps = Generator<Uint8Array, number>;

/** Describes one object whose OBJREF has just been written. Returns 0 or a negative error. */
export type ObjectOperation = (dump: Dump, key: ObjectKey, objref: number) => number;

/** Kinds of object and how each is described, by the names of CKPT_OBJ. */
export type ObjectOperations = Readonly<Record<string, ObjectOperation>>;

/** One pseudo-terminal, as its open files describe it. */
export interface Terminal {
  readonly winsize: FieldValues;
  /** Of the master and of the slave; absent: those that it has when it is opened. */
  readonly termios: readonly [FieldValues | undefined, FieldValues | undefined];
}

/** Append the records that each descriptor and open file has. */
export interface CommonRecords {
  /** OBJREF: type, objref. */
  readonly objref: Recorder;
  /** FILE_DESC: objref, number, close-on-exec. */
  readonly descriptor: Recorder;
  /** FILE, by the names of CKPT_FILE; made when first needed. */
  readonly files: Map<string, Recorder>;
}

/** The state of one dump. */
export interface Dump {
  readonly description: Description;
  readonly dialect: Dialect;
  readonly littleEndian: boolean;
  readonly writer: Writer;
  readonly records: CommonRecords;
  readonly hash: ObjectHash;
  readonly operations: ObjectOperations;
  /** Rows of the description by its ids. */
  readonly fileRows: IdIndex;
  readonly tableRows: IdIndex;
  /** Pseudo-terminals by index, and rows of files by the number of their socket. */
  readonly terminals: ReadonlyMap<number, Terminal>;
  readonly socketRows: ReadonlyMap<number, number>;
  /** Names of the dialect's usual kernel. */
  readonly names: { readonly release: string; readonly version: string; readonly machine: string };
  /** Steps to take after the descriptors of the current file table, in this order. */
  readonly deferred: (() => number)[];
  /** The current task, and the objref of its credentials; 0 where the dialect has none. */
  task: TaskDescription | null;
  credentials: number;
  /** Whether the socket being described is the peer of another one being described. */
  insidePeer: boolean;
  /** The kernel function that failed, for the ERROR record. */
  failedStep: string;
}

/** The objref of an object, which is described first if necessary; a negative error if that fails. */
export function checkpointObject(dump: Dump, type: string, key: ObjectKey): number {
  const known = dump.hash.described(type, key);
  if (known > 0) return known;
  const operation = dump.operations[type];
  if (operation === undefined) throw new Error(`objects of type ${type} have no operation`);
  const objref = announceObject(dump, type, key);
  const result = operation(dump, key, objref);
  return result < 0 ? result : objref;
}

/** Numbers an object and writes OBJREF; its description must follow. */
export function announceObject(dump: Dump, type: string, key: ObjectKey): number {
  const objref = dump.hash.describe(type, key);
  dump.records.objref(enumValue(dump.dialect, "CKPT_OBJ", type), objref);
  return objref;
}

/** The number of an enum's value. @throws Error if the dialect has none. */
export function enumValue(dialect: Dialect, prefix: string, name: string): number {
  const value = dialect.enums[prefix]?.get(name);
  if (value === undefined) throw new Error(`${dialect.name} has no ${prefix}_${name}`);
  return value;
}

/** Records the step that failed; returns its error. */
export function fail(dump: Dump, step: string, error: number): number {
  dump.failedStep = step;
  return error;
}
