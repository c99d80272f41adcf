// Details of a terminal, from its tty_info_entry.

import type { DetailValue } from "../../../model/fields.ts";
import { statDeviceText } from "../format/meaning.ts";
import { enumName } from "../format/messages.ts";
import type { Values } from "../wire/values.ts";

type Add = (key: string, value: DetailValue) => void;

/** Words of c_cc that are set; the rest are memory of the dumper. */
const CONTROL_WORDS = 5;
/** NCCS of Linux. */
const CONTROL_CHARACTERS = 19;

/** The words of settings that TIOCSLCKTRMIOS locks bit by bit. */
const LOCKABLE = ["iflag", "oflag", "cflag", "lflag"] as const;

/** Adds the details of a terminal. */
export function describeTerminal(info: Values, add: Add): void {
  add("type", enumName("TtyType", info.number("type") ?? 0));
  if (info.has("pty.index")) add("index", info.number("pty.index"));
  add("session", info.number("sid"));
  add("processGroup", info.number("pgrp"));
  add("device", statDeviceText(info.number("rdev") ?? 0));
  if (info.has("winsize.ws_row")) {
    add("rows", info.number("winsize.ws_row"));
    add("columns", info.number("winsize.ws_col"));
    const [width, height] = [info.number("winsize.ws_xpixel"), info.number("winsize.ws_ypixel")];
    if (width || height) add("pixels", { width, height });
  }
  addSettings(info, add);
  if (info.has("uid")) {
    add("uid", info.number("uid"));
    add("gid", info.number("gid"));
  }
}

const octal = (value: number | null): string => `0${(value ?? 0).toString(8)}`;

function addSettings(info: Values, add: Add): void {
  // Each word has four characters.
  const characters = info.numbers("termios.c_cc").slice(0, CONTROL_WORDS);
  const hex = characters.map((word) => [0, 8, 16, 24].map((by) => ((word >>> by) & 255).toString(16).padStart(2, "0")));
  const setting = (name: string): string => octal(info.number(`termios.c_${name}`));
  if (info.has("termios.c_iflag")) {
    add("settings", {
      iflag: setting("iflag"),
      oflag: setting("oflag"),
      cflag: setting("cflag"),
      lflag: setting("lflag"),
      line: info.number("termios.c_line"),
      inputSpeed: info.number("termios.c_ispeed"),
      outputSpeed: info.number("termios.c_ospeed"),
      characters: hex.flat().slice(0, CONTROL_CHARACTERS).join(" "),
    });
  }
  const locked = LOCKABLE.map((name) => [name, info.number(`termios_locked.c_${name}`)] as const).filter(
    ([, value]) => value !== null && value !== 0,
  );
  if (locked.length > 0) {
    add("lockedSettings", Object.fromEntries(locked.map(([name, value]) => [name, octal(value)])));
  }
  if (info.bool("locked") === true) add("locked", true);
  if (info.bool("exclusive") === true) add("exclusive", true);
  if (info.bool("packet_mode") === true) add("packetMode", true);
}
