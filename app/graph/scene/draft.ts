// A scene in the making: its boxes and edges so far, and the boxes that later lanes have to place.

import type { Change, GraphFileRow, GraphTaskRow, Subject } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import type { Plan, PlannedTable, QuietRun } from "../plan/plan.ts";
import type { Frame } from "./lanes/frame.ts";
import type { Box, Edge, Ribbon } from "./scene.ts";

/** Boxes and edges are appended to; edges refer to boxes by index. */
export interface Draft {
  readonly subject: Subject;
  readonly layout: Layout;
  readonly plan: Plan;
  readonly frame: Frame;
  /** Where the lanes begin, in pixels. */
  readonly top: number;
  readonly boxes: Box[];
  readonly edges: Edge[];
  readonly ribbons: Ribbon[];
}

/** The end of an edge at a table. */
export interface TableEnd {
  readonly box: number;
  readonly y: number;
  readonly change: Change;
}

/** A task to be placed near its tables, or one box for several. */
export interface PendingTask {
  readonly of:
    | { readonly kind: "task"; readonly task: GraphTaskRow }
    /** Further tasks of a table. */
    | { readonly kind: "more"; readonly count: number }
    /** The tasks of tables that are alike. */
    | { readonly kind: "alike"; readonly planned: PlannedTable }
    /** The tasks of tables in which nothing has changed. */
    | { readonly kind: "quiet"; readonly run: QuietRun };
  /** The ideal height: the top of its first table. */
  readonly ideal: number;
  readonly tables: TableEnd[];
}

/** The end of an edge at a slot or a table. */
export interface EdgeSource {
  readonly box: number;
  /** The box of its table. */
  readonly table: number;
  readonly y: number;
  /** Number of slots. */
  readonly count: number;
  readonly change: Change;
}

/** A file to be placed, with the ends of its edges from top to bottom. */
export interface PendingFile {
  readonly file: GraphFileRow;
  readonly sources: EdgeSource[];
}
