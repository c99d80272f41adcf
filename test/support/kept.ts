// The oracle of damage, for both formats: all values before the first damaged byte are shown, and a cut image has no
// value that the whole one does not have.

import type { Image } from "../../app/decoder/image.ts";
import {
  type Checkpoint,
  commBytes,
  HAS,
  NONE,
  nameBytes,
  type RecordKind,
  versionOf,
} from "../../app/model/checkpoint.ts";
import { detailsOf } from "../../app/model/detail-store.ts";
import type { DetailValue, Field } from "../../app/model/fields.ts";
import { recordLength, recordMember, recordOffset } from "../../app/model/records.ts";
import type { FileRow } from "../../app/model/rows.ts";
import { fileName } from "../../app/model/text/words.ts";

/** By a member's name: the offset of its first byte that is missing or changed. Other members are whole. */
export type Damage = ReadonlyMap<string, number>;

/** Members are distinguished by their order in the whole image; offsets stay below this. */
const MEMBER = 2 ** 32;

/** An undamaged image, with what is looked up in it. */
export interface Truth {
  readonly image: Image;
  /** Index of each member by its name. */
  readonly members: ReadonlyMap<string, number>;
  /** Record row by its place. */
  readonly records: ReadonlyMap<number, number>;
  readonly files: ReadonlyMap<number, number>;
  readonly tasks: ReadonlyMap<number, number>;
  readonly descriptors: ReadonlyMap<number, number>;
  fields(record: number): Promise<readonly Field[]>;
}

/** Place of a record: its member and its offset in it, as one number; NONE: in a member that the whole has not. */
function placeIn(image: Image, members: ReadonlyMap<string, number>): (record: number) => number {
  const { records, members: own } = image.checkpoint;
  const numbers = own.map(({ name }) => members.get(name) ?? NONE);
  return (record) => {
    const member = numbers[recordMember(records, record)] ?? NONE;
    return member === NONE ? NONE : member * MEMBER + recordOffset(records, record);
  };
}

/** Rows by the places of their records. A record with several rows is left out: nothing distinguishes them. */
function byPlace(place: (record: number) => number, records: Int32Array | readonly number[]): Map<number, number> {
  const rows = new Map<number, number>();
  const repeated = new Set<number>();
  for (const [row, record] of records.entries()) {
    if (record === NONE) continue;
    const at = place(record);
    if (at === NONE) continue;
    if (rows.has(at)) repeated.add(at);
    rows.set(at, row);
  }
  for (const at of repeated) rows.delete(at);
  return rows;
}

export function truthOf(image: Image): Truth {
  const { checkpoint } = image;
  const members = new Map(checkpoint.members.map(({ name }, member) => [name, member]));
  const place = placeIn(image, members);
  const fields = new Map<number, Promise<readonly Field[]>>();
  return {
    image,
    members,
    records: byPlace(place, [...checkpoint.records.kind.keys()]),
    files: byPlace(place, checkpoint.files.record),
    tasks: byPlace(place, checkpoint.tasks.record),
    descriptors: byPlace(place, checkpoint.descriptors.record),
    fields(record) {
      let found = fields.get(record);
      if (found === undefined) {
        found = image.fields(record);
        fields.set(record, found);
      }
      return found;
    },
  };
}

/** Dialects that differ only in records of which an image may have none: then it gets the name of the older. */
const agree = (one: string, other: string): boolean =>
  [one, other].toSorted().join() === "v19-dev-20091025,v19-dev-20091104";

/** The last byte of each member that is sure, by the member's index in the whole image. */
function sureEnds({ image, members }: Truth, damage: Damage): Float64Array {
  const ends = new Float64Array(members.size).fill(Number.POSITIVE_INFINITY);
  for (const [name, offset] of damage) {
    const member = members.get(name);
    if (member !== undefined) ends[member] = offset;
  }
  for (const [name, member] of members) {
    // A member that was removed has no sure byte.
    if (!damage.has(name) && image.checkpoint.members[member] === undefined) ends[member] = 0;
  }
  return ends;
}

const isVisiblePrefix = (part: Uint8Array, whole: Uint8Array): boolean =>
  part.length <= whole.length && part.every((byte, at) => byte === whole[at]);

/**
 * What a damaged image lacks of what stands before the damage; `null` if nothing. Fields are compared for the records
 * that `isInspected` picks.
 */
export async function lost(
  truth: Truth,
  image: Image,
  damage: Damage,
  isInspected: (record: number) => boolean = () => true,
): Promise<string | null> {
  const { checkpoint } = image;
  const whole = truth.image.checkpoint;
  if (checkpoint.dialect !== whole.dialect && !agree(checkpoint.dialect, whole.dialect)) return null;
  const place = placeIn(image, truth.members);
  const records = byPlace(place, [...checkpoint.records.kind.keys()]);
  const ends = sureEnds(truth, damage);
  const present = new Set(checkpoint.members.map(({ name }) => truth.members.get(name)));
  for (const [at, row] of truth.records) {
    const member = Math.floor(at / MEMBER);
    const offset = at % MEMBER;
    const end = ends[member] as number;
    const length = recordLength(whole.records, row);
    if (!present.has(member) || offset >= end) continue;
    const found = records.get(at);
    // Bytes between records go on as far as the member does.
    const isRecord = whole.records.kinds[whole.records.kind[row] as number]?.type !== NONE;
    const isWhole = isRecord && offset + length <= end;
    if (found === undefined) {
      if (isWhole) return `no record at ${offset} of ${whole.members[member]?.name}`;
      continue;
    }
    if (isWhole && !sameRecord(truth.image, row, image, found))
      return `another record at ${offset} of ${whole.members[member]?.name}`;
    if (!isInspected(row)) continue;
    const fault = await lostValue(await truth.fields(row), await image.fields(found), end);
    if (fault !== null) return `${fault} of the record at ${offset} of ${whole.members[member]?.name}`;
  }
  return lostRows(truth, image, place, ends);
}

function sameRecord(one: Image, row: number, other: Image, otherRow: number): boolean {
  const kindOf = ({ checkpoint: { records } }: Image, at: number) =>
    records.kinds[records.kind[at] as number] as RecordKind;
  const [a, b] = [kindOf(one, row), kindOf(other, otherRow)];
  const length = ({ checkpoint: { records } }: Image, at: number) => recordLength(records, at);
  return a.name === b.name && a.struct === b.struct && length(one, row) === length(other, otherRow);
}

/** The first value before `end` that is missing or another one. */
async function lostValue(wanted: readonly Field[], shown: readonly Field[], end: number): Promise<string | null> {
  const found = new Set(shown.map(({ name, offset, raw }) => `${offset} ${name} ${raw}`));
  for (const { name, offset, length, raw, role } of wanted) {
    if (role !== undefined || offset + length > end) continue;
    if (!found.has(`${offset} ${name} ${raw}`)) return `no ${name} ${raw}`;
  }
  return null;
}

const fileValue = ({ files }: Checkpoint, row: FileRow, key: "pos" | "flags" | "mode" | "version") =>
  key === "version" ? versionOf(files, row) : files[key][row];

/** What rows lack whose records stand before the damage. */
function lostRows(truth: Truth, image: Image, place: (record: number) => number, ends: Float64Array): string | null {
  const { checkpoint } = image;
  const whole = truth.image.checkpoint;
  const isSure = (at: number): boolean => {
    const record = truth.records.get(at) as number;
    return (at % MEMBER) + recordLength(whole.records, record) <= (ends[Math.floor(at / MEMBER)] as number);
  };
  const present = new Set(checkpoint.members.map(({ name }) => truth.members.get(name)));
  const isExpected = (at: number): boolean =>
    present.has(Math.floor(at / MEMBER)) && truth.records.has(at) && isSure(at);

  const files = byPlace(place, checkpoint.files.record);
  for (const [at, wanted] of truth.files) {
    if (!isExpected(at)) continue;
    const file = files.get(at);
    if (file === undefined) return `no open file ${whole.files.id[wanted]}`;
    const [had, has] = [whole.files.has[wanted] as number, checkpoint.files.has[file] as number];
    if (whole.files.id[wanted] !== checkpoint.files.id[file]) return `open file ${wanted} has another id`;
    for (const key of ["pos", "flags", "mode", "version"] as const) {
      if ((had & HAS[key]) === 0) continue;
      if ((has & HAS[key]) === 0) return `no ${key} of open file ${whole.files.id[wanted]}`;
      if (fileValue(whole, wanted, key) !== fileValue(checkpoint, file, key))
        return `another ${key} of ${whole.files.id[wanted]}`;
    }
  }
  const tasks = byPlace(place, checkpoint.tasks.record);
  for (const [at, wanted] of truth.tasks) {
    if (!isExpected(at)) continue;
    const task = tasks.get(at);
    if (task === undefined) return `no task ${wanted}`;
    if (whole.tasks.pid[wanted] !== checkpoint.tasks.pid[task]) return `another pid of task ${wanted}`;
  }
  const descriptors = byPlace(place, checkpoint.descriptors.record);
  for (const [at, wanted] of truth.descriptors) {
    if (!isExpected(at)) continue;
    const descriptor = descriptors.get(at);
    if (descriptor === undefined) return `no descriptor ${whole.descriptors.fd[wanted]}`;
    for (const key of ["fd", "closeOnExec"] as const) {
      if (whole.descriptors[key][wanted] !== checkpoint.descriptors[key][descriptor]) return `another ${key}`;
    }
  }
  return null;
}

const isNothing = (value: DetailValue | undefined): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** Whether a value of a cut image is one of the whole image, or the beginning of it, or unknown. */
export function isPart(value: DetailValue | undefined, whole: DetailValue | undefined): boolean {
  if (isNothing(value)) return true;
  if (typeof value === "string" && typeof whole === "string") return whole.startsWith(value) || value.includes("?");
  if (Array.isArray(value)) {
    return Array.isArray(whole) && value.every((each) => whole.some((other) => isPart(each, other)));
  }
  if (typeof value === "object" && value !== null) {
    const known = (typeof whole === "object" ? whole : {}) as Readonly<Record<string, DetailValue>>;
    return Object.entries(value).every(([key, inner]) => isPart(inner, known[key]));
  }
  return value === whole;
}

/** The first value of a cut image that the whole one has not; `null` if there is none. */
export function invented(truth: Truth, image: Image): string | null {
  const { checkpoint } = image;
  const whole = truth.image.checkpoint;
  if (checkpoint.dialect !== whole.dialect) return null;
  // The machine may be known from what was cut off only, and with it the meaning of numbers.
  if (checkpoint.machine.arch !== whole.machine.arch) return null;
  const place = placeIn(image, truth.members);
  for (const [file, record] of checkpoint.files.record.entries()) {
    const wanted = record === NONE ? undefined : truth.files.get(place(record));
    if (wanted === undefined) continue;
    const [had, has] = [whole.files.has[wanted] as number, checkpoint.files.has[file] as number];
    for (const key of ["pos", "flags", "mode", "version"] as const) {
      if ((has & HAS[key]) === 0) continue;
      // Of a socket outside the dump, the flags are placeholders; what says so may be cut off.
      const isPlaceholder = key === "flags" && fileName(whole, wanted).includes("outside the dump");
      if ((had & HAS[key]) === 0 && isPlaceholder) continue;
      if ((had & HAS[key]) === 0) return `a ${key}`;
      if (fileValue(whole, wanted, key) !== fileValue(checkpoint, file, key)) return `another ${key}`;
    }
    if ((has & HAS.path) !== 0 && !isVisiblePrefix(nameBytes(checkpoint, file), nameBytes(whole, wanted))) {
      return "another path";
    }
    // A damaged entry about how a file is restored may be what hides some of its values.
    const details = detailsOf(checkpoint, file);
    for (const [key, value] of Object.entries(detailsOf(whole, wanted))) {
      if (!isNothing(value) && !isPart(details[key], value)) return `another ${key}, ${JSON.stringify(details[key])},`;
    }
  }
  for (const [task, record] of checkpoint.tasks.record.entries()) {
    const wanted = record === NONE ? undefined : truth.tasks.get(place(record));
    if (wanted === undefined) continue;
    const pid = checkpoint.tasks.pid[task];
    if (pid !== NONE && pid !== whole.tasks.pid[wanted]) return "another pid";
    if (!isVisiblePrefix(commBytes(checkpoint, task), commBytes(whole, wanted))) return "another comm";
  }
  for (const [descriptor, record] of checkpoint.descriptors.record.entries()) {
    const wanted = record === NONE ? undefined : truth.descriptors.get(place(record));
    if (wanted === undefined) continue;
    if (checkpoint.descriptors.fd[descriptor] !== whole.descriptors.fd[wanted]) return "another fd";
    const file = checkpoint.descriptors.file[descriptor] as number;
    if (file === NONE) continue;
    const wantedFile = whole.descriptors.file[wanted] as number;
    if (wantedFile === NONE || checkpoint.files.id[file] !== whole.files.id[wantedFile]) return "another open file";
  }
  const counts = [checkpoint.tasks.count - whole.tasks.count, checkpoint.descriptors.count - whole.descriptors.count];
  return counts.some((more) => more > 0) ? "more rows than the whole image" : null;
}
