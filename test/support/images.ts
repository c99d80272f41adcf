// Builds images for tests and benchmarks.

import { dialect } from "../../app/decoder/linux-cr/catalogue/dialect.ts";
import type { Source } from "../../app/decoder/source.ts";
import type { Description, FileDescription, TableDescription, TaskDescription } from "../../app/encoder/description.ts";
import { type EncodeOptions, encode, type WritableDialect } from "../../app/encoder/encode.ts";
import { createWriter } from "../../app/encoder/writer.ts";

/** A whole image as bytes, and the encoder's result. */
export function encodeAll(
  description: Description,
  options: EncodeOptions,
): { readonly bytes: Uint8Array; readonly result: number } {
  const steps = encode(description, options);
  const chunks: Uint8Array[] = [];
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) chunks.push(step.value);
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { bytes, result: step.value };
}

/** Contents of a large image. */
export interface BigImage {
  readonly tasks: number;
  /** Descriptors of each task's file table. */
  readonly descriptorsPerTask: number;
  /** Every n-th descriptor leads to an open file that all tasks share; 0: none does. */
  readonly sharedEvery?: number;
  readonly dialect?: WritableDialect;
  /** Added to every position, to make a second image that differs in every private file. */
  readonly moved?: number;
  /** Moves only every n-th private file. */
  readonly movedEvery?: number;
}

/**
 * A large image, in chunks: `tasks` tasks, each with its own table, and paths like those of a server. Descriptor n of
 * every task leads to the same open file where n is a multiple of `sharedEvery`.
 */
export function bigImage(options: BigImage): Generator<Uint8Array, number> {
  return encode(bigDescription(options), { dialect: options.dialect ?? "v23-rc2" });
}

/** The description of a large image; its entries are made on demand. */
export function bigDescription({
  tasks,
  descriptorsPerTask,
  sharedEvery = 10,
  moved = 0,
  movedEvery = 1,
}: BigImage): Description {
  const shared = sharedEvery > 0 ? Math.ceil(descriptorsPerTask / sharedEvery) : 0;
  const own = descriptorsPerTask - shared;
  const isShared = (fd: number): boolean => sharedEvery > 0 && fd % sharedEvery === 0;
  const fileOf = (task: number, fd: number): number => {
    if (isShared(fd)) return fd / sharedEvery;
    const before = sharedEvery > 0 ? Math.floor(fd / sharedEvery) + 1 : 0;
    return shared + task * own + fd - before;
  };
  const file = (row: number): FileDescription => ({
    id: row + 1,
    kind: "regular",
    path: row < shared ? `/var/log/shared/log-${row}` : `/srv/data/part-${row % 97}/file-${row}`,
    pos: String(row * 512 + (row < shared || row % movedEvery !== 0 ? 0 : moved)),
    flags: row < shared ? 0o102001 : 0o100002,
    mode: row < shared ? 30 : 31,
    version: "0",
  });
  const table = (task: number): TableDescription => ({
    id: task + 1,
    fds: {
      length: descriptorsPerTask,
      at: (fd) => ({ fd, file: fileOf(task, fd) + 1, closeOnExec: fd % 7 === 0 }),
    },
  });
  const task = (row: number): TaskDescription => ({
    pid: 1000 + row,
    ppid: row === 0 ? 1 : 1000,
    tgid: 1000 + row,
    pgid: 1000,
    sid: 1000,
    comm: `worker-${row}`,
    state: "sleeping",
    fileTable: row + 1,
  });
  return {
    tasks: { length: tasks, at: task },
    fileTables: { length: tasks, at: table },
    files: { length: shared + tasks * own, at: file },
  };
}

/** Pages in one round of PGARR and BUFFER, Linux-CR of December 2010, 64-bit. */
const ROUND = 8192;
const PAGE = 4096;
const ADDRESS = 8;

/**
 * A v23-rc2 image with `pages` pages of zeros in the first task's MM. The pages are not stored: the source makes their
 * bytes when they are read, so an image may be larger than memory and disk.
 */
export function withPages(name: string, image: Uint8Array, pages: number): Source {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const types = dialect("v23-rc2");
  const record = (type: string): number => types.recordType(type) ?? 0;
  let mm = 0;
  while (view.getUint32(mm, true) !== record("MM")) mm += view.getUint32(mm + 4, true);
  const auxv = mm + view.getUint32(mm + 4, true);
  const cut = auxv + view.getUint32(auxv + 4, true);

  const head = image.slice(0, cut);
  new DataView(head.buffer).setUint32(mm + 8, 1, true);
  const writer = createWriter(types, true);
  const start = 0x7f00_0000_0000;
  writer.record("VMA", { vma_type: 2, vm_start: start, vm_end: start + pages * PAGE });
  const pieces: Piece[] = [{ bytes: head }, { bytes: writer.take() }];
  for (let left = pages; left > 0; left -= ROUND) {
    const count = Math.min(left, ROUND);
    writer.record("PGARR", { nr_pages: count });
    writer.record("BUFFER");
    const bytes = writer.take();
    const payload = count * (ADDRESS + PAGE);
    new DataView(bytes.buffer).setUint32(bytes.length - 4, 8 + payload, true);
    pieces.push({ bytes }, { zeros: payload });
  }
  writer.record("PGARR");
  pieces.push({ bytes: writer.take() }, { bytes: image.subarray(cut) });
  return sparseSource(name, pieces);
}

/** A part of a source: bytes, or a run of zeros that takes no memory. */
export type Piece = { readonly bytes: Uint8Array } | { readonly zeros: number };

const pieceSize = (piece: Piece): number => ("bytes" in piece ? piece.bytes.length : piece.zeros);

/** A source that concatenates pieces. */
export function sparseSource(name: string, pieces: readonly Piece[]): Source {
  const starts: number[] = [];
  let size = 0;
  for (const piece of pieces) {
    starts.push(size);
    size += pieceSize(piece);
  }
  return {
    name,
    size,
    read(offset, length) {
      const result = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      for (const [index, piece] of pieces.entries()) {
        const start = starts[index] as number;
        if (!("bytes" in piece) || start >= offset + result.length || start + piece.bytes.length <= offset) continue;
        const from = Math.max(offset, start);
        const to = Math.min(offset + result.length, start + piece.bytes.length);
        result.set(piece.bytes.subarray(from - start, to - start), from - offset);
      }
      return result;
    },
  };
}
