// @vitest-environment happy-dom
// The list of changes: its keys, and what it says when there is nothing to list.

import { act } from "react";
import { expect, test } from "vitest";
import { Changes } from "../../app/components/Changes/Changes.tsx";
import { useApp } from "../../app/components/context.ts";
import { CHANGE_KINDS } from "../../app/diff/changes.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { one, pageWith, press, render } from "../support/render.tsx";

function List() {
  const compared = useApp((state) => state.compared);
  return compared && <Changes compared={compared} />;
}

async function listChanges(before: string, after: string) {
  const page = pageWith(await open(fixtureBytes(before)), await open(fixtureBytes(after)));
  const container = await render(page, <List />);
  return { ...page, container, change: () => page.shell.store.get().change };
}

const PAIR = ["linux-cr/v23-s1/before.ckpt", "linux-cr/v23-s1/after.ckpt"] as const;

test("the arrow keys step through the changes, Home and End go to the first and last", async () => {
  const { container, shell, change } = await listChanges(...PAIR);
  const tree = one(container, "[role=tree]");
  const count = shell.store.get().compared?.comparison.changes.count ?? 0;
  expect(count).toBeGreaterThan(2);
  await act(async () => press(tree, "ArrowDown"));
  expect(change()).toBe(0);
  await act(async () => press(tree, "ArrowDown"));
  expect(change()).toBe(1);
  expect(tree.getAttribute("aria-activedescendant")).toBe("change-1");
  await act(async () => press(tree, "ArrowUp"));
  expect(change()).toBe(0);
  await act(async () => press(tree, "End"));
  expect(change()).toBe(count - 1);
  await act(async () => press(tree, "Home"));
  expect(change()).toBe(0);
});

test("keys with Ctrl, Command or Alt are left to the browser", async () => {
  const { container, change } = await listChanges(...PAIR);
  const tree = one(container, "[role=tree]");
  for (const modifiers of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
    await act(async () => expect(press(tree, "ArrowDown", modifiers)).toBe(false));
  }
  expect(change()).toBeNull();
});

test("a kind that is switched off is neither counted nor stepped to", async () => {
  const { container, shell, change } = await listChanges(...PAIR);
  const total = shell.store.get().compared?.comparison.changes.count ?? 0;
  const off = shell.store.get().compared?.comparison.counts["file-pos"] ?? 0;
  expect(off).toBeGreaterThan(0);
  await act(async () => shell.switchKind("file-pos"));
  expect(container.textContent).toContain(`${total - off} of ${total} changes`);
  await act(async () => press(one(container, "[role=tree]"), "ArrowDown"));
  expect(change()).not.toBeNull();
});

test("with all kinds switched off the list says so and offers to show them", async () => {
  const { container, shell } = await listChanges(...PAIR);
  await act(async () => shell.store.set({ off: CHANGE_KINDS }));
  expect(container.textContent).toMatch(/All \d+ changes are of kinds that are switched off\./);
  await act(async () => one<HTMLButtonElement>(container, ".panel-empty button").click());
  expect(shell.store.get().off).toEqual([]);
});

test("an image compared with itself: says what was compared", async () => {
  const { container } = await listChanges(PAIR[0], PAIR[0]);
  expect(container.textContent).toContain("Nothing changed: 1 task and 4 descriptors are the same before and after");
});
