// One object's edges through a scene: what is lit while it is pointed at, all else stepping back.

import { NONE } from "../../model/checkpoint.ts";
import { type ObjectRef, sameRef } from "../../model/object-ref.ts";
import type { Scene } from "../scene/scene.ts";

/** Which boxes and edges of a scene are lit: 1 or 0 for each. */
export interface Trace {
  readonly boxes: Uint8Array;
  readonly edges: Uint8Array;
}

/** The index of the box that stands for an object; NONE if it is not drawn. */
export function boxOf(scene: Scene, ref: ObjectRef | null): number {
  return ref === null ? NONE : scene.boxes.findIndex((box) => sameRef(box.ref, ref));
}

/**
 * What an object is tied to: what it leads to, who leads to it and, for a slot, who shares its file. Null if the
 * scene draws no such box.
 */
export function traceOf(scene: Scene, start: number): Trace | null {
  const from = scene.boxes[start];
  if (from === undefined) return null;
  const boxes = new Uint8Array(scene.boxes.length);
  const edges = new Uint8Array(scene.edges.length);
  boxes[start] = 1;

  /** Lights the edges that pass `wanted`, and what is at their other ends. */
  const light = (wanted: (edge: Scene["edges"][number]) => boolean): void => {
    scene.edges.forEach((edge, index) => {
      if (!wanted(edge)) return;
      edges[index] = 1;
      if (edge.from !== NONE) boxes[edge.from] = 1;
      boxes[edge.to] = 1;
    });
  };
  const isTable = (index: number): boolean => scene.boxes[index]?.kind === "table";
  const leads = (edge: Scene["edges"][number]): boolean => edge.from === NONE || scene.boxes[edge.to]?.kind !== "table";
  const lightTables = (): void => {
    scene.boxes.forEach((box, index) => {
      if (boxes[index] === 1 && box.parent !== NONE) boxes[box.parent] = 1;
    });
    light((edge) => isTable(edge.to) && boxes[edge.to] === 1);
  };

  if (from.kind === "task") light((edge) => edge.from === start);
  if (from.kind === "task" || from.kind === "table") {
    const inside = (index: number): boolean =>
      (isTable(index) && boxes[index] === 1) || boxes[scene.boxes[index]?.parent ?? NONE] === 1;
    scene.boxes.forEach((box, index) => {
      if (box.parent !== NONE && boxes[box.parent] === 1) boxes[index] = 1;
    });
    light((edge) => leads(edge) && edge.from !== NONE && inside(edge.from));
    if (from.kind === "table") lightTables();
    return { boxes, edges };
  }
  if (from.kind === "slot") light((edge) => edge.from === start);
  light((edge) => leads(edge) && boxes[edge.to] === 1);
  light((edge) => edge.from === start);
  lightTables();
  return { boxes, edges };
}
