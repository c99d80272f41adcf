// Remembers in this browser which changes the user marked as seen. Keeps hashes only: of a pair's names, and of each
// marked change's sentence, so that a mark applies only to a change with exactly the same sentence.

import type { Shell } from "./shell.ts";
import type { Compared, State } from "./state.ts";

const KEY = "ckptscope-seen";
/** Most pairs to keep; the oldest are dropped first. */
const PAIRS = 50;
/** Most marks to keep of a pair. */
const MARKS = 2000;

/** Hashes of marked changes by the hash of their pair, the oldest pair first. */
type Kept = readonly (readonly [pair: string, marks: readonly string[]])[];

function read(storage: Storage | null): Kept {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isKept) : [];
  } catch {
    return [];
  }
}

const isKept = (each: unknown): each is Kept[number] =>
  Array.isArray(each) && typeof each[0] === "string" && Array.isArray(each[1]);

function write(storage: Storage | null, kept: Kept): void {
  try {
    if (kept.length === 0) storage?.removeItem(KEY);
    else storage?.setItem(KEY, JSON.stringify(kept));
  } catch {
    // The storage is full or blocked: nothing is marked next time.
  }
}

/** How many pairs have marks. */
export const countSeen = (storage: Storage | null): number => read(storage).length;

export const forgetSeen = (storage: Storage | null): void => write(storage, []);

/** Keeps the marks of each comparison, and sets those that were kept when the same pair is compared again. */
export function rememberSeen({ store, client }: Pick<Shell, "store" | "client">, storage: Storage | null): void {
  let compared: Compared | null = null;
  let seen: ReadonlySet<number> = new Set();
  const isCurrent = (of: Compared): boolean => store.get().compared === of;
  const onChange = (): void => {
    const state = store.get();
    const isNew = state.compared !== compared;
    if (!isNew && state.seen === seen) return;
    ({ compared, seen } = state);
    const pair = pairOf(state);
    if (compared === null || pair === null) return;
    const of = compared;
    const work = isNew ? restore(of, pair) : keep(of, pair, seen);
    // Without its marks, a comparison is shown as the first time.
    work.catch(() => {});
  };
  store.subscribe(onChange);
  // A link's images may have been compared before this was loaded.
  onChange();

  async function restore(of: Compared, pair: Pair): Promise<void> {
    const { hash } = await client.request("marks", { ...pair, changes: new Uint32Array(0) });
    const marks = read(storage).find(([own]) => own === hash)?.[1] ?? [];
    if (marks.length === 0) return;
    const found = await client.request("marked", { before: pair.before, after: pair.after, marks });
    if (!isCurrent(of) || found.every((change) => seen.has(change))) return;
    // Marks that are added here are already stored, but without those that the user made in the meantime.
    const isMore = seen.size > 0;
    seen = new Set([...seen, ...found]);
    store.set({ seen });
    if (isMore) await keep(of, pair, seen);
  }

  async function keep(of: Compared, pair: Pair, marked: ReadonlySet<number>): Promise<void> {
    const changes = Uint32Array.from([...marked].slice(0, MARKS));
    const { hash, marks } = await client.request("marks", { ...pair, changes });
    if (!isCurrent(of) || store.get().seen !== marked) return;
    const others = read(storage).filter(([own]) => own !== hash);
    write(storage, marks.length === 0 ? others : [...others, [hash, marks] as const].slice(-PAIRS));
  }
}

interface Pair {
  readonly before: number;
  readonly after: number;
  readonly names: readonly string[];
}

/** The two open documents; `null`: there are not two, or they are not decoded. */
function pairOf({ docs }: State): Pair | null {
  const [before, after] = docs;
  if (before?.document == null || after?.document == null) return null;
  const names = [before, after].map(({ input: { name, set = "" } }) => `${name}\n${set}`);
  return { before: before.document, after: after.document, names };
}
