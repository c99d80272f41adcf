// The row that the keys act on, and the range of rows that is marked for copying.

import { useState } from "react";

export interface MarkedRows {
  /** The row that the keys act on. */
  readonly current: number;
  /** Whether the user marked a range; else only `current` is copied. */
  readonly isRange: boolean;
  /** First and last marked row. */
  readonly from: number;
  readonly to: number;
  /** Makes a row the current one. `extend`: marks the rows up to it. */
  go(row: number, extend: boolean): void;
  markAll(): void;
}

/** `count`: rows in the list. */
export function useMarkedRows(count: number): MarkedRows {
  const [active, setActive] = useState(0);
  /** The fixed end of the marked range. */
  const [anchor, setAnchor] = useState<number | null>(null);
  const current = Math.min(active, Math.max(0, count - 1));
  return {
    current,
    isRange: anchor !== null,
    from: Math.min(anchor ?? current, current),
    to: Math.max(anchor ?? current, current),
    go(row, extend) {
      setAnchor(extend ? (anchor ?? current) : null);
      setActive(row);
    },
    markAll() {
      setAnchor(0);
      setActive(Math.max(0, count - 1));
    },
  };
}
