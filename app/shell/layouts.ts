// The layouts of the drawings of large images, which the worker makes.

import type { Checkpoint } from "../model/checkpoint.ts";
import type { Client } from "../worker/client.ts";
import type { DocumentId, Requests } from "../worker/protocol.ts";

type Layout = Requests["layout"]["response"];

/** Up to this many descriptors, open files and tasks, the drawing computes the layout while it renders. */
const SMALL = 2000;

export const isLaidOutByWorker = ({ descriptors, files, tasks }: Checkpoint): boolean =>
  Math.max(descriptors.count, files.count, tasks.count) > SMALL;

export interface Layouts {
  /** Requests the layout of a document that is about to be shown, so that it is made while the page renders the rest. */
  prepare(document: DocumentId): void;
  /** The layout that was prepared for a document, once, or else a new one. */
  of(document: DocumentId): Promise<Layout>;
}

export function createLayouts(client: Client): Layouts {
  let prepared: { readonly document: DocumentId; readonly layout: Promise<Layout> } | null = null;
  const request = (document: DocumentId): Promise<Layout> => client.request("layout", { document });
  return {
    prepare(document) {
      const layout = request(document);
      // Reported when it is asked for.
      layout.catch(() => {});
      prepared = { document, layout };
    },
    of(document) {
      const layout = prepared?.document === document ? prepared.layout : request(document);
      // Not kept: it is as large as the image.
      prepared = null;
      return layout;
    },
  };
}
