// What a target of the fuzzer is.

/** A whole number from 0 to below `below`. The same seed gives the same numbers. */
export type Random = (below: number) => number;

export interface Target {
  readonly name: string;
  /** How often it gets an input, in proportion to the others. */
  readonly share: number;
  /**
   * Makes an input and examines it.
   *
   * @throws Violation if something does not hold; anything else that is thrown is a bug too.
   */
  run(next: Random): Promise<void>;
}

/** Something does not hold that must. */
class Violation extends Error {
  override readonly name = "Violation";
}

export function hold(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Violation(message);
}

export const pick = <T>(list: readonly T[], next: Random): T => list[next(list.length)] as T;
