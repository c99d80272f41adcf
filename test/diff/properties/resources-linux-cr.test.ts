// The law of resources for Linux-CR: one edit of a field that a column comes from is exactly that change.

import { describe, expect, test } from "vitest";
import { mirrored } from "../../../app/diff/changes.ts";
import { changesJson } from "../../../app/diff/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { readResources } from "../../../app/resources/read.ts";
import { RESOURCES } from "../../../app/resources/resources.ts";
import { type Parts, putTogether, setField, takeApart } from "../../support/edit-image.ts";
import { fixtureBytes, open } from "../../support/open.ts";
import { entries } from "../../support/resources.ts";

const IMAGE = fixtureBytes("linux-cr/v23-s1/before.ckpt");

/**
 * Structs in arrays or payloads of records, of records that the sample does not have, and of terminals that no descriptor
 * leads to.
 */
const NOT_REACHED: ReadonlySet<string> = new Set(
  "ckpt_rlimit ckpt_sigaction ckpt_eventpoll_item ckpt_hdr_ipc_perms ckpt_hdr_ipc_shm ckpt_hdr_ipc_msg ckpt_hdr_tty".split(
    " ",
  ),
);

const COLUMNS = RESOURCES.flatMap((spec) =>
  spec.columns.flatMap((column) =>
    (column.linuxCr ?? []).map((source) => {
      const dot = source.indexOf(".");
      return { source, struct: source.slice(0, dot), field: source.slice(dot + 1), spec, column };
    }),
  ),
).filter(({ struct, column }) => !NOT_REACHED.has(struct) && column.name !== "permissions");

const BITS: Readonly<Record<string, bigint>> = {
  "ckpt_hdr_vma.vm_start": 0x1000n,
  "ckpt_hdr_vma.vm_end": 0x1000n,
  "ckpt_hdr_vma.vm_flags": 1n << 25n,
};

/** What changes instead of a column that is not compared. The objref of another file is another file. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  "ckpt_hdr_vma.vm_start": ["size"],
  "ckpt_hdr_vma.vm_end": ["size"],
  "ckpt_hdr_vma.vma_objref": ["resource-added", "resource-removed"],
};

function edited(image: Parts, struct: string, field: string): Uint8Array | null {
  const part = image.parts.find((each) => each.struct === struct);
  const found = part === undefined ? undefined : image.dialect.struct(struct)?.byName.get(field);
  if (part === undefined || found === undefined) return null;
  const value = BITS[`${struct}.${field}`] ?? 1n;
  let number = 0n;
  for (let at = found.size - 1; at >= 0; at--) number = (number << 8n) | BigInt(part.bytes[found.offset + at] ?? 0);
  return putTogether(setField(image, part.name, 0, field, number ^ value));
}

describe("one edit of a Linux-CR image", () => {
  test.each(COLUMNS)(
    "$source is one change of $spec.name $column.name",
    async ({ source, struct, field, spec, column }) => {
      const bytes = edited(await takeApart(IMAGE), struct, field);
      if (bytes === null) throw new Error("the image has no such field");
      const [before, after] = [await open(IMAGE), await open(bytes)];
      const shown = async (image: typeof before) =>
        JSON.stringify((await entries(image, spec.name)).map((entry) => entry[column.name]));
      expect(await shown(after)).not.toBe(await shown(before));
      const resources = { before: await readResources(before), after: await readResources(after) };
      const changes = changesJson(diff(before.checkpoint, after.checkpoint, { resources }));
      const own = changes.filter((change) => "resource" in change && change.resource === spec.name);
      const fields = new Set(own.map((change) => ("field" in change ? change.field : change.kind)));
      expect([...fields].toSorted()).toEqual(DERIVED[source] ?? [column.name]);
      const reversed = diff(after.checkpoint, before.checkpoint, {
        resources: { before: resources.after, after: resources.before },
      });
      const swapped = changesJson(reversed).map(({ kind }) => mirrored(kind));
      expect(swapped.toSorted()).toEqual(changes.map(({ kind }) => kind).toSorted());
    },
  );
});
