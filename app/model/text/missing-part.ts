// Parts of the page that are loaded when they are needed, and could not be: the network is gone, or the page's host has a
// newer version, whose files have other names.

/** What the user reads. Browsers keep that a module could not be loaded until the page is loaded again. */
export const PART_MISSING = {
  message: "A part of the page could not be loaded.",
  advice: "Check the network, and reload the page.",
} as const;

/** What import() rejects with in Chromium, Firefox and Safari, and what Vite adds for style sheets. */
const REJECTED = /dynamically imported module|Importing a module script failed|Unable to preload CSS/i;

/** Whether this is what import() rejects with, or its message as the worker passes it on. */
export const isPartMissing = (error: unknown): boolean =>
  error instanceof Error && (REJECTED.test(error.message) || error.message.startsWith(PART_MISSING.message));
