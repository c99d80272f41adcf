import type { Held } from "./watchdog.ts";

export function resume(held: readonly Held[]): void;
