// @vitest-environment happy-dom
// When the page begins to be kept for offline use.

import { afterEach, expect, test, vi } from "vitest";
import { workOffline } from "../../app/offline/register.ts";
import { firstState } from "../../app/shell/state.ts";
import { createStore } from "../../app/shell/store.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

test("some time after the page is loaded, and not while an image is being opened", async () => {
  vi.useFakeTimers();
  vi.stubEnv("PROD", true);
  const register = vi.fn(async () => {});
  vi.stubGlobal("navigator", { serviceWorker: { register } });
  const store = createStore(firstState());
  workOffline({ store });
  store.set({ opening: { name: "a", progress: null, slow: false } });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(register).not.toHaveBeenCalled();
  store.set({ opening: null });
  await vi.advanceTimersByTimeAsync(2000);
  expect(register).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(register).toHaveBeenCalledTimes(1);
});
