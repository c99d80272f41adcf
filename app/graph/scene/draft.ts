// A scene in the making: its boxes and edges so far, and the boxes that later lanes have to place.

import type { Change, GraphFileRow, GraphTaskRow, Subject } from "../order/graph.ts";
import type { Plan } from "../plan/plan.ts";
import type { Fold } from "./fold-box.ts";
import type { Frame } from "./frame.ts";
import type { Box, Edge } from "./scene.ts";

/** Boxes and edges are appended to; edges refer to boxes by index. */
export interface Draft {
  readonly subject: Subject;
  readonly plan: Plan;
  readonly frame: Frame;
  /** Where the lanes begin, in pixels. */
  readonly top: number;
  readonly boxes: Box[];
  readonly edges: Edge[];
}

/** The end of an edge at a table. */
export interface TableEnd {
  readonly box: number;
  readonly y: number;
  readonly change: Change;
}

/** A task, or the count of those that are not drawn, to be placed near its tables. */
export interface PendingTask {
  /** NONE for the count of tasks that are not drawn. */
  readonly task: GraphTaskRow;
  readonly count: number;
  /** The ideal height: the top of its first table. */
  readonly ideal: number;
  readonly tables: TableEnd[];
}

/** The end of an edge at a slot or a table. */
export interface EdgeSource {
  readonly box: number;
  readonly y: number;
  /** Number of slots. */
  readonly count: number;
  readonly change: Change;
}

/** A file or a fold of a table, to be placed near its sources. */
export interface PendingFile {
  /** NONE for a fold. */
  readonly file: GraphFileRow;
  readonly fold: Fold | null;
  /** Weighted sums over the sources: of their order (in tables, from the top), of their heights, of their weights. */
  order: number;
  height: number;
  weight: number;
  readonly sources: EdgeSource[];
}
