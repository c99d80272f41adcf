// The page's colours for the canvas: read from CSS, and again whenever the system or the page changes them.

import { type RefObject, useEffect, useState } from "react";
import type { Theme } from "../../graph/draw/style.ts";

const COLOURS = ["bg", "fg", "muted", "hairline", "accent", "shared", "added", "removed", "changed"] as const;

/** The theme at an element; null until it is mounted. */
export function useTheme(host: RefObject<HTMLElement | null>): Theme | null {
  const [theme, setTheme] = useState<Theme | null>(null);
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const update = () => {
      const next = readTheme(element);
      setTheme((old) => (old !== null && JSON.stringify(old) === JSON.stringify(next) ? old : next));
    };
    update();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", update);
    const observer = new MutationObserver(update);
    observer.observe(document.documentElement, { attributes: true });
    return () => {
      dark.removeEventListener("change", update);
      observer.disconnect();
    };
  }, [host]);
  return theme;
}

function readTheme(element: HTMLElement): Theme {
  // A custom property may hold any expression; it is computed only as the colour of an element.
  const probe = document.createElement("span");
  element.append(probe);
  const colours = Object.fromEntries(
    COLOURS.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  ) as Record<(typeof COLOURS)[number], string>;
  const font = getComputedStyle(element).fontFamily;
  probe.remove();
  return { ...colours, font };
}
