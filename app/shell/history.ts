// Keeps the page's address and what is looked at in step. Opening makes a new entry in the browser's history;
// everything else replaces the entry's address.

import { fromFragment, toFragment } from "../link/link.ts";
import type { Shell } from "./shell.ts";
import type { Docs, Input, Origin } from "./state.ts";

/** Browsers refuse to replace an address more often than some times a second. In milliseconds. */
const SETTLE = 200;

interface Entry {
  /** Which of the openings since the page was loaded this entry shows; absent or 0: none. */
  readonly opened?: number;
}

const sameInputs = (docs: Docs, inputs: readonly Input[]): boolean =>
  docs.length === inputs.length && docs.every((doc) => inputs.includes(doc.input));

/** Reads the address now, and follows it and the state from then on. Returns how to stop. */
export function followHistory(shell: Shell, window: Window): () => void {
  /** What the entries of this visit had open, so that back and forward find local files again. */
  const openings: { readonly inputs: readonly Input[]; readonly origin: Origin }[] = [{ inputs: [], origin: null }];
  let current = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** While the address leads, the state does not. */
  let following = false;

  const address = (): string => {
    const fragment = toFragment(shell.link());
    return fragment === "" ? window.location.pathname + window.location.search : `#${fragment}`;
  };

  const write = (): void => {
    timer = undefined;
    if (following) return;
    window.history.replaceState({ opened: current } satisfies Entry, "", address());
  };

  const changed = (): void => {
    const { docs, origin, opening } = shell.store.get();
    if (following) return;
    // Early parts belong to the entry that the whole will make.
    if (opening === null && !sameInputs(docs, openings[current]?.inputs ?? [])) {
      clearTimeout(timer);
      timer = undefined;
      openings.push({ inputs: docs.map(({ input }) => input), origin });
      current = openings.length - 1;
      window.history.pushState({ opened: current } satisfies Entry, "", address());
    } else timer ??= setTimeout(write, SETTLE);
  };

  /** Goes where the address says. */
  const follow = async (entry: Entry | null): Promise<void> => {
    const link = fromFragment(window.location.hash);
    following = true;
    clearTimeout(timer);
    timer = undefined;
    try {
      const { origin, docs } = shell.store.get();
      const known = openings[entry?.opened ?? -1];
      shell.applyLink(link);
      if (link.sample !== undefined) {
        if (origin?.sample !== link.sample) await shell.openSample(link.sample);
      } else if (known !== undefined && known.inputs.length > 0) {
        if (!sameInputs(docs, known.inputs)) await shell.open(known.inputs, known.origin);
      } else if (docs.length > 0) shell.close();
      shell.applyLink(link);
    } finally {
      following = false;
      const now = shell.store.get();
      const at = openings.findIndex(({ inputs }) => sameInputs(now.docs, inputs));
      if (at === -1) openings.push({ inputs: now.docs.map(({ input }) => input), origin: now.origin });
      current = at === -1 ? openings.length - 1 : at;
    }
  };

  const moved = (event: PopStateEvent): void => void follow(event.state as Entry | null);
  window.addEventListener("popstate", moved);
  const stop = shell.store.subscribe(changed);
  void follow(null);
  return () => {
    window.removeEventListener("popstate", moved);
    stop();
    clearTimeout(timer);
  };
}
