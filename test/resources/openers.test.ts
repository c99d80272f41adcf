// Who opened a file, and whose credentials are in force: what Linux-CR images say of credentials other than a task's own.

import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { listed } from "../../app/diff/lists/listed.ts";
import { compareImages } from "../support/compare.ts";
import {
  cString,
  insertBefore,
  makeRecord,
  numberAt,
  type Parts,
  putTogether,
  setField,
} from "../support/edit-image.ts";
import { open } from "../support/open.ts";
import { resourcefulImage } from "../support/resourceful-image.ts";
import { entries } from "../support/resources.ts";

/** Objref of credentials that no task has, and the number of the label that the image has. */
const [OTHERS, LABEL] = [910, 901];
const OPENER = "common.f_credref";
const FILE_LABEL = "common.f_secref";

/** The image with further credentials, whose effective user is another. */
async function withOthers(): Promise<Parts> {
  const image = await resourcefulImage();
  const { CKPT_OBJ } = image.dialect.enums;
  const own = Object.fromEntries(
    ["user_ref", "groupinfo_ref", "sec_ref", "cap_s.cap_e_0", "cap_s.cap_b_0", "cap_s.cap_p_0", "cap_s.cap_p_1"]
      .concat(["uid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid", "cap_s.cap_e_1", "cap_s.cap_b_1"])
      .concat(["cap_s.cap_i_0", "cap_s.cap_i_1", "cap_s.securebits"])
      .map((field) => [field, numberAt(image, "CRED", 0, field)]),
  );
  return insertBefore(
    image,
    "TASK_CREDS",
    0,
    makeRecord(image, "OBJREF", { objtype: CKPT_OBJ?.get("CRED") ?? 0, objref: OTHERS }),
    makeRecord(image, "CRED", { ...own, euid: 7 }),
  );
}

async function openersOf(image: Parts) {
  return entries(await open(putTogether(image)), "openers");
}

async function compare(before: Parts, after: Parts) {
  return compareImages(await open(putTogether(before)), await open(putTogether(after)));
}

describe("files that somebody else opened", () => {
  test("are listed with what differs, and their change is one, for security", async () => {
    const before = await withOthers();
    const after = setField(before, "FILE", 1, OPENER, OTHERS);
    expect(await openersOf(before)).toEqual([]);
    const rows = await openersOf(after);
    expect(rows).toMatchObject([{ pid: 4242, credentials: ["euid 7"], label: null }]);
    const comparison = await compare(before, after);
    expect(changesJson(comparison)).toMatchObject([
      { kind: "resource-added", resource: "openers", key: { pid: 4242, fd: rows[0]?.fd } },
    ]);
    expect(comparison.resources?.changes.security).toEqual(Uint8Array.of(1));
    expect(listed(comparison).count).toBe(1);
    expect(changesJson(await compare(after, after))).toEqual([]);
  });

  test("may have been opened under another label", async () => {
    const image = await withOthers();
    expect(await openersOf(setField(image, "FILE", 1, FILE_LABEL, LABEL))).toEqual([]);
    const unlabelled = setField(image, "CRED", 0, "sec_ref", -1);
    expect(await openersOf(setField(unlabelled, "FILE", 1, FILE_LABEL, LABEL))).toMatchObject([
      { credentials: null, label: "system_u:system_r:server_t" },
    ]);
  });

  test("are not known in an image from outside the kernel, nor if their credentials are missing", async () => {
    const image = await withOthers();
    const opened = setField(image, "FILE", 1, OPENER, OTHERS);
    expect(await openersOf(setField(opened, "HEADER", 0, "major", 6))).toEqual([]);
    expect(await openersOf(setField(image, "FILE", 1, OPENER, 999))).toEqual([]);
  });

  test.each(["always", false] as const)("are found among many (kernels: %s)", async (kernels) => {
    const image = await withOthers();
    const { CKPT_OBJ, CKPT_FILE } = image.dialect.enums;
    const many = Array.from({ length: 80 }, (_, nth) => [
      makeRecord(image, "OBJREF", { objtype: CKPT_OBJ?.get("FILE") ?? 0, objref: 1000 + nth }),
      makeRecord(
        image,
        "FILE",
        { "common.f_type": CKPT_FILE?.get("GENERIC") ?? 0, [OPENER]: nth < 40 ? 2 : OTHERS, [FILE_LABEL]: -1 },
        undefined,
        "ckpt_hdr_file_generic",
      ),
      makeRecord(image, "FILE_NAME", {}, cString(`/${nth}`)),
      makeRecord(image, "FILE_DESC", { fd_objref: 1000 + nth, fd_descriptor: 100 + nth }),
    ]).flat();
    const last = image.parts.filter(({ name }) => name === "FILE_DESC").length - 1;
    const bytes = putTogether(insertBefore(image, "FILE_DESC", last, ...many));
    const opened = await openImage([bytesSource("many.ckpt", bytes)], { kernels });
    if ("refused" in opened) throw new Error(opened.refused);
    expect((opened.usualRuns ?? []).length > 0).toBe(kernels === "always");
    const rows = await entries(opened, "openers");
    expect(rows.map(({ fd }) => fd)).toEqual(Array.from({ length: 40 }, (_, nth) => 140 + nth));
    expect(rows[0]).toMatchObject({ path: "/40", credentials: ["euid 7"] });
  });
});

test("credentials that are in force instead of a task's own are a change, for security", async () => {
  const before = await withOthers();
  const after = setField(before, "TASK_CREDS", 0, "ecred_ref", OTHERS);
  const comparison = await compare(before, after);
  expect(changesJson(comparison)).toMatchObject([
    { kind: "resource-changed", resource: "credentials", field: "overridden", before: null, after: ["euid 7"] },
  ]);
  expect(comparison.resources?.changes.security).toEqual(Uint8Array.of(1));
});

test("the controlling terminal of a task is one that the image has", async () => {
  const image = await resourcefulImage();
  const terminalOf = async (objref: number) => {
    const [task] = await entries(await open(putTogether(setField(image, "SIGNAL", 0, "tty_objref", objref))), "tasks");
    return task?.terminal;
  };
  expect([await terminalOf(0), await terminalOf(14), await terminalOf(2)]).toEqual([null, "tty:[pts/3]", null]);
});

test("the size of huge pages is that of which the image has the logarithm", async () => {
  const image = setField(setField(await resourcefulImage(), "VMA", 0, "hugetlb_shift", 21), "IPC_SHM", 0, "shift", 30);
  const opened = await open(putTogether(image));
  expect((await entries(opened, "mappings"))[0]).toMatchObject({ hugePages: "2097152" });
  expect((await entries(opened, "ipc"))[0]).toMatchObject({ hugePages: "1073741824" });
});
