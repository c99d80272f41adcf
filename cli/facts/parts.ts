// The parts of the facts that can be left out.

/** Each part, with its description. */
export const PARTS = {
  files: "what the image's paths lead to",
  processes: "ids of processes, and locks",
  network: "addresses and names in use, and interfaces",
  mounts: "mounts",
  limits: "resource limits and kernel settings",
  host: "the name of the host",
} as const;
export type Part = keyof typeof PARTS;
