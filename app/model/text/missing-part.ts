// Parts of the page are loaded when they are needed. That fails without a network, or if the page's host has a newer
// version, whose files have other names.

/** The words for the user. Chromium remembers that an import failed until the page is reloaded. */
export const PART_MISSING = {
  message: "A part of the page could not be loaded.",
  advice: "Check the network, and reload the page.",
} as const;

/** Messages of a failed import() in Chromium, Firefox and Safari, and of a style sheet that Vite could not load. */
const REJECTED = /dynamically imported module|Importing a module script failed|Unable to preload CSS/i;

/** Whether an error is that of a failed import(), here or in the worker. */
export const isPartMissing = (error: unknown): boolean =>
  error instanceof Error && (REJECTED.test(error.message) || error.message.startsWith(PART_MISSING.message));
