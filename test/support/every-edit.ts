// Sets with one field of one entry edited, for each field of its message.

import { MESSAGES, type MessageName } from "../../app/decoder/criu/format/messages.ts";
import type { Source } from "../../app/decoder/source.ts";
import { editField } from "./edit-set.ts";

const isText = (type: string): boolean => type === "string" || type === "bytes";

/** Another value of a type. */
const edited =
  (type: string) =>
  (value: bigint | Uint8Array | null): bigint | Uint8Array => {
    if (typeof value === "bigint") return value ^ 1n;
    if (value !== null && value.length > 0) return value.with(0, (value[0] as number) ^ 2);
    return isText(type) ? Uint8Array.of(0x78) : 1n;
  };

/** Dotted names of all fields of a message that are not messages, with their types. Registers are not compared. */
function fieldsOf(message: string, depth = 0): { readonly path: string; readonly type: string }[] {
  return (MESSAGES.get(message as MessageName) ?? []).flatMap(({ name, type }) => {
    if (!MESSAGES.has(type as MessageName)) return type === "fixed64" ? [] : [{ path: name, type }];
    if (depth > 3 || /^thread_info/.test(type)) return [];
    return fieldsOf(type, depth + 1).map((inner) => ({ ...inner, path: `${name}.${inner.path}` }));
  });
}

/** The sets with one field of an entry of a member edited, for each field of the message that the entry may have. */
export function* everyEdit(
  set: readonly Source[],
  member: string,
  message: MessageName,
  entry = 0,
): Generator<Source[]> {
  for (const { path, type } of fieldsOf(message)) {
    let after: Source[] | null = null;
    try {
      after = editField(set, member, message, entry, path, edited(type));
    } catch {
      // The entry does not have the message that the field is in.
    }
    if (after !== null) yield after;
  }
}
