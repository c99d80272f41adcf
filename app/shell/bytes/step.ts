// Moves of the byte cursor by keys.

interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

interface Bounds {
  readonly at: number;
  /** Bytes in a row. */
  readonly width: number;
  readonly size: number;
  /** Rows that are entirely in view. */
  readonly visible: number;
}

/** The cursor after a key, clamped to the member; `null` if the key does not move it. */
export function byteStep({ key, ctrlKey, metaKey }: Press, { at, width, size, visible }: Bounds): number | null {
  const row = at - (at % width);
  const far = ctrlKey || metaKey;
  const to = ((): number | null => {
    switch (key) {
      case "ArrowLeft":
        return at - 1;
      case "ArrowRight":
        return at + 1;
      // In the first and last row the cursor keeps its column.
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
