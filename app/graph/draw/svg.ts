// A scene as an SVG document: to be saved, printed, put into a report. Text is escaped; nothing in it is live.

import { type Change, REMOVED, SAME } from "../order/graph.ts";
import { type Box, CHARACTER, type Edge, HEADING, type Scene, type Strip } from "../scene/scene.ts";
import { changeSign } from "../scene/words.ts";
import { changeColour, edgeWidth, LANE_TEXT, type Theme } from "./style.ts";

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text for XML. What XML cannot hold at all has been made visible before (model/text.ts). */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");

/** The whole scene, at its own size, in the colours of a theme. `title` is told to screen readers. */
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

const faded = (scene: Scene, change: Change): string => (scene.compared && change === SAME ? ' opacity="0.45"' : "");

function textSvg(text: string, x: number, y: number, anchor: "start" | "end", fill: string, size?: number): string {
  const own = size === undefined ? "" : ` font-size="${size}"`;
  return `<text x="${x}" y="${y}" dy="0.35em" text-anchor="${anchor}" fill="${escaped(fill)}"${own}>${escaped(text)}</text>`;
}

function boxSvg(box: Box, scene: Scene, theme: Theme): string {
  const marked = box.change !== SAME;
  const colour = escaped(marked ? changeColour(theme, box.change) : box.shared ? theme.shared : theme.hairline);
  const { x, y, width, height } = box;
  const parts: string[] = [];
  const rect = (by: number, stroke: string, more = ""): string =>
    `<rect x="${x - by}" y="${y - by}" width="${width + 2 * by}" height="${height + 2 * by}" fill="none" stroke="${stroke}"${more}/>`;
  if (box.kind === "slot") {
    parts.push(`<path d="M${x} ${y - 0.5}h${width}" stroke="${escaped(theme.hairline)}"/>`);
    if (marked || box.shared)
      parts.push(`<rect x="${x + width - 2}" y="${y}" width="3" height="${height}" fill="${colour}"/>`);
  } else if (box.kind === "table" || box.kind === "task" || box.kind === "file") {
    parts.push(rect(-0.5, colour, box.change === REMOVED ? ' stroke-dasharray="4 3"' : ""));
    if (box.kind === "table" && box.shared) parts.push(rect(2.5, escaped(theme.shared)));
    if (box.kind === "file" && box.shared)
      parts.push(`<rect x="${x}" y="${y}" width="3" height="${height}" fill="${colour}"/>`);
    if (box.fraction > 0 && box.open === false) {
      const part = Math.max(2, (width - 2) * box.fraction);
      parts.push(`<rect x="${x + 1}" y="${y + 15}" width="${part}" height="2" fill="${escaped(theme.shared)}"/>`);
    }
  }
  for (const cell of box.cells) {
    const fill = cell.tone === "change" ? (marked ? changeColour(theme, box.change) : theme.fg) : theme[cell.tone];
    const anchor = cell.align === "left" ? "start" : "end";
    parts.push(textSvg(cell.text, x + cell.x, y + 9.5, anchor, fill));
  }
  return `<g${faded(scene, box.change)}>${parts.join("")}</g>`;
}

function edgeSvg(edge: Edge, scene: Scene, theme: Theme): string {
  const { x1, y1, x2, y2 } = edge;
  const colour = escaped(
    edge.change !== SAME ? changeColour(theme, edge.change) : edge.shared ? theme.shared : theme.muted,
  );
  const dashes =
    edge.change === REMOVED ? ' stroke-dasharray="5 4"' : edge.kind === "fold" ? ' stroke-dasharray="1 3"' : "";
  const curve = (offset: number, end: number): string => {
    const bend = (end - x1) / 2;
    const [from, to] = [y1 + offset, y2 + offset];
    return `M${x1} ${from}C${x1 + bend} ${from} ${end - bend} ${to} ${end} ${to}`;
  };
  const double = edge.kind === "use" && edge.shared;
  const path = double ? curve(-1.5, x2 - 2) + curve(1.5, x2 - 2) : curve(0, edge.kind === "fold" ? x2 : x2 - 4);
  const size = edge.shared ? 4 : 3;
  const tip = double ? x2 - 2 : x2;
  const head = `<path d="M${tip} ${y2}l${-size * 1.6} ${-size}v${2 * size}z" fill="${colour}"/>`;
  const sign =
    edge.change === SAME
      ? ""
      : textSvg(
          changeSign(edge.change),
          (x1 + x2) / 2 - CHARACTER / 2,
          (y1 + y2) / 2 - 8,
          "start",
          changeColour(theme, edge.change),
        );
  return `<g${faded(scene, edge.change)}><path d="${path}" fill="none" stroke="${colour}" stroke-width="${edgeWidth(edge)}"${dashes}/>${edge.kind === "fold" ? "" : head}${sign}</g>`;
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
