// Remembers in this browser how the user arranged the page: the sizes of panels, and whether the legend is folded away.

import type { Sizes, State } from "./state.ts";
import type { Store } from "./store.ts";

const KEY = "ckptscope.view";
/** Sizes accepted for a panel, in pixels; any other stored value is ignored. */
const LEAST = 120;
const MOST = 900;

interface KeptView {
  readonly sizes?: Partial<Sizes>;
  readonly legend?: "shown" | "hidden";
}

function read(storage: Storage | null): KeptView {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

/** The view as the user left it. At first the legend is shown unless it would take the room of the drawing. */
export function keptView(
  storage: Storage | null,
  first: Sizes,
  isSmall: boolean,
): Pick<State, "sizes" | "legendShown"> {
  const { sizes, legend } = read(storage);
  const kept = Object.entries(first).map(([panel, size]) => {
    const own: unknown = sizes?.[panel as keyof Sizes];
    return [panel, typeof own === "number" && own >= LEAST && own <= MOST ? own : size];
  });
  const isKnown = legend === "shown" || legend === "hidden";
  return { sizes: Object.fromEntries(kept) as Sizes, legendShown: isKnown ? legend === "shown" : !isSmall };
}

/** Keeps the view whenever the user changes it. */
export function keepView(storage: Storage | null, store: Store<State>): void {
  let { sizes, legendShown } = store.get();
  store.subscribe(() => {
    const now = store.get();
    if (now.sizes === sizes && now.legendShown === legendShown) return;
    const legend = now.legendShown === legendShown ? read(storage).legend : now.legendShown ? "shown" : "hidden";
    ({ sizes, legendShown } = now);
    try {
      storage?.setItem(KEY, JSON.stringify({ sizes, ...(legend && { legend }) }));
    } catch {
      // The storage is full or blocked: the page starts with its defaults next time.
    }
  });
}
