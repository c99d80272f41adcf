// Charts of a graph too large to draw in full: descriptors per file table, holders per open file, kinds.

import { type ScaleBand, scaleBand, scaleSymlog } from "d3-scale";
import { counted, grouped } from "../../../model/text/words.ts";
import type { Bin, Histograms } from "../../order/histograms.ts";
import { KIND_PARTS, type KindPart, PART_TITLES } from "../../order/kind-parts.ts";
import { box } from "../boxes/box.ts";
import { type Box, CHARACTER, type Chart, COLUMN } from "../scene.ts";

/** The area of one chart, in pixels. */
interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const HEIGHT = 132;
/** The widest bar, with its gap. */
const WIDEST = 56;
/** Room above the bars for the title and the counts, and below for the axis. */
const ABOVE = 34;
const BELOW = 18;
/** Pixels between two charts. */
const GAP = 26;
/** Charts narrower than this stand below each other. */
const NARROWEST = 190;

/** The charts of a graph from `left` to `right`, and where they end. */
export function chartsOf(
  histograms: Histograms,
  area: { readonly left: number; readonly right: number; readonly top: number },
): { boxes: Box[]; bottom: number } {
  const room = area.right - area.left;
  const beside = room >= 2 * NARROWEST + GAP;
  const width = Math.min(340, beside ? Math.floor((room - GAP) / 2) : room);
  const at = (index: number): Area => ({
    x: area.left + (beside ? index * (width + GAP) : 0),
    y: area.top + (beside ? 0 : index * (HEIGHT + 12)),
    width,
  });
  const kinds: Area = {
    x: area.left,
    y: area.top + (beside ? 1 : 2) * (HEIGHT + 12),
    width: beside ? 2 * width + GAP : width,
  };
  const boxes = [
    histogram(at(0), "Descriptors per file table", "file table", histograms.fds),
    {
      ...histogram(at(1), "Holders per open file", "open file", histograms.holders, "shared"),
      // Boxes of one column are above each other.
      column: beside ? COLUMN.own : COLUMN.file,
    },
    kindsBar(kinds, histograms.parts),
  ];
  return { boxes, bottom: kinds.y + KINDS_HEIGHT + 24 };
}

const range = ({ from, to }: Bin): string => (from === to ? grouped(from) : `${grouped(from)}–${grouped(to)}`);

/** A histogram with a logarithmic scale of counts. `above`: the part that bins above the first belong to. */
function histogram(area: Area, title: string, noun: string, bins: readonly Bin[], above: KindPart = "file"): Box {
  const labels = bins.map(range);
  const x = scaleBand(labels, [0, Math.min(area.width, labels.length * WIDEST)]).paddingInner(0.15);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const y = scaleSymlog([0, most], [0, HEIGHT - ABOVE - BELOW]);
  const base = HEIGHT - BELOW;
  const chart: Chart = {
    line: { x: 0, y: base, width: area.width },
    bars: bins.map(({ count }, at) => ({
      x: x(labels[at] as string) ?? 0,
      y: base - y(count),
      width: x.bandwidth(),
      height: y(count),
      part: at > 0 ? above : "file",
    })),
    texts: [{ text: title, x: 0, y: 8, align: "start", tone: "fg" }],
  };
  const texts = [...chart.texts];
  for (const { bin, text, x: middle } of binLabels(bins, area.width, x)) {
    texts.push({ text, x: middle, y: base + 10, align: "middle", tone: "muted" });
    if (bin.count === 0) continue;
    texts.push({ text: grouped(bin.count), x: middle, y: base - y(bin.count) - 7, align: "middle", tone: "muted" });
  }
  const words = bins.filter(({ count }) => count > 0).map((each) => `${range(each)}: ${counted(each.count, noun)}`);
  return chartBox(area, HEIGHT, { ...chart, texts }, `${title}: ${words.join(", ")}`);
}

interface BinLabel {
  readonly bin: Bin;
  readonly text: string;
  /** Its middle. */
  readonly x: number;
}

/** The labels below the bars, without overlap. Bins with something in them come first. */
function binLabels(bins: readonly Bin[], width: number, x: ScaleBand<string>): BinLabel[] {
  const fits = bins.every((each) => range(each).length * CHARACTER <= x.step());
  const taken: { readonly from: number; readonly to: number }[] = [];
  const labels: BinLabel[] = [];
  for (const bin of [...bins.filter(({ count }) => count > 0), ...bins.filter(({ count }) => count === 0)]) {
    const text = fits || bin.from === bin.to ? range(bin) : `${grouped(bin.from)}–`;
    const half = (Math.max(text.length, bin.count === 0 ? 0 : grouped(bin.count).length) * CHARACTER) / 2 + 2;
    const middle = Math.min(width - half, Math.max(half, (x(range(bin)) ?? 0) + x.bandwidth() / 2));
    if (taken.some(({ from, to }) => middle - half < to && middle + half > from)) continue;
    taken.push({ from: middle - half, to: middle + half });
    labels.push({ bin, text, x: middle });
  }
  return labels;
}

const KINDS_HEIGHT = 56;

/** All descriptors as one bar, divided by kind. */
function kindsBar(area: Area, parts: readonly number[]): Box {
  const total = Math.max(
    1,
    parts.reduce((sum, count) => sum + count, 0),
  );
  const shown = KIND_PARTS.map((part, at) => ({ part, count: parts[at] ?? 0 })).filter(({ count }) => count > 0);
  const bars: Chart["bars"][number][] = [];
  const texts: Chart["texts"][number][] = [{ text: "Kinds of descriptors", x: 0, y: 8, align: "start", tone: "fg" }];
  let x = 0;
  let textX = 0;
  for (const { part, count } of shown) {
    const width = (count / total) * area.width;
    bars.push({ x, y: 20, width, height: 12, part });
    x += width;
    const text = `${grouped(count)} ${PART_TITLES[part]}`;
    if (textX + (text.length + 2) * CHARACTER <= area.width) {
      bars.push({ x: textX, y: 40, width: 8, height: 8, part });
      texts.push({ text, x: textX + 13, y: 45, align: "start", tone: part === "shared" ? "shared" : "muted" });
    }
    textX += (text.length + 3.5) * CHARACTER;
  }
  const label = `Kinds of descriptors: ${shown.map(({ part, count }) => `${grouped(count)} ${PART_TITLES[part]}`).join(", ")}`;
  return chartBox(area, KINDS_HEIGHT, { line: null, bars, texts }, label);
}

const chartBox = ({ x, y, width }: Area, height: number, chart: Chart, label: string): Box =>
  box({ kind: "chart", column: COLUMN.file, x, y, width, height, cells: [], chart, label });
