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

/** The words of settings that TIOCSLCKTRMIOS locks bit by bit; it locks the line discipline and characters as well. */
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
  const charactersOf = (message: string): string[] =>
    info
      .numbers(`${message}.c_cc`)
      .slice(0, CONTROL_WORDS)
      .flatMap((word) => [0, 8, 16, 24].map((by) => ((word >>> by) & 255).toString(16).padStart(2, "0")))
      .slice(0, CONTROL_CHARACTERS);
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
      characters: charactersOf("termios").join(" "),
    });
  }
  const locked: Record<string, DetailValue> = {};
  for (const name of LOCKABLE) {
    const value = info.number(`termios_locked.c_${name}`);
    if (value) locked[name] = octal(value);
  }
  const line = info.number("termios_locked.c_line");
  if (line) locked.line = line;
  const characters = charactersOf("termios_locked");
  if (characters.some((character) => character !== "00")) locked.characters = characters.join(" ");
  if (Object.keys(locked).length > 0) add("lockedSettings", locked);
  if (info.bool("locked") === true) add("locked", true);
  if (info.bool("exclusive") === true) add("exclusive", true);
  if (info.bool("packet_mode") === true) add("packetMode", true);
}
