// The checks of Linux-CR images: sound images give nothing, and one with just one fault gives
// that finding and no other.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { MOST_PER_CODE } from "../../app/checks/finding.ts";
import { RULE_OF_PROBLEM } from "../../app/checks/linux-cr/problems.ts";
import { LINUX_CR_RULES } from "../../app/checks/linux-cr/rules.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { recordOffset } from "../../app/model/records.ts";
import {
  cString,
  insertBefore,
  makeRecord,
  offsetOf,
  type Parts,
  putTogether,
  repeatRecord,
  setField,
  setPayload,
  takeApart,
} from "../support/edit-image.ts";
import { bigImage } from "../support/images.ts";
import { BASES, FAULTS, FLAGS, flag, MODE, POS } from "../support/linux-cr-faults.ts";
import { OBJECT_FAULTS } from "../support/linux-cr-object-faults.ts";
import { fixtureBytes, open } from "../support/open.ts";

const takeBase = (base: keyof typeof BASES): Promise<Parts> => takeApart(fixtureBytes(`linux-cr/${BASES[base]}`));

const findingsOf = async (bytes: Uint8Array) => (await checkImage(await open(bytes))).findings;

/** One base has two tasks, which a kernel of the seed refuses. */
const isOfBase = (base: keyof typeof BASES, code: string): boolean => base === "tables" && code === "several-tasks";

describe("a fault is found, and nothing else", () => {
  test.each([...FAULTS, ...OBJECT_FAULTS])("%s", async (_, { code, base, edit, at, field, errno }) => {
    const edited = edit(await takeBase(base));
    const bytes = putTogether(edited);
    const all = await findingsOf(bytes);
    // Nothing but what is asked of a host is in details, so `check` does not read them.
    expect((await checkImage(await open(bytes, { details: false }))).findings).toEqual(all);
    const found = all.filter((finding) => finding.code === code || !isOfBase(base, finding.code));
    expect(found.map((finding) => finding.code)).toEqual([code]);
    const [finding] = found;
    expect(finding).toMatchObject({ code, field, errno });
    expect(finding?.severity).toBe(errno === null ? finding?.severity : "error");
    if (at === null) return;
    const start = offsetOf(edited, ...at);
    const image = await open(bytes);
    expect(recordOffset(image.checkpoint.records, finding?.record ?? -1)).toBe(start);
    if (field === null) expect(finding?.offset).toBeGreaterThanOrEqual(start);
    else {
      const fields = await image.fields(finding?.record ?? -1);
      expect(finding?.offset).toBe(fields.find(({ name }) => name === field)?.offset);
    }
  });

  test("for every rule that an image alone can break", () => {
    const tried = new Set([...FAULTS, ...OBJECT_FAULTS].map(([, { code }]) => code));
    const untried = LINUX_CR_RULES.filter(({ code }) => !tried.has(code)).map(({ code }) => code);
    // Only the kernel that restarts knows which security module it runs. The last two are not faults of records.
    expect(untried).toEqual(["H38", "archive-damaged", "image-incomplete"]);
  });
});

/** Images in the seed's dialect with more than one task. */
const SEVERAL = /^(seed-tables|v16-s[34])/;

describe("images that are sound", () => {
  const fixtures = readdirSync(new URL("../fixtures/linux-cr", import.meta.url)).filter((name) =>
    /^(seed|v)/.test(name),
  );
  const images = fixtures
    .filter((name) => name !== "seed-error")
    .flatMap((name) => ["before", "after"].map((when) => `${name}/${when}.ckpt`));

  test.each(images)("%s", async (name) => {
    const found = await findingsOf(fixtureBytes(`linux-cr/${name}`));
    // The program that wrote three of the scenarios did not drop O_CREAT when it opened a file, as open(2) does.
    const creates = /^v16-s[234]/.test(name);
    const codes = found.map(({ code }) => code).filter((code) => !(creates && code === "H21"));
    expect(codes).toEqual(SEVERAL.test(name) ? ["several-tasks"] : []);
  });

  test("a dump that failed says so and nothing else", async () => {
    const found = await findingsOf(fixtureBytes("linux-cr/seed-error/before.ckpt"));
    expect(found.map(({ code, errno }) => [code, errno])).toEqual([
      ["several-tasks", "EINVAL"],
      ["H42", "EINVAL"],
    ]);
    expect(found[1]?.message).toContain("task 601 (stuck), files_struct: -9");
    expect(found[1]?.message).toContain("no operation for checkpoints");
  });

  test.each(["seed", "v23-rc2"] as const)("a large one in %s", async (dialect) => {
    const bytes = Buffer.concat([...bigImage({ tasks: 20, descriptorsPerTask: 500, dialect })]);
    const codes = (await findingsOf(bytes)).map(({ code }) => code);
    expect(codes).toEqual(dialect === "seed" ? ["several-tasks"] : []);
  });
});

describe("a position that a seek takes for an error", () => {
  test("is ignored up to v16 where it looks like -ESPIPE", async () => {
    const image = setField(await takeBase("one"), "FILE", 0, POS, 0x1_ffff_ffe3n);
    expect(await findingsOf(putTogether(image))).toEqual([]);
  });

  test("does not matter from v17 on where the file cannot be sought", async () => {
    const image = setField(setField(await takeBase("v23"), "FILE", 1, POS, 0xc000_0000n), "FILE", 1, MODE, 3);
    expect((await findingsOf(putTogether(image))).map(({ code }) => code)).not.toContain("H23");
  });
});

describe("a finding", () => {
  test("names the task, the descriptor and the open file", async () => {
    const image = setField(await takeBase("one"), "FILE", 1, FLAGS, flag("102"));
    const [finding] = await findingsOf(putTogether(image));
    expect(finding).toMatchObject({ code: "H21", task: 0, file: 1 });
    expect(finding?.fd).toBeGreaterThanOrEqual(0);
  });

  test("of a path names the open file before it", async () => {
    const image = setPayload(await takeBase("v23"), "FILE_NAME", 0, cString("x"));
    expect((await findingsOf(putTogether(image)))[0]).toMatchObject({ code: "H20" });
  });
});

describe("checking", () => {
  test("leaves no image cut anywhere without a finding", async () => {
    const bytes = fixtureBytes(`linux-cr/${BASES.one}`);
    for (let length = 48; length < bytes.length; length += 7) {
      const image = await openImage([bytesSource("cut", bytes.subarray(0, length))]);
      if ("refused" in image) continue;
      const codes = (await checkImage(image)).findings.map(({ code }) => code);
      expect(codes, `cut at ${length}`).toEqual(["H41"]);
    }
  });

  test("keeps a thousand findings of a code, counts the others, and has them in the image's order", async () => {
    const image = await takeBase("one");
    const descriptor = makeRecord(image, "FILE_DESC", { fd_objref: 3, fd_descriptor: 1 });
    const many = Array.from({ length: MOST_PER_CODE + 5 }, () => descriptor);
    const edited = insertBefore(setField(image, "FILE_TABLE", 0, "fdt_nfds", 4 + many.length), "TASK_OBJS", 0, ...many);
    const { findings, unlisted } = await checkImage(await open(putTogether(edited)));
    expect(findings.length).toBe(MOST_PER_CODE);
    expect(unlisted).toEqual([{ code: "H28", count: 5 }]);
    const offsets = findings.map(({ offset }) => offset ?? 0);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  });

  test("finds several faults, each once", async () => {
    let image = await takeBase("one");
    image = setField(image, "FILE", 0, FLAGS, flag("1102"));
    image = setField(image, "FILE_DESC", 3, "fd_close_on_exec", 7);
    image = setPayload(image, "FILE_NAME", 1, cString("/x (deleted)"));
    const codes = (await findingsOf(putTogether(image))).map(({ code }) => code);
    expect(codes).toEqual(["H21", "H27", "H28"]);
  });

  test("stops when it is aborted, and reports its progress", async () => {
    const image = await open(Buffer.concat([...bigImage({ tasks: 10, descriptorsPerTask: 500, dialect: "seed" })]));
    const controller = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ bytes, size }: { bytes: number; size: number }) => {
      seen.push(bytes / size);
      controller.abort(new Error("enough"));
    };
    await expect(checkImage(image, { signal: controller.signal, onProgress })).rejects.toThrow("enough");
    expect(seen.length).toBe(1);
    const all: number[] = [];
    await checkImage(image, { onProgress: ({ bytes, size }) => all.push(bytes / size) });
    expect(all.length).toBeGreaterThan(2);
    expect(all.at(-1)).toBe(1);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
  });

  test("knows every problem that the decoder can report", () => {
    const directory = new URL("../../app/decoder/linux-cr/", import.meta.url);
    const text = readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(new URL(name, directory), "utf8"))
      .join("\n");
    const calls = text.matchAll(/\b(?:report\(\s*walk,\s*"\w+",|fault\(walk,)\s*"([a-z-]+)"/g);
    const codes = [...new Set([...calls].map(([, code]) => code ?? ""))].toSorted();
    expect(codes.length).toBeGreaterThan(20);
    expect(codes).toEqual(Object.keys(RULE_OF_PROBLEM).toSorted());
  });
});

describe("an image edited by the tests", () => {
  test("is put together as it was taken apart", async () => {
    const bytes = fixtureBytes(`linux-cr/${BASES.v23}`);
    expect(Buffer.from(putTogether(await takeApart(bytes))).equals(bytes)).toBe(true);
    const twice = repeatRecord(await takeApart(bytes), "FILE_DESC", 1);
    expect(putTogether(twice).length).toBe(bytes.length + 24);
  });
});
