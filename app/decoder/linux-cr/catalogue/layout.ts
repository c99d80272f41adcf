// Lays out C structs from condensed declarations, by the rules that the authors of Linux-CR relied on: natural
// alignment, and every struct `__attribute__((aligned(8)))`, so that its size is a multiple of 8.
//
//   "h; u32 f_type, f_mode; s32 f_credref; u64 f_pos; u8 sigset[8]; {u64 flags; u8 state} socket; ckpt_hdr_file common"
//
// `h` is the record header {u32 type; u32 len}. A nested struct is flattened with dots (common.f_type); an array of
// structs stays one field. `name@12` places a member of a union.

/** One field: offset and size in bytes from the start of the struct (for a record: of its header). */
export interface LayoutField {
  readonly name: string;
  /** `u32`, `s64`, `u8[8]`, `char[65]`, `ckpt_rlimit[16]`, … */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
}

/** A struct laid out. */
export interface Layout {
  readonly size: number;
  readonly fields: readonly LayoutField[];
  readonly byName: ReadonlyMap<string, LayoutField>;
}

const SCALARS: Record<string, number> = {
  u8: 1,
  char: 1,
  u16: 2,
  s16: 2,
  u32: 4,
  s32: 4,
  be32: 4,
  u64: 8,
  s64: 8,
};

/** Kernel structs that are copied into a record whole; their inner fields are not described. [size, alignment] */
const OPAQUE: Record<string, readonly [number, number]> = {
  linger: [8, 4],
  sockaddr_un: [110, 2],
  sockaddr_in: [16, 4],
  in6_addr: [16, 4],
};

const STRUCT_ALIGNMENT = 8;

const alignUp = (offset: number, alignment: number): number => Math.ceil(offset / alignment) * alignment;

/** Splits at `separator`, but not inside braces. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{") depth++;
    else if (character === "}") depth--;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/**
 * Lays out one declaration.
 *
 * @param structs Declarations of the structs that it may nest, by name.
 * @param wordSize 4: x86-32, where a u64 is aligned to 4 bytes inside a struct.
 * @throws Error if the declaration is malformed or names an unknown type: a fault of the catalogue.
 */
export function layOut(declaration: string, structs: ReadonlyMap<string, string>, wordSize: 4 | 8): Layout {
  const fields: LayoutField[] = [];
  let end = 0;
  for (const statement of split(declaration, ";")) {
    if (statement === "h") {
      fields.push({ name: "h", type: "ckpt_hdr", offset: end, size: 8 });
      end += 8;
      continue;
    }
    const match = /^(\{.*\}|\w+)\s+(.*)$/.exec(statement);
    if (match === null) throw new Error(`malformed member: ${statement}`);
    const [, type = "", declarators = ""] = match;
    for (const declarator of split(declarators, ",")) {
      end = place(fields, type, declarator, end, structs, wordSize);
    }
  }
  const size = alignUp(end, STRUCT_ALIGNMENT);
  return { size, fields, byName: new Map(fields.map((field) => [field.name, field])) };
}

/** Appends one member's fields; returns where it ends. */
function place(
  fields: LayoutField[],
  type: string,
  declarator: string,
  end: number,
  structs: ReadonlyMap<string, string>,
  wordSize: 4 | 8,
): number {
  const match = /^([\w.]+)(?:\[(\d+)\])?(?:@(\d+))?$/.exec(declarator);
  if (match === null) throw new Error(`malformed declarator: ${declarator}`);
  const [, name = "", count, at] = match;
  const inner = type.startsWith("{") ? type.slice(1, -1) : structs.get(type);
  const layout = inner === undefined ? undefined : layOut(inner, structs, wordSize);
  const [size, alignment] = layout ? [layout.size, STRUCT_ALIGNMENT] : scalar(type, wordSize);
  const offset = at === undefined ? alignUp(end, alignment) : Number(at);
  if (layout && count === undefined) {
    for (const field of layout.fields) {
      fields.push({ ...field, name: `${name}.${field.name}`, offset: offset + field.offset });
    }
    return offset + size;
  }
  const total = size * Number(count ?? 1);
  fields.push({ name, type: count === undefined ? type : `${type}[${count}]`, offset, size: total });
  return offset + total;
}

/** Size and alignment of a type that is not a struct of the catalogue. */
function scalar(type: string, wordSize: 4 | 8): readonly [number, number] {
  const size = SCALARS[type];
  if (size !== undefined) return [size, Math.min(size, wordSize)];
  const opaque = OPAQUE[type];
  if (opaque === undefined) throw new Error(`unknown type: ${type}`);
  return opaque;
}
