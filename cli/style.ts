// Colours and weights of terminal text.

import { styleText } from "node:util";

type Format = "bold" | "cyan" | "dim" | "green" | "red" | "yellow";

/** Returns text in a style, or the text unchanged where colours are off. */
export type Style = (format: Format, text: string) => string;

/** Whether to colour is decided by the caller (see io.ts), not by the stream that styleText would look at. */
export const styleFor = (colour: boolean): Style =>
  colour ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
