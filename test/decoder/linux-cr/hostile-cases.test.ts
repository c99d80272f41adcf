// Crafted and damaged Linux-CR images: what is right for each.

import { describe, expect, test } from "vitest";
import { checkImage } from "../../../app/checks/check.ts";
import type { Image } from "../../../app/decoder/image.ts";
import { commBytes, nameBytes } from "../../../app/model/checkpoint.ts";
import { detailsOf } from "../../../app/model/detail-store.ts";
import { fileKind } from "../../../app/model/names/names.ts";
import { recordLength, recordOffset } from "../../../app/model/records.ts";
import { visibleText } from "../../../app/model/text/text.ts";
import {
  append,
  makeRecord,
  offsetOf,
  putTogether,
  removeRecord,
  repeatRecord,
  takeApart,
} from "../../support/edit-image.ts";
import { documentOf, fixtureBytes, open } from "../../support/open.ts";

const codes = ({ checkpoint }: Image): string[] => checkpoint.problems.map(({ code }) => code);

const fixture = (name: string): Promise<Image> => open(fixtureBytes(`hostile/${name}.ckpt`));

const pids = ({ checkpoint: { tasks } }: Image): number[] => [...tasks.pid];

describe("a record that is shorter than its struct", () => {
  test("is a problem, and its values before the end are exported", async () => {
    const image = await fixture("short-eventfd");
    expect(codes(image)).toContain("record-length");
    const { files } = await documentOf(image);
    const eventfd = files.find(({ kind }) => kind === "eventfd");
    expect(eventfd?.details.count).toBeNull();
    expect(eventfd?.flags).not.toBeNull();
  });
});

describe("a dump that failed", () => {
  for (const name of ["error-without-reason", "error-then-task"]) {
    test(`is an error without the STRING right after its ERROR (${name})`, async () => {
      const image = await fixture(name);
      expect(image.checkpoint.complete).toBe(false);
      expect(image.checkpoint.problems.map(({ message }) => message)).toContain(
        "The dump failed; the image gives no reason.",
      );
      const { findings } = await checkImage(image);
      expect(findings.map(({ code }) => code)).toContain("H42");
    });
  }

  test("does not become whole by a TAIL", async () => {
    const whole = await takeApart(fixtureBytes("linux-cr/seed-tables/before.ckpt"));
    const error = { name: "ERROR", struct: null, bytes: Uint8Array.of(0x0f, 0x27, 0, 0, 8, 0, 0, 0) };
    const image = await open(putTogether(append(removeRecord(whole, "TAIL"), error, makeRecord(whole, "TAIL"))));
    expect(image.checkpoint.complete).toBe(false);
    expect(codes(image)).toContain("error-record");
  });

  test("leaves the name of a later task alone", async () => {
    const { checkpoint } = await fixture("error-then-task");
    const names = [...checkpoint.tasks.pid].map((_, task) => visibleText(commBytes(checkpoint, task)));
    expect(names.every((name) => name.length > 0)).toBe(true);
  });
});

describe("the first statement of a fact", () => {
  test("wins over a second PIDS", async () => {
    const image = await fixture("second-pids");
    expect(codes(image)).toContain("repeated-record");
    const whole = await open(fixtureBytes("hostile/v23-pids-whole.ckpt"));
    expect(pids(image)).toEqual(pids(whole));
  });

  test("wins over a second TASK_OBJS", async () => {
    const image = await fixture("second-task-objs");
    expect(codes(image)).toContain("repeated-record");
    const { tables, tasks } = image.checkpoint;
    expect(tables.id[tasks.table[0] as number]).toBe(1);
  });

  for (const name of ["HEADER", "TREE", "PIDS", "TASK_OBJS"]) {
    test(`wins over a repeated ${name}`, async () => {
      const bytes = fixtureBytes(`linux-cr/${name === "PIDS" ? "v23-s1" : "v16-s1"}/before.ckpt`);
      const whole = await open(bytes);
      const parts = await takeApart(bytes);
      if (!parts.parts.some((part) => part.name === name)) return;
      const image = await open(putTogether(repeatRecord(parts, name)));
      expect(codes(image)).toContain("repeated-record");
      expect(pids(image)).toEqual(pids(whole));
      expect(image.checkpoint.facts).toEqual(whole.checkpoint.facts);
    });
  }
});

test("an open file without its FILE_NAME is a problem, and has no name", async () => {
  const image = await fixture("without-path");
  expect(codes(image)).toContain("path-missing");
  expect(nameBytes(image.checkpoint, 0)).toHaveLength(0);
});

describe("a value that the image ends inside", () => {
  const bytes = fixtureBytes("linux-cr/seed-tables/before.ckpt");
  const lastFields = async (size: number) => {
    const image = await open(bytes.subarray(0, size));
    return image.fields(image.checkpoint.records.count - 1);
  };

  test("is marked where it is a text", async () => {
    const parts = await takeApart(bytes);
    const end = offsetOf(parts, "FILE_NAME") + 12;
    expect((await lastFields(end)).at(-1)).toMatchObject({ name: "text", cut: true, length: 4 });
    const whole = await open(bytes);
    for (let record = 0; record < whole.checkpoint.records.count; record++) {
      expect((await whole.fields(record)).some(({ cut }) => cut === true)).toBe(false);
    }
  });

  test("is marked where it is a number, with the bytes that are left", async () => {
    const parts = await takeApart(bytes);
    const fields = await lastFields(offsetOf(parts, "FILE_DESC") + 10);
    expect(fields.map(({ name }) => name)).toEqual(["type", "len", "fd_objref"]);
    expect(fields[2]).toMatchObject({ length: 2, cut: true, role: "payload" });
  });

  test("is not needed to show the type of a record of whose header 4 bytes are left", async () => {
    const parts = await takeApart(bytes);
    const fields = await lastFields(offsetOf(parts, "FILE_DESC") + 4);
    expect(fields).toMatchObject([{ name: "type", meaning: "FILE_DESC", length: 4 }]);
  });
});

describe("the dialect", () => {
  test("is in doubt where the image ends before what decides it", async () => {
    const image = await fixture("v23-pids-cut");
    expect(codes(image)).toContain("dialect-doubt");
  });

  test("is certain where the image has what decides it", async () => {
    const image = await fixture("v23-pids-whole");
    expect(image.checkpoint.dialect).toBe("v23-pids");
    expect(codes(image)).not.toContain("dialect-doubt");
  });
});

test("the pipe of an image that ends before its number is unknown", async () => {
  const bytes = fixtureBytes("linux-cr/diff-blind/before.ckpt");
  const whole = (await open(bytes)).checkpoint;
  const pipe = whole.files.kind.indexOf(fileKind("pipe"));
  const record = whole.files.record[pipe] as number;
  const end = recordOffset(whole.records, record) + recordLength(whole.records, record);
  expect(detailsOf(whole, pipe).pipe).toBeGreaterThan(0);
  const cut = (await open(bytes.subarray(0, end - 6))).checkpoint;
  expect(detailsOf(cut, pipe)).toMatchObject({ pipe: null });
});
