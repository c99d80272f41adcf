// The entries of a recorded set, read one by one.

import { type Shape, shapeOf } from "../../app/checks/criu/entries/shapes.ts";
import { createEntryReader } from "../../app/decoder/criu/wire/inspect.ts";
import { openRecorded } from "./resources.ts";

export interface RecordedEntry {
  readonly message: string;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

/** Those of which the shape is checked. */
export async function recordedEntries(name: string): Promise<RecordedEntry[]> {
  const { checkpoint, sources } = await openRecorded(name);
  const read = createEntryReader(checkpoint, sources);
  const found: RecordedEntry[] = [];
  for (let record = 0; record < checkpoint.records.count; record++) {
    const entry = await read(record);
    const message = entry?.message ?? "";
    const shape = shapeOf(message);
    if (entry === null || shape === null) continue;
    found.push({ message, shape, bytes: entry.bytes.slice(entry.start, entry.end) });
  }
  return found;
}
