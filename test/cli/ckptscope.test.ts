// The command line as a script sees it: what is printed, where, and the exit status.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runCommand } from "../support/command.ts";
import { fixtureJson } from "../support/contents.ts";
import { SAMPLES } from "../support/corpus.ts";
import { fixtureBytes } from "../support/open.ts";
import { expectValid } from "../support/schema.ts";

const fixture = (path: string): string => fileURLToPath(new URL(`../fixtures/linux-cr/${path}`, import.meta.url));

const criu = (path: string): string => fileURLToPath(new URL(`../fixtures/criu/${path}`, import.meta.url));

const run = (args: string[], stdin?: Uint8Array, colour = false) =>
  runCommand(args, { colour, ...(stdin === undefined ? {} : { stdin }) });

const samples = SAMPLES.filter(({ format }) => format === "linux-cr").map(({ name }) => name);

describe("show", () => {
  test.each(samples)("prints a document of %s that follows the schema", async (sample) => {
    const { status, out, complaints } = await run(["show", fixture(`${sample}/before.ckpt`), "--json"]);
    expectValid("show", JSON.parse(out));
    expect(complaints).toEqual([]);
    expect(status).toBe(sample === "seed-error" ? 1 : 0);
  });

  test("prints text that says who shares what", async () => {
    const { out } = await run(["show", fixture("v16-s3/before.ckpt")]);
    expect(out).toContain("file table 1: 5 descriptors, shared with worker (index 1)");
    expect(out).toContain("0  rw /dev/pts/0 @0  shared with fd 1, fd 2, helper fd 0");
    expect(out).toContain("4  -w /var/spool/journal @65536 O_APPEND  close-on-exec");
    expect(out).toContain("shares the file table of worker (index 0)");
    expect(out).not.toContain("\x1b");
  });

  test("colours only if asked to", async () => {
    expect((await run(["show", fixture("v16-s3/before.ckpt")], undefined, true)).out).toContain("\x1b[36m");
  });

  test("reads standard input", async () => {
    const image = fixtureBytes("linux-cr/v23-s1/before.ckpt");
    const { status, out } = await run(["show", "-", "--json"], image);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ source: { name: "-", bytes: image.length }, tasks: [{ pid: 4242 }] });
  });

  test("makes hidden characters of paths and names visible", async () => {
    const image = fixtureBytes("linux-cr/seed-one/before.ckpt");
    const path = new TextDecoder("latin1").decode(image).indexOf("/var/log/demo.log");
    image.set([0x1b, 0x0a, 0xff, 0xe2, 0x80, 0xae], path + 5);
    const { out } = await run(["show", "-"], image);
    expect(out).toContain("/var/\\x1b\\n\\xff\\u202e");
    const { out: json } = await run(["show", "-", "--json"], image);
    const { files } = JSON.parse(json);
    expect(Buffer.from(files[1].pathBytes, "base64")).toEqual(Buffer.from(image.subarray(path, path + 17)));
    expect(files[1].path).toContain("\ufffd");
  });

  test("opens directories and archives of CRIU image sets alike", async () => {
    const directory = await run(["show", criu("w7/before"), "--json"]);
    const document = JSON.parse(directory.out);
    expectValid("show", document);
    expect(directory.status).toBe(0);
    for (const form of ["tar", "tar.gz", "tar.zst"]) {
      const { status, out } = await run(["show", criu(`archives-by-hand/w7-podman-before.${form}`), "--json"]);
      expect(status).toBe(0);
      expect({ ...JSON.parse(out), source: document.source }).toEqual(document);
    }
  });

  test("lists the sets of an archive that has several", async () => {
    const names = ["w1/before", "w2/before"];
    const pod = fileURLToPath(new URL("../fixtures/criu/", import.meta.url));
    const archive = new Uint8Array(execFileSync("tar", ["cf", "-", "-C", pod, ...names], { maxBuffer: 1 << 28 }));
    const { status, out, complaints } = await run(["show", "-"], archive);
    expect([status, out]).toEqual([2, ""]);
    expect(complaints[0]).toContain("w1/before, w2/before");
    const chosen = await run(["show", "-", "--json", "--set", "w2/before"], archive);
    expect(JSON.parse(chosen.out).tasks.length).toBe(6);
  });

  test("takes a dialect chosen manually", async () => {
    const { out } = await run(["show", fixture("seed-one/before.ckpt"), "--json", "--dialect", "v16"]);
    expect(JSON.parse(out).dialect).toBe("v16");
  });
});

describe("diff", () => {
  test.each(samples.filter((sample) => sample !== "seed-error"))(
    "prints a document of %s that follows the schema",
    async (sample) => {
      const { status, out } = await run([
        "diff",
        fixture(`${sample}/before.ckpt`),
        fixture(`${sample}/after.ckpt`),
        "--json",
      ]);
      const document = JSON.parse(out);
      expectValid("diff", document);
      const { changes } = fixtureJson<{ changes: { kind: string }[] }>(`linux-cr/${sample}/expected.json`);
      const kinds = (list: { kind: string }[]) => list.map(({ kind }) => kind).toSorted();
      expect(kinds(document.changes)).toEqual(kinds(changes));
      expect(status).toBe(1);
    },
  );

  test("exits with 0 if nothing changed", async () => {
    const image = fixture("v16-s4/before.ckpt");
    expect((await run(["diff", image, image, "--json"])).status).toBe(0);
    expect((await run(["diff", image, image])).status).toBe(0);
  });

  test("lists only the requested changes", async () => {
    const pair = [fixture("v16-s4/before.ckpt"), fixture("v16-s4/after.ckpt")];
    const kinds = async (...options: string[]) =>
      JSON.parse((await run(["diff", ...pair, "--json", ...options])).out).changes.map(
        ({ kind }: { kind: string }) => kind,
      );
    expect(await kinds("--only", "file-pos,task-added")).toEqual(["file-pos", "file-pos", "task-added", "file-pos"]);
    expect(await kinds("--ignore", "file-pos,file-shared,file-unshared")).not.toContain("file-pos");
    expect(await kinds("--pid", "2")).toEqual(["task-removed"]);
  });

  test("prints Markdown", async () => {
    const { out } = await run(["diff", fixture("v16-s1/before.ckpt"), fixture("v16-s1/after.ckpt"), "--markdown"]);
    expect(out).toContain("`/var/log/");
  });
});

describe("check", () => {
  test("exits with 0 if an image is sound, and says so", async () => {
    const { status, out } = await run(["check", fixture("v23-s1/before.ckpt")]);
    expect(status).toBe(0);
    expect(out).toBe("No problems found.\n");
  });

  test("exits with 1 if there are findings, and prints a document that follows the schema", async () => {
    const { status, out } = await run(["check", fixture("seed-error/before.ckpt"), "--json"]);
    const document = JSON.parse(out);
    expectValid("check", document);
    const codes = [{ code: "several-tasks" }, { code: "H42", errno: "EINVAL" }];
    expect(document).toMatchObject({ sound: false, findings: codes });
    expect(status).toBe(1);
  });

  test("applies only the requested checks", async () => {
    const image = fixture("v16-s2/before.ckpt");
    expect((await run(["check", image])).status).toBe(1);
    expect((await run(["check", image, "--ignore", "H21"])).status).toBe(0);
    expect((await run(["check", image, "--only", "H42"])).status).toBe(0);
  });

  test("explains a check without an image", async () => {
    const { status, out } = await run(["check", "--explain", "h23,pages-missing"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^H23 \(Linux-CR\)\n/);
    expect(out).toContain("pages-missing (CRIU)\n");
    expect(out).toContain("What to do:");
    expect((await run(["check"])).status).toBe(2);
  });
});

describe("an error is one line on standard error, exit status 2, and nothing on standard output", () => {
  test.each([
    ["no command", []],
    ["an unknown command", ["shwo"]],
    ["no image", ["show"]],
    ["two images", ["show", "a", "b"]],
    ["an unknown option", ["show", "a", "--jsno"]],
    ["a missing file", ["show", fixture("nothing.ckpt")]],
    ["a file that is not an image", ["show", fixture("README.md")]],
    ["a directory without a set", ["show", fixture("")]],
    ["an unknown dialect", ["show", fixture("seed-one/before.ckpt"), "--dialect", "v99"]],
    ["one image to compare", ["diff", fixture("seed-one/before.ckpt")]],
    ["an unknown kind", ["diff", "a", "b", "--only", "file-size"]],
    ["two forms at once", ["diff", "a", "b", "--json", "--markdown"]],
    ["empty standard input", ["show", "-"]],
    ["an unknown check", ["check", "a", "--only", "H99"]],
  ])("%s", async (_, args) => {
    const { status, out, complaints } = await run(args);
    expect({ status, out, lines: complaints.length }).toEqual({ status: 2, out: "", lines: 1 });
    expect(complaints[0]).toMatch(/^ckptscope/);
    expect(complaints[0]).not.toContain("\n");
  });
});
