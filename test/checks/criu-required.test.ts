// CRIU reads no message that lacks one of its required fields: without any of them, a set is not sound.

import { expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { MESSAGES, type MessageName } from "../../app/decoder/criu/format/messages.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import type { Source } from "../../app/decoder/source.ts";
import { setSources } from "../support/criu.ts";
import { editField } from "../support/edit-set.ts";
import { withPages } from "../support/memory.ts";

/** The dotted names of all required fields in a message, those of each nested message once. */
function requiredIn(message: string, entered: Set<string> = new Set()): string[] {
  return (MESSAGES.get(message) ?? []).flatMap(({ name, type, label }) => {
    const isNested = MESSAGES.has(type) && !entered.has(type);
    if (isNested) entered.add(type);
    const inner = isNested ? requiredIn(type, entered) : [];
    return [...(label === "required" ? [name] : []), ...inner.map((field) => `${name}.${field}`)];
  });
}

/** Members of w4/before, and the message of their entries. */
const MEMBERS: readonly (readonly [member: string, message: MessageName])[] = [
  ["core-31493.img", "core_entry"],
  ["files.img", "file_entry"],
  ["fdinfo-2.img", "fdinfo_entry"],
  ["mm-31493.img", "mm_entry"],
  ["pagemap-31493.img", "pagemap_entry"],
  ["tty-info.img", "tty_info_entry"],
  ["memfd.img", "memfd_inode_entry"],
  ["fs-31493.img", "fs_entry"],
];
const MOST_ENTRIES = 40;

/** The set without a field of the first entry that has it; `null`: no entry does. */
function withoutField(set: readonly Source[], member: string, message: MessageName, field: string): Source[] | null {
  for (let entry = 0; entry < MOST_ENTRIES; entry++) {
    let isThere = false;
    try {
      const edited = editField(set, member, message, entry, field, (value) => {
        isThere = value !== null;
        return null;
      });
      if (isThere) return edited;
    } catch {
      // There is no such entry, or it lacks the message that the field is in.
    }
  }
  return null;
}

/** Milliseconds, for a busy machine. */
const PATIENCE = 60_000;

test.each(MEMBERS)("CRIU's required fields are missed in %s", { timeout: PATIENCE }, async (member, message) => {
  const set = await withPages(setSources("w4/before"));
  const unnoticed: string[] = [];
  let removed = 0;
  for (const field of requiredIn(message)) {
    const edited = withoutField(set, member, message, field);
    if (edited === null) continue;
    removed++;
    const { findings } = await checkImage(await decodeCriuSet(edited));
    if (!findings.some(({ severity }) => severity === "error")) unnoticed.push(field);
  }
  expect(removed).toBeGreaterThan(1);
  expect(unnoticed).toEqual([]);
});
