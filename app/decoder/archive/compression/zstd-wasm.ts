// Zstandard by the library's own decoder in WebAssembly, for platforms without one: four to six times as fast as fzstd.
// build/zstd has its source.

import { base64Bytes } from "../../../model/text/text.ts";
import { HIGHEST } from "../../limits.ts";
import { pause } from "./packed-input.ts";
import type { PlatformUnpacker } from "./platform.ts";

/** The most bytes that the module takes at once. */
const ROOM = 256 << 10;

/** The most bytes that are unpacked without a pause. */
const TURN = 64 << 20;

/** What build/zstd/unpack.c exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly start: (windowLimit: number) => void;
  readonly room: () => number;
  readonly give: (length: number) => void;
  readonly next: () => number;
  readonly output: () => number;
  readonly isWhole: () => number;
}

/**
 * An unpacker, which compiles the module when it is first used. It refuses everything where WebAssembly is not allowed.
 */
export function createZstdUnpacker(): PlatformUnpacker {
  let compiled: Promise<WebAssembly.Module | null> | null = null;
  return async (read, write) => {
    compiled ??= compile();
    const module = await compiled;
    if (module === null) return false;
    // Memory cannot be given back: each file has its own.
    const { exports } = await WebAssembly.instantiate(module);
    return unpack(exports as unknown as Exports, read, write);
  };
}

async function compile(): Promise<WebAssembly.Module | null> {
  const { ZSTD_MODULE } = await import("./zstd-module.ts");
  try {
    return await WebAssembly.compile(base64Bytes(ZSTD_MODULE) as BufferSource);
  } catch {
    return null;
  }
}

async function unpack(
  { memory, start, room, give, next, output, isWhole }: Exports,
  ...[read, write]: Parameters<PlatformUnpacker>
): Promise<boolean> {
  start(HIGHEST.window);
  let turn = 0;
  for (let bytes = await read(); bytes !== null; bytes = await read()) {
    for (let at = 0; at < bytes.length; at += ROOM) {
      const part = bytes.subarray(at, at + ROOM);
      new Uint8Array(memory.buffer, room(), part.length).set(part);
      give(part.length);
      for (let length = next(); length !== 0; length = next()) {
        if (length < 0 || !write(new Uint8Array(memory.buffer, output(), length))) return false;
        turn += length;
        if (turn < TURN) continue;
        turn = 0;
        await pause();
      }
    }
  }
  return isWhole() !== 0;
}
