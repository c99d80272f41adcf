// Keys that move the byte cursor.

interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

interface Bounds {
  readonly at: number;
  /** Bytes of a row. */
  readonly width: number;
  readonly size: number;
  /** Whole rows in view. */
  readonly visible: number;
}

/** The byte that a key leads to, in the member or clamped to its ends; `null` if it moves nothing. */
export function byteStep({ key, ctrlKey, metaKey }: Press, { at, width, size, visible }: Bounds): number | null {
  const row = at - (at % width);
  const far = ctrlKey || metaKey;
  const to = ((): number | null => {
    switch (key) {
      case "ArrowLeft":
        return at - 1;
      case "ArrowRight":
        return at + 1;
      // At the edge the column stays.
      case "ArrowUp":
        return at < width ? at : at - width;
      case "ArrowDown":
        return at + width < size ? at + width : row + width < size ? size - 1 : at;
      case "PageUp":
        return Math.max(at % width, at - visible * width);
      case "PageDown":
        return at + visible * width;
      case "Home":
        return far ? 0 : row;
      case "End":
        return far ? size - 1 : row + width - 1;
      default:
        return null;
    }
  })();
  if (to === null || size === 0 || (far && key !== "Home" && key !== "End")) return null;
  return Math.max(0, Math.min(size - 1, to));
}
