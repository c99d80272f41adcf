// A scene as an SVG document, to be saved, printed or embedded. Text is escaped; there are no scripts and no links.

import { type Change, REMOVED, SAME } from "../order/graph.ts";
import { type Box, CHARACTER, type Edge, HEADING, type Scene, type Strip } from "../scene/scene.ts";
import { changeSign } from "../scene/words.ts";
import {
  boxColour,
  changeColour,
  edgeColour,
  edgePath,
  edgeWidth,
  hasFrame,
  LANE_TEXT,
  type Theme,
  toneColour,
  UNCHANGED,
} from "./style.ts";

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Escapes text for XML. Characters not allowed in XML have been made visible before (model/text.ts). */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");

/** The whole scene at its own size, in the colours of a theme. `title` is for screen readers. */
export function svgOf(scene: Scene, theme: Theme, title: string): string {
  const { width, height } = scene;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${escaped(theme.bg)}"/>`,
    `<g font-family="${escaped(theme.font)}" font-size="12" xml:space="preserve">`,
  ];
  for (const strip of scene.strips) parts.push(stripSvg(strip, theme));
  for (const edge of scene.edges) parts.push(edgeSvg(edge, scene, theme));
  for (const box of scene.boxes) parts.push(boxSvg(box, scene, theme));
  for (const { text, x, y } of scene.headings) {
    parts.push(textSvg(text, x, Number.isNaN(y) ? HEADING / 2 : y, "start", theme.muted, LANE_TEXT));
  }
  parts.push("</g></svg>");
  return parts.join("\n");
}

const opacity = (scene: Scene, change: Change): string =>
  scene.compared && change === SAME ? ` opacity="${UNCHANGED}"` : "";

function textSvg(text: string, x: number, y: number, anchor: "start" | "end", fill: string, size?: number): string {
  const fontSize = size === undefined ? "" : ` font-size="${size}"`;
  return `<text x="${x}" y="${y}" dy="0.35em" text-anchor="${anchor}" fill="${escaped(fill)}"${fontSize}>${escaped(text)}</text>`;
}

function boxSvg(box: Box, scene: Scene, theme: Theme): string {
  const parts: string[] = [];
  if (box.kind === "slot") parts.push(slotLines(box, theme));
  else if (hasFrame(box)) parts.push(frameSvg(box, theme));
  for (const cell of box.cells) {
    const anchor = cell.align === "left" ? "start" : "end";
    parts.push(textSvg(cell.text, box.x + cell.x, box.y + 9.5, anchor, toneColour(theme, cell.tone, box.change)));
  }
  return `<g${opacity(scene, box.change)}>${parts.join("")}</g>`;
}

/** A line above the slot; a mark on its right side if it is shared or differs. */
function slotLines(box: Box, theme: Theme): string {
  const { x, y, width, height } = box;
  const line = `<path d="M${x} ${y - 0.5}h${width}" stroke="${escaped(theme.hairline)}"/>`;
  if (box.change === SAME && !box.shared) return line;
  const colour = escaped(boxColour(theme, box));
  return `${line}<rect x="${x + width - 2}" y="${y}" width="3" height="${height}" fill="${colour}"/>`;
}

/** The frame of a task, table or file. */
function frameSvg(box: Box, theme: Theme): string {
  const { x, y, width, height } = box;
  const colour = escaped(boxColour(theme, box));
  const shared = escaped(theme.shared);
  const rect = (by: number, stroke: string, more = ""): string =>
    `<rect x="${x - by}" y="${y - by}" width="${width + 2 * by}" height="${height + 2 * by}" fill="none" stroke="${stroke}"${more}/>`;
  const parts = [rect(-0.5, colour, box.change === REMOVED ? ' stroke-dasharray="4 3"' : "")];
  if (box.kind === "table" && box.shared) parts.push(rect(2.5, shared));
  if (box.kind === "file" && box.shared) {
    parts.push(`<rect x="${x}" y="${y}" width="3" height="${height}" fill="${colour}"/>`);
  }
  if (box.fraction > 0 && box.open === false) {
    const part = Math.max(2, (width - 2) * box.fraction);
    parts.push(`<rect x="${x + 1}" y="${y + 15}" width="${part}" height="2" fill="${shared}"/>`);
  }
  return parts.join("");
}

function edgeSvg(edge: Edge, scene: Scene, theme: Theme): string {
  const { x1, y1, y2, kind } = edge;
  const colour = escaped(edgeColour(theme, edge, false));
  const dashes = edge.change === REMOVED ? ' stroke-dasharray="5 4"' : kind === "fold" ? ' stroke-dasharray="1 3"' : "";
  const { curves, tip } = edgePath(edge);
  const path = curves
    .map(({ offset, end }) => {
      const bend = (end - x1) / 2;
      const [from, to] = [y1 + offset, y2 + offset];
      return `M${x1} ${from}C${x1 + bend} ${from} ${end - bend} ${to} ${end} ${to}`;
    })
    .join("");
  const size = edge.shared ? 4 : 3;
  const head = kind === "fold" ? "" : `<path d="M${tip} ${y2}l${-size * 1.6} ${-size}v${2 * size}z" fill="${colour}"/>`;
  const line = `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${edgeWidth(edge)}"${dashes}/>`;
  return `<g${opacity(scene, edge.change)}>${line}${head}${signSvg(edge, theme)}</g>`;
}

/** The sign of a change, in the middle of the edge. */
function signSvg({ x1, y1, x2, y2, change }: Edge, theme: Theme): string {
  if (change === SAME) return "";
  const x = (x1 + x2) / 2 - CHARACTER / 2;
  return textSvg(changeSign(change), x, (y1 + y2) / 2 - 8, "start", changeColour(theme, change));
}

function stripSvg(strip: Strip, theme: Theme): string {
  const step = strip.height / strip.bars.length;
  /** All bars as one outline: a step down for each. */
  const outline = (bars: Float32Array): string => {
    let d = `M${strip.x} ${strip.y}`;
    for (const bar of bars) d += `H${(strip.x + bar * strip.width).toFixed(1)}v${step}`;
    return `${d}H${strip.x}z`;
  };
  return (
    `<path d="${outline(strip.bars)}" fill="${escaped(theme.muted)}" fill-opacity="0.55"/>` +
    `<path d="${outline(strip.shared)}" fill="${escaped(theme.shared)}"/>`
  );
}
