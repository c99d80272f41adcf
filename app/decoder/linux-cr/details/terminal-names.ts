// Names of terminals: `tty:[pts/3]`, `tty:[ptmx 3]`.

import type { StructReader } from "../struct-reader.ts";

/** TTY_DRIVER_TYPE_PTY of Linux include/linux/tty_driver.h; its subtypes are 1, master, and 2, slave. */
const PTY_DRIVER = 4;

/** `master` or `slave` of a pseudo-terminal, `null` for any other terminal. */
export function terminalSide(tty: Pick<StructReader, "number">): "master" | "slave" | null {
  if (tty.number("driver_type") !== PTY_DRIVER) return null;
  const subtype = tty.number("driver_subtype");
  return subtype === 1 ? "master" : subtype === 2 ? "slave" : null;
}

/** The name of a terminal, from TTY. */
export function terminalName(tty: Pick<StructReader, "number">): string {
  const index = tty.number("index");
  const side = terminalSide(tty);
  return side === "slave" ? `tty:[pts/${index}]` : side === "master" ? `tty:[ptmx ${index}]` : `tty:[${index}]`;
}
