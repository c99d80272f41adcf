// The open documents, and the last comparison of two of them.

import type { Image } from "../decoder/image.ts";
import type { Comparison } from "../diff/comparison.ts";
import { diff } from "../diff/diff.ts";
import { type Events, eventsOf } from "../diff/lists/events.ts";
import type { SubjectOfBoth } from "../graph/order/graph.ts";
import { type Layout, layout } from "../graph/order/layout.ts";
import { unionOf } from "../graph/order/union.ts";
import { type Evidence, earlierOf } from "../model/comparison/earlier.ts";
import { readResources } from "../resources/read.ts";
import { resourceNamed } from "../resources/resources.ts";
import { emptyTable, type Resources, type ResourceTable } from "../resources/table.ts";
import type { DocumentId, DocumentPair } from "./protocol.ts";

/** Two images as one graph, and its layout. */
export interface Drawing {
  readonly subject: SubjectOfBoth;
  readonly layout: Layout;
}

export interface Documents {
  /** @param evidence What is known about when the image was written. */
  add(image: Image, evidence: Evidence): DocumentId;
  /** @throws Error if no document with this id is open. */
  get(document: DocumentId): Image;
  close(document: DocumentId): void;
  /** The tables of resources of a document, which are kept until it is closed. @throws SourceError */
  resources(document: DocumentId): Promise<Resources>;
  /** The table of mappings alone, which a selection needs: it is kept, too. @throws SourceError */
  mappings(document: DocumentId): Promise<ResourceTable>;
  /** Compares two documents. The last comparison is cached, for the drawing and the exports. @throws SourceError */
  compare(pair: DocumentPair): Promise<Comparison>;
  /** The events of their comparison, which are cached with it. @throws SourceError */
  events(pair: DocumentPair): Promise<Events>;
  /**
   * The drawing of two documents. The last one is cached, as changes are hidden in it and shown
   * again. @throws SourceError
   */
  draw(pair: DocumentPair): Promise<Drawing>;
}

export function createDocuments(): Documents {
  const images = new Map<DocumentId, Image>();
  const evidences = new Map<DocumentId, Evidence>();
  let nextId: DocumentId = 1;
  const tables = new Map<DocumentId, Promise<Resources>>();
  /** Tables of mappings alone. */
  const mapped: typeof tables = new Map();
  let last:
    | (DocumentPair & {
        readonly comparison: Promise<Comparison>;
        events?: Promise<Events>;
        drawing?: Promise<Drawing>;
      })
    | null = null;

  const get = (document: DocumentId): Image => {
    const image = images.get(document);
    if (image === undefined) throw new Error(`document ${document} is not open`);
    return image;
  };

  /** The tables read for a document, or a new reading, which is kept until the document is closed. */
  const kept = (of: typeof tables, document: DocumentId, read: () => Promise<Resources>): Promise<Resources> => {
    const known = of.get(document) ?? read();
    of.set(document, known);
    // A later attempt to read them may succeed.
    known.catch(() => of.delete(document));
    return known;
  };
  const resources = (document: DocumentId): Promise<Resources> =>
    kept(tables, document, () => readResources(get(document)));
  const mappings = async (document: DocumentId): Promise<ResourceTable> => {
    const read = () => readResources(get(document), ["mappings"]);
    const { mappings: table } = await (tables.get(document) ?? kept(mapped, document, read));
    return table ?? emptyTable(resourceNamed("mappings"));
  };
  const compare = async ({ before, after }: DocumentPair): Promise<Comparison> => {
    const both = { before: await resources(before), after: await resources(after) };
    const [first, second] = [evidences.get(before), evidences.get(after)];
    return diff(get(before).checkpoint, get(after).checkpoint, {
      resources: both,
      ...(first && second && { order: earlierOf(first, second) }),
    });
  };

  const compareLast = ({ before, after }: DocumentPair): NonNullable<typeof last> => {
    if (last?.before === before && last.after === after) return last;
    // Freed first: each comparison may have millions of rows.
    last = null;
    const own = { before, after, comparison: compare({ before, after }) };
    last = own;
    own.comparison.catch(() => {
      if (last === own) last = null;
    });
    return own;
  };

  return {
    add(image, evidence) {
      const id = nextId++;
      images.set(id, image);
      evidences.set(id, evidence);
      return id;
    },
    get,
    close(document) {
      images.delete(document);
      evidences.delete(document);
      tables.delete(document);
      mapped.delete(document);
      if (last?.before === document || last?.after === document) last = null;
    },
    resources,
    mappings,
    compare: (pair) => compareLast(pair).comparison,
    events(pair) {
      const own = compareLast(pair);
      own.events ??= own.comparison.then(eventsOf);
      return own.events;
    },
    draw(pair) {
      const own = compareLast(pair);
      own.drawing ??= own.comparison.then((comparison) => {
        const subject = unionOf(comparison);
        return { subject, layout: layout(subject) };
      });
      return own.drawing;
    },
  };
}

/** Total size of an image's members, in bytes. */
export const sizeOf = ({ sources }: Image): number => sources.reduce((sum, { size }) => sum + size, 0);
