// Kernels: small modules of WebAssembly. build/kernels has their source.

import { base64Bytes } from "./text/text.ts";

/** Compiles a kernel without waiting and returns what it exports; null where WebAssembly is not allowed. */
export function startKernel<Exports>(base64: string): Exports | null {
  try {
    const module = new WebAssembly.Module(base64Bytes(base64) as BufferSource);
    return new WebAssembly.Instance(module).exports as Exports;
  } catch {
    return null;
  }
}

/**
 * Copies members one after another to `input`, as many as it has room for, and notes where each of them ends.
 * Returns how many they are.
 */
export function giveMembers(members: readonly Uint8Array[], input: Uint8Array, ends: Uint32Array): number {
  let end = 0;
  let count = 0;
  for (let at = 0; at < members.length; at++) {
    const member = members[at] as Uint8Array;
    if (count === ends.length || end + member.length > input.length) break;
    input.set(member, end);
    end += member.length;
    ends[count++] = end;
  }
  return count;
}

/** The input of a kernel, and which part of some bytes is in it: bytes[first … last - 1]. */
export interface KernelInput {
  bytes: Uint8Array | null;
  first: number;
  last: number;
  /** Copies bytes from `from` on, as many as there is room for. */
  give(bytes: Uint8Array, from: number): void;
}

export function kernelInput(room: Uint8Array): KernelInput {
  const input: KernelInput = {
    bytes: null,
    first: 0,
    last: 0,
    give(bytes, from) {
      input.bytes = bytes;
      input.first = from;
      input.last = Math.min(bytes.length, from + room.length);
      room.set(bytes.subarray(from, input.last));
    },
  };
  return input;
}
