// The program, without the loader that loads it.

/** Runs the command line of this process; resolves to the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const [{ processIo }, { main }] = await Promise.all([import("./io.ts"), import("./main.ts")]);
  return await main(args, processIo());
}
