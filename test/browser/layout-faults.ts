// Finds text that a user cannot read: cut off, shortened to nothing, covered by other text,
// outside the window, or of too little contrast.

import type { Page } from "playwright-core";

/** One line for each fault: its kind, the text, and the element. */
export const layoutFaults = (page: Page): Promise<string[]> => page.evaluate(findFaults);

/** Runs in the page. */
function findFaults(): string[] {
  interface Line {
    readonly element: HTMLElement;
    readonly text: string;
    readonly rect: DOMRect;
  }
  /** An element that clips a line, at its sides or above and below. */
  interface Cut {
    readonly at: Element;
    readonly isAcross: boolean;
  }
  /** Pixels by which a rectangle may exceed another: glyphs and lines are rounded. */
  const SLACK = 1.5;
  const MOST_COMPARED = 3000;
  const faults = new Set<string>();

  const nameOf = (element: Element): string => {
    const own = `${element.localName}${[...element.classList].map((name) => `.${name}`).join("")}`;
    const parent = element.parentElement;
    return parent && parent !== document.body
      ? `${parent.localName}${[...parent.classList].map((name) => `.${name}`).join("")} > ${own}`
      : own;
  };
  const report = (kind: string, { element, text }: Line, more = ""): void => {
    faults.add(`${kind}: "${text.slice(0, 60)}" in ${nameOf(element)}${more}`);
  };
  const hasTitle = (element: Element): boolean => element.closest("[title]") !== null;

  /** Text for screen readers only is clipped as a whole. */
  const isHidden = (element: HTMLElement): boolean => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return true;
    for (let at: HTMLElement | null = element; at; at = at.parentElement) {
      if (getComputedStyle(at).clipPath === "inset(50%)") return true;
    }
    return false;
  };

  /** The part of a rectangle that is in view, where an ancestor that clips without scrolling cuts it, if one does. */
  const clip = (line: Line): { visible: DOMRect; cutBy: Cut | null; scrolls: boolean } => {
    let { left, top, right, bottom } = line.rect;
    let cutBy: Cut | null = null;
    let scrolls = false;
    let position = getComputedStyle(line.element).position;
    for (let at: HTMLElement | null = line.element; at && at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at);
      // The ancestors of a fixed box do not clip it, nor those between an absolute one and its containing block.
      const clips = at === line.element || !(position === "absolute" && style.position === "static");
      if (clips && (style.overflowX !== "visible" || style.overflowY !== "visible") && style.display !== "inline") {
        const box = at.getBoundingClientRect();
        const canScrollX = style.overflowX === "auto" || style.overflowX === "scroll";
        const canScrollY = style.overflowY === "auto" || style.overflowY === "scroll";
        const cutX = left < box.left - SLACK || right > box.right + SLACK;
        // Less than a fifth of a line is leading, not glyphs.
        const cutY = top < box.top - line.rect.height / 5 || bottom > box.bottom + line.rect.height / 5;
        if (cutX && canScrollX) scrolls = true;
        else if (cutX) cutBy ??= { at, isAcross: true };
        if (cutY && canScrollY) scrolls = true;
        else if (cutY) cutBy ??= { at, isAcross: false };
        left = Math.max(left, box.left);
        right = Math.min(right, box.right);
        top = Math.max(top, box.top);
        bottom = Math.min(bottom, box.bottom);
        // What scrolls moves as a whole, so whether its own clipping shows is decided by what is in view.
        if (scrolls && (left >= right || top >= bottom)) break;
      }
      if (style.position === "fixed") break;
      if (style.position !== "static") position = style.position;
    }
    return { visible: new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top)), cutBy, scrolls };
  };

  const lines: Line[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = (node.textContent ?? "").trim();
    const element = node.parentElement;
    if (text === "" || element === null || element.localName === "script" || isHidden(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      if (rect.width < 1 || rect.height < 1) continue;
      // Texts of one element in one line are one, as it is shortened at its end only.
      const last = lines.at(-1);
      if (last?.element === element && Math.abs(last.rect.top - rect.top) < 2) {
        const { left, top, height } = last.rect;
        lines[lines.length - 1] = {
          element,
          text: last.text === text ? text : `${last.text} ${text}`,
          rect: new DOMRect(left, top, rect.right - left, height),
        };
      } else lines.push({ element, text, rect });
    }
  }

  const luminance = ([red, green, blue]: readonly number[]): number => {
    const linear = [red ?? 0, green ?? 0, blue ?? 0].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colours = new Map<string, readonly number[]>();
  /** Red, green, blue and alpha, 0 to 255. */
  const colourOf = (css: string): readonly number[] => {
    let colour = colours.get(css);
    if (colour === undefined) {
      if (paint === null) throw new Error("No canvas");
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = css;
      paint.fillRect(0, 0, 1, 1);
      colour = [...paint.getImageData(0, 0, 1, 1).data];
      colours.set(css, colour);
    }
    return colour;
  };
  const over = (top: readonly number[], below: readonly number[]): number[] => {
    const alpha = (top[3] ?? 255) / 255;
    return [0, 1, 2].map((at) => (top[at] ?? 0) * alpha + (below[at] ?? 0) * (1 - alpha));
  };
  const backgroundOf = (element: HTMLElement): readonly number[] => {
    const layers: (readonly number[])[] = [];
    for (let at: HTMLElement | null = element; at; at = at.parentElement) {
      const colour = colourOf(getComputedStyle(at).backgroundColor);
      if (colour[3] !== 0) layers.push(colour);
      if (colour[3] === 255) break;
    }
    const canvas = colourOf("Canvas");
    return layers.reduceRight((below, layer) => over(layer, below), canvas.slice(0, 3));
  };
  const contrast = (element: HTMLElement): number => {
    const background = backgroundOf(element);
    const text = over(colourOf(getComputedStyle(element).color), background);
    const [high, low] = [luminance(text), luminance(background)].sort((a, b) => b - a);
    return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
  };

  const seen: { line: Line; visible: DOMRect }[] = [];
  for (const line of lines) {
    const { visible, cutBy, scrolls } = clip(line);
    if (scrolls && (visible.width < 2 || visible.height < 2)) continue;
    const { element } = line;
    if (cutBy !== null) {
      const shortens = cutBy.isAcross && getComputedStyle(cutBy.at).textOverflow === "ellipsis";
      const character = line.rect.width / Math.max(1, line.text.length);
      if (!shortens) report("cut off", line, ` by ${nameOf(cutBy.at)}`);
      else if (!hasTitle(element)) report("shortened without a title", line);
      else if (visible.width < character * 3)
        report("shortened to nothing", line, ` (${Math.round(visible.width)} px)`);
    }
    if (!scrolls && (visible.left < -SLACK || visible.right > innerWidth + SLACK)) report("outside the window", line);
    if (visible.width < 2 || visible.height < 2) continue;
    const isDisabled = element.closest(":disabled, [aria-disabled=true]") !== null;
    if (!isDisabled && contrast(element) < 4.5) report("contrast", line, ` ${contrast(element).toFixed(2)}`);
    seen.push({ line, visible });
  }

  // Text over text, where both are in front.
  const inFront = ({ line, visible }: { line: Line; visible: DOMRect }): boolean => {
    const found = document.elementFromPoint(visible.left + visible.width / 2, visible.top + visible.height / 2);
    return found !== null && (found === line.element || line.element.contains(found) || found.contains(line.element));
  };
  const front = seen.slice(0, MOST_COMPARED).filter(inFront);
  front.sort((a, b) => a.visible.top - b.visible.top);
  for (let at = 0; at < front.length; at++) {
    const one = front[at];
    for (let next = at + 1; one && next < front.length; next++) {
      const other = front[next];
      if (other === undefined || other.visible.top > one.visible.bottom) break;
      if (one.line.element === other.line.element) continue;
      const wide = Math.min(one.visible.right, other.visible.right) - Math.max(one.visible.left, other.visible.left);
      const high = Math.min(one.visible.bottom, other.visible.bottom) - Math.max(one.visible.top, other.visible.top);
      if (wide > 2 && high > Math.min(one.visible.height, other.visible.height) / 3) {
        report("overlaps", one.line, ` and "${other.line.text.slice(0, 40)}" in ${nameOf(other.line.element)}`);
      }
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.add("the page is wider than the window");
  return [...faults];
}
