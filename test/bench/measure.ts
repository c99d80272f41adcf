// Measures a ratio: the code under test and a baseline take turns in one run, so that a busy or slow machine affects
// both. The result is the median of the pairwise ratios.

/** One claim. */
export interface Claim {
  readonly title: string;
  /** The target: the largest acceptable ratio. `null`: the ratio is printed for comparison only. */
  readonly aim: number | null;
  /** Present: both return what they used, in milliseconds of this; else they are timed. */
  readonly unit?: string;
  readonly baseline: { readonly title: string; run(): unknown };
  readonly measured: { readonly title: string; run(): unknown };
}

const RUNS = 7;
const WARM_UP = 2;

/** Runs both in turn and prints their median times in ms, and the median of their ratio with its extremes. */
export async function measure({ title, aim, unit, baseline, measured }: Claim): Promise<void> {
  const cost = unit === undefined ? timed : returned;
  const times: [number, number][] = [];
  for (let run = -WARM_UP; run < RUNS; run++) {
    const pair: [number, number] = [await cost(baseline.run), await cost(measured.run)];
    if (run >= 0) times.push(pair);
  }
  const ratios = times.map(([a, b]) => b / a);
  const ratio = median(ratios);
  console.log(`\n${title}`);
  console.log(
    `  ${median(times.map(([a]) => a))
      .toFixed(1)
      .padStart(9)} ms  ${baseline.title}${unit === undefined ? "" : `, ${unit}`}`,
  );
  console.log(
    `  ${median(times.map(([, b]) => b))
      .toFixed(1)
      .padStart(9)} ms  ${measured.title}`,
  );
  const span = `${Math.min(...ratios).toFixed(2)} … ${Math.max(...ratios).toFixed(2)}`;
  const goal = aim === null ? "" : `, target ${aim}: ${ratio <= aim ? "reached" : "missed"}`;
  console.log(`  ${ratio.toFixed(2).padStart(9)} ×   (${span})${goal}`);
}

async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

async function returned(run: () => unknown): Promise<number> {
  return Number(await run());
}

/** Runs something; returns the processor time that it used, of all threads, in milliseconds. */
export async function used(run: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** The median. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Prints a figure that is not a ratio. */
export function print(title: string, value: string): void {
  console.log(`\n${title}\n  ${value}`);
}
