// The words that filter changes, matched by the worker where there are many descriptors.

import type { Client } from "../worker/client.ts";
import { isMatchedByWorker } from "./selectors.ts";
import type { Compared, State } from "./state.ts";
import type { Store } from "./store.ts";

/** Milliseconds without typing before a request is sent to the worker. */
const DEBOUNCE = 150;

/** Keeps `matched` that of the state's comparison and words. A selected change that the words hide is deselected. */
export function followWords(client: Client, { get, set, subscribe }: Store<State>): void {
  let asked: { readonly compared: Compared | null; readonly words: string } = { compared: null, words: "" };
  let control = new AbortController();
  subscribe(() => {
    const { compared, changeFilter } = get();
    const words = changeFilter.trim();
    if (compared === asked.compared && words === asked.words) return;
    asked = { compared, words };
    control.abort();
    control = new AbortController();
    if (compared === null || words === "" || !isMatchedByWorker(compared)) return set({ matched: null });
    const { signal } = control;
    const timer = setTimeout(() => match(compared, words, signal), DEBOUNCE);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });

  const match = async (compared: Compared, words: string, signal: AbortSignal): Promise<void> => {
    const [before, after] = get().docs.map(({ document }) => document);
    if (before == null || after == null) return;
    try {
      const hidden = await client.request("unmatched", { before, after, words }, { signal });
      set(({ change }) => ({
        matched: { of: compared, hidden },
        change: change !== null && hidden[change] === 1 ? null : change,
      }));
    } catch (error) {
      if (!signal.aborted) set({ notice: `Could not filter the changes: ${String(error)}` });
    }
  };
}
