// Waits for dropped files and folders to be read.

import type { Failure, Input, State } from "../state.ts";
import type { Store } from "../store.ts";
import { type Opening, REFUSED_ADVICE, RefusedError } from "./opening.ts";

interface Context {
  readonly store: Store<State>;
  readonly opening: Opening;
}

const NOT_READ = "The dropped files could not be read.";
const NO_FILES = "There are no files in what you dropped.";
const NOT_READ_ADVICE = "Use Open to choose the files. Some browsers do not give access to dropped folders.";

/** Waits for dropped files, as an opening in progress. `null`: there are none, or they could not be read. */
export async function readDropped({ store, opening }: Context, reading: Promise<Input | null>): Promise<Input | null> {
  if (store.get().opening !== null) {
    // That one goes on until there is something to open instead.
    const fail = (failure: Failure): null => {
      store.set({ failure });
      return null;
    };
    return reading.then(
      (input) => input ?? fail({ message: NO_FILES, advice: REFUSED_ADVICE }),
      () => fail({ message: NOT_READ, advice: NOT_READ_ADVICE }),
    );
  }
  let input: Input | null = null;
  const read = async (signal: AbortSignal): Promise<void> => {
    const cancelled = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    input = await Promise.race([reading.catch(() => Promise.reject(new Error(NOT_READ))), cancelled]);
    if (input === null) throw new RefusedError(NO_FILES);
  };
  await opening.begin("the dropped files", read, NOT_READ_ADVICE);
  return input;
}
