// Notices when the window moves to a screen of another pixel density, which resizes nothing.

import { useEffect } from "react";

/** Calls `onChange` whenever the number of device pixels for a CSS pixel changes. */
export function useRatio(onChange: () => void): void {
  useEffect(() => {
    let stop = (): void => {};
    // A media query is for one ratio.
    const watch = (): void => {
      const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
      const changed = (): void => {
        watch();
        onChange();
      };
      query.addEventListener("change", changed, { once: true });
      stop = () => query.removeEventListener("change", changed);
    };
    watch();
    return () => stop();
  }, [onChange]);
}
