// The whole drawing as a PNG image.

import { paint } from "../../graph/draw/paint.ts";
import type { Theme } from "../../graph/draw/style.ts";
import type { Scene } from "../../graph/scene/scene.ts";
import { NONE } from "../../model/checkpoint.ts";
import { arcsAt, type Picture } from "./useCanvas.ts";

/** Browsers refuse canvases that are longer or have more pixels; these are safe in all. */
const LONGEST = 16_000;
const MOST_PIXELS = 64_000_000;

/** Two pixels for each of the drawing's, or fewer if it is very large. `null`: the browser made none. */
export async function pngOf(picture: Picture, scene: Scene, theme: Theme): Promise<Blob | null> {
  const { width, height } = scene;
  const ratio = Math.min(2, LONGEST / width, LONGEST / height, Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  const context = canvas.getContext("2d");
  if (context === null) return null;
  const view = { x: 0, y: 0, k: 1 };
  const { selected } = picture;
  const arcs = arcsAt(picture, NONE);
  paint(context, scene, { view, width, height, ratio, theme, trace: null, arcs, selected, hovered: NONE });
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
