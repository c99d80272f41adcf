// Images in which one record is missing, or is too many: the problem says what, and nothing is made up in its place.

import { describe, expect, test } from "vitest";
import { commBytes } from "../../../app/model/checkpoint.ts";
import {
  cString,
  insertBefore,
  makeRecord,
  offsetOf,
  type Parts,
  putTogether,
  removeRecord,
  setField,
  takeApart,
} from "../../support/edit-image.ts";
import { fixtureBytes, open } from "../../support/open.ts";

const image = (name = "seed-one"): Promise<Parts> => takeApart(fixtureBytes(`linux-cr/${name}/before.ckpt`));

const problems = async (parts: Parts) => (await open(putTogether(parts))).checkpoint.problems;

describe("a table that announces fewer descriptors than it has", () => {
  test.each([0, 2])("is a problem, for %i of 4", async (announced) => {
    const parts = setField(await image(), "FILE_TABLE", 0, "fdt_nfds", announced);
    expect(await problems(parts)).toEqual([
      {
        severity: "warning",
        code: "descriptors-unannounced",
        message: `A file table announces ${announced} descriptors, but has 4.`,
        offset: offsetOf(parts, "FILE_TABLE") + 8,
      },
    ]);
  });
});

describe("a task without its STRING", () => {
  test("has no name, and that is a problem", async () => {
    const parts = removeRecord(await image("seed-tables"), "STRING", 1);
    const { checkpoint } = await open(putTogether(parts));
    expect([...checkpoint.tasks.commLength]).toEqual([4, 0]);
    expect(checkpoint.problems).toMatchObject([
      { severity: "error", code: "comm-missing", offset: offsetOf(parts, "TASK", 1) },
    ]);
  });

  test("does not take its name from a later STRING", async () => {
    const parts = removeRecord(await image("v23-s1"), "STRING");
    const label = makeRecord(parts, "STRING", {}, cString("a label"));
    const { checkpoint } = await open(putTogether(insertBefore(parts, "TASK_OBJS", 0, label)));
    expect(commBytes(checkpoint, 0)).toHaveLength(0);
    expect(checkpoint.problems.map(({ code }) => code)).toEqual(["comm-missing"]);
  });

  test("is no problem of its own where the image ends", async () => {
    const parts = await image();
    const bytes = putTogether(parts).subarray(0, offsetOf(parts, "STRING"));
    expect((await open(bytes)).checkpoint.problems.map(({ code }) => code)).toEqual(["truncated"]);
  });
});

describe("an object of a type that does not exist", () => {
  test.each([0, 3, 0x8000_0000])("is called so where it is referred to, type %i", async (type) => {
    const found = await problems(setField(await image(), "OBJREF", 2, "objtype", type));
    expect(found[0]).toMatchObject({ code: "object-type", message: `Objref 3 has the unknown type ${type}.` });
    expect(found.find(({ code }) => code === "descriptor-without-file")?.message).toBe(
      "Descriptor 3 has no open file: objref 3 is of an unknown type, not an open file.",
    );
  });
});

describe("an ERROR whose STRING is empty", () => {
  test.each([[[]], [[0]], [[0, 0, 0]], [[0, 10]]])("gives no reason: %j", async (payload) => {
    const parts = removeRecord(await image(), "TAIL");
    const failed = insertBefore(
      parts,
      "CPU",
      0,
      makeRecord(parts, "ERROR"),
      makeRecord(parts, "STRING", {}, Uint8Array.from(payload)),
    );
    const [found, ...others] = await problems(failed);
    expect(found).toEqual({
      severity: "error",
      code: "error-record",
      message: "The dump failed; the image gives no reason.",
      offset: offsetOf(failed, "ERROR"),
    });
    expect(others).toEqual([]);
  });
});
