// The decompressors of browsers (DecompressionStream), as far as they have them: gzip everywhere, zstd in some.

import type { PlatformUnpacker, PlatformUnpackers } from "../decoder/archive/compression/platform.ts";

type Form = "gzip" | "zstd";

/** Empty data, packed, followed by one more byte. */
const TRAILING: Readonly<Record<Form, Uint8Array<ArrayBuffer>>> = {
  gzip: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* after the end */ 0),
  zstd: Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0, /* after the end */ 0),
};

/** @param zstd What unpacks Zstandard where the browser does not. */
export function webUnpackers(zstd?: PlatformUnpacker): PlatformUnpackers {
  return {
    ...(zstd && { zstd }),
    ...(isSupported("gzip") && { gzip: webUnpacker("gzip") }),
    ...(isSupported("zstd") && { zstd: webUnpacker("zstd", zstd) }),
  };
}

function isSupported(form: Form): boolean {
  try {
    return new DecompressionStream(form as CompressionFormat) !== null;
  } catch {
    return false;
  }
}

/** Whether bytes after the end are refused, as the standard requires. Where they are ignored, so is a second member. */
async function isStrict(form: Form): Promise<boolean> {
  try {
    const stream = new Blob([TRAILING[form]]).stream().pipeThrough(new DecompressionStream(form as CompressionFormat));
    await new Response(stream).arrayBuffer();
    return false;
  } catch {
    return true;
  }
}

/** @param other What unpacks where the browser's decompressor is not strict. */
function webUnpacker(form: Form, other?: PlatformUnpacker): PlatformUnpacker {
  let strict: Promise<boolean> | null = null;
  return async (read, write) => {
    strict ??= isStrict(form);
    if (!(await strict)) return other?.(read, write) ?? false;
    const { readable, writable } = new DecompressionStream(form as CompressionFormat);
    const [reader, writer] = [readable.getReader(), writable.getWriter()];
    const feed = async (): Promise<void> => {
      for (let bytes = await read(); bytes !== null; bytes = await read()) await writer.write(bytes as BufferSource);
      await writer.close();
    };
    const fed = feed().then(
      () => true,
      async (reason: unknown) => {
        await reader.cancel(reason).catch(() => {});
        return reason;
      },
    );
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (write(value)) continue;
      await reader.cancel().catch(() => {});
      return false;
    }
    const result = await fed;
    if (result !== true) throw result;
    return true;
  };
}
