// How wide the values of listings are. The page measures small documents itself, and asks the worker once for large
// ones.

import { type ValueWidths, valueWidths } from "../../model/listings/columns.ts";
import type { Client } from "../../worker/client.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import type { Doc } from "../state.ts";
import { isLarge } from "./large.ts";

export interface Widths {
  /** The widths of a document; `null`: the worker must measure them. */
  now(doc: Pick<Doc, "document" | "checkpoint">): ValueWidths | null;
  /** Asks the worker for the widths of a document. */
  of(document: DocumentId): Promise<ValueWidths>;
}

export function createWidths(client: Client): Widths {
  const known = new Map<DocumentId, ValueWidths>();
  const asked = new Map<DocumentId, Promise<ValueWidths>>();
  const ask = async (document: DocumentId): Promise<ValueWidths> => {
    try {
      const widths = await client.request("widths", { document });
      known.set(document, widths);
      return widths;
    } finally {
      asked.delete(document);
    }
  };
  return {
    now({ document, checkpoint }) {
      if (document === null) return null;
      return known.get(document) ?? (isLarge(checkpoint) ? null : valueWidths(checkpoint));
    },
    async of(document) {
      const request = asked.get(document) ?? ask(document);
      asked.set(document, request);
      return request;
    },
  };
}
