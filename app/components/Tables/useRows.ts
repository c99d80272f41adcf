// The rows of a listing, filtered and in order.

import { useEffect, useMemo, useState } from "react";
import type { Checkpoint } from "../../model/checkpoint.ts";
import type { Listing } from "../../model/listings/column.ts";
import type { Order, OrderedRows } from "../../model/listings/order.ts";
import type { Doc, ListingView } from "../../shell/state.ts";
import { listAhead, NO_ROWS, orderOf, rowsNow, shownRows } from "../../shell/tables/rows.ts";
import { usePage } from "../context.ts";

/** Milliseconds without typing before a request is sent to the worker. */
const DEBOUNCE = 150;

interface Answer {
  readonly checkpoint: Checkpoint;
  readonly order: Order;
  readonly rows: OrderedRows;
}

export interface Rows extends OrderedRows {
  /** The worker is still sorting or filtering; rows and groups are the previous ones. */
  readonly pending: boolean;
}

export function useRows(doc: Doc, listing: Listing, view: ListingView): Rows {
  const { shell } = usePage();
  const { filter, sort, group } = view;
  const order = useMemo(() => orderOf(listing, { filter, sort, group }), [listing, filter, sort, group]);
  const now = useMemo(() => rowsNow(doc, order), [doc, order]);
  const [later, setLater] = useState<Answer | null>(null);

  useEffect(() => {
    if (doc.document === null) return;
    let isShown = true;
    void listAhead(doc.checkpoint, () => isShown);
    return () => {
      isShown = false;
    };
  }, [doc]);

  useEffect(() => {
    if (now !== null) return;
    const control = new AbortController();
    const timer = setTimeout(() => {
      shownRows(shell.client, doc, listing, { filter, sort, group }, control.signal).then(
        (rows) => setLater({ checkpoint: doc.checkpoint, order, rows }),
        (error: unknown) => {
          if (!control.signal.aborted) shell.notify(`Could not sort or filter the table: ${String(error)}`);
        },
      );
    }, DEBOUNCE);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [now, doc, listing, filter, sort, group, order, shell]);

  if (now !== null) return { ...now, pending: false };
  const ours = later !== null && later.checkpoint === doc.checkpoint && later.order.listing === listing;
  return { ...(ours ? later.rows : NO_ROWS), pending: later?.order !== order };
}
