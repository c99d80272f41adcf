// Whether the window is too narrow for panels side by side.

import { useCallback, useSyncExternalStore } from "react";
import { NARROW } from "../../shell/narrow.ts";

/** Whether the window is at most `width` pixels wide. The page is printed as it is on the screen, however narrow paper is. */
export function useNarrow(width = NARROW): boolean {
  const query = `screen and (max-width: ${width}px)`;
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
