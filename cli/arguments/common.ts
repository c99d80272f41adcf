// What several commands accept.

import type { Option } from "./spec.ts";
import { DIALECTS } from "./values.ts";

export const IMAGE = { usage: "IMAGE", expected: "one image", least: 1, most: 1 } as const;

/** How images are opened. */
export const OPENING = {
  dialect: {
    kind: "choice",
    argument: "NAME",
    values: DIALECTS,
    meaning: "Read a Linux-CR image as this dialect instead of the detected one",
  },
  set: {
    kind: "text",
    argument: "NAME",
    meaning: "Choose one of several images in an archive or directory; without it, an error lists their names",
  },
  limit: {
    kind: "text",
    argument: "NAME=VALUE,...",
    meaning: "Raise a limit that a problem names, such as rows=5000000 or memory=2G",
  },
  "no-limits": { kind: "flag", meaning: "Decode an image no matter how much memory it takes" },
} as const satisfies Record<string, Option>;
