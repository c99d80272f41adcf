// The decompressors of Node: zlib, from Node 22.15 on also zstd. They work in threads of their own.

import { endianness } from "node:os";
import zlib from "node:zlib";
import type { PlatformUnpacker, PlatformUnpackers } from "../app/decoder/archive/platform.ts";
import { createStripes } from "./xxh64-wasm.ts";

/** Bytes that are unpacked at a time. */
const CHUNK = 256 << 10;

/** Not in the types of Node 20. */
const { createZstdDecompress, constants } = zlib as typeof zlib & {
  readonly createZstdDecompress?: (options: object) => zlib.Gunzip;
  readonly constants: { readonly ZSTD_d_windowLogMax?: number };
};

/** As the limit “window”, 128 MiB. */
const WINDOW_LOG = 27;

export const NODE_UNPACKERS: PlatformUnpackers = {
  gzip: unpacker(() => zlib.createGunzip({ chunkSize: CHUNK })),
  ...(createZstdDecompress !== undefined && {
    zstd: unpacker(() =>
      createZstdDecompress({ chunkSize: CHUNK, params: { [constants.ZSTD_d_windowLogMax ?? 0]: WINDOW_LOG } }),
    ),
  }),
  ...(endianness() === "LE" && { xxh64: createStripes }),
};

function unpacker(create: () => zlib.Gunzip): PlatformUnpacker {
  return (read, write) =>
    new Promise((resolve, reject) => {
      const stream = create();
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
}
