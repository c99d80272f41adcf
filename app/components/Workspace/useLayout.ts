// Where things stand in the drawing of a large image, worked out by the worker. Small ones need none.

import { useEffect, useState } from "react";
import type { Layout } from "../../graph/order/layout.ts";
import type { Doc } from "../../shell/state.ts";
import { usePage } from "../context.ts";

/** Below this many objects the drawing works it out itself, at once. */
const SMALL = 2000;

export function useLayout({ document, checkpoint }: Doc): Layout | null {
  const { shell } = usePage();
  const [response, setAnswer] = useState<{ readonly document: number; readonly layout: Layout } | null>(null);
  const small = checkpoint.descriptors.count <= SMALL && checkpoint.files.count <= SMALL;
  useEffect(() => {
    if (document === null || small) return;
    const control = new AbortController();
    shell.client.request("layout", { document }, { signal: control.signal }).then(
      (layout) => setAnswer({ document, layout }),
      (error: unknown) => {
        if (!control.signal.aborted) shell.notify(`The drawing could not be laid out: ${String(error)}`);
      },
    );
    return () => control.abort();
  }, [document, small, shell]);
  return response?.document === document ? (response?.layout ?? null) : null;
}
