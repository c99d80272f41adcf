// The layout of the drawing of a large image, computed by the worker. The drawing lays out small images itself.

import { useEffect, useState } from "react";
import type { Layout } from "../../graph/order/layout.ts";
import type { Doc } from "../../shell/state.ts";
import { usePage } from "../context.ts";

/** Up to this many descriptors, open files and tasks, the drawing computes the layout while it renders. */
const SMALL = 2000;

export function useLayout({ document, checkpoint }: Doc): Layout | null {
  const { shell } = usePage();
  const [response, setResponse] = useState<{ readonly document: number; readonly layout: Layout } | null>(null);
  const small =
    checkpoint.descriptors.count <= SMALL && checkpoint.files.count <= SMALL && checkpoint.tasks.count <= SMALL;
  useEffect(() => {
    if (document === null || small) return;
    const control = new AbortController();
    shell.client.request("layout", { document }, { signal: control.signal }).then(
      (layout) => setResponse({ document, layout }),
      (error: unknown) => {
        if (!control.signal.aborted) shell.notify(`Could not lay out the drawing: ${String(error)}`);
      },
    );
    return () => control.abort();
  }, [document, small, shell]);
  return response?.document === document ? (response?.layout ?? null) : null;
}
