// The parts of a path. No check of what it names: paths come from images and archives as they are.

/** A path's last part. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** A path without its last part; "" if it has only one. */
export const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
