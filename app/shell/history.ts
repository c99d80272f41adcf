// Keeps the page's address and what is looked at in step. Opening makes a new entry in the browser's history;
// everything else replaces the entry's address.

import { fromFragment, isTooLong, type Link, toFragment } from "../link/link.ts";
import { openLinked } from "./hosted.ts";
import type { Shell } from "./shell.ts";
import type { Docs, Input, Origin } from "./state.ts";

/** Browsers refuse to replace an address more often than some times a second. In milliseconds. */
const SETTLE = 200;

interface Entry {
  /** Which of the openings since the page was loaded this entry shows; absent or 0: what it begins with. */
  readonly opened?: number;
  /** When that page was loaded: entries outlive it. */
  readonly visit?: number;
}

const sameInputs = (docs: Docs, inputs: readonly Input[]): boolean =>
  docs.length === inputs.length && docs.every((doc) => inputs.includes(doc.input));

/** Where the images of a link come from, as far as it says so. */
function originOf({ sample, open, with: compared, data }: Link): Origin {
  if (sample !== undefined) return { sample };
  if (open !== undefined) return { open, ...(compared !== undefined && { with: compared }) };
  return data === undefined ? null : { data };
}

async function openOrigin(shell: Shell, origin: NonNullable<Origin>): Promise<void> {
  if ("sample" in origin) return shell.openSample(origin.sample);
  if ("open" in origin) {
    return openLinked(shell, origin.with === undefined ? [origin.open] : [origin.open, origin.with]);
  }
  const { openPacked } = await import("./packed.ts");
  return openPacked(shell, origin.data);
}

const sameOrigin = (a: Origin, b: Origin): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Reads the address now, and follows it and the state from then on. Returns how to stop.
 *
 * @param home What the page begins with: nothing, or the images of a report.
 */
export function followHistory(shell: Shell, window: Window, home: readonly Input[] = []): () => void {
  /** What the entries of this visit had open, so that back and forward find local files again. */
  const openings: { readonly inputs: readonly Input[]; readonly origin: Origin }[] = [{ inputs: home, origin: null }];
  let current = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** While the address leads, the state does not: how often it was followed and not arrived at yet. */
  let following = 0;
  let turns = 0;
  const visit = window.performance.timeOrigin;

  const address = (): string => {
    const fragment = toFragment(shell.link());
    return fragment === "" ? window.location.pathname + window.location.search : `#${fragment}`;
  };

  const write = (): void => {
    timer = undefined;
    if (following > 0) return;
    window.history.replaceState({ opened: current, visit } satisfies Entry, "", address());
  };

  const changed = (): void => {
    const { docs, origin, opening } = shell.store.get();
    if (following > 0) return;
    // Early parts belong to the entry that the whole will make.
    if (opening === null && !sameInputs(docs, openings[current]?.inputs ?? [])) {
      clearTimeout(timer);
      timer = undefined;
      openings.push({ inputs: docs.map(({ input }) => input), origin });
      current = openings.length - 1;
      window.history.pushState({ opened: current, visit } satisfies Entry, "", address());
    } else timer ??= setTimeout(write, SETTLE);
  };

  /** Goes where the address says. */
  const follow = async (entry: Entry | null): Promise<void> => {
    const { hash } = window.location;
    const link = fromFragment(hash);
    following++;
    const turn = ++turns;
    clearTimeout(timer);
    timer = undefined;
    try {
      const { origin, docs } = shell.store.get();
      const known = entry === null ? (home.length > 0 ? openings[0] : undefined) : openingOf(entry);
      const wanted = originOf(link);
      shell.applyLink(link);
      if (isTooLong(hash)) shell.fail(TOO_LONG);
      else if (known !== undefined && known.inputs.length > 0) {
        if (!sameInputs(docs, known.inputs)) await shell.open(known.inputs, known.origin);
      } else if (wanted !== null) {
        if (!sameOrigin(origin, wanted)) await openOrigin(shell, wanted);
      } else if (docs.length > 0 || shell.store.get().opening !== null) shell.close();
      // A link that was followed meanwhile has the say.
      if (turn === turns) shell.applyLink(link);
    } finally {
      following--;
      const now = shell.store.get();
      const at = openings.findIndex(({ inputs }) => sameInputs(now.docs, inputs));
      if (at === -1) openings.push({ inputs: now.docs.map(({ input }) => input), origin: now.origin });
      current = at === -1 ? openings.length - 1 : at;
    }
  };

  const openingOf = (entry: Entry) => (entry.visit === visit ? openings[entry.opened ?? -1] : undefined);

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

const TOO_LONG = {
  message: "This link is longer than any that ckptscope makes; it was not read.",
  advice: "Ask for the link once more, or for the image itself.",
};
