// show --resources: tables of what an image holds besides descriptors.

import type { Chosen } from "../../app/export/choose.ts";
import { isListed } from "../../app/export/json/show-json.ts";
import { resourceLines, resourceTable } from "../../app/export/tables/resources.ts";
import { FROM_DETAILS } from "../../app/resources/from-checkpoint.ts";
import type { ResourceTable } from "../../app/resources/table.ts";
import { withNewlines } from "../io.ts";

export { readResources } from "../../app/resources/read.ts";

/** Whether one of the named tables is made of the details of open files. */
export const needDetails = (names: readonly string[]): boolean => names.some((name) => FROM_DETAILS.has(name));

/** Tables of resources one after the other, with an empty line between them. */
export function* resourceText(
  tables: readonly ResourceTable[],
  tsv: boolean,
  chosen: Chosen | null,
): Generator<string> {
  const listed = chosen === null ? undefined : isListed(chosen);
  for (const [at, table] of tables.entries()) {
    if (at > 0) yield "\n";
    if (tsv) yield* resourceTable(table, "\t", listed);
    else yield* withNewlines(resourceLines(table, listed));
  }
}
