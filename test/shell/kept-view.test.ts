// What the page remembers of how it is arranged.

import { expect, test } from "vitest";
import { keepView, keptView } from "../../app/shell/kept-view.ts";
import { firstState } from "../../app/shell/state.ts";
import { createStore } from "../../app/shell/store.ts";
import { BLOCKED_STORAGE, memoryStorage } from "../support/storage.ts";

const FIRST = firstState().sizes;
const WIDE = { sizes: FIRST, legendShown: true, filtersShown: true };
const SMALL = { sizes: FIRST, legendShown: false, filtersShown: false };

test("nothing stored leaves the view as it is first", () => {
  for (const each of [memoryStorage(), BLOCKED_STORAGE, null]) {
    expect(keptView(each, WIDE)).toEqual(WIDE);
    expect(keptView(each, SMALL)).toEqual(SMALL);
  }
});

test("what the user chose holds in windows of any width", () => {
  for (const isShown of [true, false]) {
    const storage = memoryStorage();
    const store = createStore({ ...firstState(), legendShown: !isShown, filtersShown: !isShown });
    keepView(storage, store);
    store.set({ legendShown: isShown });
    store.set({ filtersShown: isShown });
    store.set({ sizes: { ...FIRST, tables: 500 } });
    for (const first of [WIDE, SMALL]) {
      expect(keptView(storage, first)).toEqual({
        sizes: { ...FIRST, tables: 500 },
        legendShown: isShown,
        filtersShown: isShown,
      });
    }
  }
});

test("folding one thing away does not decide about the other", () => {
  const storage = memoryStorage();
  const store = createStore({ ...firstState(), ...WIDE });
  keepView(storage, store);
  store.set({ filtersShown: false });
  expect(keptView(storage, WIDE)).toEqual({ ...WIDE, filtersShown: false });
  expect(keptView(storage, SMALL)).toEqual(SMALL);
});

test("sizes alone do not decide about the legend", () => {
  const storage = memoryStorage();
  const store = createStore(firstState());
  keepView(storage, store);
  store.set({ sizes: { ...FIRST, tree: 300 } });
  expect(keptView(storage, SMALL)).toEqual({ ...SMALL, sizes: { ...FIRST, tree: 300 } });
});

test("stored values that are not sizes are ignored, and so is a failure to store", () => {
  for (const text of [
    "",
    "[",
    "null",
    '{"sizes":7}',
    '{"sizes":{"tree":-1,"tables":"9","changes":1e9}}',
    '{"legend":1,"filters":"no"}',
  ]) {
    const storage = memoryStorage();
    storage.setItem("ckptscope.view", text);
    expect(keptView(storage, WIDE)).toEqual(WIDE);
  }
  const store = createStore(firstState());
  keepView(BLOCKED_STORAGE, store);
  store.set({ legendShown: false });
  expect(store.get().legendShown).toBe(false);
});
