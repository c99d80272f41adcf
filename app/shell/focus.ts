// Moves the focus to a part of the page.

/**
 * Calls `focus` until it succeeds: at once, after React has rendered the state that was just set, and after the next
 * frame, when deferred parts of the page are rendered too.
 *
 * React renders a store's change in a microtask, so the second attempt still runs before the next key event. A later
 * attempt could lose a key pressed immediately.
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
