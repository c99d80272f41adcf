// The drawing's subject for two images, merged by the worker, and without what the filters of changes hide.

import { useEffect, useState } from "react";
import type { SubjectOfBoth } from "../../graph/order/graph.ts";
import type { Layout } from "../../graph/order/layout.ts";
import { hiddenOf } from "../../shell/selectors.ts";
import type { Compared } from "../../shell/state.ts";
import type { UnionWithoutResponse } from "../../worker/protocol.ts";
import { useApp, usePage } from "../context.ts";

export interface Drawn {
  readonly of: Compared;
  readonly subject: SubjectOfBoth;
  readonly layout: Layout;
}

/** `null` until the worker has responded. While it hides other changes, the previous drawing is shown. */
export function useUnion(compared: Compared): Drawn | null {
  const { shell } = usePage();
  const before = useApp(({ docs }) => docs[0]?.document ?? null);
  const after = useApp(({ docs }) => docs[1]?.document ?? null);
  const hidden = useApp(hiddenOf);
  const [whole, setWhole] = useState<Drawn | null>(null);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  useEffect(() => {
    if (before === null || after === null) return;
    let isWanted = true;
    shell.layouts.unionOf({ before, after }).then(
      ({ graph, both, layout }) => {
        if (!isWanted) return;
        const { comparison } = compared;
        const subject = { graph, after: comparison.after, both: { ...both, before: comparison.before } };
        setWhole({ of: compared, subject, layout });
      },
      (error: unknown) => {
        if (isWanted) shell.notify(`Could not lay out the drawing: ${String(error)}`);
      },
    );
    return () => {
      isWanted = false;
    };
  }, [before, after, compared, shell]);
  useEffect(() => {
    if (whole?.of !== compared || before === null || after === null) return;
    if (!hidden.includes(1)) return setDrawn(whole);
    const control = new AbortController();
    shell.client.request("unionWithout", { before, after, hidden }, { signal: control.signal }).then(
      (response) => setDrawn(without(whole, response)),
      (error: unknown) => {
        if (!control.signal.aborted) shell.notify(`Could not hide changes in the drawing: ${String(error)}`);
      },
    );
    return () => control.abort();
  }, [whole, before, after, compared, hidden, shell]);
  return drawn?.of === compared ? drawn : null;
}

function without({ of, subject, layout }: Drawn, response: UnionWithoutResponse): Drawn {
  const { fileBefore, change, off, ...counts } = response;
  const { graph, both } = subject;
  return {
    of,
    subject: {
      ...subject,
      graph: { ...graph, descriptors: { ...graph.descriptors, ...(fileBefore && { fileBefore }) } },
      both: { ...both, change, off },
    },
    layout: { ...layout, ...counts },
  };
}
