// Making files: one at a time, with progress, cancelled by the user or by a newer one.

import { expect, test } from "vitest";
import { createSaving } from "../../app/shell/saving.ts";
import { firstState } from "../../app/shell/state.ts";
import { createStore } from "../../app/shell/store.ts";
import type { RequestOptions } from "../../app/worker/client.ts";

/** Work that goes on until it is cancelled, and its options. */
function endless() {
  let given: RequestOptions = {};
  const run = (options: RequestOptions) =>
    new Promise<never>((_, reject) => {
      given = options;
      options.signal?.addEventListener("abort", () => reject(options.signal?.reason));
    });
  return { run, options: () => given };
}

test("a file in the making is in the state, with its progress, until it ends", async () => {
  const store = createStore(firstState());
  const made = await createSaving(store).begin("a.csv", async ({ onProgress }) => {
    expect(store.get().saving).toEqual({ name: "a.csv", progress: null, slow: false });
    onProgress?.({ bytes: 1, size: 2, objects: 0 });
    expect(store.get().saving?.progress?.bytes).toBe(1);
    return "content";
  });
  expect([made, store.get().saving]).toEqual(["content", null]);
});

test("a failure is the caller's", async () => {
  const store = createStore(firstState());
  const failed = createSaving(store).begin("a.csv", () => Promise.reject(new Error("broken")));
  await expect(failed).rejects.toThrow("broken");
  expect(store.get().saving).toBeNull();
});

test("cancelling ends it without a file, and a newer one takes its place", async () => {
  const store = createStore(firstState());
  const saving = createSaving(store);
  expect(saving.cancel()).toBe(false);
  const [first, second] = [endless(), endless()];
  const older = saving.begin("older", first.run);
  const newer = saving.begin("newer", second.run);
  expect(await older).toBeNull();
  first.options().onProgress?.({ bytes: 9, size: 9, objects: 0 });
  expect(store.get().saving).toEqual({ name: "newer", progress: null, slow: false });
  expect(saving.cancel()).toBe(true);
  expect(await newer).toBeNull();
  expect(store.get().saving).toBeNull();
});
