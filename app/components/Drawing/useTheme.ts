// The page's colours for the canvas: read from CSS, and again whenever the system or the page changes them,
// or the page is printed.

import { type RefObject, useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";
import type { Theme } from "../../graph/draw/style.ts";

const COLOURS = ["bg", "fg", "muted", "hairline", "accent", "shared", "added", "removed", "changed"] as const;

/** The theme at an element; null until it is mounted. */
export function useTheme(host: RefObject<HTMLElement | null>): Theme | null {
  const [theme, setTheme] = useState<Theme | null>(null);
  // A layout effect, so that the first paint has the colours.
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    const update = () => {
      const next = readTheme(element);
      setTheme((old) => (old !== null && JSON.stringify(old) === JSON.stringify(next) ? old : next));
    };
    update();
    const settings = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) => matchMedia(query));
    for (const setting of settings) setting.addEventListener("change", update);
    const observer = new MutationObserver(update);
    observer.observe(document.documentElement, { attributes: true });
    // Paper is light (theme.css). The canvas is printed as it is when the event is over.
    const print = (isPrinting: boolean) => {
      document.documentElement.toggleAttribute("data-print", isPrinting);
      flushSync(update);
    };
    const onBeforePrint = () => print(true);
    const onAfterPrint = () => print(false);
    window.addEventListener("beforeprint", onBeforePrint);
    window.addEventListener("afterprint", onAfterPrint);
    return () => {
      window.removeEventListener("beforeprint", onBeforePrint);
      window.removeEventListener("afterprint", onAfterPrint);
      for (const setting of settings) setting.removeEventListener("change", update);
      observer.disconnect();
    };
  }, [host]);
  return theme;
}

function readTheme(element: HTMLElement): Theme {
  // A custom property may hold any expression, which is computed only as the colour of an element. All probes are added
  // before any is read; otherwise each would recompute the styles.
  const probes = document.createElement("span");
  for (const name of COLOURS) probes.append(probe(name));
  element.append(probes);
  const colours = Object.fromEntries(
    COLOURS.map((name, at) => [name, getComputedStyle(probes.children[at] as HTMLElement).color]),
  ) as Record<(typeof COLOURS)[number], string>;
  const font = getComputedStyle(element).fontFamily;
  probes.remove();
  return { ...colours, font };
}

function probe(colour: (typeof COLOURS)[number]): HTMLElement {
  const element = document.createElement("span");
  element.style.color = `var(--${colour})`;
  // The system's own colours are in the custom properties already (theme.css); otherwise all would be that of text.
  element.style.setProperty("forced-color-adjust", "none");
  return element;
}
