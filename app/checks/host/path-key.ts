// Paths as keys of maps.

/** Arguments that one call takes. */
const MOST_ARGUMENTS = 8192;

/** A path's bytes as characters up to U+00FF, so that names in no valid encoding stay apart. */
export function pathKey(path: Uint8Array): string {
  let key = "";
  for (let at = 0; at < path.length; at += MOST_ARGUMENTS) {
    key += String.fromCharCode.apply(null, path.subarray(at, at + MOST_ARGUMENTS) as unknown as number[]);
  }
  return key;
}
