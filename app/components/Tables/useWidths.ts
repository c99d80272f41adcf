// How wide the values of an image's listings are.

import { useEffect, useMemo, useState } from "react";
import type { ValueWidths } from "../../model/listings/columns.ts";
import type { Doc } from "../../shell/state.ts";
import { usePage } from "../context.ts";

/** `null`: not known yet. */
export function useWidths(doc: Doc): ValueWidths | null {
  const { shell } = usePage();
  const now = useMemo(() => shell.widths.now(doc), [shell, doc]);
  const [later, setLater] = useState<{ readonly of: Doc; readonly widths: ValueWidths } | null>(null);
  const { document } = doc;
  useEffect(() => {
    if (document === null || now !== null) return;
    let isWanted = true;
    shell.widths.of(document).then(
      (widths) => isWanted && setLater({ of: doc, widths }),
      (error: unknown) => {
        if (isWanted) shell.notify(`Could not measure the columns: ${String(error)}`);
      },
    );
    return () => {
      isWanted = false;
    };
  }, [doc, document, now, shell]);
  return now ?? (later?.of === doc ? later.widths : null);
}
