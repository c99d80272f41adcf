// Makes a description from a decoded image: its tasks, file tables and files. For an image of the seed it includes
// everything else, so that encoding it gives the same bytes.

import type { Image } from "../decoder/image.ts";
import { type Checkpoint, commBytes, HAS, NONE, nameBytes, versionOf } from "../model/checkpoint.ts";
import { FILE_KINDS, TASK_STATES } from "../model/names/names.ts";
import { recordLength, recordOffset } from "../model/records.ts";
import { base64, decodeText, isUtf8 } from "../model/text/text.ts";
import type {
  CarriedTask,
  Description,
  FileDescription,
  MachineDescription,
  Sequence,
  TableDescription,
  TaskDescription,
} from "./description.ts";

/** Describes a decoded Linux-CR image; a damaged one as far as it was decoded. */
export async function describe(image: Image): Promise<Description> {
  const { checkpoint } = image;
  const seed = checkpoint.dialect === "seed";
  const groups = recordsByTask(checkpoint);
  const tasks: TaskDescription[] = [];
  for (let row = 0; row < checkpoint.tasks.count; row++) {
    const carried = seed ? await carryTask(image, groups[row + 1] ?? []) : undefined;
    tasks.push(taskOf(checkpoint, row, carried));
  }
  const files: FileDescription[] = [];
  for (let row = 0; row < checkpoint.files.count; row++) files.push(await fileOf(image, row));
  const fileTables = Array.from({ length: checkpoint.tables.count }, (_, row) => tableOf(checkpoint, row));
  const description = { tasks, fileTables, files };
  if (!seed) return description;
  const machine = await carryMachine(image, groups[0] ?? []);
  return { ...completeFailure(description, await errorText(image)), machine };
}

function taskOf(checkpoint: Checkpoint, row: number, carried: CarriedTask | undefined): TaskDescription {
  const { tasks, tables } = checkpoint;
  const number = (value: number | undefined): number | null => (value === undefined || value === NONE ? null : value);
  const table = tasks.table[row] as number;
  const comm = commBytes(checkpoint, row);
  return {
    pid: number(tasks.pid[row]),
    ppid: number(tasks.ppid[row]),
    tgid: number(tasks.tgid[row]),
    pgid: number(tasks.pgid[row]),
    sid: number(tasks.sid[row]),
    comm: decodeText(comm),
    ...(isUtf8(comm) ? {} : { commBytes: base64(comm) }),
    state: TASK_STATES[tasks.state[row] as number] ?? null,
    fileTable: table === NONE ? null : (tables.id[table] as number),
    ...(carried === undefined ? {} : { carried }),
  };
}

function tableOf({ tables, descriptors, files }: Checkpoint, row: number): TableDescription {
  const first = tables.first[row] as number;
  const length = (tables.first[row + 1] as number) - first;
  const announced = tables.announced[row] as number;
  const fds = Array.from({ length }, (_, index) => {
    const file = descriptors.file[first + index] as number;
    return {
      fd: descriptors.fd[first + index] as number,
      file: file === NONE ? null : (files.id[file] as number),
      closeOnExec: descriptors.closeOnExec[first + index] === 1,
    };
  });
  return { id: tables.id[row] as number, fds, ...(announced === NONE || announced === length ? {} : { announced }) };
}

async function fileOf({ checkpoint, details }: Image, row: number): Promise<FileDescription> {
  const { files } = checkpoint;
  const has = files.has[row] as number;
  const name = nameBytes(checkpoint, row);
  const path = (has & HAS.path) !== 0;
  return {
    id: files.id[row] as number,
    kind: FILE_KINDS[files.kind[row] as number] ?? "unknown",
    path: path ? decodeText(name) : null,
    ...(path && !isUtf8(name) ? { pathBytes: base64(name) } : {}),
    ...(path ? {} : { name: name.length === 0 ? null : decodeText(name) }),
    pos: (has & HAS.pos) === 0 ? null : (files.pos[row] as bigint).toString(),
    flags: (has & HAS.flags) === 0 ? null : (files.flags[row] as number),
    mode: (has & HAS.mode) === 0 ? null : (files.mode[row] as number),
    version: (has & HAS.version) === 0 ? null : versionOf(files, row).toString(),
    details: await details(row),
  };
}

/** Rows of records before the first task, then those of each task. */
function recordsByTask({ records }: Checkpoint): number[][] {
  const groups: number[][] = [[]];
  for (let row = 0; row < records.count; row++) {
    const name = records.kinds[records.kind[row] as number]?.name;
    if (name === "TASK") groups.push([]);
    groups.at(-1)?.push(row);
  }
  return groups;
}

const kindName = ({ records }: Checkpoint, record: number): string =>
  records.kinds[records.kind[record] as number]?.name ?? "";

async function payload({ checkpoint, sources }: Image, record: number): Promise<Uint8Array> {
  const { records } = checkpoint;
  const [source] = sources;
  if (source === undefined) return new Uint8Array(0);
  return await source.read(recordOffset(records, record) + 8, recordLength(records, record) - 8);
}

/** Values of a record's fields as decimal numbers, without its header and padding. */
async function values(image: Image, record: number): Promise<Record<string, string>> {
  const fields = await image.fields(record);
  const numbers = fields.filter(({ name, role }) => role === undefined && name !== "type" && name !== "len");
  return Object.fromEntries(numbers.map(({ name, raw }) => [name, raw]));
}

/** Records of a task of the seed that have nothing to do with its files. */
const CARRIED_RECORDS = ["THREAD", "THREAD_TLS", "CPU", "CPU_FPU"];

async function carryTask(image: Image, group: readonly number[]): Promise<CarriedTask> {
  const records: Record<string, string> = {};
  let carried: CarriedTask = { records };
  for (const record of group) {
    const name = kindName(image.checkpoint, record);
    if (name === "TASK") carried = { ...carried, task: await values(image, record) };
    else if (name === "STRING" && carried.comm === undefined)
      carried = { ...carried, comm: base64(await payload(image, record)) };
    else if (CARRIED_RECORDS.includes(name)) records[name] = base64(await payload(image, record));
  }
  return carried;
}

async function carryMachine(image: Image, group: readonly number[]): Promise<MachineDescription> {
  let machine: MachineDescription = {};
  const carriedNames: string[] = [];
  for (const record of group) {
    const name = kindName(image.checkpoint, record);
    if (name === "HEADER") machine = { ...machine, header: await values(image, record) };
    else if (name === "HEADER_ARCH") machine = { ...machine, arch: await values(image, record) };
    else if (name === "BUFFER") carriedNames.push(base64(await payload(image, record)));
  }
  return { ...machine, carriedNames };
}

/** The text after an ERROR record; `null` if the dump did not fail. */
async function errorText(image: Image): Promise<string | null> {
  const { checkpoint } = image;
  const { count } = checkpoint.records;
  for (let record = count - 1; record > 0; record--) {
    if (kindName(checkpoint, record) !== "STRING" || kindName(checkpoint, record - 1) !== "ERROR") continue;
    return decodeText(await payload(image, record)).replaceAll("\0", "");
  }
  return null;
}

/**
 * Completes the description of an image whose dump failed, so that encoding it fails in the same way: takes the last
 * task's number from the error's text, and adds a descriptor for the open file whose description was broken off.
 */
function completeFailure(parts: Parts, text: string | null): Parts {
  const match = text === null ? null : /^task (-?\d+) \(/.exec(text);
  if (match === null) return parts;
  const { tasks, fileTables, files } = parts;
  const file = files.at(-1);
  const halfDescribed = file !== undefined && file.path === null;
  return {
    tasks: withLast(tasks, (task) => ({ ...task, pid: Number(match[1]) })),
    files: halfDescribed ? withLast(files, (last) => ({ ...last, outsideRoot: true })) : files,
    fileTables: withLast(fileTables, (table) => {
      if (table.announced === undefined) return table;
      const fd = (table.fds.at(-1)?.fd ?? -1) + 1;
      const next = { fd, file: halfDescribed ? file.id : null, closeOnExec: false };
      return { ...table, fds: [...entries(table.fds), next] };
    }),
  };
}

interface Parts {
  readonly tasks: readonly TaskDescription[];
  readonly fileTables: readonly TableDescription[];
  readonly files: readonly FileDescription[];
}

const withLast = <T>(list: readonly T[], change: (last: T) => T): T[] =>
  list.map((entry, row) => (row === list.length - 1 ? change(entry) : entry));

const entries = <T>(sequence: Sequence<T>): T[] =>
  Array.from({ length: sequence.length }, (_, index) => sequence.at(index) as T);
