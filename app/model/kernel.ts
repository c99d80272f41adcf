// Kernels: small modules of WebAssembly. build/kernels has their source.

import { base64Bytes } from "./text.ts";

/** Compiles a kernel without waiting and returns what it exports; null where WebAssembly is not allowed. */
export function startKernel<Exports>(base64: string): Exports | null {
  try {
    const module = new WebAssembly.Module(base64Bytes(base64) as BufferSource);
    return new WebAssembly.Instance(module).exports as Exports;
  } catch {
    return null;
  }
}
