// A path or the name of an open file, shortened as in the drawing if it does not fit. The cell or line that it is in
// has the whole of it as a tooltip.

import { shortened } from "../graph/scene/text/shorten.ts";

/** Pixels of one character of the monospace font of tables and lists. */
export const CHARACTER = 7.3;

/** `room`: how many characters it has room for; null: not known yet. */
export function Path({ path, room }: { readonly path: string; readonly room: number | null }) {
  return <span className="path">{room === null ? path : shortened(path, Math.max(LEAST, room))}</span>;
}

/** Less than this says nothing. */
const LEAST = 4;
