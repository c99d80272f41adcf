// The open documents, and the last comparison of two of them.

import type { Image } from "../decoder/image.ts";
import type { Comparison } from "../diff/comparison.ts";
import { diff } from "../diff/diff.ts";
import type { DocumentId, DocumentPair } from "./protocol.ts";

export interface Documents {
  add(image: Image): DocumentId;
  /** @throws Error if no document with this id is open. */
  get(document: DocumentId): Image;
  close(document: DocumentId): void;
  /** Compares two documents. The last comparison is cached, for the drawing and the exports. */
  compare(pair: DocumentPair): Comparison;
}

export function createDocuments(): Documents {
  const images = new Map<DocumentId, Image>();
  let nextId: DocumentId = 1;
  let last: (DocumentPair & { readonly comparison: Comparison }) | null = null;

  const get = (document: DocumentId): Image => {
    const image = images.get(document);
    if (image === undefined) throw new Error(`document ${document} is not open`);
    return image;
  };

  return {
    add(image) {
      const id = nextId++;
      images.set(id, image);
      return id;
    },
    get,
    close(document) {
      images.delete(document);
      if (last?.before === document || last?.after === document) last = null;
    },
    compare({ before, after }) {
      if (last?.before === before && last.after === after) return last.comparison;
      // Freed first: each comparison may have millions of rows.
      last = null;
      const comparison = diff(get(before).checkpoint, get(after).checkpoint);
      last = { before, after, comparison };
      return comparison;
    },
  };
}

/** Total size of an image's members, in bytes. */
export const sizeOf = ({ sources }: Image): number => sources.reduce((sum, { size }) => sum + size, 0);
