// Inspects a record or an open file: re-reads its bytes and describes them by the catalogue.

import { type Checkpoint, NONE } from "../../../model/checkpoint.ts";
import { detailsOf } from "../../../model/detail-store.ts";
import type { Reference } from "../../../model/fields.ts";
import { i32At } from "../../../model/read.ts";
import { recordLength, recordOffset } from "../../../model/records.ts";
import type { RecordRow } from "../../../model/rows.ts";
import type { Image } from "../../image.ts";
import type { Source } from "../../source.ts";
import type { Dialect } from "../catalogue/dialect.ts";
import { linuxCrMemory } from "../memory.ts";
import type { FieldContext } from "./field-cursor.ts";
import { recordFields } from "./fields.ts";

/** Most bytes of a record to read. Structs are smaller; the rest of a longer payload is not described. */
const MOST_BYTES = 16 * 1024;

/** The functions of an Image that read records again. */
export function inspect(
  source: Source,
  checkpoint: Checkpoint,
  dialect: Dialect,
): Pick<Image, "fields" | "details" | "memory"> {
  const { records } = checkpoint;
  const { littleEndian } = checkpoint.machine;
  const context: FieldContext = { checkpoint, dialect, littleEndian, refer: createReferrer(checkpoint) };
  const read = async (record: RecordRow): Promise<Uint8Array> =>
    source.read(recordOffset(records, record), Math.min(recordLength(records, record), MOST_BYTES));

  let memory: ReturnType<Image["memory"]> | null = null;
  return {
    async fields(record) {
      if (record < 0 || record >= records.count) return [];
      const bytes = await read(record);
      // The meaning of a BUFFER follows from the record before it.
      const previous = record > 0 ? await read(record - 1) : new Uint8Array(0);
      return recordFields(context, record, bytes, previous);
    },
    details: async (file) => detailsOf(checkpoint, file),
    memory() {
      memory ??= linuxCrMemory(source, checkpoint, dialect);
      return memory;
    },
  };
}

/** Returns a function that finds the object of an objref. It searches linearly for each new one, as there are few. */
function createReferrer(checkpoint: Checkpoint): (objref: number) => Reference | undefined {
  const found = new Map<number, Reference | undefined>();
  return (objref) => {
    if (objref <= 0) return undefined;
    if (!found.has(objref)) found.set(objref, findObject(checkpoint, objref));
    return found.get(objref);
  };
}

function findObject({ files, tables, objects }: Checkpoint, objref: number): Reference | undefined {
  const file = files.id.indexOf(objref);
  if (file !== NONE) return { to: "file", row: file };
  const table = tables.id.indexOf(objref);
  if (table !== NONE) return { to: "table", row: table };
  const object = objects.id.indexOf(objref);
  return object === NONE ? undefined : { to: "record", row: i32At(objects.record, object) };
}
