// What is done about the details of each open file.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { type Checkpoint, HAS } from "../../../model/checkpoint.ts";
import type { ColumnKernel } from "../../builder/column-kernel.ts";
import type { FileContext } from "../walk/context.ts";
import { ALONE, FOLLOWS, RELATED_SHIFT, WANTED } from "./alike-runs.ts";

/**
 * By file, what is done about it (alike-runs.ts). It is read if not all of its details are in columns: it has no path
 * of its own, further records describe it, or it is one of `detailed`.
 */
export function readingFlags(
  { files, fileRecords }: Checkpoint,
  { detailed, contents: { ofFile: contents } }: Pick<FileContext, "detailed" | "contents">,
  kernel: ColumnKernel | null,
): Uint8Array {
  const { count, has, record } = files;
  const { first } = fileRecords;
  const hasFurther = fileRecords.record.length > 0;
  const flags = new Uint8Array(count);
  for (const file of detailed) flags[file] = WANTED;
  const { inode, deleted } = HAS;
  if (kernel?.flag({ flags, has, record, first, contents, inode, deleted })) return flags;
  // Without calls, because the loop runs cold.
  for (let file = 0; file < count; file++) {
    const is = has[file] as number;
    const isAlone = !hasFurther || first[file] === first[file + 1];
    let flag = flags[file] as number;
    if ((is & HAS.inode) === 0 || !isAlone) flag |= WANTED;
    if ((is & HAS.deleted) === 0 && isAlone) flag |= ALONE;
    if (!isAlone && contents !== null && (contents[file] as number) > 0 && (is & HAS.deleted) === 0) {
      const related = (first[file + 1] as number) - (first[file] as number);
      if (related === 1) flag |= ALONE | ((contents[file] as number) << RELATED_SHIFT);
    }
    if (file > 0 && (record[file] as number) === (record[file - 1] as number) + 1) flag |= FOLLOWS;
    flags[file] = flag;
  }
  return flags;
}
