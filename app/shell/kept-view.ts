// Remembers in this browser how the user arranged the page: the sizes of panels, and whether the legend and the filters
// of changes are folded.

import type { Sizes, State } from "./state.ts";
import type { Store } from "./store.ts";

const KEY = "ckptscope.view";
/** Sizes accepted for a panel, in pixels; any other stored value is ignored. */
const LEAST = 120;
const MOST = 900;

/** What folds away, by the name under which it is stored. */
const FOLDS = { legend: "legendShown", filters: "filtersShown" } as const;
type Fold = keyof typeof FOLDS;

type KeptView = { readonly sizes?: Partial<Sizes> } & { readonly [fold in Fold]?: "shown" | "hidden" };

function read(storage: Storage | null): KeptView {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

/** The view as the user left it; `first`: the default. */
export function keptView(storage: Storage | null, first: View): View {
  const { sizes, legend, filters } = read(storage);
  const kept = Object.entries(first.sizes).map(([panel, size]) => {
    const own: unknown = sizes?.[panel as keyof Sizes];
    return [panel, typeof own === "number" && own >= LEAST && own <= MOST ? own : size];
  });
  return {
    sizes: Object.fromEntries(kept) as Sizes,
    legendShown: isShown(legend, first.legendShown),
    filtersShown: isShown(filters, first.filtersShown),
  };
}

type View = Pick<State, "sizes" | (typeof FOLDS)[Fold]>;

const isShown = (kept: unknown, first: boolean): boolean =>
  kept === "shown" || kept === "hidden" ? kept === "shown" : first;

/** Stores the view whenever the user changes it; of folding parts, only those that were folded or unfolded. */
export function keepView(storage: Storage | null, store: Store<State>): void {
  let last: View = store.get();
  store.subscribe(() => {
    const now = store.get();
    const before = last;
    const changed = (Object.keys(FOLDS) as Fold[]).filter((fold) => now[FOLDS[fold]] !== before[FOLDS[fold]]);
    if (now.sizes === before.sizes && changed.length === 0) return;
    last = now;
    const folds = Object.fromEntries(changed.map((fold) => [fold, now[FOLDS[fold]] ? "shown" : "hidden"]));
    try {
      storage?.setItem(KEY, JSON.stringify({ ...read(storage), ...folds, sizes: now.sizes }));
    } catch {
      // The storage is full or blocked: the page starts with its defaults next time.
    }
  });
}
