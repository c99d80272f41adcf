// Descriptors whose file was opened with credentials that the task does not have now: FILE names those of its opener.
//
// Casts `as number` read columns within bounds checked by the loops.

import type { Image, UsualRun } from "../../decoder/image.ts";
import { NONE, nameBytes, taskNumber } from "../../model/checkpoint.ts";
import { writtenOutside } from "../../model/outside.ts";
import { i32At, u32At } from "../../model/read.ts";
import { recordKind } from "../../model/records.ts";
import type { FileRow, RecordRow, TaskRow } from "../../model/rows.ts";
import { sameBytes } from "../../model/text/text.ts";
import { tableOfTask } from "../descriptors-of-kind.ts";
import type { Tables } from "../tables.ts";
import { type Draft, differences } from "./objects.ts";
import { createRecordReader } from "./record-reader.ts";
import type { SharedObjects } from "./shared-objects.ts";

/** What the walk over the records has found. */
interface Found {
  readonly objects: SharedObjects;
  readonly tables: Tables;
  /** By task: the objref of its credentials. */
  readonly credentialsOf: ReadonlyMap<TaskRow, number>;
}

/** By open file: the objref of the credentials of its opener, and the number of its label; 0: none. */
interface Owners {
  readonly credentials: Int32Array;
  readonly security: Int32Array;
}

/** Adds the descriptors whose file somebody else opened. */
export async function readOpeners(image: Image, found: Found, signal?: AbortSignal): Promise<void> {
  const { checkpoint } = image;
  const { tasks, tables, descriptors } = checkpoint;
  // From outside the kernel, nobody knows who opened a file.
  if (writtenOutside(checkpoint) || found.credentialsOf.size === 0) return;
  const owners = await readOwners(image, signal);
  if (owners === null) return;
  found.tables.hold("openers");
  const differencesOf = openersOf(found.objects);
  for (let task = 0; task < tasks.count; task++) {
    const own = found.credentialsOf.get(task);
    const table = tableOfTask(checkpoint, task);
    if (own === undefined || table === NONE) continue;
    const pid = taskNumber(tasks, task);
    const end = u32At(tables.first, table + 1);
    for (let row = u32At(tables.first, table); row < end; row++) {
      const file = descriptors.file[row] as number;
      if (file === NONE) continue;
      const opener = differencesOf(own, owners.credentials[file] as number, owners.security[file] as number);
      if (opener === null) continue;
      const place = { pid, fd: i32At(descriptors.fd, row), path: nameBytes(checkpoint, file) };
      const id = u32At(checkpoint.files.id, file);
      if (!found.tables.add("openers", { ...place, ...opener, file: id }, task, i32At(descriptors.record, row))) return;
    }
  }
}

/**
 * A function that returns how an opener with some credentials and label differs from a task with others; `null`: not at
 * all, as far as is known.
 */
function openersOf(objects: SharedObjects): (own: number, credentials: number, security: number) => Draft | null {
  let latest = { own: NONE, credentials: NONE, security: NONE };
  let result: Draft | null = null;
  return (own, credentials, security) => {
    if (latest.own === own && latest.credentials === credentials && latest.security === security) return result;
    latest = { own, credentials, security };
    const [task, opener] = [objects.credentialsAt(own)?.row ?? {}, objects.credentialsAt(credentials)?.row];
    // The file has a label of its own; that of its opener's credentials may have changed.
    const others = opener === undefined ? [] : differences({ ...opener, label: task.label ?? null }, task);
    const label = objects.labelAt(security);
    const isOther = label !== null && !(task.label instanceof Uint8Array && sameBytes(label, task.label));
    result =
      others.length === 0 && !isOther
        ? null
        : { credentials: others.length === 0 ? null : others, label: isOther ? label : null };
    return result;
  };
}

/** Reads who opened each file; `null`: the dialect does not say. */
async function readOwners(image: Image, signal?: AbortSignal): Promise<Owners | null> {
  const { files, records } = image.checkpoint;
  const reader = createRecordReader(image, signal);
  if (reader.dialect.struct("ckpt_hdr_file")?.byName.has("f_credref") !== true) return null;
  const owners: Owners = { credentials: new Int32Array(files.count), security: new Int32Array(files.count) };
  const runOf = runFinder(image.usualRuns ?? []);
  for (let file: FileRow = 0; file < files.count; file++) {
    const record = i32At(files.record, file);
    if (record === NONE) continue;
    const run = runOf(record);
    if (run !== undefined) {
      owners.credentials[file] = run.credentials;
      owners.security[file] = run.security;
      continue;
    }
    const struct = await reader.struct(record, records.kinds[recordKind(records, record)]?.struct ?? null);
    if (struct === null) continue;
    const prefix = struct.big("common.f_credref") === null ? "" : "common.";
    owners.credentials[file] = struct.number(`${prefix}f_credref`);
    owners.security[file] = struct.number(`${prefix}f_secref`);
  }
  return owners;
}

/** A function that finds the run that a record is in. Records should be asked for in order. */
function runFinder(runs: readonly UsualRun[]): (record: RecordRow) => UsualRun | undefined {
  let at = 0;
  let last = 0;
  return (record) => {
    if (record < last) at = 0;
    last = record;
    while (at < runs.length && (runs[at] as UsualRun).end <= record) at++;
    const run = runs[at];
    return run !== undefined && run.first <= record ? run : undefined;
  };
}
