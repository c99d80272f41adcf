// Linux-CR images that no kernel wrote: dumps of running processes, with only what /proc shows.

import type { Checkpoint, Fact } from "./checkpoint.ts";

/** Kernels that can write images: 2.6 and 3. Images with a later version were written from outside the kernel. */
const OF_KERNEL = /^[23]\./;

/** Whether the header of a Linux-CR image names a kernel that writes none. */
export function namesOtherKernel(facts: readonly Fact[]): boolean {
  const kernel = facts.find(({ label }) => label === "kernel")?.value;
  return kernel !== undefined && !OF_KERNEL.test(kernel);
}

/**
 * Whether an image was written from outside the kernel. Values that only the kernel knows are 0 or absent in it: the
 * format requires the records.
 */
export const writtenOutside = ({ format, facts }: Pick<Checkpoint, "format" | "facts">): boolean =>
  format === "linux-cr" && namesOtherKernel(facts);

/**
 * Value of CRED's ckpt_capabilities.padding, in an image written from outside the kernel, for a task whose capabilities
 * and signals were read from /proc/PID/status. A kernel writes 0, and does not read it.
 */
export const HAS_STATUS = 1;
