// Measures a claim as a ratio: what is measured and what it is held against take turns in one run, so that a machine
// that is busy or slow is so for both. The median of the pairwise ratios is told.

/** One claim. */
export interface Claim {
  readonly title: string;
  /** The largest ratio that is aimed at; `null`: the ratio is told for scale. */
  readonly aim: number | null;
  readonly baseline: { readonly title: string; run(): unknown };
  readonly measured: { readonly title: string; run(): unknown };
}

const RUNS = 7;
const WARM_UP = 2;

/** Runs both sides in turn and prints the medians of their times (ms) and of their ratio, with its extremes. */
export async function measure({ title, aim, baseline, measured }: Claim): Promise<void> {
  const times: [number, number][] = [];
  for (let run = -WARM_UP; run < RUNS; run++) {
    const pair: [number, number] = [await timed(baseline.run), await timed(measured.run)];
    if (run >= 0) times.push(pair);
  }
  const ratios = times.map(([a, b]) => b / a);
  const ratio = median(ratios);
  console.log(`\n${title}`);
  console.log(
    `  ${median(times.map(([a]) => a))
      .toFixed(1)
      .padStart(9)} ms  ${baseline.title}`,
  );
  console.log(
    `  ${median(times.map(([, b]) => b))
      .toFixed(1)
      .padStart(9)} ms  ${measured.title}`,
  );
  const span = `${Math.min(...ratios).toFixed(2)} … ${Math.max(...ratios).toFixed(2)}`;
  const goal = aim === null ? "" : `, aimed at ${aim}: ${ratio <= aim ? "reached" : "not reached"}`;
  console.log(`  ${ratio.toFixed(2).padStart(9)} ×   (${span})${goal}`);
}

async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** The middle of some numbers. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Prints a figure that is no ratio. */
export function tell(title: string, value: string): void {
  console.log(`\n${title}\n  ${value}`);
}
