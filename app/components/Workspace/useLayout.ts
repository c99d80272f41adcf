// The layout of the drawing of a large image, computed by the worker. The drawing lays out small images itself.

import { useEffect, useState } from "react";
import type { Layout } from "../../graph/order/layout.ts";
import { isLaidOutByWorker } from "../../shell/layouts.ts";
import type { Doc } from "../../shell/state.ts";
import { usePage } from "../context.ts";

export function useLayout({ document, checkpoint }: Doc): Layout | null {
  const { shell } = usePage();
  const [response, setResponse] = useState<{ readonly document: number; readonly layout: Layout } | null>(null);
  const byWorker = isLaidOutByWorker(checkpoint);
  useEffect(() => {
    if (document === null || !byWorker) return;
    let isWanted = true;
    shell.layouts.of(document).then(
      (layout) => isWanted && setResponse({ document, layout }),
      (error: unknown) => {
        if (isWanted) shell.notify(`Could not lay out the drawing: ${String(error)}`);
      },
    );
    return () => {
      isWanted = false;
    };
  }, [document, byWorker, shell]);
  return response?.document === document ? (response?.layout ?? null) : null;
}
