// Which columns side by side shows, and their widths.

import type { ChangeKind } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { ALIGNED_COLUMNS, type AlignedColumn } from "../../shell/aligned-cells.ts";
import type { Compared } from "../../shell/state.ts";

/** Columns that are shown only if there are changes of this kind. */
const ONLY_IF_CHANGED: Readonly<Record<string, ChangeKind>> = {
  mode: "file-mode",
  version: "file-version",
  cloexec: "close-on-exec",
};

export const columnsOf = ({ counts }: Comparison): readonly AlignedColumn[] =>
  ALIGNED_COLUMNS.filter(({ id }) => {
    const kind = ONLY_IF_CHANGED[id];
    return kind === undefined || counts[kind] > 0;
  });

/** grid-template-columns. `one`: a single column, before → after, instead of two sides. */
export function templateOf(columns: readonly AlignedColumn[], { digits }: Compared, one: boolean): string {
  if (one) return "52px minmax(60px, 1fr) minmax(60px, 1.4fr)";
  const side = columns.map(({ id, width }) => width(Math.max(8, id === "pos" ? digits.pos : digits.version))).join(" ");
  return `52px ${side} 1px ${side}`;
}
