// Tasks in the document of `ckptscope show --json`.

import { type Checkpoint, commBytes, type DetailStore, NONE } from "../../model/checkpoint.ts";
import { storedValue } from "../../model/detail-store.ts";
import type { DetailValue } from "../../model/fields.ts";
import { TASK_STATES } from "../../model/names/names.ts";
import { i32At, u8At, u16At, u32At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import { rangeFinder } from "../../model/search.ts";
import { type JsonBytes, writePiece, writeRaw } from "../../model/text/json-bytes.ts";
import { encodeText, jsonText } from "../../model/text/text.ts";
import { textKeys } from "./file-json.ts";

/** Details that are keys of the task itself. The others are under `details`. */
const OWN = ["threads", "exit", "exe", "cwd", "root"] as const;

/** Further keys of tasks, by row. */
export type TaskKeys = readonly (Readonly<Record<string, unknown>> | undefined)[];

const CLOSE = encodeText("}");

/**
 * A function that writes the entry of a task: its own keys, under `details` everything else that the format records, and
 * further keys, which are none of these.
 */
export function taskWriter(out: JsonBytes, checkpoint: Checkpoint, further?: TaskKeys): (row: TaskRow) => void {
  const cut = new Set(checkpoint.problems.map((problem) => problem.cut?.task));
  const detailsOf = detailsReader(checkpoint.taskDetails);
  return (row) => {
    const { own, others } = detailsOf(row);
    // Without the brace at the end.
    writeRaw(out, jsonText(ownKeys(checkpoint, row, own)).slice(0, -1));
    writeRaw(out, ',"details":');
    writePiece(out, others);
    if (cut.has(row)) writeRaw(out, ',"cut":true');
    const keys = jsonText(further?.[row] ?? {});
    if (keys !== "{}") writeRaw(out, `,${keys.slice(1, -1)}`);
    writePiece(out, CLOSE);
  };
}

/** A value that may be NONE. */
const orNull = (value: number): number | null => (value === NONE ? null : value);

function ownKeys(checkpoint: Checkpoint, row: TaskRow, { threads, exit, exe, cwd, root }: OwnDetails) {
  const { tasks, tables } = checkpoint;
  const table = i32At(tasks.table, row);
  return {
    pid: orNull(i32At(tasks.pid, row)),
    ppid: orNull(i32At(tasks.ppid, row)),
    tgid: orNull(i32At(tasks.tgid, row)),
    ...textKeys("comm", commBytes(checkpoint, row)),
    state: TASK_STATES[u8At(tasks.state, row)] ?? null,
    fileTable: table === NONE ? null : u32At(tables.id, table),
    pgid: orNull(i32At(tasks.pgid, row)),
    sid: orNull(i32At(tasks.sid, row)),
    threads: threads ?? null,
    exit: exit ?? null,
    ...fileKeys(checkpoint, "exe", exe),
    ...fileKeys(checkpoint, "cwd", cwd),
    ...fileKeys(checkpoint, "root", root),
  };
}

/** Where the format has a path but no open file, the path is under the key with `Path` appended. */
function fileKeys({ files }: Checkpoint, key: string, value: DetailValue | undefined): Record<string, DetailValue> {
  if (typeof value === "number") return { [key]: u32At(files.id, value) };
  return { [key]: null, ...(typeof value === "string" ? { [`${key}Path`]: value } : {}) };
}

type OwnDetails = { -readonly [key in (typeof OWN)[number]]?: DetailValue };

/** The details of a task: those that are its own keys, and an object with the others as JSON. */
interface TaskDetails {
  readonly own: OwnDetails;
  readonly others: Uint8Array;
}

/**
 * A reader of details. Most tasks have the same credentials as the one before: their JSON, which takes some thousand
 * bytes, is made once.
 */
function detailsReader(store: DetailStore): (row: TaskRow) => TaskDetails {
  const rangeOf = rangeFinder(store.row);
  const readValue = valueReader(store);
  const isOwn = Uint8Array.from(store.keys, (key) => ((OWN as readonly string[]).includes(key) ? 1 : 0));
  /** Entries of the store that are in `others`. */
  let listed: number[] = [];
  let others = othersText(store, listed);
  return (row) => {
    const own: OwnDetails = {};
    const { first, end } = rangeOf(row);
    const found: number[] = [];
    for (let at = first; at < end; at++) {
      const key = u16At(store.key, at);
      if (isOwn[key] === 0) found.push(at);
      else own[store.keys[key] as keyof OwnDetails] = readValue(u32At(store.value, at));
    }
    if (!areSame(store, found, listed)) others = othersText(store, found);
    listed = found;
    return { own, others };
  };
}

/** Whether entries of a store have the same keys and values. */
function areSame({ key, value }: DetailStore, found: readonly number[], listed: readonly number[]): boolean {
  if (found.length !== listed.length) return false;
  for (let nth = 0; nth < found.length; nth++) {
    const [at, other] = [found[nth] as number, listed[nth] as number];
    if (key[at] !== key[other] || value[at] !== value[other]) return false;
  }
  return true;
}

/** An object with entries of a store, as JSON. If a key occurs twice, the last value counts. */
function othersText(store: DetailStore, entries: readonly number[]): Uint8Array {
  const details: Record<string, DetailValue> = {};
  for (const at of entries)
    details[store.keys[u16At(store.key, at)] as string] = storedValue(store, u32At(store.value, at));
  return encodeText(jsonText(details));
}

/** A function that reads values of a store, each once. */
function valueReader(store: DetailStore): (value: number) => DetailValue {
  const known = new Map<number, DetailValue>();
  return (value) => {
    let read = known.get(value);
    if (read === undefined) {
      read = storedValue(store, value);
      known.set(value, read);
    }
    return read;
  };
}
