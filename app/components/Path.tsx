// A path that is cut in its middle where room is short: its end tells more than its beginning.

/** The end of a path that is kept whole, if it is no longer than this. */
const LONGEST_END = 28;

export function Path({ path }: { path: string }) {
  const at = path.lastIndexOf("/");
  const cut = at > 0 && path.length - at <= LONGEST_END ? at : Math.max(0, path.length - LONGEST_END / 2);
  return (
    <span className="path">
      {cut > 0 && <span className="path-head">{path.slice(0, cut)}</span>}
      <span className="path-end">{path.slice(cut)}</span>
    </span>
  );
}
