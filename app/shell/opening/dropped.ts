// Waits for dropped files and folders to be read.

import type { Input, State } from "../state.ts";
import type { Store } from "../store.ts";
import type { Opening } from "./opening.ts";

interface Context {
  readonly store: Store<State>;
  readonly opening: Opening;
}

const NOT_READ = "The dropped files could not be read.";
const NOT_READ_ADVICE = "Use Open to choose the files. Some browsers do not give access to dropped folders.";

/** Waits for dropped files, as an opening in progress. `null`: there are none, or they could not be read. */
export async function readDropped({ store, opening }: Context, reading: Promise<Input | null>): Promise<Input | null> {
  if (store.get().opening !== null) {
    // That one goes on until there is something to open instead.
    return reading.catch(() => {
      store.set({ failure: { message: NOT_READ, advice: NOT_READ_ADVICE } });
      return null;
    });
  }
  let input: Input | null = null;
  const read = async (signal: AbortSignal): Promise<void> => {
    const cancelled = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    input = await Promise.race([reading.catch(() => Promise.reject(new Error(NOT_READ))), cancelled]);
  };
  await opening.begin("the dropped files", read, NOT_READ_ADVICE);
  return input;
}
