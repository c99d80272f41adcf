// The document of `check --json`: it follows its schema, for both formats.

import { describe, expect, test } from "vitest";
import { checkImage } from "../../../app/checks/check.ts";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { checkDocument, checkDocumentText } from "../../../app/export/json/check-json.ts";
import { setSources } from "../../support/criu.ts";
import { putTogether, setField, takeApart } from "../../support/edit-image.ts";
import { setNumber, without } from "../../support/edit-set.ts";
import { withPages } from "../../support/memory.ts";
import { fixtureBytes, open } from "../../support/open.ts";
import { expectValid } from "../../support/schema.ts";

const SOURCE = { name: 'a "b"\n\u202e', bytes: 12 };

describe("the document", () => {
  test("says that an image is sound", async () => {
    const image = await open(fixtureBytes("linux-cr/seed-one/before.ckpt"));
    const document = checkDocument(image.checkpoint, await checkImage(image), SOURCE);
    expect(document).toEqual({
      schema: 1,
      source: SOURCE,
      format: "linux-cr",
      dialect: "seed",
      sound: true,
      findings: [],
      unlisted: [],
    });
    expectValid("check", document);
    expect(JSON.parse([...checkDocumentText(document)].join(""))).toEqual(document);
  });

  test.each(["criu", "linux-cr"])("names the limit that was reached, %s", async (format) => {
    const sources =
      format === "criu"
        ? setSources("w1/before")
        : [bytesSource("image.ckpt", fixtureBytes("linux-cr/v23-s1/before.ckpt"))];
    const image = await openImage(sources, { limits: { memory: 1 } });
    if ("refused" in image) throw new Error(image.refused);
    const document = checkDocument(image.checkpoint, await checkImage(image), SOURCE);
    expect(document.findings.filter(({ limit }) => limit === "memory")).toHaveLength(1);
    expectValid("check", document);
  });

  test("lists what was found in a stream", async () => {
    const parts = await takeApart(fixtureBytes("linux-cr/seed-one/before.ckpt"));
    const edited = setField(setField(parts, "FILE", 0, "common.f_flags", 0o102), "TAIL", 0, "magic", 1);
    const image = await open(putTogether(edited));
    const document = checkDocument(image.checkpoint, await checkImage(image), SOURCE);
    expect(document.sound).toBe(false);
    expect(document.findings).toEqual([
      {
        code: "H21",
        severity: "warning",
        message: "An open file's flags have O_CREAT, which open(2) drops.",
        errno: null,
        field: "common.f_flags",
        offset: 403,
        task: 0,
        fd: 0,
        path: "/dev/pts/3",
      },
      {
        code: "H40",
        severity: "error",
        message: "TAIL does not have its magic number.",
        errno: "EINVAL",
        field: "magic",
        offset: 928,
      },
    ]);
    expectValid("check", document);
    expect(JSON.parse([...checkDocumentText(document)].join(""))).toEqual(document);
  });

  test("names the member of what was found in a set", async () => {
    const whole = await withPages(setSources("w4/before"));
    const set = setNumber(without(whole, "memfd.img"), "pstree.img", "pstree_entry", 1, "ppid", 5);
    const image = await decodeCriuSet(set);
    const document = checkDocument(image.checkpoint, await checkImage(image), SOURCE);
    expect(document.findings.map(({ code, member, field }) => [code, member, field])).toEqual([
      ["parent-missing", "pstree.img", "ppid"],
      ["memfd-missing", "files.img", "memfd.inode_id"],
    ]);
    expectValid("check", document);
  });

  test("lists what a restore of a set needs", async () => {
    const image = await decodeCriuSet(setSources("verdicts/tree"));
    const document = checkDocument(image.checkpoint, await checkImage(image), SOURCE);
    expectValid("check", document);
    expect(JSON.parse([...checkDocumentText(document)].join(""))).toEqual(document);
    expect(document.needs?.options).toEqual([
      { option: "--file-locks", reason: "a POSIX lock is held", pid: 13405, fd: 4 },
      { option: "--file-locks", reason: "a flock is held", pid: 13405, fd: 5 },
    ]);
    expect(document.needs?.outside).toContainEqual({
      kind: "file",
      path: "/tmp/w/verdicts/tree/lock.pos",
      size: "10",
      mode: 0o100640,
      reason: "it is open",
      pid: 13405,
      fd: 4,
    });
  });

  test("says how many are not listed", async () => {
    const { checkpoint } = await decodeCriuSet(setSources("w1/before"));
    const document = checkDocument(checkpoint, { findings: [], unlisted: [{ code: "H1", count: 7 }] }, SOURCE);
    expectValid("check", document);
    expect(JSON.parse([...checkDocumentText(document)].join(""))).toEqual(document);
  });
});
