// How many inputs each target had, and what they cost; the log of a run.

import { appendFileSync } from "node:fs";

/** An input for which something does not hold. */
export interface Failure {
  readonly target: string;
  readonly seed: number;
  readonly message: string;
}

interface Count {
  readonly inputs: number;
  /** Processor time of all inputs, in milliseconds. */
  readonly time: number;
  /** The input that took longest. */
  readonly slowest: number;
  readonly slowestSeed: number;
}

/** By the name of the target. */
export type Tally = Readonly<Record<string, Count>>;

/** The tallies of several processes as one. */
export function together(tallies: readonly Tally[]): Tally {
  const sum: Record<string, Count> = {};
  for (const [name, count] of tallies.flatMap((tally) => Object.entries(tally))) {
    const known = sum[name];
    if (known === undefined) sum[name] = count;
    else {
      const { slowest, slowestSeed } = known.slowest > count.slowest ? known : count;
      sum[name] = { inputs: known.inputs + count.inputs, time: known.time + count.time, slowest, slowestSeed };
    }
  }
  return sum;
}

export const inputsOf = (tally: Tally): number => Object.values(tally).reduce((sum, { inputs }) => sum + inputs, 0);

/** A table for people. */
export function tallyText(tally: Tally): string {
  const rows = Object.entries(tally)
    .toSorted()
    .map(([name, { inputs, time, slowest, slowestSeed }]) => [
      name,
      String(inputs),
      (time / inputs).toFixed(2),
      slowest.toFixed(0),
      String(slowestSeed),
    ]);
  return [["target", "inputs", "ms/input", "slowest", "its seed"], ...rows]
    .map(([name = "", ...cells]) => name.padEnd(14) + cells.map((cell) => cell.padStart(11)).join(""))
    .join("\n");
}

/** A line of the log: what was run since the line before. */
interface LogLine {
  readonly at: string;
  readonly seed: number;
  readonly inputs: number;
  readonly targets: Readonly<Record<string, { readonly inputs: number; readonly milliseconds: number }>>;
  readonly failures: readonly Failure[];
}

/** Appends to a log, each time what is new. */
export function createLog(file: string, seed: number): (tally: Tally, failures: readonly Failure[]) => void {
  let before: Tally = {};
  let known = 0;
  return (tally, failures) => {
    const targets = Object.fromEntries(
      Object.entries(tally).flatMap(([name, { inputs, time }]) => {
        const count = inputs - (before[name]?.inputs ?? 0);
        return count === 0
          ? []
          : [[name, { inputs: count, milliseconds: Math.round(time - (before[name]?.time ?? 0)) }]];
      }),
    );
    const line: LogLine = {
      at: new Date().toISOString(),
      seed,
      inputs: inputsOf(tally) - inputsOf(before),
      targets,
      failures: failures.slice(known),
    };
    if (line.inputs > 0 || line.failures.length > 0) appendFileSync(file, `${JSON.stringify(line)}\n`);
    before = tally;
    known = failures.length;
  };
}
