// Names of the CRIU dialects. Separate from the message tables, so that the page can list them without loading those.

/**
 * How a member begins. v1.1: the common magic of images, then the type's own. v1 (before CRIU 1.6, and inventory.img
 * in every version): the type's own magic alone.
 */
export const FRAMINGS = ["v1", "v1.1"] as const;

export type Framing = (typeof FRAMINGS)[number];
