// The drawing's subject for two images, merged by the worker.

import { useDeferredValue, useEffect, useMemo, useState } from "react";
import type { Subject } from "../../graph/order/graph.ts";
import { type Layout, withChangesOf } from "../../graph/order/layout.ts";
import { withoutChanges } from "../../graph/order/switched-off.ts";
import { hiddenOf } from "../../shell/selectors.ts";
import type { Compared } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";

export interface Drawn {
  readonly subject: Subject;
  readonly layout: Layout;
}

/** `null` until the worker has responded. */
export function useUnion(compared: Compared): Drawn | null {
  const { shell } = usePage();
  const before = useApp(({ docs }) => docs[0]?.document ?? null);
  const after = useApp(({ docs }) => docs[1]?.document ?? null);
  const [response, setResponse] = useState<(Drawn & { readonly of: Compared }) | null>(null);
  useEffect(() => {
    if (before === null || after === null) return;
    const control = new AbortController();
    shell.client.request("union", { before, after }, { signal: control.signal }).then(
      ({ graph, both, layout }) => {
        const { comparison } = compared;
        const subject = { graph, after: comparison.after, both: { ...both, before: comparison.before } };
        setResponse({ of: compared, subject, layout });
      },
      (error: unknown) => {
        if (!control.signal.aborted) shell.notify(`Could not lay out the drawing: ${String(error)}`);
      },
    );
    return () => control.abort();
  }, [before, after, compared, shell]);
  // Deferred, so that the switches respond at once even if many objects have to be drawn differently.
  const hidden = useDeferredValue(useApp(hiddenOf));
  return useMemo(() => {
    if (response?.of !== compared) return null;
    const subject = withoutChanges(response.subject, compared.comparison, hidden);
    return subject === response.subject ? response : { subject, layout: withChangesOf(response.layout, subject) };
  }, [response, compared, hidden]);
}
