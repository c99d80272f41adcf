// How wide a window has to be for panels side by side.

/** Windows up to this many pixels wide show one panel at a time. */
export const NARROW = 800;

/**
 * In windows up to this many pixels wide, the inspector takes turns with the tables instead of standing beside them,
 * and a comparison has one column, before → after.
 */
export const MEDIUM = 1200;

/** In windows up to this many pixels high, the filters above the list of changes are folded at first. */
const LOW = 800;

/** Whether the window is at most that high now; not without a window. */
export const isLow = (): boolean => globalThis.matchMedia?.(`(max-height: ${LOW}px)`).matches ?? false;

/** Whether the window is at most that wide now; not without a window. */
export const isMedium = (): boolean => globalThis.matchMedia?.(`(max-width: ${MEDIUM}px)`).matches ?? false;
