// The layouts of the drawings of large images and of two images, which the worker makes.

import type { Checkpoint } from "../model/checkpoint.ts";
import type { Client } from "../worker/client.ts";
import type { DocumentId, DocumentPair, Requests } from "../worker/protocol.ts";

type Layout = Requests["layout"]["response"];
type Union = Requests["union"]["response"];

/** Up to this many descriptors, open files and tasks, the drawing computes the layout while it renders. */
const SMALL = 2000;

export const isLaidOutByWorker = ({ descriptors, files, tasks }: Checkpoint): boolean =>
  Math.max(descriptors.count, files.count, tasks.count) > SMALL;

export interface Layouts {
  /**
   * Requests the layout of a document that is about to be shown, so that it is made while the page renders the rest.
   */
  prepare(document: DocumentId): void;
  /** The layout that was prepared for a document, once, or else a new one. */
  of(document: DocumentId): Promise<Layout>;
  /** The same for two documents that are drawn in one. */
  prepareUnion(pair: DocumentPair): void;
  unionOf(pair: DocumentPair): Promise<Union>;
}

export function createLayouts(client: Client): Layouts {
  const layouts = preparedOnce<DocumentId, Layout>(
    (document) => client.request("layout", { document }),
    (one, other) => one === other,
  );
  const unions = preparedOnce<DocumentPair, Union>(
    (pair) => client.request("union", pair),
    (one, other) => one.before === other.before && one.after === other.after,
  );
  return { prepare: layouts.prepare, of: layouts.of, prepareUnion: unions.prepare, unionOf: unions.of };
}

/** Responses to requests that may be sent ahead. They are not cached, because they are as large as the image. */
function preparedOnce<K, T>(request: (key: K) => Promise<T>, isSame: (one: K, other: K) => boolean) {
  let prepared: { readonly key: K; readonly response: Promise<T> } | null = null;
  return {
    prepare(key: K): void {
      const response = request(key);
      // Reported when the layout is requested.
      response.catch(() => {});
      prepared = { key, response };
    },
    of(key: K): Promise<T> {
      const response = prepared !== null && isSame(prepared.key, key) ? prepared.response : request(key);
      prepared = null;
      return response;
    },
  };
}
