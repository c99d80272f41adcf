// A scene as an SVG document, to be saved, printed or embedded. Text is escaped; there are no scripts and no links.

import { path } from "d3-path";
import { NONE } from "../../model/checkpoint.ts";
import { REMOVED } from "../order/graph.ts";
import { KIND_PARTS } from "../order/kind-parts.ts";
import {
  type Bar,
  type Box,
  type Cell,
  CHARACTER,
  type Chart,
  type Edge,
  HEADING,
  type Ribbon,
  type Scene,
  type Strip,
} from "../scene/scene.ts";
import { changeSign } from "../scene/text/words.ts";
import { type Arc, arcArea, arcPath } from "./arcs.ts";
import {
  arrowSize,
  BAR_HEIGHT,
  boxColour,
  CLEARED,
  CLOSE_MARK,
  CLOSE_MARK_WIDTH,
  CROWD,
  CROWDED,
  closeMarkPath,
  edgeColour,
  edgePath,
  edgeWidth,
  FULL,
  hasFrame,
  isMarked,
  LANE_TEXT,
  partStyle,
  RIBBON,
  ribbonWidth,
  type Strength,
  type Theme,
  toneColour,
  UNCHANGED,
} from "./style.ts";

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Escapes text for XML. Characters not allowed in XML have been made visible before (model/text/text.ts). */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");

/** The whole scene at its own size, in the colours of a theme. `title` is for screen readers. */
export function svgOf(scene: Scene, theme: Theme, title: string, arcs: readonly Arc[] = []): string {
  const { width, height } = scene;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${escaped(theme.bg)}"/>`,
    `<g font-family="${escaped(theme.font)}" font-size="12" xml:space="preserve">`,
  ];
  for (const strip of scene.strips) parts.push(stripSvg(strip, theme));
  for (const ribbon of scene.ribbons) parts.push(ribbonSvg(ribbon, scene, theme));
  // As on the canvas: private edges below the others, and all below the signs.
  const isAbove = (edge: Edge): boolean => edge.shared || isMarked(edge.change);
  const edges = [...scene.edges.filter((edge) => !isAbove(edge)), ...scene.edges.filter(isAbove)];
  for (const edge of edges) parts.push(edgeSvg(edge, scene, theme));
  parts.push(signsSvg(edges, theme));
  for (const box of scene.boxes) parts.push(boxSvg(box, scene, theme));
  arcs.forEach((arc, index) => {
    parts.push(arcSvg(arc, index, scene, theme));
  });
  for (const { text, x, y } of scene.headings) {
    parts.push(textSvg(text, x, Number.isNaN(y) ? HEADING / 2 : y, "start", theme.muted, LANE_TEXT));
  }
  parts.push("</g></svg>");
  return parts.join("\n");
}

const opacity = (strength: number): string => (strength === 1 ? "" : ` opacity="${strength}"`);

/** How strongly a box or edge is drawn. */
const strengthOf = (scene: Scene, isUnchanged: boolean): Strength => (scene.compared && isUnchanged ? UNCHANGED : FULL);

function textSvg(
  text: string,
  x: number,
  y: number,
  anchor: "start" | "middle" | "end",
  fill: string,
  size?: number,
): string {
  const fontSize = size === undefined ? "" : ` font-size="${size}"`;
  return `<text x="${x}" y="${y}" dy="0.35em" text-anchor="${anchor}" fill="${escaped(fill)}"${fontSize}>${escaped(text)}</text>`;
}

function boxSvg(box: Box, scene: Scene, theme: Theme): string {
  const { lines, text, muted } = strengthOf(scene, box.quiet);
  const { x, y, width, height } = box;
  // Hides the edges below it. Slots lie on their tables, which hide them already.
  const ground =
    box.parent === NONE
      ? `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${escaped(theme.bg)}"/>`
      : "";
  if (box.chart !== null) return ground + chartSvg(box, box.chart, theme);
  const frame =
    box.parent !== NONE ? slotLines(box, theme) : hasFrame(box) ? frameSvg(box, theme) : ruleSvg(box, theme);
  const texts = box.cells.map((cell) => cellSvg(cell, box, toneColour(theme, cell.tone, box.change, muted)));
  return `${ground}<g${opacity(lines)}>${frame}</g><g${opacity(text)}>${texts.join("")}</g>`;
}

function cellSvg({ text, align, x: left }: Cell, box: Box, colour: string): string {
  const [x, y] = [box.x + left, box.y + 9.5];
  const anchor = align === "left" ? "start" : "end";
  const mark = text.indexOf(CLOSE_MARK);
  if (mark === -1) return textSvg(text, x, y, anchor, colour);
  const line = path();
  closeMarkPath(line, x + mark * CHARACTER + 5, y - 0.5);
  const drawn = `<path d="${line}" fill="none" stroke="${escaped(colour)}"><title>close-on-exec</title></path>`;
  const [before, after] = [text.slice(0, mark), text.slice(mark + 1)];
  return [
    before && textSvg(before, x, y, anchor, colour),
    drawn,
    after && textSvg(after, x + (mark + CLOSE_MARK_WIDTH) * CHARACTER, y, anchor, colour),
  ].join("");
}

/** Of folds and files without holders: no frame, only a rule on the side of the edge. */
function ruleSvg({ kind, shared, x, y, height }: Box, theme: Theme): string {
  if (kind === "more") return "";
  return `<rect x="${x}" y="${y + 2}" width="1" height="${height - 4}" fill="${escaped(shared ? theme.shared : theme.hairline)}"/>`;
}

/** A line above the slot; a mark on its right side if it is shared or differs. */
function slotLines(box: Box, theme: Theme): string {
  const { x, y, width, height } = box;
  const line = `<path d="M${x} ${y - 0.5}h${width}" stroke="${escaped(theme.hairline)}"/>`;
  if (!isMarked(box.change) && !box.shared) return line;
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
  if (box.bar !== null) parts.push(barSvg(box, box.bar, theme));
  return parts.join("");
}

function edgeSvg(edge: Edge, scene: Scene, theme: Theme): string {
  const { y2, kind } = edge;
  const colour = escaped(edgeColour(theme, edge, false));
  const dashes = edge.change === REMOVED ? ' stroke-dasharray="5 4"' : kind === "fold" ? ' stroke-dasharray="1 3"' : "";
  const line = path();
  const tip = edgePath(line, edge);
  const { length, half } = arrowSize(edge);
  const head = kind === "fold" ? "" : `<path d="M${tip} ${y2}l${-length} ${-half}v${2 * half}z" fill="${colour}"/>`;
  const stroke = `<path d="${line}" fill="none" stroke="${colour}" stroke-width="${edgeWidth(edge)}"${dashes}/>`;
  const { lines } = strengthOf(scene, !isMarked(edge.change));
  const pale = scene.edges.length > CROWD && !isMarked(edge.change) ? CROWDED : 1;
  return `<g${opacity(lines * pale)}>${stroke}${head}</g>`;
}

/** The signs of changed edges. The lines below them are cleared: the two edges of one slot are close to each other. */
function signsSvg(edges: readonly Edge[], theme: Theme): string {
  const grounds: string[] = [];
  const texts: string[] = [];
  for (const edge of edges) {
    if (edge.sign === null) continue;
    const { x, y } = edge.sign;
    grounds.push(
      `<rect x="${x - 6}" y="${y - CLEARED}" width="12" height="${2 * CLEARED}" fill="${escaped(theme.bg)}"/>`,
    );
    texts.push(textSvg(changeSign(edge.change), x, y, "middle", edgeColour(theme, edge, false)));
  }
  return `${grounds.join("")}<g font-weight="bold">${texts.join("")}</g>`;
}

/** The common part of several edges, and their number. */
function ribbonSvg(ribbon: Ribbon, scene: Scene, theme: Theme): string {
  const { x, y1, y2, labelY, count } = ribbon;
  const colour = escaped(theme.shared);
  const line = `<path d="M${x} ${y1}V${y2}" stroke="${colour}" stroke-width="${ribbonWidth(ribbon)}" opacity="${RIBBON}"/>`;
  return scene.level === "bars" || Number.isNaN(labelY)
    ? line
    : `${line}${textSvg(`×${count}`, x - 3, labelY - 8, "end", theme.shared, LANE_TEXT)}`;
}

/** A link of the selected object. */
function arcSvg(arc: Arc, index: number, { width, height }: Scene, theme: Theme): string {
  const line = path();
  arcPath(line, arc);
  const colour = escaped(theme.accent);
  const { titleAt } = arc;
  const title =
    titleAt === null
      ? ""
      : `<text x="${titleAt.x}" y="${titleAt.y}" dy="0.35em" text-anchor="middle" fill="${colour}" font-size="${LANE_TEXT}">${escaped(arc.title)}</text>`;
  const area = path();
  arcArea(area, arc, { left: 0, right: width, top: 0, bottom: height });
  const clip = `<clipPath id="arc-${index}"><path d="${area}" clip-rule="evenodd"/></clipPath>`;
  return `${clip}<path d="${line}" fill="none" stroke="${colour}" stroke-width="1.5" clip-path="url(#arc-${index})"/>${title}`;
}

/** A table's slots by kind. */
function barSvg({ x, y, height }: Box, bar: Bar, theme: Theme): string {
  let left = x + bar.x;
  return bar.parts
    .map(({ part, width }) => {
      const { colour, opacity: alpha } = partStyle(theme, part);
      const top = y + (height - BAR_HEIGHT) / 2;
      const rect = `<rect x="${left}" y="${top}" width="${width}" height="${BAR_HEIGHT}" fill="${escaped(colour)}" fill-opacity="${alpha}"/>`;
      left += width;
      return rect;
    })
    .join("");
}

/** Its bars, from the scale above it downwards. */
function stripSvg(strip: Strip, theme: Theme): string {
  const { x, y, width, height, bars, parts, ticks } = strip;
  const step = height / bars;
  const texts = ticks.map(({ at, text }) => textSvg(text, x + at * width, y - 10, "start", theme.muted, LANE_TEXT));
  const paths = KIND_PARTS.map((part, at) => {
    const { colour, opacity: alpha } = partStyle(theme, part);
    let d = "";
    for (let bar = 0; bar < bars; bar++) {
      const own = parts.subarray(bar * KIND_PARTS.length, (bar + 1) * KIND_PARTS.length);
      const length = (own[at] as number) * width;
      const before = own.subarray(0, at).reduce((sum, each) => sum + each, 0) * width;
      if (length > 0)
        d += `M${(x + before).toFixed(1)} ${(y + bar * step).toFixed(1)}h${length.toFixed(1)}v${step.toFixed(2)}h${(-length).toFixed(1)}z`;
    }
    return d === "" ? "" : `<path d="${d}" fill="${escaped(colour)}" fill-opacity="${alpha}"/>`;
  });
  return [...texts, ...paths].join("");
}

function chartSvg({ x, y }: Box, chart: Chart, theme: Theme): string {
  const bars = chart.bars.map(({ part, ...bar }) => {
    const { colour, opacity: alpha } = partStyle(theme, part);
    return `<rect x="${x + bar.x}" y="${y + bar.y}" width="${bar.width}" height="${bar.height}" fill="${escaped(colour)}" fill-opacity="${alpha}"/>`;
  });
  const { line } = chart;
  const axis =
    line === null ? "" : `<path d="M${x + line.x} ${y + line.y}h${line.width}" stroke="${escaped(theme.muted)}"/>`;
  const texts = chart.texts.map(({ text, x: left, y: middle, align, tone }) =>
    textSvg(text, x + left, y + middle, align, tone === "change" ? theme.fg : theme[tone], LANE_TEXT),
  );
  return [...bars, axis, ...texts].join("");
}
