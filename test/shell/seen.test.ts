// Marks of seen changes: kept for a pair, only where a change says the same, and forgotten.

import { expect, test } from "vitest";
import type { Comparison } from "../../app/diff/comparison.ts";
import { diff } from "../../app/diff/diff.ts";
import { countSeen, forgetSeen, rememberSeen } from "../../app/shell/seen.ts";
import type { Shell } from "../../app/shell/shell.ts";
import { type Compared, type Docs, firstState } from "../../app/shell/state.ts";
import { createStore } from "../../app/shell/store.ts";
import type { Documents } from "../../app/worker/documents.ts";
import { markHandlers } from "../../app/worker/handlers/marks.ts";
import { checkpointOf, type State } from "../support/state.ts";
import { BLOCKED_STORAGE, memoryStorage } from "../support/storage.ts";

const files = (...positions: bigint[]): State => ({
  tasks: [{ pid: 7, comm: "a", table: 0 }],
  tables: [positions.map((_, fd) => ({ fd, file: fd }))],
  files: positions.map((pos, at) => ({ kind: "regular", path: `/f${at}`, pos, flags: 0 })),
});

/** A page that compares files at these positions with some at 0, as a pair with these names. */
async function page(storage: Storage, positions: readonly bigint[], names = ["before", "after"]) {
  const comparison: Comparison = diff(
    checkpointOf(files(...positions.map(() => 0n))),
    checkpointOf(files(...positions)),
  );
  const handlers = markHandlers({ compare: async () => comparison } as unknown as Documents);
  const pending: Promise<unknown>[] = [];
  const client = {
    request(kind: "marks" | "marked", request: never) {
      const answer = handlers[kind](request, { signal: new AbortController().signal, reportProgress() {} } as never);
      pending.push(answer);
      return answer.then(({ response }) => response);
    },
  } as unknown as Shell["client"];
  const store = createStore(firstState());
  const docs = names.map((name, document) => ({ input: { name, files: [] }, document })) as unknown as Docs;
  rememberSeen({ store, client }, storage);
  store.set({ docs, compared: { comparison } as unknown as Compared });
  /** Lets the requests and what follows from them end. */
  const settle = async (): Promise<void> => {
    for (let done = 0; done < pending.length; ) {
      done = pending.length;
      await Promise.all(pending);
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  await settle();
  return {
    seen: () => [...store.get().seen],
    async mark(...changes: number[]) {
      store.set({ seen: new Set(changes) });
      await settle();
    },
  };
}

test("marks are restored when the same pair is compared again", async () => {
  const storage = memoryStorage();
  const first = await page(storage, [10n, 20n, 30n]);
  expect(first.seen()).toEqual([]);
  await first.mark(0, 2);
  expect((await page(storage, [10n, 20n, 30n])).seen()).toEqual([0, 2]);
  expect(countSeen(storage)).toBe(1);
});

test("a mark holds only for a change that says the same", async () => {
  const storage = memoryStorage();
  await (await page(storage, [10n, 20n, 30n])).mark(0, 2);
  expect((await page(storage, [10n, 20n, 31n])).seen()).toEqual([0]);
});

test("marks are of one pair, and of one order", async () => {
  const storage = memoryStorage();
  await (await page(storage, [10n])).mark(0);
  expect((await page(storage, [10n], ["other", "after"])).seen()).toEqual([]);
  expect((await page(storage, [10n], ["after", "before"])).seen()).toEqual([]);
});

test("removed marks are not kept, and all can be forgotten", async () => {
  const storage = memoryStorage();
  const own = await page(storage, [10n, 20n]);
  await own.mark(0, 1);
  await own.mark(1);
  expect((await page(storage, [10n, 20n])).seen()).toEqual([1]);
  await own.mark();
  expect(countSeen(storage)).toBe(0);
  await own.mark(0);
  forgetSeen(storage);
  expect((await page(storage, [10n, 20n])).seen()).toEqual([]);
});

test("nothing of an image is stored but hashes", async () => {
  const storage = memoryStorage();
  await (await page(storage, [10n])).mark(0);
  expect(storage.getItem("ckptscope-seen")).toMatch(/^\[\["[\da-f]{16}",\["[\da-f]{16}"\]\]\]$/);
});

test("where nothing can be stored, marks last as long as the comparison", async () => {
  const own = await page(BLOCKED_STORAGE, [10n]);
  await own.mark(0);
  expect(own.seen()).toEqual([0]);
  expect(countSeen(BLOCKED_STORAGE)).toBe(0);
});
