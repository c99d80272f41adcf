// Notes on what is not compared of the tables of resources.

import { SIDES, type Side } from "../../model/comparison/side.ts";
import { counted } from "../../model/text/words.ts";
import type { ResourceSpec } from "../../resources/resource.ts";
import { RESOURCES } from "../../resources/resources.ts";
import { MOST_ROWS, type Resources } from "../../resources/table.ts";
import type { Note } from "../changes.ts";

/** `2 mappings` */
export const countedRows = (rows: number, { noun, plural }: ResourceSpec): string => counted(rows, noun, plural);

/** Notes on tables, rows and values that an image lacks. */
export const lackingNotes = (lacking: Readonly<Record<Side, readonly string[]>>): Note[] =>
  SIDES.filter((side) => lacking[side].length > 0).map((side) => ({
    code: "resources-on-one-side",
    message: `The image ${side} does not record: ${lacking[side].join(", ")}. They are not compared.`,
  }));

/** Notes on tables with more rows than are read. */
export const cutNotes = (resources: Readonly<Record<Side, Resources>>): Note[] =>
  RESOURCES.filter(({ name }) => SIDES.some((side) => resources[side][name]?.cut === true)).map((spec) => ({
    code: "rows-not-compared",
    message: `${spec.title}: only the first ${countedRows(MOST_ROWS, spec)} of each image are compared.`,
  }));
