// The kinds of record of one image: the dialect's types, FILE by its f_type, and bytes outside any record.

import { NONE, type RecordKind } from "../../../model/checkpoint.ts";
import { type Dialect, structOfFile } from "../catalogue/dialect.ts";

/** Record kinds, with look-ups for the innermost loop of the walk. */
export interface Kinds {
  /** Grows when the image has records of unknown types. */
  readonly list: RecordKind[];
  /** Kind of a record type below TYPES, or UNKNOWN. */
  readonly byType: Uint16Array;
  /** Kind of FILE by f_type. */
  readonly byFileType: Uint16Array;
  /** Size of a record's struct by type, header included; 0: any length, or not known. */
  readonly sizeByType: Int32Array;
  /** Size of FILE's struct by f_type. */
  readonly sizeByFileType: Int32Array;
  /** Bytes in no record: `raw` by design of the format, `lost` because they could not be decoded. */
  readonly raw: number;
  readonly lost: number;
  /** Kind of a record whose type the dialect does not have. */
  unknown(type: number): number;
}

/** Types in every dialect are below this. */
export const TYPES = 10_000;
const FILE_TYPES = 16;
/** In place of a kind: the dialect has no such record. */
export const UNKNOWN = 0xffff;
const MOST_KINDS = 4096;

/** Structs that a payload of any length follows within the record. */
const OPEN_ENDED = new Set(["GROUPINFO", "SIGHAND", "SIGPENDING", "THREAD", "MM_CONTEXT", "LSM_INFO", "SECURITY"]);

type KnownKinds = Omit<Kinds, "unknown">;

/** The kinds that a dialect has before any image adds to them. */
const known = new WeakMap<Dialect, KnownKinds>();

/** The kinds of a dialect, for one image. */
export function recordKinds(dialect: Dialect): Kinds {
  let kinds = known.get(dialect);
  if (kinds === undefined) {
    kinds = knownKinds(dialect);
    known.set(dialect, kinds);
  }
  const list = [...kinds.list];
  const unknownKinds = new Map<number, number>();
  const { byType, byFileType, sizeByType, sizeByFileType, raw, lost } = kinds;
  // Without a spread, for the reason in builder/columns.ts.
  return {
    list,
    byType,
    byFileType,
    sizeByType,
    sizeByFileType,
    raw,
    lost,
    unknown(type) {
      const added = unknownKinds.get(type);
      if (added !== undefined) return added;
      if (list.length >= MOST_KINDS) return lost;
      const kind = list.push({ type, name: `unknown record ${type}`, struct: null }) - 1;
      unknownKinds.set(type, kind);
      return kind;
    },
  };
}

function knownKinds(dialect: Dialect): KnownKinds {
  const list: RecordKind[] = [];
  const add = (kind: RecordKind): number => list.push(kind) - 1;
  const byType = new Uint16Array(TYPES).fill(UNKNOWN);
  const sizeByType = new Int32Array(TYPES);
  for (const [name, type] of dialect.enums.CKPT_HDR ?? []) {
    const struct = dialect.structOfRecord(name);
    byType[type] = add({ type, name, struct });
    if (struct !== null && name !== "FILE" && !OPEN_ENDED.has(name))
      sizeByType[type] = dialect.struct(struct)?.size ?? 0;
  }
  const fileRecord = dialect.recordType("FILE") ?? 0;
  const byFileType = new Uint16Array(FILE_TYPES);
  const sizeByFileType = new Int32Array(FILE_TYPES);
  for (let type = 0; type < FILE_TYPES; type++) {
    const struct = structOfFile(dialect.enumName("CKPT_FILE", type));
    byFileType[type] = add({ type: fileRecord, name: "FILE", struct });
    sizeByFileType[type] = dialect.struct(struct)?.size ?? 0;
  }
  const raw = add({ type: NONE, name: "raw bytes", struct: null });
  const lost = add({ type: NONE, name: "not decoded", struct: null });
  return { list, byType, byFileType, sizeByType, sizeByFileType, raw, lost };
}
