// Pseudo-terminals: pairs of objects, one or both of which may be open.

import type { FileDescription } from "./description.ts";
import type { Dump, Terminal } from "./dump.ts";
import type { ObjectKey } from "./objects.ts";

/** Key of a terminal's side in the object hash: 2 × index for the master, one more for the slave. `null`: no side. */
export function terminalKey({ details }: FileDescription): number | null {
  const index = details?.index;
  if (typeof index !== "number" || (details?.side !== "master" && details?.side !== "slave")) return null;
  return index * 2 + (details.side === "slave" ? 1 : 0);
}

/** Adds an open file's information about its terminal. */
export function noteTerminal(terminals: Map<number, Terminal>, file: FileDescription): void {
  const key = terminalKey(file);
  if (key === null) return;
  const index = Math.floor(key / 2);
  const terminal = terminals.get(index) ?? { rows: 0, columns: 0 };
  terminals.set(index, terminal);
  const { rows, columns } = file.details ?? {};
  if (typeof rows === "number" && typeof columns === "number") Object.assign(terminal, { rows, columns });
}

/** tty_driver's type and subtypes, Linux include/linux/tty_driver.h. */
const DRIVER_PTY = 4;
const PTY_MASTER = 1;
const PTY_SLAVE = 2;

/** Initial settings of a pseudo-terminal: Linux drivers/tty/tty_io.c, tty_std_termios. */
const USUAL_TERMIOS = {
  "termios.c_iflag": 0o2400,
  "termios.c_oflag": 0o5,
  "termios.c_cflag": 0o277,
  "termios.c_lflag": 0o105073,
};

/** Describes one side of a pseudo-terminal. Its line discipline is empty, as its state is not visible from outside. */
export function dumpTerminal(dump: Dump, key: ObjectKey): number {
  const side = Number(key);
  const index = Math.floor(side / 2);
  const slave = side % 2 === 1;
  const terminal = dump.terminals.get(index);
  dump.writer.record("TTY", {
    driver_type: DRIVER_PTY,
    driver_subtype: slave ? PTY_SLAVE : PTY_MASTER,
    link_objref: slave ? dump.hash.described("TTY", side - 1) : 0,
    // Reserved for the file with which a restart opens the master: never the objref of a FILE of the image.
    file_objref: slave ? 0 : dump.hash.take(),
    index,
    "winsize.ws_row": terminal?.rows ?? 0,
    "winsize.ws_col": terminal?.columns ?? 0,
    ...USUAL_TERMIOS,
  });
  dump.writer.record("TTY_LDISC", { minimum_to_wake: 1, icanon: 1 });
  return 0;
}
