// Remembers in this browser whether the legend of the drawing is folded away.

const KEY = "ckptscope.legend";

/** Whether to show the legend: unless the user folded it away. */
export function isLegendShown(storage: Storage | null): boolean {
  try {
    return storage?.getItem(KEY) !== "hidden";
  } catch {
    return true;
  }
}

export function rememberLegend(storage: Storage | null, isShown: boolean): void {
  try {
    if (isShown) storage?.removeItem(KEY);
    else storage?.setItem(KEY, "hidden");
  } catch {
    // The storage is blocked: the legend is shown again next time.
  }
}
