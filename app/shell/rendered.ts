// Waits for parts of the page that a key acts on. They appear one after another, and some are loaded or laid out first.

/** Frames to wait for a part. If it is still missing then, it is probably in a part of the page that is not shown. */
const MOST_FRAMES = 120;

/** Modifier keys. */
const MODIFIERS: ReadonlySet<string> = new Set(["Shift", "Control", "Alt", "Meta", "CapsLock"]);

/**
 * Tries something in every frame until it succeeds.
 *
 * @param attempt Returns whether it succeeded.
 * @returns Whether it succeeded; false after MOST_FRAMES frames, or once `isWanted` returns false.
 */
export async function untilRendered(attempt: () => boolean, isWanted = (): boolean => true): Promise<boolean> {
  for (let frame = 0; frame <= MOST_FRAMES && isWanted(); frame++) {
    if (attempt()) return true;
    await new Promise(requestAnimationFrame);
  }
  return false;
}

/**
 * Calls `focus` until it succeeds: at once, after React has rendered the state that was just set, and then in every
 * frame, until the user presses another key or clicks. Focus must not move away from the result of that.
 *
 * React renders a store's change in a microtask, so the second attempt still runs before the next key event. A later
 * attempt could lose a key pressed immediately.
 *
 * @param focus Returns whether there was something to focus.
 */
export function focusWhenRendered(focus: () => boolean): void {
  if (focus()) return;
  queueMicrotask(() => {
    if (focus()) return;
    const listening = new AbortController();
    let isWanted = true;
    const onInput = (event: Event): void => {
      if (!(event instanceof KeyboardEvent && MODIFIERS.has(event.key))) isWanted = false;
    };
    for (const type of ["keydown", "pointerdown"]) {
      window.addEventListener(type, onInput, { capture: true, signal: listening.signal });
    }
    void untilRendered(focus, () => isWanted).finally(() => listening.abort());
  });
}

/** Calls `use` with the element with this id once it is shown, unless the user presses a key or clicks before that. */
export function withElement(id: string, use: (element: HTMLElement) => void): void {
  focusWhenRendered(() => {
    const element = document.getElementById(id);
    // What is folded away takes no focus.
    if (element === null || element.closest("[hidden]") !== null) return false;
    use(element);
    return true;
  });
}
