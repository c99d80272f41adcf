// Writes records by the catalogue's layouts and collects them into chunks.

import type { Dialect } from "../decoder/linux-cr/catalogue/dialect.ts";
import type { Layout, LayoutField } from "../decoder/linux-cr/catalogue/layout.ts";
import { encodeText } from "../model/text/text.ts";
import { withNul } from "./text.ts";

/** A field's value: an integer (a decimal string if it may exceed 2^53), or bytes. */
export type FieldValue = number | bigint | string | Uint8Array;

/** Values by the names of a struct's fields; absent fields are zero. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** Appends a record of one kind; see Writer.recorder. */
export type Recorder = (...values: FieldValue[]) => void;

/** Collects an image's records. */
export interface Writer {
  /** Length of the image so far, in bytes. */
  readonly position: number;
  /** Whether enough has been collected for a chunk. */
  readonly full: boolean;
  /**
   * Appends a record: its header, its struct's fields, and the payload after the struct.
   *
   * @param struct Another struct than the record's usual one (FILE); `null`: none, the record consists of the payload.
   * @throws Error if the dialect has no such record or the struct no such field, which is a bug of the caller.
   */
  record(name: string, values?: FieldValues, payload?: Uint8Array, struct?: string | null): void;
  /**
   * A function that appends a record, faster than `record`: for kinds of which there may be millions. It takes the
   * values of `fields`, in this order.
   *
   * @throws Error as `record` does, when called for.
   */
  recorder(name: string, fields: readonly string[], struct?: string | null): Recorder;
  /** Appends a record that consists of a text and a NUL. */
  textRecord(name: string, text: string): void;
  /** Appends a record whose struct ends in an array: `payload` begins at that field instead of the struct's end. */
  arrayRecord(name: string, values: FieldValues, array: string, payload: Uint8Array): void;
  /** Takes the bytes collected since the last call. */
  take(): Uint8Array;
}

const CHUNK = 64 * 1024;
const NO_BYTES = new Uint8Array(0);

/** A writer for one image. */
export function createWriter(dialect: Dialect, littleEndian: boolean): Writer {
  let bytes = new Uint8Array(CHUNK + 8192);
  let view = new DataView(bytes.buffer);
  let used = 0;
  let taken = 0;

  const room = (length: number): void => {
    if (used + length <= bytes.length) return;
    const larger = new Uint8Array(Math.max(bytes.length * 2, used + length));
    larger.set(bytes.subarray(0, used));
    bytes = larger;
    view = new DataView(bytes.buffer);
  };

  const layouts = new Map<string, Layout>();
  const layoutOf = (name: string): Layout => {
    const known = layouts.get(name);
    if (known !== undefined) return known;
    const layout = dialect.struct(name);
    if (layout === undefined) throw new Error(`${dialect.name} has no struct ${name}`);
    const plain = withoutCommon(layout);
    layouts.set(name, plain);
    return plain;
  };

  // Cached: there may be millions of records of a kind.
  const structs = new Map<string, string | null>();
  const structOfRecord = (name: string): string | null => {
    const known = structs.get(name);
    if (known !== undefined) return known;
    const struct = dialect.structOfRecord(name);
    structs.set(name, struct);
    return struct;
  };

  const typeOf = (name: string): number => {
    const type = dialect.recordType(name);
    if (type === undefined) throw new Error(`${dialect.name} has no record ${name}`);
    return type;
  };

  /** Appends a record of zeros; returns where it begins. */
  const begin = (type: number, length: number): number => {
    room(length);
    const at = used;
    bytes.fill(0, at, at + length);
    view.setUint32(at, type, littleEndian);
    view.setUint32(at + 4, length, littleEndian);
    used += length;
    return at;
  };

  const append = (name: string, length: number, layout: Layout | null, values: FieldValues): number => {
    const at = begin(typeOf(name), length);
    if (layout !== null) putFields(bytes, view, at, layout, values, littleEndian);
    return at;
  };

  const record: Writer["record"] = (name, values = {}, payload = NO_BYTES, struct = structOfRecord(name)) => {
    const layout = struct === null ? null : layoutOf(struct);
    const size = layout?.size ?? 8;
    const at = append(name, size + payload.length, layout, values);
    bytes.set(payload, at + size);
  };

  return {
    get position() {
      return taken + used;
    },
    get full() {
      return used >= CHUNK;
    },
    record,
    recorder(name, fields, struct = structOfRecord(name)) {
      const layout = struct === null ? null : layoutOf(struct);
      const length = layout?.size ?? 8;
      const type = typeOf(name);
      const written = fields.map((field) => fieldOf(layout?.byName, field));
      return (...values) => {
        const at = begin(type, length);
        for (let index = 0; index < written.length; index++) {
          const field = written[index] as LayoutField;
          putField(bytes, view, at + field.offset, field, values[index] as FieldValue, littleEndian);
        }
      };
    },
    textRecord(name, text) {
      const { length } = text;
      const at = begin(typeOf(name), 8 + length + 1) + 8;
      for (let index = 0; index < length; index++) {
        const code = text.charCodeAt(index);
        if (code >= 0x80) {
          used = at - 8;
          record(name, {}, withNul(encodeText(text)));
          return;
        }
        bytes[at + index] = code;
      }
    },
    arrayRecord(name, values, array, payload) {
      const layout = layoutOf(dialect.structOfRecord(name) ?? "");
      const from = layout.byName.get(array)?.offset ?? layout.size;
      // The struct's padding comes after the array.
      const at = append(name, layout.size + payload.length, layout, values);
      bytes.set(payload, at + from);
    },
    take() {
      const chunk = bytes.slice(0, used);
      taken += used;
      used = 0;
      return chunk;
    },
  };
}

/** A layout with the prefix `common.` removed, as the part that all kinds of file share is nested in some. */
function withoutCommon(layout: Layout): Layout {
  const names = layout.fields.map((field): [string, LayoutField] => [field.name.replace(/^common\./, ""), field]);
  return { ...layout, byName: new Map(names) };
}

/**
 * Writes fields of a struct that begins at `at`.
 *
 * @throws Error if the struct has no such field.
 */
function putFields(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  layout: Layout,
  values: FieldValues,
  littleEndian: boolean,
): void {
  for (const name in values) {
    const field = fieldOf(layout.byName, name);
    putField(bytes, view, at + field.offset, field, values[name] as FieldValue, littleEndian);
  }
}

function fieldOf(byName: Layout["byName"] | undefined, name: string): LayoutField {
  const field = byName?.get(name);
  if (field === undefined) throw new Error(`there is no field ${name}`);
  return field;
}

function putField(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  { name, type, size }: LayoutField,
  value: FieldValue,
  littleEndian: boolean,
): void {
  if (typeof value === "object") {
    bytes.set(value.length > size ? value.subarray(0, size) : value, at);
    return;
  }
  switch (type) {
    case "u8":
    case "char":
      view.setUint8(at, Number(value));
      return;
    case "u16":
    case "s16":
      // The only field that is little-endian in every image.
      view.setUint16(at, Number(value), littleEndian || name === "arch_id");
      return;
    case "u32":
    case "s32":
      view.setUint32(at, Number(value), littleEndian);
      return;
    case "be32":
      view.setUint32(at, Number(value), false);
      return;
    case "u64":
    case "s64":
      putLong(view, at, value, littleEndian);
      return;
    default:
      throw new Error(`${name} is not a number`);
  }
}

/** Decimal digits that a number can hold exactly. */
const EXACT_DIGITS = 15;
const LONG_DIGITS = /^\d{16,20}$/;
/** A long number is read in two parts, of which the second has nine digits. */
const PART = 1e9;
const [WORD, HALF] = [2 ** 32, 2 ** 16];

function putLong(view: DataView, at: number, value: number | bigint | string, littleEndian: boolean): void {
  // BigInt is slow, and there may be millions of these.
  let [upper, lower] = [-1, 0];
  if (typeof value === "string" && LONG_DIGITS.test(value)) {
    const first = Number(value.slice(0, -9));
    const top = Math.floor(first / HALF) * PART;
    const rest = (top % HALF) * HALF + (first % HALF) * PART + Number(value.slice(-9));
    lower = rest % WORD;
    upper = Math.floor(top / HALF) + Math.floor(rest / WORD);
  } else {
    const number = typeof value === "string" && value.length <= EXACT_DIGITS ? Number(value) : value;
    if (typeof number === "number" && Number.isSafeInteger(number) && number >= 0) {
      lower = number % WORD;
      upper = Math.floor(number / WORD);
    }
  }
  if (upper < 0 || upper >= WORD) {
    view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), littleEndian);
    return;
  }
  view.setUint32(at + (littleEndian ? 0 : 4), lower, littleEndian);
  view.setUint32(at + (littleEndian ? 4 : 0), upper, littleEndian);
}

/** One struct as bytes: an entry of a table in a BUFFER. */
export function structBytes(layout: Layout, values: FieldValues, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  putFields(bytes, new DataView(bytes.buffer), 0, layout, values, littleEndian);
  return bytes;
}
