// Finds the boxes and edges to highlight while the pointer is on an object; everything else is dimmed.

import { NONE } from "../../model/checkpoint.ts";
import { type ObjectRef, sameRef } from "../../model/object-ref.ts";
import type { Edge, Scene } from "../scene/scene.ts";

/** The highlighted boxes and edges of a scene: 1 or 0 for each. */
export interface Trace {
  readonly boxes: Uint8Array;
  readonly edges: Uint8Array;
}

/** The index of an object's box; NONE if it is not drawn. */
export function boxOf(scene: Scene, ref: ObjectRef | null): number {
  return ref === null ? NONE : scene.boxes.findIndex((box) => sameRef(box.ref, ref));
}

/** A trace that also highlights these boxes. */
export function withBoxes(trace: Trace | null, boxes: readonly number[]): Trace | null {
  if (trace !== null) for (const box of boxes) trace.boxes[box] = 1;
  return trace;
}

/**
 * The boxes and edges connected to a box in both directions and, for a slot, the other holders of its file. Null if the
 * scene has no such box.
 */
export function traceOf(scene: Scene, start: number): Trace | null {
  const box = scene.boxes[start];
  if (box === undefined) return null;
  const trace: Trace = { boxes: new Uint8Array(scene.boxes.length), edges: new Uint8Array(scene.edges.length) };
  trace.boxes[start] = 1;
  if (box.kind === "task") {
    follow(scene, trace, (edge) => edge.from === start);
    traceInside(scene, trace);
  } else if (box.kind === "table") {
    traceInside(scene, trace);
    traceUsers(scene, trace);
  } else {
    if (box.kind === "slot") follow(scene, trace, (edge) => edge.from === start);
    follow(scene, trace, (edge) => isLead(scene, edge) && trace.boxes[edge.to] === 1);
    follow(scene, trace, (edge) => edge.from === start);
    traceUsers(scene, trace);
  }
  return trace;
}

/** Highlights the edges that pass `wanted`, and the boxes at their ends. */
function follow(scene: Scene, { boxes, edges }: Trace, wanted: (edge: Edge) => boolean): void {
  scene.edges.forEach((edge, index) => {
    if (!wanted(edge)) return;
    edges[index] = 1;
    if (edge.from !== NONE) boxes[edge.from] = 1;
    boxes[edge.to] = 1;
  });
}

const isTable = (scene: Scene, index: number): boolean => scene.boxes[index]?.kind === "table";

/** Whether an edge leads to a file or fold, rather than from a task to its table. */
const isLead = (scene: Scene, edge: Edge): boolean => !isTable(scene, edge.to);

/** Highlights the slots of highlighted tables, and the files of both. */
function traceInside(scene: Scene, trace: Trace): void {
  const { boxes } = trace;
  scene.boxes.forEach((box, index) => {
    if (box.parent !== NONE && boxes[box.parent] === 1) boxes[index] = 1;
  });
  const isInside = (index: number): boolean =>
    boxes[index] === 1 && (isTable(scene, index) || scene.boxes[index]?.kind === "slot");
  follow(scene, trace, (edge) => edge.from !== NONE && isLead(scene, edge) && isInside(edge.from));
}

/** Highlights the tables of highlighted slots, and the tasks of highlighted tables. */
function traceUsers(scene: Scene, trace: Trace): void {
  const { boxes } = trace;
  scene.boxes.forEach((box, index) => {
    if (boxes[index] === 1 && box.parent !== NONE) boxes[box.parent] = 1;
  });
  follow(scene, trace, (edge) => isTable(scene, edge.to) && boxes[edge.to] === 1);
}
