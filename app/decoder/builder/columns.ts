// The groups of columns that a builder fills.

import type {
  Descriptors,
  FileTables,
  Objects,
  OpenFiles,
  RecordRuns,
  Records,
  Tasks,
} from "../../model/checkpoint.ts";
import { FIRST_CAPACITY, type Growing } from "./growing.ts";

export type TaskColumns = Growing<Tasks>;
export type TableColumns = Growing<Pick<FileTables, "count" | "id" | "announced" | "record">>;
export type DescriptorColumns = Growing<Descriptors>;
export type FileColumns = Growing<Omit<OpenFiles, "firstHolder" | "holder">>;
export type RecordColumns = Growing<Pick<Records, "count" | "kind">>;
export type RunColumns = Growing<RecordRuns>;
export type ObjectColumns = Growing<Omit<Objects, "types">>;

const i32 = () => new Int32Array(FIRST_CAPACITY);
const u32 = () => new Uint32Array(FIRST_CAPACITY);
const u8 = () => new Uint8Array(FIRST_CAPACITY);
const u64 = () => new BigUint64Array(FIRST_CAPACITY);
const capacity = FIRST_CAPACITY;

// No spreads: V8 sometimes gives their result another hidden class, and discards the code compiled for the one before.

export const taskColumns = (): TaskColumns => ({
  count: 0,
  capacity,
  pid: i32(),
  ppid: i32(),
  tgid: i32(),
  pgid: i32(),
  sid: i32(),
  state: u8(),
  commOffset: u32(),
  commLength: u32(),
  table: i32(),
  record: i32(),
});

export const tableColumns = (): TableColumns => ({ count: 0, capacity, id: u32(), announced: i32(), record: i32() });

export const descriptorColumns = (): DescriptorColumns => ({
  count: 0,
  capacity,
  fd: i32(),
  table: u32(),
  file: i32(),
  closeOnExec: u8(),
  record: i32(),
});

export const fileColumns = (): FileColumns => ({
  count: 0,
  capacity,
  id: u32(),
  kind: u8(),
  nameOffset: u32(),
  nameLength: u32(),
  // Allocated with the first name that has a varying part.
  nameVarying: new Uint32Array(0),
  has: u8(),
  use: u8(),
  pos: u64(),
  flags: u32(),
  mode: u32(),
  // Allocated with the first value that is not 0.
  version: new BigUint64Array(0),
  // Allocated with the first file whose inode is in the image.
  inodeMode: new Uint32Array(0),
  size: new BigUint64Array(0),
  mountId: new Int32Array(0),
  record: i32(),
});

export const recordColumns = (): RecordColumns => ({ count: 0, capacity, kind: u8() });

export const runColumns = (): RunColumns => ({
  count: 0,
  capacity,
  firstRow: u32(),
  offset: new Float64Array(FIRST_CAPACITY),
  lengthAt: u32(),
  // Allocated with the first record of another member than the first.
  member: new Uint32Array(0),
});

export const objectColumns = (): ObjectColumns => ({ count: 0, capacity, id: u32(), type: u8(), record: i32() });
