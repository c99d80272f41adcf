// Leaves names out of a packed image, if the user wants that. They are replaced by numbers, the same ones in both
// images of a pair, so that sharing and changes remain visible.

import { encodeText, visibleText } from "../model/text/text.ts";
import { namePool } from "./name-pool.ts";

/** `directories`: paths keep only their last part. `names`: no paths, no names of tasks or hosts, no free text. */
export const LEAVE_OUT = ["nothing", "directories", "names"] as const;
export type LeaveOut = (typeof LEAVE_OUT)[number];

/** Replaces what is left out by numbers. */
export interface Mask {
  /** A file's name, and how many of its bytes are stable (`stableLength`). */
  name(bytes: Uint8Array, stable: number, isPath: boolean): { readonly bytes: Uint8Array; readonly stable: number };
  comm(bytes: Uint8Array): Uint8Array;
  /** Free text; `null`: to be left out. */
  text(text: string): string | null;
}

const SLASH = 0x2f;

/** Names that the kernel makes up: `pipe:[41433]`. */
const KERNEL_NAME = /^[a-z_]+(?::(?:\[[a-z0-9]*\]|[a-z]+))?$/;

/** A mask for one image, or for both of a pair. */
export function createMask(leaveOut: LeaveOut): Mask {
  if (leaveOut === "nothing") {
    return { name: (bytes, stable) => ({ bytes, stable }), comm: (bytes) => bytes, text: (text) => text };
  }
  if (leaveOut === "directories") {
    const pool = namePool();
    const short = (bytes: Uint8Array): Uint8Array => {
      const from = bytes.indexOf(SLASH);
      const to = bytes.lastIndexOf(SLASH) + 1;
      if (from < 0 || to - from < 2) return bytes;
      const number = pool.number(bytes.subarray(from, to)) + 1;
      return joined(bytes.subarray(0, from), encodeText(`…${number}/`), bytes.subarray(to));
    };
    return {
      name(bytes, stable) {
        const first = short(bytes.subarray(0, stable));
        return { bytes: joined(first, short(bytes.subarray(stable))), stable: first.length };
      },
      comm: short,
      text: (text) => (text.includes("/") ? null : text),
    };
  }
  const names = namePool();
  const comms = namePool();
  const rests = namePool();
  return {
    name(bytes, stable, isPath) {
      if (bytes.length === 0 || (!isPath && KERNEL_NAME.test(visibleText(bytes)))) return { bytes, stable };
      const first = encodeText(`file-${names.number(bytes.subarray(0, stable)) + 1}`);
      if (stable === bytes.length) return { bytes: first, stable: first.length };
      const rest = encodeText(`:${rests.number(bytes.subarray(stable)) + 1}`);
      return { bytes: joined(first, rest), stable: first.length };
    },
    comm: (bytes) => (bytes.length === 0 ? bytes : encodeText(`task-${comms.number(bytes) + 1}`)),
    text: () => null,
  };
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
