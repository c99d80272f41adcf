// The usual forms of records in a dialect, as tables for the kernel (build/kernels/records.c). Records in another form
// are read by the handlers, with the same result.

import { HAS } from "../../../model/checkpoint.ts";
import { fileKind } from "../../../model/names/names.ts";
import { type Dialect, structOfFile } from "../catalogue/dialect.ts";
import type { Layout } from "../catalogue/layout.ts";
import { NAMED_KINDS } from "../details/named-kinds.ts";
import { ACTIONS, actionsByType, fileKindsByType } from "../handlers/actions.ts";
import type { Kinds } from "../walk/kinds.ts";

/** Sizes of the kernel's tables. */
const TABLE = { properties: 16, types: 10_000, fileTypes: 16, beginnings: 32, beginning: 32 } as const;

/** What the kernel does with a record, as in records.c. */
const RULES = { leave: 0, list: 1, announce: 2, describe: 3, name: 4, descriptor: 5 } as const;

/** What it does with an open file. */
const FILE_RULES = { none: 0, path: 1, pathWithKind: 2, pipe: 3 } as const;

/** Fields of an open file that some dialects have: objrefs of its credentials and of its security label. */
const OWNERS = ["f_credref", "f_secref"] as const;

/** The tables of a dialect on a machine. */
export interface RecordForms {
  readonly properties: Uint32Array;
  /** By type of record. */
  readonly forms: Uint32Array;
  /** Five words by type of file. */
  readonly fileForms: Uint32Array;
  /** Names that stand for a kind of file: length, kind, the number of the next with the same first byte, and text. */
  readonly beginnings: Uint8Array;
  /** By first byte: the number of the first of them, counted from 1. */
  readonly firstBeginnings: Uint32Array;
  /** The type of BUFFER, and its form while it is only listed. */
  readonly buffer: number;
  readonly listedBuffer: number;
}

/** Where a field of at least `size` bytes is. */
type FieldAt = (name: string, size?: number) => number;

/** @throws Error if the dialect has not got such a field: a fault of the catalogue. */
function fieldsOf(layout: Layout | undefined): FieldAt {
  return (name, size = 4) => {
    const field = layout?.byName.get(name);
    if (field?.size !== size) throw new Error(`No field ${name} of ${size} bytes`);
    return field.offset;
  };
}

/** An image, as far as its tables depend on it. */
interface Machine {
  readonly dialect: Dialect;
  readonly kinds: Kinds;
  readonly littleEndian: boolean;
}

/** Makes the tables for an image. */
export function recordForms({ dialect, kinds, littleEndian }: Machine): RecordForms {
  const objref = fieldsOf(dialect.struct("ckpt_hdr_objref"));
  const file = fieldsOf(dialect.struct("ckpt_hdr_file"));
  const descriptor = fieldsOf(dialect.struct("ckpt_hdr_file_desc"));
  const hasOfPipe = HAS.mode | HAS.flags | HAS.pos | HAS.version;
  const buffer = dialect.recordType("BUFFER") ?? 0;
  return {
    properties: Uint32Array.of(
      littleEndian ? 0 : 1,
      ...[objref("objtype"), objref("objref"), dialect.enums.CKPT_OBJ?.get("FILE") ?? 0],
      ...[file("f_type"), file("f_mode"), file("f_flags"), file("f_pos", 8), file("f_version", 8)],
      ...[descriptor("fd_objref"), descriptor("fd_descriptor"), descriptor("fd_close_on_exec")],
      ...[hasOfPipe | HAS.path, hasOfPipe],
      ...OWNERS.map((name) => (dialect.struct("ckpt_hdr_file")?.byName.has(name) ? file(name) : 0)),
    ),
    forms: formsByType(dialect, kinds),
    fileForms: formsByFileType(dialect, kinds),
    ...beginnings(),
    buffer,
    listedBuffer: form(RULES.list, kinds, buffer),
  };
}

/** The largest kind and the largest length that a form can hold. */
const MOST_KIND = 0xff;
const MOST_LENGTH = 0xffff;

/** A rule with the kind of the record and its length, 0 for any. */
function form(rule: number, { byType, sizeByType }: Kinds, type: number): number {
  const kind = byType[type] ?? 0;
  const length = sizeByType[type] ?? 0;
  return kind > MOST_KIND || length > MOST_LENGTH ? RULES.leave : length * 0x10000 + kind * 0x100 + rule;
}

function formsByType(dialect: Dialect, kinds: Kinds): Uint32Array {
  const actions = actionsByType(dialect);
  const forms = new Uint32Array(TABLE.types);
  const rules = new Map<number, number>([
    [0, RULES.list],
    [ACTIONS.OBJREF, RULES.announce],
    [ACTIONS.FILE, RULES.describe],
    [ACTIONS.FILE_NAME, RULES.name],
    [ACTIONS.FILE_DESC, RULES.descriptor],
  ]);
  for (const type of dialect.enums.CKPT_HDR?.values() ?? []) {
    forms[type] = form(rules.get(actions[type] ?? 0) ?? RULES.leave, kinds, type);
  }
  return forms;
}

function formsByFileType(dialect: Dialect, { byFileType, sizeByFileType }: Kinds): Uint32Array {
  const rules = new Map<number, number>([
    [fileKind("generic"), FILE_RULES.pathWithKind],
    [fileKind("fifo"), FILE_RULES.path],
    [fileKind("pipe"), FILE_RULES.pipe],
  ]);
  const kinds = fileKindsByType(dialect);
  return Uint32Array.from(
    Array.from({ length: TABLE.fileTypes }, (_, type) => {
      const kind = kinds[type] ?? 0;
      const rule = rules.get(kind) ?? FILE_RULES.none;
      const pipe = dialect.struct(structOfFile(dialect.enumName("CKPT_FILE", type)))?.byName.get("pipe_objref");
      const isUsual = (rule !== FILE_RULES.pipe || pipe !== undefined) && (byFileType[type] ?? 0) <= MOST_KIND;
      return [
        isUsual ? rule : FILE_RULES.none,
        kind,
        byFileType[type] ?? 0,
        sizeByFileType[type] ?? 0,
        pipe?.offset ?? 0,
      ];
    }).flat(),
  );
}

function beginnings(): Pick<RecordForms, "beginnings" | "firstBeginnings"> {
  const size = 12 + TABLE.beginning;
  const bytes = new Uint8Array(TABLE.beginnings * size);
  const words = new Uint32Array(bytes.buffer);
  const firstBeginnings = new Uint32Array(256);
  // The last one comes first, so that those with the same first byte keep their order.
  for (const [nth, { text, kind }] of [...NAMED_KINDS.entries()].reverse()) {
    const first = text[0] ?? 0;
    words.set([text.length, kind, firstBeginnings[first] ?? 0], (nth * size) / 4);
    bytes.set(text, nth * size + 12);
    firstBeginnings[first] = nth + 1;
  }
  return { beginnings: bytes, firstBeginnings };
}
