// What the drawing shows of an image while the table below it is filtered.

import { useEffect, useState } from "react";
import type { Layout } from "../../graph/order/layout.ts";
import { filterErrors } from "../../model/listings/filter.ts";
import type { Subset } from "../../model/subset.ts";
import type { Doc } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";

export interface DrawnSubset {
  readonly subset: Subset;
  readonly layout: Layout;
}

/** Milliseconds without typing before a request is sent to the worker. */
const DEBOUNCE = 150;

/** `null`: everything is drawn. While the worker applies a new filter, the subset of the previous one. */
export function useSubset({ document }: Doc): DrawnSubset | null {
  const { shell } = usePage();
  const listing = useApp(({ tab }) => tab);
  const typed = useApp(({ listings, tab }) => listings[tab].filter.trim());
  const filter = filterErrors(listing, typed).length > 0 ? "" : typed;
  const [answer, setAnswer] = useState<(DrawnSubset & { readonly document: number }) | null>(null);
  useEffect(() => {
    if (document === null || filter === "") return setAnswer(null);
    const control = new AbortController();
    const timer = setTimeout(() => {
      shell.client.request("subset", { document, listing, filter }, { signal: control.signal }).then(
        (response) => setAnswer(response && { ...response, document }),
        (error: unknown) => {
          if (!control.signal.aborted) shell.notify(`Could not filter the drawing: ${String(error)}`);
        },
      );
    }, DEBOUNCE);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [document, listing, filter, shell]);
  return answer?.document === document ? answer : null;
}
