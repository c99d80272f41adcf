// Making a file or a text that may take long: one at a time, with progress, and cancelled by
// the user or by a newer one.

import type { RequestOptions } from "../worker/client.ts";
import type { State } from "./state.ts";
import type { Store } from "./store.ts";

/** Progress is shown for what takes longer than this, in milliseconds. */
const SLOW = 250;

export interface Saving {
  /** Calls `run`, which makes the file `name`; `null` if that was cancelled. Rejects with what `run` throws. */
  begin<T>(name: string, run: (options: RequestOptions) => Promise<T>): Promise<T | null>;
  /** Cancels what is being made. Returns whether there was anything. */
  cancel(): boolean;
}

export function createSaving({ get, set }: Store<State>): Saving {
  let current: AbortController | null = null;
  return {
    async begin(name, run) {
      current?.abort();
      const control = new AbortController();
      current = control;
      const report = (change: Partial<State["saving"]>): void => {
        const { saving } = get();
        if (saving !== null && current === control) set({ saving: { ...saving, ...change } });
      };
      set({ saving: { name, progress: null, slow: false } });
      const timer = setTimeout(() => report({ slow: true }), SLOW);
      try {
        return await run({ signal: control.signal, onProgress: (progress) => report({ progress }) });
      } catch (error) {
        if (control.signal.aborted) return null;
        throw error;
      } finally {
        clearTimeout(timer);
        if (current === control) {
          current = null;
          set({ saving: null });
        }
      }
    },
    cancel() {
      current?.abort();
      return current !== null;
    },
  };
}
