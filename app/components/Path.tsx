// A path that is shortened in the middle if it does not fit: its end identifies it better than its beginning.

/** A last component of up to this many characters is never shortened. */
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
