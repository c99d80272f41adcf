// The decompressors of Node: zlib, and zstd from Node 22.15 on; before, WebAssembly unpacks zstd. They run in threads
// of their own.

import type { Gunzip } from "node:zlib";
import type { PlatformUnpacker, PlatformUnpackers } from "../app/decoder/archive/compression/platform.ts";
import { createZstdUnpacker } from "../app/decoder/archive/compression/zstd-wasm.ts";

/** Bytes that are unpacked at a time. */
const CHUNK = 256 << 10;

/** Not in the types of Node 20. */
type Zlib = typeof import("node:zlib") & {
  readonly createZstdDecompress: (options: object) => Gunzip;
  readonly constants: { readonly ZSTD_d_windowLogMax: number };
};

/** As the limit “window”, 128 MiB. */
const WINDOW_LOG = 27;

export const NODE_UNPACKERS: PlatformUnpackers = {
  gzip: unpacker((zlib) => zlib.createGunzip({ chunkSize: CHUNK })),
  zstd:
    process.versions.zstd === undefined
      ? createZstdUnpacker()
      : unpacker(({ createZstdDecompress, constants }) =>
          createZstdDecompress({ chunkSize: CHUNK, params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG } }),
        ),
};

/** Most images are not compressed, and loading zlib takes some milliseconds. */
const loadZlib = async (): Promise<Zlib> => (await import("node:zlib")).default as Zlib;

function unpacker(create: (zlib: Zlib) => Gunzip): PlatformUnpacker {
  return async (read, write) => {
    const stream = create(await loadZlib());
    return new Promise((resolve, reject) => {
      let size = 0;
      let isStopped = false;
      const stop = (settle: () => void): void => {
        isStopped = true;
        stream.destroy();
        settle();
      };
      stream.on("data", (bytes: Uint8Array) => {
        // Deferred, so that the stream already unpacks what comes next.
        queueMicrotask(() => {
          try {
            if (!isStopped && !write(bytes)) stop(() => resolve(false));
          } catch (error) {
            stop(() => reject(error));
          }
        });
      });
      // After the last bytes were written. Bytes after the end of the data are not consumed.
      stream.on("end", () => queueMicrotask(() => resolve(stream.bytesWritten === size)));
      stream.on("error", (error) => queueMicrotask(() => reject(error)));
      const feed = async (): Promise<void> => {
        for (let bytes = await read(); bytes !== null && !stream.destroyed; bytes = await read()) {
          const next = bytes;
          size += next.length;
          await new Promise<void>((consumed) => stream.write(next, () => consumed()));
        }
        if (!stream.destroyed) stream.end();
      };
      feed().catch((error: unknown) => stop(() => reject(error)));
    });
  };
}
