// Heights in a lane: each box as near as possible to the sources of its edges, in order, without overlap.

/**
 * Places boxes of height `pitch` in the given order, none above `top`, with the least sum of squared distances from
 * `ideal`. Neighbours that compete for a place are pooled (isotonic regression, pool adjacent
 * violators). In pixels.
 */
export function placeInOrder(ideal: readonly number[], pitch: number, top: number): number[] {
  const mean: number[] = [];
  const size: number[] = [];
  for (let at = 0; at < ideal.length; at++) {
    mean.push((ideal[at] as number) - at * pitch);
    size.push(1);
    while (mean.length > 1 && (mean.at(-2) as number) >= (mean.at(-1) as number)) {
      const [lastMean, lastSize] = [mean.pop() as number, size.pop() as number];
      const [aboveMean, aboveSize] = [mean.pop() as number, size.pop() as number];
      mean.push((aboveMean * aboveSize + lastMean * lastSize) / (aboveSize + lastSize));
      size.push(aboveSize + lastSize);
    }
  }
  const placed: number[] = [];
  for (let pool = 0; pool < mean.length; pool++) {
    const base = Math.round(mean[pool] as number);
    for (let i = 0; i < (size[pool] as number); i++) {
      const at = placed.length;
      placed.push(Math.max(top + at * pitch, base + at * pitch));
    }
  }
  return placed;
}
