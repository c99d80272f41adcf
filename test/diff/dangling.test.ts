// Linux-CR images in which something that is named is missing: that is no change of its value, and never no change at all.

import { describe, expect, test } from "vitest";
import { changesAndNotes } from "../support/compare.ts";
import { type Parts, putTogether, removeRecord, setField, takeApart } from "../support/edit-image.ts";
import { fixtureBytes, open } from "../support/open.ts";

const image = (name: string): Promise<Parts> => takeApart(fixtureBytes(`linux-cr/${name}/before.ckpt`));

async function compared(before: Parts, after: Parts) {
  return changesAndNotes(await open(putTogether(before)), await open(putTogether(after)));
}

describe("an open file without its FILE_NAME", () => {
  test.each([0, 1])("may be another one (file %i)", async (file) => {
    const whole = await image("seed-one");
    const path = ["/dev/pts/3", "/var/log/demo.log"][file];
    const cut = removeRecord(whole, "FILE_NAME", file);
    expect((await compared(whole, cut)).changes).toMatchObject([
      { kind: "file-path", before: path, after: null, uncertain: true },
    ]);
    expect((await compared(cut, whole)).changes).toMatchObject([
      { kind: "file-path", before: null, after: path, uncertain: true },
    ]);
    expect((await compared(cut, cut)).changes).toEqual([]);
  });
});

describe("a task whose file table is missing", () => {
  test("may have kept its descriptors", async () => {
    const whole = await image("seed-one");
    const { changes } = await compared(whole, setField(whole, "TASK_OBJS", 0, "files_objref", 99));
    expect(changes.map(({ kind }) => kind)).toEqual(["fd-closed", "fd-closed"]);
    expect(changes.map((change) => "uncertain" in change)).toEqual([true, true]);
  });
});

describe("credentials whose groups are missing", () => {
  test("have unknown groups, which are not compared", async () => {
    const whole = await image("v23-s1");
    const { changes, notes } = await compared(whole, setField(whole, "CRED", 0, "groupinfo_ref", 99));
    expect(changes).toEqual([]);
    expect(notes.map(({ code }) => code)).toEqual(["values-on-one-side", "resources-on-one-side"]);
  });
});
