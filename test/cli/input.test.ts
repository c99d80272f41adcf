// What an argument may name: files, directories, pipes, names that are not UTF-8.

import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findImages } from "../../app/decoder/find-images.ts";
import { openImage } from "../../app/decoder/open.ts";
import { serveImages } from "../../cli/commands/view.ts";
import { openInput } from "../../cli/input.ts";
import { earlierFirst } from "../../cli/order.ts";
import { recordingIo, runCommand } from "../support/command.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const IMAGE = join(FIXTURES, "linux-cr/v23-s1/before.ckpt");
const SET = join(FIXTURES, "criu/w1/before");
const CHAIN = join(FIXTURES, "archives/cases/incremental");
const folder = mkdtempSync(join(tmpdir(), "ckptscope-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

const noStdin = recordingIo().io;

async function tasksIn(path: string): Promise<number | string> {
  const input = await openInput(path, noStdin);
  const image = await openImage(input.sources);
  input.close();
  return "refused" in image ? image.refused : image.checkpoint.tasks.count;
}

describe("an argument", () => {
  test("that is not an image is named once", async () => {
    const text = join(folder, "notes.txt");
    writeFileSync(text, "hello");
    const { status, complaints } = await runCommand(["show", text]);
    expect([status, complaints]).toEqual([2, [`ckptscope show: ${text} is a text file, not a checkpoint image.`]]);
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect((await runCommand(["show", empty])).complaints).toEqual([
      `ckptscope show: ${empty}: There are no files here.`,
    ]);
  });

  test("that is empty, or a pipe that another names already, is refused", async () => {
    expect((await runCommand(["show", ""])).complaints).toEqual(["ckptscope show: '': no such file or directory"]);
    const stdin = readFileSync(IMAGE);
    const pipe = join(folder, "once");
    execFileSync("mkfifo", [pipe]);
    for (const [one, other] of [
      ["-", "-"],
      ["-", "/dev/stdin"],
      [pipe, pipe],
    ] as const) {
      const { status, complaints } = await runCommand(["diff", one, other], { stdin });
      const complaint = `ckptscope diff: ${other} is given twice, but can only be read once`;
      expect([status, complaints]).toEqual([2, [complaint]]);
      const viewed = serveImages([one, other], folder, recordingIo({ stdin }).io);
      await expect(viewed).rejects.toThrow(`${other} is given twice, but can only be read once`);
    }
  });

  test("may not be a pipe with more than 2 GiB", async () => {
    const endless = { ...noStdin, readStdin: async () => null };
    await expect(openInput("-", endless)).rejects.toThrow("-: more than 2 GiB");
  });

  test("in which something may not be read is refused with its name", async () => {
    const set = join(folder, "private");
    mkdirSync(join(set, "work"), { recursive: true });
    chmodSync(join(set, "work"), 0);
    const isRoot = process.getuid?.() === 0;
    // Root may read everything; the user that owns nothing may not.
    for (const path of [folder, set]) chmodSync(path, 0o755);
    if (isRoot) process.seteuid?.(65534);
    try {
      await expect(openInput(set, noStdin)).rejects.toThrow(`${set}/work: permission denied`);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  test.each(["rows=1e9", "memory=2T", "rows="])("with --limit %s is refused by what is wrong", async (limit) => {
    const { complaints } = await runCommand(["show", IMAGE, "--limit", limit]);
    const value = limit.slice(limit.indexOf("=") + 1);
    expect(complaints).toEqual([`ckptscope show: --limit: '${value}' is not a number, such as 5000000, 512M or 2G`]);
  });

  test("may be a FIFO", async () => {
    const path = join(folder, "fifo");
    execFileSync("mkfifo", [path]);
    spawn("sh", ["-c", `cat "${IMAGE}" > "${path}"`], { stdio: "ignore" });
    expect(await tasksIn(path)).toBe(1);
  });

  test("may be standard input by its other names", async () => {
    const io = recordingIo({ stdin: new Uint8Array(readFileSync(IMAGE)) }).io;
    for (const name of ["-", "/dev/stdin", "/dev/fd/0"]) {
      const { sources } = await openInput(name, io);
      expect(await openImage(sources)).toMatchObject({ checkpoint: { tasks: { count: 1 } } });
    }
  });

  test("may be a device that never ends", async () => {
    expect(await tasksIn("/dev/zero")).toMatch(/is nothing but zeros/);
  });

  test("may be a directory with names that are not UTF-8", async () => {
    const directory = Buffer.concat([Buffer.from(join(folder, "d")), Buffer.from([0x2d]), Buffer.from("names")]);
    const inner = Buffer.concat([directory, Buffer.from("/x"), Buffer.from([0xff])]);
    mkdirSync(inner, { recursive: true });
    copyFileSync(IMAGE, Buffer.concat([inner, Buffer.from("/a"), Buffer.from([0xfe])]));
    expect(await tasksIn(directory.toString())).toBe(1);
  });

  test("may be larger than 4 GiB", async () => {
    const path = join(folder, "large.ckpt");
    copyFileSync(IMAGE, path);
    truncateSync(path, 5 * 2 ** 30);
    expect(await tasksIn(path)).toBe(1);
  });
});

describe("links in a directory", () => {
  test("to files are followed, to files outside of it only where that is allowed", async () => {
    const directory = join(folder, "links");
    mkdirSync(directory);
    symlinkSync(IMAGE, join(directory, "outside.ckpt"));
    expect((await openInput(directory, noStdin)).sources).toHaveLength(1);
    expect((await openInput(directory, noStdin, { outside: false })).sources).toHaveLength(0);
    copyFileSync(IMAGE, join(directory, "own"));
    symlinkSync("own", join(directory, "inside.ckpt"));
    expect((await openInput(directory, noStdin, { outside: false })).sources).toHaveLength(2);
  });

  test("that name a set's parent make the chain known", async () => {
    const directory = join(folder, "chain");
    for (const name of ["1", "2"]) {
      mkdirSync(join(directory, name), { recursive: true });
      execFileSync("sh", ["-c", `cp "${join(CHAIN, name)}"/*.img "${join(directory, name)}"`]);
    }
    symlinkSync("../1", join(directory, "2/parent"));
    const parents = async (path: string) => {
      const { images } = await findImages((await openInput(path, noStdin)).sources);
      return images.map(({ name, metadata }) => [name, metadata?.parent]);
    };
    expect(await parents(directory)).toEqual([["2", "1"]]);
    expect(await parents(join(directory, "2"))).toEqual([["", "parent"]]);
  });
});

describe("two images", () => {
  const copied = (name: string, seconds: number): string => {
    const path = join(folder, name);
    copyFileSync(IMAGE, path);
    utimesSync(path, seconds, seconds);
    return path;
  };
  async function order(...paths: string[]) {
    const lines: string[] = [];
    const names = await earlierFirst(paths, { ...noStdin, complain: (line) => void lines.push(line) });
    return { names: names.map((path) => path.slice(folder.length + 1)), lines };
  }

  test("are ordered by their names, with a note", async () => {
    const [early, late] = [copied("before.ckpt", 9e8), copied("after.ckpt", 1e8)];
    expect(await order(early, late)).toEqual({ names: ["before.ckpt", "after.ckpt"], lines: [] });
    const reversed = await order(late, early);
    expect(reversed.names).toEqual(["before.ckpt", "after.ckpt"]);
    expect(reversed.lines).toMatchObject([expect.stringMatching(/before\.ckpt is before, .*after\.ckpt is after/)]);
  });

  test("stay in the given order if only the files' times differ, with a note", async () => {
    const [p, q] = [copied("p.ckpt", 9e8), copied("q.ckpt", 1e8)];
    // Bytes that no record has.
    appendFileSync(q, Buffer.alloc(1));
    const { names, lines } = await order(p, q);
    expect(names).toEqual(["p.ckpt", "q.ckpt"]);
    expect(lines).toMatchObject([expect.stringMatching(/^ckptscope: it is not certain that .*which copying changes/)]);
  });
});

describe("two copies of an image have no order to be in doubt about", () => {
  test.each(["file", "directory"])("%s", async (kind) => {
    const paths = ["x", "y"].map((name, at) => {
      const path = join(folder, `copy-${kind}-${name}`);
      if (kind === "file") copyFileSync(IMAGE, path);
      else cpSync(SET, path, { recursive: true });
      utimesSync(path, 1e8 * (at + 1), 1e8 * (at + 1));
      return path;
    });
    const lines: string[] = [];
    const io = { ...noStdin, complain: (line: string) => void lines.push(line) };
    expect(await earlierFirst(paths, io)).toEqual(paths);
    expect(lines).toEqual([]);
    // Of a directory, one byte of one file.
    const changed = kind === "file" ? (paths[1] as string) : join(paths[1] as string, "inventory.img");
    appendFileSync(changed, Buffer.alloc(1));
    await earlierFirst(paths, io);
    expect(lines).toMatchObject([expect.stringMatching(/it is not certain/)]);
  });
});

describe("the files of a directory that are kept", () => {
  const files = new Map([
    ["small.img", Buffer.from("small")],
    ["empty.img", Buffer.alloc(0)],
    ["just-small.img", Buffer.alloc(64 << 10, 1)],
    ["large.img", Buffer.alloc((64 << 10) + 1, 2)],
    ["pages-1.img", Buffer.from("pages")],
    ["other", Buffer.from("other")],
  ]);
  const written = 1_000_000_000;
  const directoryOf = (name: string): string => {
    const directory = join(folder, name);
    mkdirSync(directory);
    for (const [file, bytes] of files) {
      writeFileSync(join(directory, file), bytes);
      utimesSync(join(directory, file), written, written);
    }
    return directory;
  };

  test("have the same bytes, sizes and times", async () => {
    const input = await openInput(directoryOf("kept"), noStdin, { keep: true });
    expect(input.sources.map(({ name }) => name)).toEqual([...files.keys()].sort());
    for (const { name, size, modified, read } of input.sources) {
      expect([name, size, modified?.()]).toEqual([name, files.get(name)?.length, written]);
      expect(Buffer.from(await read(0, size))).toEqual(files.get(name));
      expect(Buffer.from(await read(2, 2))).toEqual(files.get(name)?.subarray(2, 4));
    }
    input.close();
  });

  test("are the small ones of images, which are read once", async () => {
    const directory = directoryOf("kept-and-changed");
    const input = await openInput(directory, noStdin, { keep: true });
    for (const name of files.keys()) writeFileSync(join(directory, name), "changed");
    const unchanged: string[] = [];
    for (const { name, read } of input.sources) {
      if (Buffer.from(await read(0, 5)).toString() !== "chang") unchanged.push(name);
    }
    expect(unchanged).toEqual(["empty.img", "just-small.img", "small.img"]);
    input.close();
  });

  test("are larger ones as far as they have been read from the start on, at any offset", async () => {
    const directory = join(folder, "kept-as-read");
    mkdirSync(directory);
    const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, at) => at % 251));
    const changed = Buffer.alloc(content.length, 255);
    const names = ["files.img", "other.img", "pages-1.img"];
    for (const name of names) writeFileSync(join(directory, name), content);
    const input = await openInput(directory, noStdin, { keep: true });
    const bytesOf = (name: string) => async (offset: number, length: number) =>
      Buffer.from((await input.sources.find((source) => source.name === name)?.read(offset, length)) ?? []);
    const [files, other, pages] = [bytesOf("files.img"), bytesOf("other.img"), bytesOf("pages-1.img")];
    // With a gap after it, an overlap, and beyond the end.
    const reads = [
      [0, 1000],
      [200_000, 1000],
      [500, 70_000],
      [70_500, 1],
      [299_990, 100],
      [300_000, 5],
    ] as const;
    for (const [offset, length] of reads) {
      expect(await files(offset, length)).toEqual(content.subarray(offset, offset + length));
    }
    await other(100_000, 10);
    await pages(0, 10);
    for (const name of names) writeFileSync(join(directory, name), changed);
    expect(await files(0, 70_501)).toEqual(content.subarray(0, 70_501));
    expect(await files(70_501, 10)).toEqual(changed.subarray(0, 10));
    expect(await files(70_490, 21)).toEqual(Buffer.concat([content.subarray(70_490, 70_501), changed.subarray(0, 10)]));
    expect(await other(100_000, 10)).toEqual(changed.subarray(0, 10));
    expect(await pages(0, 10)).toEqual(changed.subarray(0, 10));
    truncateSync(join(directory, "files.img"), 70_600);
    expect(await files(70_000, 1000)).toHaveLength(600);
    input.close();
  });
});

test("a small file of a directory does not stay open after it was read whole", async () => {
  const openFiles = (): number => readdirSync("/proc/self/fd").length;
  const { io } = recordingIo();
  const before = openFiles();
  const input = await openInput(CHAIN, io);
  for (const source of input.sources) expect(await source.read(0, source.size)).toHaveLength(source.size);
  expect(input.sources.length).toBeGreaterThan(2);
  expect(openFiles()).toBe(before);
  const [first] = input.sources;
  expect(await first?.read(4, 4)).toHaveLength(4);
  expect(openFiles()).toBe(before + 1);
  input.close();
  expect(openFiles()).toBe(before);
});
