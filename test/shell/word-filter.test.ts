import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { diff } from "../../app/diff/diff.ts";
import { eventsOf } from "../../app/diff/lists/events.ts";
import { hiddenChanges } from "../../app/diff/lists/filter.ts";
import { listed } from "../../app/diff/lists/listed.ts";
import type { Checkpoint } from "../../app/model/checkpoint.ts";
import * as tools from "../../app/shell/comparing.ts";
import { hiddenOf } from "../../app/shell/selectors.ts";
import { createShell } from "../../app/shell/shell.ts";
import type { Doc, Docs } from "../../app/shell/state.ts";
import type { Client } from "../../app/worker/client.ts";
import type { Requests } from "../../app/worker/protocol.ts";
import { bigImage } from "../support/images.ts";
import { open } from "../support/open.ts";

const LARGE = { tasks: 30, descriptorsPerTask: 1000 };

let images: Checkpoint[] = [];
beforeAll(async () => {
  const made = [bigImage(LARGE), bigImage({ ...LARGE, moved: 8, movedEvery: 90 })];
  images = await Promise.all(made.map(async (chunks) => (await open(Buffer.concat([...chunks]))).checkpoint));
});

beforeEach(() => {
  vi.useFakeTimers();
  return () => void vi.useRealTimers();
});

/** A shell with two large images, and a worker that matches words when the test says so. */
function comparing() {
  const asked: { words: string; signal: AbortSignal; respond(): void }[] = [];
  const [before, after] = images as [Checkpoint, Checkpoint];
  const comparison = { ...diff(before, after), before, after };
  const client = {
    request: (_: string, { words }: Requests["unmatched"]["request"], { signal }: { signal: AbortSignal }) =>
      new Promise((resolve) =>
        asked.push({ words, signal, respond: () => resolve(hiddenChanges(comparison, { words })) }),
      ),
    terminate() {},
  } as unknown as Client;
  const shell = createShell(client);
  const docs = images.map((checkpoint, document) => ({ document, checkpoint, input: { name: "" } }) as Doc);
  shell.store.set({
    docs: docs as unknown as Docs,
    compared: {
      comparison,
      events: eventsOf(comparison),
      listed: listed(comparison),
      tools,
      unrelated: [],
      digits: { pos: 1, version: 1 },
    },
  });
  const shown = () => hiddenOf(shell.store.get()).filter((each) => each === 0).length;
  return { shell, asked, comparison, shown };
}

test("the worker matches the words of a large comparison; until then, what was shown is shown", async () => {
  const { shell, asked, comparison, shown } = comparing();
  const all = shown();
  shell.filterChanges({ changeFilter: "part-7" });
  expect(shown()).toBe(all);
  await vi.runAllTimersAsync();
  asked[0]?.respond();
  await vi.runAllTimersAsync();
  const some = hiddenChanges(comparison, { words: "part-7" }).filter((each) => each === 0).length;
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(all);
  expect(shown()).toBe(some);
  // Switches act at once, whatever the worker does.
  shell.filterChanges({ off: ["file-pos"] });
  expect(shown()).toBe(0);
  shell.filterChanges({ off: [], changeFilter: "" });
  expect(shown()).toBe(all);
});

test("only the last words that were typed are matched, and a change that they hide is deselected", async () => {
  const { shell, asked } = comparing();
  shell.selectChange(0);
  shell.filterChanges({ changeFilter: "p" });
  shell.filterChanges({ changeFilter: "kind:opened" });
  await vi.runAllTimersAsync();
  expect(asked.map(({ words }) => words)).toEqual(["kind:opened"]);
  asked[0]?.respond();
  await vi.runAllTimersAsync();
  expect(shell.store.get().change).toBeNull();
  shell.filterChanges({ changeFilter: "fd:3" });
  expect(asked[0]?.signal.aborted).toBe(true);
});
