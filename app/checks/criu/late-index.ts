// Finds records, or rows, by ids that are looked up only once all entries have been read.

import { addLink, createLinks, firstLinked } from "../../decoder/criu/walk/rows.ts";
import { NONE } from "../../model/checkpoint.ts";

/** Ids (unsigned 32-bit) to rows. */
export interface LateIndex {
  /** The first row that was added for an id; NONE if there is none. The first look-up makes the index. */
  get(id: number): number;
  add(id: number, row: number): void;
}

/** An empty index. */
export function createLateIndex(): LateIndex {
  const links = createLinks();
  let find: ((id: number) => number) | null = null;
  return {
    get(id) {
      if (links.count === 0) return NONE;
      find ??= firstLinked(links);
      return find(id);
    },
    add(id, row) {
      find = null;
      addLink(links, id, row);
    },
  };
}
