// Clocks and devices in words, and the values that lists of names stand for.

import { ACCESS_MODES, flagTableOf } from "./names.ts";
import { signalName } from "./signals.ts";

/** Clocks of clock_gettime(2). Linux include/uapi/linux/time.h. */
const CLOCKS: Readonly<Record<number, string>> = {
  0: "CLOCK_REALTIME",
  1: "CLOCK_MONOTONIC",
  7: "CLOCK_BOOTTIME",
  8: "CLOCK_REALTIME_ALARM",
  9: "CLOCK_BOOTTIME_ALARM",
};

/** The name of a clock id. */
export const clockName = (id: number): string | null => CLOCKS[id] ?? null;

/** The id of a clock by its name; undefined: there is no such clock. */
export function clockId(name: string): number | undefined {
  const [id] = Object.entries(CLOCKS).find(([, known]) => known === name) ?? [];
  return id === undefined ? undefined : Number(id);
}

/** A device number in the kernel's encoding, major << 20 | minor: `8:1`. */
export const deviceText = (device: number): string => `${device >>> 20}:${device & 0xfffff}`;

/** The f_flags for which `flagNames` gives these names; undefined: one of them is no flag. */
export function flagsOf(names: readonly unknown[], arch: string | null): number | undefined {
  const { single, combined } = flagTableOf(arch);
  let flags = 0;
  for (const name of names) {
    const known = [...single, ...combined].find((flag) => flag.name === name)?.value;
    const access = (ACCESS_MODES as readonly unknown[]).indexOf(name);
    const unnamed = typeof name === "string" && /^0x[\da-f]{1,8}$/.test(name) ? Number(name) : undefined;
    const value = known ?? (access < 0 ? unnamed : access);
    if (value === undefined) return undefined;
    flags |= value;
  }
  return flags >>> 0;
}

/** The mask for which `signalNames` gives these names; undefined: one of them is no signal. */
export function signalMask(names: readonly unknown[], arch: string | null): bigint | undefined {
  let mask = 0n;
  for (const name of names) {
    const number = ALL_SIGNALS.find((each) => (signalName(each, arch) ?? `signal ${each}`) === name);
    if (number === undefined) return undefined;
    mask |= 1n << BigInt(number - 1);
  }
  return mask;
}

const ALL_SIGNALS = Array.from({ length: 64 }, (_, bit) => bit + 1);
