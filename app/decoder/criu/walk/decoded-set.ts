// What decoding a set returns: its checkpoint, and the look-ups needed to read its entries again.

import type { Checkpoint } from "../../../model/checkpoint.ts";
import type { FileRow } from "../../../model/rows.ts";
import type { Source } from "../../source.ts";
import type { ParentSet } from "../sets/find-sets.ts";
import type { PlacedMember } from "../sets/placing.ts";
import type { LinkedRows, RowIndex } from "./rows.ts";

/** A decoded set, with the look-ups needed to inspect it. */
export interface DecodedSet {
  readonly checkpoint: Checkpoint;
  readonly sources: readonly Source[];
  /** The files behind `sources`. */
  readonly placed: readonly PlacedMember[];
  /** The set that this one was dumped on top of, if it is here. */
  readonly parent?: ParentSet;
  /** File id → row. */
  readonly fileOfId: RowIndex;
  /** By member, for pagemap images: present pages. */
  readonly pages: ReadonlyMap<number, number>;
  /** Whether pages are in the set that this one was dumped on top of. */
  readonly hasPagesInParent: boolean;
  /** Bytes of a page; `null` if unknown. */
  readonly pageSize: number | null;
  /** Plugins that took part in the dump, as the inventory names them. */
  readonly plugins: readonly string[];
  /** Names of the images of plugins, by the id of the open file that they are for. */
  readonly pluginImages: ReadonlyMap<number, string>;
  /** The file that an epoll watches by a descriptor number; -1 if it is unknown. */
  readonly epollTarget: (epoll: FileRow, fd: number) => FileRow;
  /** By link of an epoll (FileLinks.epolls): the file that it watches; -1 if it is unknown. */
  readonly epollTargets: Int32Array;
  /** pipe_id → the ends of the pipe. */
  readonly pipeEnds: LinkedRows;
  /** The unix socket with an inode; NONE if there is none. */
  readonly unixSocket: (inode: number) => FileRow;
}
