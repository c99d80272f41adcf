// Records of terminals: TTY and TTY_LDISC.

import { NONE } from "../../../model/checkpoint.ts";
import { terminalName } from "../details/terminal-names.ts";
import { readStruct, type Walk } from "../walk/walk.ts";

/** TTY: the terminal object that the last OBJREF announced. */
export function onTty(walk: Walk): void {
  const terminal = walk.terminals[walk.pendingTerminal];
  if (terminal === undefined) return;
  terminal.record = walk.record;
  const reader = readStruct(walk, "ckpt_hdr_tty");
  if (reader.has("driver_type", "driver_subtype", "index")) terminal.name = terminalName(reader);
  walk.lastTerminal = walk.pendingTerminal;
  walk.pendingTerminal = NONE;
}

/** TTY_LDISC: the line discipline of the terminal that was described last. */
export function onTtyLdisc(walk: Walk): void {
  const terminal = walk.terminals[walk.lastTerminal];
  if (terminal !== undefined) terminal.ldisc = walk.record;
}
