// Moves the focus to a part of the page.

/**
 * Calls `focus` until it succeeds: now, once React has rendered the state that was just set, and once more after the
 * next frame, by which time deferred parts of the page are rendered too.
 *
 * React renders a store's change in a microtask, so that the second attempt still runs before the next key event. A
 * later attempt would lose a key that is pressed at once.
 *
 * @param focus Returns whether there was something to focus.
 */
export function focusWhenRendered(focus: () => boolean): void {
  if (focus()) return;
  queueMicrotask(() => {
    if (!focus()) requestAnimationFrame(() => requestAnimationFrame(() => focus()));
  });
}

/** Focuses the element with this id, as soon as it is on the page. */
export function focusElement(id: string): void {
  focusWhenRendered(() => {
    const element = document.getElementById(id);
    element?.focus();
    return element !== null;
  });
}
