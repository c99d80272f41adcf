// The notation of keys: `/`, `E` (with Shift), `mod+k` (Ctrl, or Command on a Mac), `Escape`.
// commands/ says what each runs.

interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * The notation of a pressed key; `null` with Alt, which belongs to the browser and the desktop, and for Ctrl with Shift,
 * which opens the browser's tools: Ctrl+Shift+K the console of Firefox.
 */
export function keyText({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyPress): string | null {
  const mod = ctrlKey || metaKey;
  if (altKey || (mod && shiftKey)) return null;
  return mod ? `mod+${key.toLowerCase()}` : key;
}

/** A key as shown to the user. */
export function keyLabel(key: string, mac: boolean): string {
  if (key.startsWith("mod+")) return `${mac ? "⌘" : "Ctrl+"}${key.slice(4).toUpperCase()}`;
  return /^[A-Z]$/.test(key) ? `Shift+${key}` : key.length === 1 ? key.toUpperCase() : key;
}

/** Whether the element with the focus takes keys as text input. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** The row after a key in a list of `count` rows, from row `at`; `null` if the key does not move. `page`: in rows. */
export function listStep(key: string, at: number, count: number, page: number): number | null {
  const to = steps(key, at, count, page);
  return to === null || count === 0 ? null : Math.max(0, Math.min(count - 1, to));
}

function steps(key: string, at: number, count: number, page: number): number | null {
  switch (key) {
    case "ArrowDown":
      return at + 1;
    case "ArrowUp":
      return at - 1;
    case "PageDown":
      return at + page;
    case "PageUp":
      return at - page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
