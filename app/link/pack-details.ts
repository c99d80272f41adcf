// The details of files and tasks and the links between files, in a packed image: after its other columns.

import { createDetails } from "../decoder/builder/details.ts";
import type { Builder } from "../decoder/builder.ts";
import { TASK_FILES } from "../diff/compare/detail-values.ts";
import { type Checkpoint, type DetailStore, NO_MOUNT, NONE } from "../model/checkpoint.ts";
import { type DetailSpec, fileDetail, taskDetail } from "../model/detail-keys.ts";
import { valueAt, valueBytes } from "../model/detail-store.ts";
import type { Details, DetailValue } from "../model/fields.ts";
import { groupMembers, isGroupRole, LINK_ROLES } from "../model/links.ts";
import { u8At, u32At } from "../model/read.ts";
import { decodeText, encodeText } from "../model/text/text.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import { allSteps, readSteps, words } from "./columns.ts";
import type { Mask } from "./leave-out.ts";

/** About how many values `writeDetails` writes. */
export const detailValues = ({ files, links, fileDetails, taskDetails }: Checkpoint): number =>
  4 * files.inodeMode.length +
  [fileDetails, taskDetails].reduce((sum, { count, start }) => sum + 4 * count + start.length, 0) +
  4 * links.count +
  links.member.length;

/** Writes details and links. Gives how many values it has written. */
export function* writeDetails(writer: ByteWriter, checkpoint: Checkpoint, mask: Mask): Generator<number> {
  const { files, links, fileDetails, taskDetails } = checkpoint;
  writer.number(files.inodeMode.length === 0 ? 0 : 1);
  if (files.inodeMode.length > 0) {
    const size = words(files.size);
    yield* allSteps(writer, [files.inodeMode, size.low, size.high, files.mountId]);
  }
  const kindOf = (file: number): number => u8At(files.kind, file);
  const ofFiles = yield* masked(fileDetails, (key, file) => fileDetail(key, kindOf(file)), mask);
  yield* writeStore(writer, ofFiles);
  yield* writeStore(writer, yield* masked(taskDetails, taskDetail, mask));
  writer.number(links.count);
  yield* allSteps(writer, [links.from, links.role, links.to, links.data]);
  const groups = links.firstMember.length - 1;
  writer.number(groups);
  for (let group = 0; group < groups; group++) writer.number(groupMembers(checkpoint, group).length);
  yield* allSteps(writer, [links.member]);
}

/** Details that are looked at in a step. */
const SLICE = 4096;

/** A store without the values that are left out. */
function* masked(
  store: DetailStore,
  specOf: (key: string, row: number) => DetailSpec,
  mask: Mask,
): Generator<number, DetailStore> {
  const kept = createDetails();
  for (let at = 0; at < store.count; at++) {
    const [row, key] = [u32At(store.row, at), store.keys[store.key[at] as number] as string];
    const value = valueAt(store, at);
    const isName = specOf(key, row).names === true && typeof value !== "number";
    if (!isName || mask.text(JSON.stringify(value)) !== null) kept.add(row, key, value);
    if (at % SLICE === SLICE - 1) yield SLICE;
  }
  return kept.finish();
}

function* writeStore(writer: ByteWriter, store: DetailStore): Generator<number> {
  writer.block(encodeText(JSON.stringify(store.keys)));
  const values = store.start.length - 1;
  writer.number(values);
  for (let value = 0; value < values; value++) {
    writer.block(valueBytes(store, value));
    if (value % SLICE === SLICE - 1) yield SLICE;
  }
  writer.number(store.count);
  yield* allSteps(writer, [store.row, store.key, store.value]);
}

const MAX_I32 = 0x7fff_ffff;
const MAX_U32 = 0xffff_ffff;

/**
 * Reads what `writeDetails` wrote and adds it to the files and tasks of a builder; false, if something is missing, out
 * of bounds or not JSON.
 */
export function readDetails(reader: ByteReader, builder: Builder): boolean {
  const fileCount = builder.files.count;
  if (reader.number() === 1) {
    const columns = [0, 1, 2].map(() => readSteps(reader, fileCount, 0, MAX_U32));
    const mounts = readSteps(reader, fileCount, NO_MOUNT, MAX_I32);
    const [modes, low, high] = columns;
    if (!modes || !low || !high || !mounts) return false;
    for (let file = 0; file < fileCount; file++) {
      const has = u8At(builder.files.has, file);
      builder.setInode(file, modes[file] as number, low[file] as number, high[file] as number, mounts[file] as number);
      builder.files.has[file] = has;
    }
  }
  return (
    readStore(reader, fileCount, builder.fileDetails.add) &&
    readStore(reader, builder.tasks.count, (row, key, value) => {
      if (isOfTask(key, value, fileCount)) builder.taskDetails.add(row, key, value);
    }) &&
    readLinks(reader, builder)
  );
}

/** Whether a detail of a task is one that a decoder could have added: others read these by their types. */
function isOfTask(key: string, value: DetailValue, fileCount: number): boolean {
  const isInteger = typeof value === "number" && Number.isInteger(value);
  if ((TASK_FILES as readonly string[]).includes(key))
    return typeof value === "string" || (isInteger && value >= 0 && value < fileCount);
  if (key === "threads") return isInteger && value > 0;
  return key !== "exit" || isExit(value);
}

/** How a zombie ended: `{ code }` or `{ signal }`. */
function isExit(value: DetailValue): boolean {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const { code = 0, signal = "" } = value as Details;
  return Number.isInteger(code) && typeof signal === "string";
}

type Add = (row: number, key: string, value: DetailValue) => void;

function readStore(reader: ByteReader, rows: number, add: Add): boolean {
  const keys = parsed(reader.block());
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === "string")) return false;
  const values: DetailValue[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const value = parsed(reader.block());
    if (value === undefined) return false;
    values.push(value);
  }
  const count = reader.count(3);
  const row = readSteps(reader, count, 0, rows - 1);
  const key = readSteps(reader, count, 0, keys.length - 1);
  const value = readSteps(reader, count, 0, values.length - 1);
  if (!row || !key || !value) return false;
  for (let at = 0; at < count; at++) {
    add(row[at] as number, keys[key[at] as number] as string, values[value[at] as number] as DetailValue);
  }
  return true;
}

/** Values nest no deeper. */
const DEEPEST = 8;

/** A value from its JSON; `undefined` for anything else. */
function parsed(bytes: Uint8Array): DetailValue | undefined {
  try {
    const value = JSON.parse(decodeText(bytes)) as DetailValue;
    return isShallow(value, DEEPEST) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isShallow(value: DetailValue, left: number): boolean {
  if (value === null || typeof value !== "object") return true;
  return left > 0 && Object.values(value).every((inner) => isShallow(inner as DetailValue, left - 1));
}

function readLinks(reader: ByteReader, { files, links }: Builder): boolean {
  const count = reader.count(4);
  const from = readSteps(reader, count, 0, files.count - 1);
  const role = readSteps(reader, count, 0, LINK_ROLES.length - 1);
  const to = readSteps(reader, count, NONE, MAX_I32);
  const data = readSteps(reader, count, 0, MAX_U32);
  const sizes = Array.from({ length: reader.count() }, () => reader.number());
  const memberCount = sizes.reduce((sum, size) => sum + size, 0);
  if (!from || !role || !to || !data || memberCount > reader.left) return false;
  const members = readSteps(reader, memberCount, 0, files.count - 1);
  if (!members) return false;
  for (let at = 0; at < count; at++) {
    const kind = LINK_ROLES[role[at] as number] ?? "peer";
    // Links of groups follow from the groups.
    if (isGroupRole(kind)) continue;
    if ((to[at] as number) >= files.count) return false;
    links.add(from[at] as number, kind, to[at] as number, data[at] as number);
  }
  let first = 0;
  const roles = groupRoles(from.length, role, to, sizes.length);
  for (const [group, size] of sizes.entries()) {
    const kind = LINK_ROLES[roles[group] as number];
    if (kind === undefined || !isGroupRole(kind)) return false;
    links.addGroup(kind, new Set(members.subarray(first, first + size)));
    first += size;
  }
  return true;
}

/** The role of each group, from the links that name it. */
function groupRoles(count: number, role: Float64Array, to: Float64Array, groups: number): Uint8Array {
  const roles = new Uint8Array(groups).fill(0xff);
  for (let at = 0; at < count; at++) {
    const kind = LINK_ROLES[role[at] as number];
    if (kind !== undefined && isGroupRole(kind)) roles[to[at] as number] = role[at] as number;
  }
  return roles;
}
