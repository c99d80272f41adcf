// Whether the window is too narrow for panels side by side.

import { useCallback, useSyncExternalStore } from "react";
import { NARROW } from "../../shell/narrow.ts";

/** Whether the window is at most `width` pixels wide. */
export function useNarrow(width = NARROW): boolean {
  const query = `(max-width: ${width}px)`;
  const subscribe = useCallback(
    (listener: () => void): (() => void) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
