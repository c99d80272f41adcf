// The mappings of all tasks: address, permissions, kind or path.

import { type KeyboardEvent, memo, useEffect, useMemo, useRef } from "react";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { addressText, PERMISSION, permissionsText } from "../../model/mappings.ts";
import { sizeText } from "../../model/text/words.ts";
import { type Memory, mappingName, mappingSize } from "../../shell/memory/memory-places.ts";
import { useRowWindow } from "../useRowWindow.ts";

const ROW = 20;

interface Props {
  readonly checkpoint: Checkpoint;
  readonly memory: Memory;
  /** The mapping that is shown. */
  readonly selected: number;
  onSelect(mapping: number): void;
}

export const MappingList = memo(function MappingList({ checkpoint, memory, selected, onSelect }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const { mappings, spaces } = memory;
  const window = useRowWindow(mappings.count, ROW, scroller, 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another mapping is shown
  useEffect(() => window.reveal(selected), [selected]);
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: -1,
      ArrowDown: 1,
      PageUp: -window.visible,
      PageDown: window.visible,
      Home: -mappings.count,
      End: mappings.count,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onSelect(Math.max(0, Math.min(mappings.count - 1, selected + step)));
  };
  const digits = useMemo(() => columnDigits(memory), [memory]);
  const spaceOf = (mapping: number) => spaces.find(({ first, end }) => mapping >= first && mapping < end);
  return (
    <div
      ref={scroller}
      className="memory-list mono"
      role="listbox"
      aria-label="Mappings"
      aria-activedescendant={window.idOf("mapping", selected)}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className="memory-rows" style={{ height: window.height }}>
        {window.rows.map(({ row, top }) => {
          const space = spaceOf(row);
          const bits = mappings.permissions[row] as number;
          const risky = (bits & (PERMISSION.write | PERMISSION.execute)) === (PERMISSION.write | PERMISSION.execute);
          return (
            <div
              key={row}
              id={`mapping-${row}`}
              role="option"
              tabIndex={-1}
              aria-selected={row === selected}
              className={row === space?.first ? "memory-row memory-first" : "memory-row"}
              style={{ transform: `translateY(${top}px)` }}
              onClick={() => onSelect(row)}
            >
              <span className="muted">{String(space?.number ?? "").padStart(digits.space)}</span>
              <span>{addressText(mappings.start[row] as number).padStart(digits.address)}</span>
              <span className={risky ? "warn" : undefined}>{permissionsText(bits)}</span>
              <span className="memory-size">{sizeText(mappingSize(memory, row))}</span>
              <span className="memory-name">{mappingName(checkpoint, memory, row)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
});

/** Digits of the longest number of a task and of the longest address, so that the columns are in line. */
function columnDigits({ spaces, mappings }: Memory): { readonly space: number; readonly address: number } {
  const last = mappings.start.reduce((most, start) => Math.max(most, start), 0);
  const space = spaces.reduce((most, { number }) => Math.max(most, number), 0);
  return { space: String(space).length, address: addressText(last).length };
}
