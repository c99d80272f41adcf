// Remembers in this browser whether the legend of the drawing is folded away.

const KEY = "ckptscope.legend";

/** Whether to show the legend: as the user left it, and at first unless it would take the room of the drawing. */
export function isLegendShown(storage: Storage | null, isNarrow: boolean): boolean {
  try {
    const kept = storage?.getItem(KEY) ?? null;
    return kept === null ? !isNarrow : kept !== "hidden";
  } catch {
    return !isNarrow;
  }
}

export function rememberLegend(storage: Storage | null, isShown: boolean): void {
  try {
    storage?.setItem(KEY, isShown ? "shown" : "hidden");
  } catch {
    // The storage is blocked: the legend is as at first next time.
  }
}
