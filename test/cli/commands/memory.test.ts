// ckptscope memory: lists, searches, exports and compares memory, and says what is not in the image.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import schema from "../../../public/schema/memory.schema.json" with { type: "json" };
import { runCommand } from "../../support/command.ts";
import { setSources } from "../../support/criu.ts";
import { editField } from "../../support/edit-set.ts";

const R1 = join(import.meta.dirname, "../../fixtures/criu/r1");
const BEFORE = join(R1, "before");
const AFTER = join(R1, "after");
const V23 = join(import.meta.dirname, "../../fixtures/linux-cr/v23-s1/before.ckpt");

const memory = (...args: string[]) => runCommand(["memory", ...args]);

const isValid = new Ajv2020({ allowUnionTypes: true, strictTypes: false }).compile(schema);

async function json(...args: string[]) {
  const { out, status, complaints } = await memory(...args, "--json");
  const document = JSON.parse(out);
  isValid(document);
  expect(isValid.errors ?? []).toEqual([]);
  return { document, status, complaints };
}

test("prints matches with pid, address, mapping and context, and what was not searched", async () => {
  const { out, status, complaints } = await memory(BEFORE, "--search", "API_TOKEN=", "--pid", "25572");
  expect(status).toBe(0);
  expect(out).toBe(
    "25572 7ffdfe1e9fcb rw-p stack: /usr/bin:/bin\\0HOME=/root\\0LANG=C\\0API_TOKEN=tok-5f3c9a-not-a-real-secret\\0./r\n",
  );
  expect(complaints).toEqual([
    expect.stringMatching(/^ckptscope memory: 1 match in 108 KiB; not in the image and not searched: /),
  ]);
});

test("prints a JSON document that obeys its schema", async () => {
  const { document, status } = await json(BEFORE, "--search", "correct-horse", "--pid", "25572");
  expect(status).toBe(0);
  const [match] = document.matches;
  expect(match).toMatchObject({
    pid: 25572,
    address: "7fdeff3f406d",
    mapping: { permissions: "rw-p", kind: "anonymous" },
  });
  const bytes = Buffer.from(match.bytes, "base64");
  expect(bytes.subarray(match.at, match.at + match.length).toString()).toBe("correct-horse");
  expect(document.captured).toBe(27 * 4096);
  expect(document.captured + document.notCaptured).toBe(18042880);
});

test("keeps the bytes of a path that is not valid UTF-8", async () => {
  const set = editField(setSources("w1/before"), "files.img", "file_entry", 0, "reg.name", () =>
    Uint8Array.of(0x2f, 0x61, 0xff, 0x0a),
  );
  const folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
  try {
    for (const { name, size, read } of set) writeFileSync(join(folder, name), read(0, size) as Uint8Array);
    expect((await memory(folder)).out).toContain("  400000-401000 r--p /a\\xff\\n: ");
    const { document } = await json(folder);
    expect(document.mappings[0]).toMatchObject({ path: "/a\ufffd\n", pathBytes: "L2H/Cg==" });
    expect(document.mappings.at(-1)).not.toHaveProperty("pathBytes");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("exits with 1 and says so if nothing is found", async () => {
  const { document, status } = await json(BEFORE, "--regex", "changed-(since|after)");
  expect(status).toBe(1);
  expect(document.matches).toEqual([]);
  expect((await memory(AFTER, "--regex", "changed-(since|after)")).status).toBe(0);
});

test("lists mappings with how much of them is in the image", async () => {
  const { out } = await memory(BEFORE, "--kind", "heap");
  expect(out).toMatch(/^pid 25572\n {2}26e07000-26e29000 rw-p heap: 8 KiB in the image; 128 KiB never written/);
  const { document } = await json(BEFORE);
  expect(document.mappings).toHaveLength(47);
});

test("prints strings", async () => {
  const { out } = await memory(BEFORE, "--strings", "--pid", "25575", "--kind", "stack", "--shortest", "12");
  expect(out.split("\n")).toContain("25575 7ffdfe1e9fcb rw-p stack: API_TOKEN=tok-5f3c9a-not-a-real-secret");
});

test("exports a range, and refuses what is not in the image unless zeros will do", async () => {
  const arguments_ = ["--pid", "25572", "--range", "7ffdfe1e9f8c-7ffdfe1e9fa6", "-o", "-"];
  expect(Buffer.from((await memory(BEFORE, ...arguments_)).bytes).toString()).toBe("./res\0--alpha\0beta gamma\0\0");
  expect((await memory(BEFORE, "--range", "7ffdfe1e9f8c-7ffdfe1e9fa6", "-o", "-")).complaints).toEqual([
    "ckptscope memory: the range is in the memory of tasks 25572, 25575: choose one with --pid",
  ]);
  const directory = mkdtempSync(join(tmpdir(), "ckptscope-"));
  try {
    const file = join(directory, "pages");
    const range = ["--pid", "25572", "--range", "400000-402000", "-o", file];
    const refused = await memory(BEFORE, ...range);
    expect(refused.status).toBe(2);
    expect(refused.complaints).toEqual([
      "ckptscope memory: 4 KiB at 400000 are unchanged from the mapped file; --fill writes zeros for what is not in the image",
    ]);
    const filled = await memory(BEFORE, ...range, "--fill");
    expect(filled.status).toBe(0);
    expect(filled.complaints).toHaveLength(1);
    const bytes = readFileSync(file);
    expect(bytes.length).toBe(8192);
    expect(bytes.subarray(0, 4096).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(4096).includes("NEEDLE-A")).toBe(true);
  } finally {
    rmSync(directory, { recursive: true });
  }
  const unmapped = await memory(BEFORE, "--pid", "25572", "--range", "3ff000-402000", "-o", "-");
  expect(unmapped.complaints).toEqual(["ckptscope memory: --range: nothing is mapped at 3ff000"]);
});

test("compares the memory of two images", async () => {
  const { out, status, complaints } = await memory(BEFORE, AFTER, "--diff");
  expect(status).toBe(1);
  expect(out).toContain(
    "~ pid 25572 7fdeff3ed000-7fdeff3fa000 rw-p anonymous: 4 KiB changed\n    7fdeff3f4000-7fdeff3f5000 changed\n",
  );
  expect(out).toContain("- pid 25572 7fdeff3e3000-7fdeff3e6000 rw-s memfd /memfd:pool\n");
  expect(out).toContain("+ pid 25572 7fdefe3da000-7fdefe3df000 r-xp anonymous\n");
  expect(out).not.toContain("data.bin: ");
  expect(complaints).toEqual([expect.stringMatching(/were not compared, because an image lacks them$/)]);
  const { document } = await json(BEFORE, AFTER, "--diff");
  expect(document.equal).toBe(false);
  const same = await memory(BEFORE, BEFORE, "--diff");
  expect([same.status, same.out]).toEqual([0, ""]);
});

test("searches the page arrays of Linux-CR images", async () => {
  const { out } = await memory(V23, "--search", "page 610000");
  expect(out).toMatch(/^4242 610000 rw-p .*: page 610000/);
});

test.each([
  [[BEFORE, "--search", "a", "--regex", "b"], "--search and --regex are mutually exclusive"],
  [[BEFORE, "--regex", "a("], /^--regex: /],
  [[BEFORE, "--bytes", "xyz"], "--bytes: give an even number of hexadecimal digits"],
  [[BEFORE, "--permission", "q"], /^--permission: /],
  [[BEFORE, "--range", "10-5"], /^--range: /],
  [[BEFORE, "--pid", "1", "--search", "a"], "--pid: the image has no task 1"],
  [[BEFORE, AFTER], "two images can only be compared: give --diff"],
  [[BEFORE, "--diff"], "--diff compares two images"],
  [[BEFORE, "-o", "x"], "-o writes the bytes of a range: give --range"],
])("refuses %#", async (args, reason) => {
  const { status, out, complaints } = await memory(...args);
  expect([status, out]).toEqual([2, ""]);
  const [complaint = ""] = complaints;
  const message = complaint.replace("ckptscope memory: ", "");
  if (typeof reason === "string") expect(message).toBe(reason);
  else expect(message).toMatch(reason);
});
