// What the page remembers of how it is arranged.

import { expect, test } from "vitest";
import { keepView, keptView } from "../../app/shell/kept-view.ts";
import { firstState } from "../../app/shell/state.ts";
import { createStore } from "../../app/shell/store.ts";
import { BLOCKED_STORAGE, memoryStorage } from "../support/storage.ts";

const FIRST = firstState().sizes;

test("the legend is folded at first in a narrow window only", () => {
  for (const each of [memoryStorage(), BLOCKED_STORAGE, null]) {
    expect(keptView(each, FIRST, false)).toEqual({ sizes: FIRST, legendShown: true });
    expect(keptView(each, FIRST, true).legendShown).toBe(false);
  }
});

test("what the user chose holds in windows of any width", () => {
  for (const legendShown of [true, false]) {
    const storage = memoryStorage();
    const store = createStore({ ...firstState(), legendShown: !legendShown });
    keepView(storage, store);
    store.set({ legendShown });
    store.set({ sizes: { ...FIRST, tables: 500 } });
    for (const isNarrow of [true, false]) {
      expect(keptView(storage, FIRST, isNarrow)).toEqual({ sizes: { ...FIRST, tables: 500 }, legendShown });
    }
  }
});

test("sizes alone do not decide about the legend", () => {
  const storage = memoryStorage();
  const store = createStore(firstState());
  keepView(storage, store);
  store.set({ sizes: { ...FIRST, tree: 300 } });
  expect(keptView(storage, FIRST, true)).toEqual({ sizes: { ...FIRST, tree: 300 }, legendShown: false });
});

test("stored values that are not sizes are ignored, and so is a failure to store", () => {
  for (const text of ["", "[", "null", '{"sizes":7}', '{"sizes":{"tree":-1,"tables":"9","changes":1e9}}']) {
    const storage = memoryStorage();
    storage.setItem("ckptscope.view", text);
    expect(keptView(storage, FIRST, false)).toEqual({ sizes: FIRST, legendShown: true });
  }
  const store = createStore(firstState());
  keepView(BLOCKED_STORAGE, store);
  store.set({ legendShown: false });
  expect(store.get().legendShown).toBe(false);
});
