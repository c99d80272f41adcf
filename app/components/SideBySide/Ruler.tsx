// The ruler beside the lines: where among all lines there are changes. Removals are marked on the left, additions on
// the right, other changes across. A click scrolls there; keyboard users have the grid itself.

import { type MouseEvent, useMemo } from "react";
import type { Comparison } from "../../diff/comparison.ts";
import { type AlignedLines, LINE } from "../../diff/lists/align.ts";
import { NONE } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import { u8At, u32At } from "../../model/read.ts";

/** How many steps the ruler is divided into. */
const STEPS = 240;

/** Bits for the changes in a step. */
const MARK = { added: 1, removed: 2, changed: 4 } as const;

interface RulerProps {
  readonly comparison: Comparison;
  readonly lines: AlignedLines;
  readonly selected: number;
  onLine(line: number): void;
}

export function Ruler({ comparison, lines, selected, onLine }: RulerProps) {
  const marks = useMemo(() => marksOf(comparison, lines), [comparison, lines]);
  const path = (bit: number, x: number, width: number): string => {
    let d = "";
    marks.forEach((mark, step) => {
      if (mark & bit) d += `M${x} ${step}h${width}v1h-${width}z`;
    });
    return d;
  };
  const onClick = (event: MouseEvent<SVGSVGElement>) => {
    const { top, height } = event.currentTarget.getBoundingClientRect();
    onLine(Math.min(lines.count - 1, Math.floor(((event.clientY - top) / height) * lines.count)));
  };
  const at = lines.count === 0 || selected < 0 ? null : (selected / lines.count) * STEPS;
  return (
    <svg className="ruler" viewBox={`0 0 12 ${STEPS}`} preserveAspectRatio="none" aria-hidden="true" onClick={onClick}>
      <path className="ruler-changed" d={path(MARK.changed, 2, 8)} />
      <path className="ruler-gone" d={path(MARK.removed, 1, 4)} />
      <path className="ruler-added" d={path(MARK.added, 7, 4)} />
      {at !== null && <path className="ruler-selected" d={`M0 ${at}h12v1.5h-12z`} />}
    </svg>
  );
}

function marksOf({ pairs, changed }: Comparison, lines: AlignedLines): Uint8Array {
  const marks = new Uint8Array(STEPS);
  const scale = STEPS / Math.max(1, lines.count);
  const has = (side: Side, pair: number): boolean => descriptorOf(pairs.descriptors, side, pair) !== NONE;
  const put = (line: number, mark: number): void => {
    const step = Math.floor(line * scale);
    marks[step] = u8At(marks, step) | mark;
  };
  lines.kind.forEach((kind, run) => {
    const at = u32At(lines.at, run);
    const line = u32At(lines.firstLine, run);
    if (kind === LINE.task || (kind === LINE.section && lines.sectionChange[at] !== NONE)) put(line, MARK.changed);
    if (kind !== LINE.pair) return;
    const end = at + u32At(lines.length, run);
    for (let pair = at; pair < end; pair++) {
      if (changed[pair] === 0) continue;
      const mark = !has("before", pair) ? MARK.added : !has("after", pair) ? MARK.removed : MARK.changed;
      put(line + pair - at, mark);
    }
  });
  return marks;
}
