// Process states as plain objects, and their Checkpoints. For tests that need no image.

import { type Builder, createBuilder } from "../../app/decoder/builder.ts";
import { type Checkpoint, type Format, HAS, NONE } from "../../app/model/checkpoint.ts";
import type { Details } from "../../app/model/fields.ts";
import { type FileKind, fileKind, type TaskState, taskState } from "../../app/model/names/names.ts";
import { encodeText } from "../../app/model/text/text.ts";

/** What a Checkpoint made by a test says of the image that it stands for. */
export const MADE = {
  evidence: "made by a test",
  complete: true,
  machine: { arch: "x86-64", littleEndian: true, wordSize: 8 },
  time: null,
  facts: [],
  members: [],
  recordKinds: [],
  objectTypes: [],
} as const;

export interface StateFile {
  readonly kind: FileKind;
  /** A path, or (with `stable`) the name of a file without one. */
  readonly path: string;
  /** Set for a file without a path: how many leading bytes of its name count. */
  readonly stable?: number;
  readonly pos?: bigint;
  readonly flags?: number;
  readonly mode?: number;
  readonly version?: bigint;
  /** Details by key. */
  readonly details?: Details;
  /** Other files that it is linked to, by index. */
  readonly links?: readonly { readonly role: "peer" | "watches"; readonly to: number; readonly events?: number }[];
  /** The ends of one pipe have the same number. */
  readonly pipe?: number;
}

export interface StateTask {
  readonly pid?: number;
  readonly ppid?: number;
  readonly comm: string;
  readonly state?: TaskState;
  /** Index into tables; absent: none. */
  readonly table?: number;
  readonly details?: Details;
}

export interface StateDescriptor {
  readonly fd: number;
  /** Index into files. */
  readonly file: number;
  readonly closeOnExec?: boolean;
}

export interface State {
  readonly tasks: readonly StateTask[];
  readonly tables: readonly (readonly StateDescriptor[])[];
  readonly files: readonly StateFile[];
}

export interface StateOptions {
  readonly format?: Format;
  readonly complete?: boolean;
  readonly arch?: string;
  /** Added to every table and file id, because two dumps of one state number things differently. */
  readonly firstId?: number;
}

/** The checkpoint of a state. */
export function checkpointOf(state: State, options: StateOptions = {}): Checkpoint {
  const builder = createBuilder();
  const firstId = options.firstId ?? 1;
  state.files.forEach((file, index) => {
    const row = builder.addFile(firstId + state.tables.length + index, NONE);
    const { files } = builder;
    files.kind[row] = fileKind(file.kind);
    if (file.stable === undefined) {
      const bytes = encodeText(file.path);
      builder.setPath(row, bytes, 0, bytes.length);
    } else builder.setName(row, file.path, file.stable);
    if (file.pos !== undefined) builder.setPos(row, Number(file.pos & 0xffffffffn), Number(file.pos >> 32n));
    if (file.version !== undefined) {
      builder.setVersion(row, Number(file.version & 0xffffffffn), Number(file.version >> 32n));
    }
    if (file.flags !== undefined) {
      files.flags[row] = file.flags;
      files.has[row] = (files.has[row] as number) | HAS.flags;
    }
    if (file.mode !== undefined) {
      files.mode[row] = file.mode;
      files.has[row] = (files.has[row] as number) | HAS.mode;
    }
  });
  addDetails(builder, state);
  state.tables.forEach((slots, index) => {
    const table = builder.addTable(firstId + index, slots.length, NONE);
    for (const slot of slots) builder.addDescriptor(table, slot.fd, slot.file, slot.closeOnExec ? 1 : 0, NONE);
  });
  for (const task of state.tasks) {
    const row = builder.addTask(NONE);
    const { tasks } = builder;
    if (task.pid !== undefined) {
      tasks.pid[row] = task.pid;
      tasks.tgid[row] = task.pid;
      tasks.ppid[row] = task.ppid ?? 0;
    }
    const comm = encodeText(task.comm);
    tasks.commOffset[row] = builder.addText(comm);
    tasks.commLength[row] = comm.length;
    tasks.state[row] = task.state === undefined ? 0 : taskState(task.state);
    tasks.table[row] = task.table ?? NONE;
    for (const [key, value] of Object.entries(task.details ?? {})) builder.taskDetails.add(row, key, value);
  }
  return builder.finish({
    ...MADE,
    format: options.format ?? "linux-cr",
    dialect: "v23-rc2",
    complete: options.complete ?? true,
    machine: { ...MADE.machine, arch: options.arch ?? "x86-64" },
  });
}

/** The details and links of the files of a state. */
function addDetails(builder: Builder, { files }: State): void {
  const pipes = new Map<number, number[]>();
  files.forEach(({ details = {}, links = [], pipe }, row) => {
    for (const [key, value] of Object.entries(details)) builder.fileDetails.add(row, key, value);
    for (const { role, to, events } of links) builder.links.add(row, role, to, events);
    if (pipe !== undefined) pipes.set(pipe, [...(pipes.get(pipe) ?? []), row]);
    builder.files.has[row] = (builder.files.has[row] as number) | HAS.details;
  });
  for (const ends of pipes.values()) builder.links.addGroup("other-end", ends);
}
