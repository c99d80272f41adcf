// Pseudo-terminals: pairs of objects, one or both of which may be open.

import type { Details, DetailValue } from "../model/fields.ts";
import type { FileDescription } from "./description.ts";
import type { Dump, Terminal } from "./dump.ts";
import type { ObjectKey } from "./objects.ts";
import type { FieldValues } from "./writer.ts";

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
  const {
    winsize,
    termios: [master, slave],
  } = terminals.get(index) ?? { winsize: {}, termios: [undefined, undefined] as const };
  const own = termiosOf(file.details?.settings);
  terminals.set(index, {
    winsize: winsizeOf(file.details ?? {}) ?? winsize,
    termios: key % 2 === 0 ? [own ?? master, slave] : [master, own ?? slave],
  });
}

const isDetails = (value: DetailValue | undefined): value is Details =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function winsizeOf({ rows, columns, pixels }: Details): FieldValues | null {
  if (typeof rows !== "number" || typeof columns !== "number") return null;
  const { width = 0, height = 0 } = isDetails(pixels) ? pixels : {};
  return {
    "winsize.ws_row": rows,
    "winsize.ws_col": columns,
    "winsize.ws_xpixel": Number(width),
    "winsize.ws_ypixel": Number(height),
  };
}

/** Settings as the decoder shows them: the words in octal, the characters in hexadecimal. */
function termiosOf(settings: DetailValue | undefined): FieldValues | undefined {
  if (!isDetails(settings)) return undefined;
  const octal = (name: string): number => Number.parseInt(String(settings[name]), 8) || 0;
  const characters = String(settings.characters ?? "").split(" ");
  return {
    "termios.c_iflag": octal("iflag"),
    "termios.c_oflag": octal("oflag"),
    "termios.c_cflag": octal("cflag"),
    "termios.c_lflag": octal("lflag"),
    "termios.c_line": Number(settings.line ?? 0),
    "termios.c_cc": Uint8Array.from(characters, (byte) => Number.parseInt(byte, 16) || 0),
    "termios.c_ispeed": Number(settings.inputSpeed ?? 0),
    "termios.c_ospeed": Number(settings.outputSpeed ?? 0),
  };
}

/** tty_driver's type and subtypes, Linux include/linux/tty_driver.h. */
const DRIVER_PTY = 4;
const PTY_MASTER = 1;
const PTY_SLAVE = 2;

/** Linux drivers/tty/tty_io.c, tty_std_termios: ^C, ^\\, DEL, and so on. */
const CHARACTERS = Uint8Array.of(3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0);
const COMMON = { "termios.c_cflag": 0o277, "termios.c_ispeed": 38_400, "termios.c_ospeed": 38_400 };

/** Settings of a pseudo-terminal's sides when it is opened: Linux drivers/tty/pty.c. Those of a master never change. */
const INITIAL: readonly [FieldValues, FieldValues] = [
  { ...COMMON, "termios.c_cc": CHARACTERS },
  {
    ...COMMON,
    "termios.c_iflag": 0o2400,
    "termios.c_oflag": 0o5,
    "termios.c_lflag": 0o105073,
    "termios.c_cc": CHARACTERS,
  },
];

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
    ...terminal?.winsize,
    ...(terminal?.termios[slave ? 1 : 0] ?? INITIAL[slave ? 1 : 0]),
  });
  dump.writer.record("TTY_LDISC", { minimum_to_wake: 1, icanon: 1 });
  return 0;
}
