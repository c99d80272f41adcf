// A store: an immutable state, replaced as a whole, and its listeners.

import { useSyncExternalStore } from "react";

export interface Store<S> {
  get(): S;
  /** Replaces parts of the state. Listeners are called if any of them differs (by identity). */
  set(change: Partial<S> | ((state: S) => Partial<S>)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<S extends object>(initial: S): Store<S> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set(change) {
      const part = typeof change === "function" ? change(state) : change;
      const keys = Object.keys(part) as (keyof S)[];
      if (keys.every((key) => Object.is(state[key], part[key]))) return;
      state = { ...state, ...part };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Part of the state; the component re-renders when that part changes (by identity). */
export function useSelected<S extends object, T>(store: Store<S>, select: (state: S) => T): T {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
