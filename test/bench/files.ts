// Images on disk for benchmarks: like a user's, they are decoded through reads.

import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Source } from "../../app/decoder/source.ts";

/** A source over a file with these chunks, removed when the process ends. */
export function onDisk(name: string, chunks: Iterable<Uint8Array>): Source {
  const folder = mkdtempSync(join(tmpdir(), "ckptscope-bench-"));
  const fd = openSync(join(folder, name), "w+");
  for (const chunk of chunks) writeSync(fd, chunk);
  process.on("exit", () => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
  const { size } = fstatSync(fd);
  return {
    name,
    size,
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      readSync(fd, bytes, 0, bytes.length, offset);
      return bytes;
    },
  };
}

/** Reads a whole source into memory. */
export async function inMemory(source: Source): Promise<Uint8Array> {
  return new Uint8Array(await source.read(0, source.size));
}
