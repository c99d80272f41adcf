// How wide a window has to be for panels side by side.

/** Windows up to this many pixels wide show one panel at a time. */
export const NARROW = 800;

/** Whether the window is that narrow now; not without a window. */
export const isNarrow = (): boolean => globalThis.matchMedia?.(`(max-width: ${NARROW}px)`).matches ?? false;
