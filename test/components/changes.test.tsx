// @vitest-environment happy-dom
// The list of changes: its keys, and what it says when there is nothing to list.

import { act } from "react";
import { expect, test } from "vitest";
import { Changes } from "../../app/components/Changes/Changes.tsx";
import { useApp } from "../../app/components/context.ts";
import { CHANGE_KINDS } from "../../app/diff/changes.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { one, pageWith, press, render, withHeight } from "../support/render.tsx";
import { checkpointOf, type State } from "../support/state.ts";

function List() {
  const compared = useApp((state) => state.compared);
  return compared && <Changes compared={compared} />;
}

async function listChanges(before: string, after: string) {
  withHeight(5000);
  const page = pageWith(await open(fixtureBytes(before)), await open(fixtureBytes(after)));
  const container = await render(page, <List />);
  return { ...page, container, change: () => page.shell.store.get().change };
}

const HTTPD = ["../../public/samples/httpd-before.ckpt", "../../public/samples/httpd-after.ckpt"] as const;
const PAIR = ["linux-cr/v23-s1/before.ckpt", "linux-cr/v23-s1/after.ckpt"] as const;

test("the arrow keys step through the list, Home and End go to its first and last row", async () => {
  const { container, change } = await listChanges(...PAIR);
  const tree = one(container, "[role=tree]");
  const active = () => tree.getAttribute("aria-activedescendant");
  await act(async () => press(tree, "ArrowDown"));
  const first = active();
  expect(change()).not.toBeNull();
  await act(async () => press(tree, "ArrowDown"));
  const second = active();
  expect(second).not.toBe(first);
  await act(async () => press(tree, "ArrowUp"));
  expect(active()).toBe(first);
  await act(async () => press(tree, "End"));
  const last = change();
  await act(async () => press(tree, "ArrowDown"));
  expect(change()).toBe(last);
  await act(async () => press(tree, "Home"));
  expect(active()).toBe(first);
});

test("an event is opened and closed by the arrow keys, and by stepping into it", async () => {
  const { container, shell, change } = await listChanges(...PAIR);
  const tree = one(container, "[role=tree]");
  const active = () => tree.getAttribute("aria-activedescendant") ?? "";
  const folded = () => shell.store.get().folded.size;
  for (let steps = 0; !active().startsWith("event-"); steps++) {
    expect(steps).toBeLessThan(20);
    await act(async () => press(tree, "ArrowDown"));
  }
  const heading = active();
  const first = change();
  await act(async () => press(tree, "ArrowRight"));
  expect(folded()).toBe(1);
  expect(active()).toBe(`change-${first}`);
  await act(async () => press(tree, "ArrowLeft"));
  expect(active()).toBe(heading);
  await act(async () => shell.stepChange(1));
  expect(folded()).toBe(1);
  expect(active()).toBe(`change-${change()}`);
});

test("grouped by task, every change is listed below its task", async () => {
  const { container, shell } = await listChanges(...PAIR);
  await act(async () => shell.groupChanges("task"));
  const tree = one(container, "[role=tree]");
  await act(async () => press(tree, "Home"));
  expect(shell.store.get().change).toBe(0);
  await act(async () => press(tree, "ArrowDown"));
  expect(shell.store.get().change).toBe(1);
  expect(tree.getAttribute("aria-activedescendant")).toBe("change-1");
});

test("what is marked as seen can be hidden, and swapping the images keeps the marks", async () => {
  const { container, shell } = await listChanges(...PAIR);
  const total = shell.store.get().compared?.comparison.changes.count ?? 0;
  await act(async () => shell.markSeen([0], true));
  const box = () =>
    [...container.querySelectorAll("label")].find(({ textContent }) => textContent?.startsWith("Hide seen"));
  expect(box()?.textContent).toBe("Hide seen 1");
  await act(async () => box()?.querySelector("input")?.click());
  expect(container.textContent).toContain(`${total - 1} of ${total} changes; hidden: seen ones`);
  await act(async () => shell.markSeen([0], false));
  expect(container.textContent).toContain(`${total} changes`);
});

test("words hide changes and say so, and an invalid number is explained", async () => {
  const { container, shell } = await listChanges(...PAIR);
  await act(async () => shell.filterChanges({ changeFilter: "kind:position" }));
  expect(container.textContent).toMatch(/1 of \d+ changes; hidden: by the filter/);
  await act(async () => shell.filterChanges({ changeFilter: "pid:x" }));
  expect(one(container, "#change-filter-errors").textContent).toContain("pid:x: “x” is not a number");
});

test("positions of files opened for appending are counted as expected, and hidden on request", async () => {
  const { container, shell } = await listChanges(...HTTPD);
  const label = [...container.querySelectorAll("label")].find(({ textContent }) =>
    textContent?.includes("Hide expected"),
  );
  expect(label?.textContent).toBe("Hide expected 3 positions of files opened for appending");
  await act(async () => label?.querySelector("input")?.click());
  expect(container.textContent).toContain("hidden: expected ones");
  await act(async () => shell.stepChange(1));
  expect(shell.store.get().change).not.toBeNull();
});

test("no line of the list ends between a word and its number", async () => {
  const { container } = await listChanges(...HTTPD);
  const rows = [...container.querySelectorAll(".change-text")];
  const loose = rows.filter((row) => {
    const copy = row.cloneNode(true) as Element;
    for (const whole of copy.querySelectorAll(".unbroken")) whole.remove();
    return /\b(?:fd|pid) \d/.test(copy.textContent ?? "");
  });
  expect(rows.some((row) => row.textContent?.includes("fd 4"))).toBe(true);
  expect(loose.map(({ textContent }) => textContent)).toEqual([]);
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
  expect(container.textContent).toContain(`${total - off} of ${total} changes; hidden: ${off} by kind`);
  await act(async () => press(one(container, "[role=tree]"), "ArrowDown"));
  expect(change()).not.toBeNull();
});

test("with all kinds switched off the list says so and offers to show them", async () => {
  const { container, shell } = await listChanges(...PAIR);
  await act(async () => shell.store.set({ off: CHANGE_KINDS }));
  expect(container.textContent).toMatch(/All \d+ changes are hidden by the filters above\./);
  await act(async () => one<HTMLButtonElement>(container, ".panel-empty button").click());
  expect(shell.store.get().off).toEqual([]);
});

/** The list of changes between two states. */
async function listStates(before: State, after: State) {
  withHeight(5000);
  const image = await open(fixtureBytes(PAIR[0]));
  const page = pageWith({ ...image, checkpoint: checkpointOf(before) }, { ...image, checkpoint: checkpointOf(after) });
  return render(page, <List />);
}

test("a path that changed is listed with the other values that did, as diff prints them", async () => {
  const held = (path: string, pos: bigint): State => ({
    tasks: [{ pid: 7, comm: "redis", table: 0 }],
    tables: [[{ fd: 8, file: 0 }]],
    files: [{ kind: "regular", path, pos }],
  });
  const list = await listStates(held("/x.aof", 50n), held("/x.aof (deleted)", 77n));
  expect(one(list, "[role=tree]").textContent).toContain("/x.aof → /x.aof (deleted) (position 50 → 77)");
});

test("a name with a comma or plus sign is not cut in two", async () => {
  const task = (...comms: readonly string[]): State => ({
    tasks: comms.map((comm, at) => ({ pid: 7 + at, comm })),
    tables: [],
    files: [],
  });
  const list = await listStates(task("a", "kworker/0:1+ev,x"), task("a"));
  expect(one(list, "[role=tree]").textContent).toMatch(/pid 8 kworker\/0:1\+ev,x +task gone/);
  expect(list.textContent).not.toContain("· with");
});

test("an image compared with itself: says what was compared", async () => {
  const { container } = await listChanges(PAIR[0], PAIR[0]);
  expect(container.textContent).toContain("Nothing changed: 1 task and 4 descriptors are the same before and after");
  expect(container.textContent).toContain("Neither was memory, nor what is queued in pipes, sockets and terminals.");
});

test("one sentence above the list says what changed, without what is hidden", async () => {
  const { container, shell } = await listChanges(...HTTPD);
  const sentence = () => one(container, "#changes-headline").textContent;
  expect(sentence()).toContain("httpd-w2 (index 2 before) gone; ");
  expect(sentence()).toContain("error_log reopened by httpd-w3");
  await act(async () => shell.switchKind("task-removed"));
  expect(sentence()).not.toContain("gone");
});
