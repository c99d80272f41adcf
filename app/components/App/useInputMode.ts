// Whether the user works with the keyboard or the pointer, for the marks of the focus (theme.css).

import { useLayoutEffect } from "react";

/** Keys that only change what other keys do. */
const MODIFIERS: ReadonlySet<string> = new Set(["Alt", "AltGraph", "CapsLock", "Control", "Fn", "Meta", "Shift"]);

/**
 * Marks the page while the keyboard is in use: from a key until the pointer is pressed. Browsers decide differently
 * whether what got the focus by a click or from a script matches `:focus-visible` once a key is pressed.
 */
export function useInputMode(): void {
  useLayoutEffect(() => {
    const { body } = document;
    const onKeyDown = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
      if (!(ctrlKey || metaKey || altKey || MODIFIERS.has(key))) body.toggleAttribute("data-keys", true);
    };
    const onPointerDown = () => body.toggleAttribute("data-keys", false);
    window.addEventListener("keydown", onKeyDown, true);
    window.addEventListener("pointerdown", onPointerDown, true);
    return () => {
      window.removeEventListener("keydown", onKeyDown, true);
      window.removeEventListener("pointerdown", onPointerDown, true);
    };
  }, []);
}
