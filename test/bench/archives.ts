// Opening compressed archives, against the decompressor alone. By processor time: unpacking takes more than one thread.

import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import zlib from "node:zlib";
import { Decompress } from "fzstd";
import type { PlatformUnpackers } from "../../app/decoder/archive/compression/platform.ts";
import { createZstdUnpacker } from "../../app/decoder/archive/compression/zstd-wasm.ts";
import { openImage } from "../../app/decoder/open.ts";
import type { Source } from "../../app/decoder/source.ts";
import { NODE_UNPACKERS } from "../../cli/unpackers.ts";
import { criuSet } from "../support/criu-set.ts";
import { hasProgram } from "../support/has-program.ts";
import { tar, tarEntry } from "../support/tar.ts";
import { inMemory, onDisk } from "./files.ts";
import { measure, print, used } from "./measure.ts";

const MIB = 2 ** 20;
const PAGES = 205;
const CHUNK = 256 << 10;

/** A mebibyte of pages: some zeros, some pointers and text, as programs have. Packs to about a fifth. */
function pages(index: number): Uint8Array {
  const bytes = Buffer.alloc(MIB);
  let seed = index + 1;
  for (let page = 0; page < MIB; page += 4096) {
    seed = (seed * 1103515245 + 12345) >>> 0;
    if ((seed >>> 16) % 3 === 0) continue;
    bytes.write(`/srv/data/part-${seed % 97}/file-${seed % 9973}: record ${seed}`, page);
    for (let at = page + 64; at < page + 3072; at += 8) {
      seed = (seed * 1103515245 + 12345) >>> 0;
      bytes.writeUInt32LE(seed & 0x3ffff0, at);
      bytes.writeUInt16LE(0x7f3a, at + 4);
    }
  }
  return bytes;
}

/** A container's checkpoint of 210 MB: the pages come first, as CRIU dumps them. */
async function* checkpoint(): AsyncGenerator<Uint8Array> {
  yield tarEntry({ name: "checkpoint/pages-1.img", size: PAGES * MIB }).subarray(0, 512);
  for (let index = 0; index < PAGES; index++) yield pages(index);
  const members = criuSet(10, 100).map(async (member) => ({
    name: `checkpoint/${member.name}`,
    bytes: await inMemory(member),
  }));
  yield tar(await Promise.all(members));
}

async function opened(source: Source, unpackers?: PlatformUnpackers): Promise<void> {
  const image = await openImage([source], unpackers && { unpackers });
  if ("refused" in image || image.checkpoint.descriptors.count !== 1000)
    throw new Error(`${source.name} was not decoded`);
}

/** Unpacks by a stream of Node, and throws away what comes out. */
async function unpackByStream(packed: Uint8Array, stream: zlib.Gunzip): Promise<void> {
  const ended = new Promise((resolve) => stream.on("end", resolve));
  stream.on("data", () => {});
  for (let at = 0; at < packed.length; at += CHUNK) stream.write(packed.subarray(at, at + CHUNK));
  stream.end();
  await ended;
}

const UNIT = "of processor time";

export async function archives(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ckptscope-bench-"));
  try {
    const path = join(folder, "checkpoint.tar");
    const file = openSync(path, "w");
    for await (const chunk of checkpoint()) writeSync(file, chunk);
    await gzip(path);
    if (hasProgram("zstd")) await zstd(path);
    else print("tar.zst", "not measured: there is no zstd");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a program writes to its standard output. */
const output = (program: string, ...args: readonly string[]): Uint8Array =>
  spawnSync(program, args, { maxBuffer: 2 ** 30 }).stdout;

async function gzip(path: string): Promise<void> {
  const packed = output("gzip", "-c", "-6", path);
  const disk = onDisk("checkpoint.tar.gz", [packed]);
  const title = `A tar.gz of ${Math.round(packed.length / MIB)} MiB with ${PAGES} MiB of pages, opened from disk`;
  const byZlib = {
    title: "zlib alone",
    run: () => used(() => unpackByStream(packed, zlib.createGunzip({ chunkSize: CHUNK }))),
  };
  await measure({
    title,
    aim: 1.1,
    unit: UNIT,
    baseline: byZlib,
    measured: { title: "by Node's zlib", run: () => used(() => opened(disk, NODE_UNPACKERS)) },
  });
  await measure({
    title,
    aim: null,
    unit: UNIT,
    baseline: byZlib,
    measured: { title: "by ourselves", run: () => used(() => opened(disk)) },
  });
}

async function zstd(path: string): Promise<void> {
  const packed = output("zstd", "-q", "-c", path);
  const packedPath = `${path}.zst`;
  writeFileSync(packedPath, packed);
  const disk = onDisk("checkpoint.tar.zst", [packed]);
  const title = `A tar.zst of ${Math.round(packed.length / MIB)} MiB with ${PAGES} MiB of pages, opened`;
  const byZstd = { title: "zstd -dc", run: () => usedByZstd(packedPath) };
  const against = (aim: number | null, name: string, unpackers: () => PlatformUnpackers) =>
    measure({
      title,
      aim,
      unit: UNIT,
      baseline: byZstd,
      measured: { title: name, run: () => used(() => opened(disk, unpackers())) },
    });
  // Compiled anew each time, as by a command that opens one archive.
  await against(2, "by WebAssembly", () => ({ zstd: createZstdUnpacker() }));
  if (process.versions.zstd !== undefined) await against(2, "by Node's zlib", () => NODE_UNPACKERS);
  else print(`${title} by Node's zlib`, "not measured: Node 22.15 has it");
  await measure({
    title,
    aim: null,
    unit: UNIT,
    baseline: {
      title: "fzstd alone",
      run: () =>
        used(() => {
          const decompress = new Decompress(() => {});
          for (let at = 0; at < packed.length; at += CHUNK) {
            // fzstd changes what it is given.
            decompress.push(packed.slice(at, at + CHUNK), at + CHUNK >= packed.length);
          }
        }),
    },
    measured: { title: "by fzstd, with the checksum", run: () => used(() => opened(disk)) },
  });
}

/** The processor time of `zstd -dc`, in milliseconds. */
function usedByZstd(path: string): number {
  const script = 'TIMEFORMAT="%U %S"; time zstd -dc "$1" > /dev/null';
  const { stderr } = spawnSync("bash", ["-c", script, "bash", path], { encoding: "utf8" });
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(" ").map(Number);
  return 1000 * (user + system);
}
