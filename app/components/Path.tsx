// A path that is shortened in the middle if it does not fit: its end identifies it better than its beginning, and the
// other end of a connection better than its own.

/** A last component of up to this many characters is never shortened. */
const LONGEST_END = 28;

export function Path({ path }: { path: string }) {
  const cut = cutOf(path);
  return (
    <span className="path">
      {cut > 0 && <span className="path-head">{path.slice(0, cut)}</span>}
      <span className="path-end">{path.slice(cut)}</span>
    </span>
  );
}

/** Where the part begins that is kept. */
function cutOf(path: string): number {
  const arrow = path.startsWith("socket:[") ? path.indexOf("->") : -1;
  if (arrow > 0) return arrow;
  const slash = path.lastIndexOf("/");
  return slash > 0 && path.length - slash <= LONGEST_END ? slash : Math.max(0, path.length - LONGEST_END / 2);
}
