// Colours and weights of terminal text.

import { styleText } from "node:util";

type Format = "bold" | "cyan" | "dim" | "green" | "red" | "yellow";

/** Returns text in a style, or the text unchanged where colours are off. */
export type Style = (format: Format, text: string) => string;

/** The caller decides whether to colour (see io.ts); styleText is kept from checking the stream itself. */
export const styleFor = (colour: boolean): Style =>
  colour ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
