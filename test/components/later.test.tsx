// @vitest-environment happy-dom
// Parts of the page that are rendered one after another.

import { act, Profiler } from "react";
import { expect, test, vi } from "vitest";
import { Later } from "../../app/components/Later.tsx";
import { Workspace } from "../../app/components/Workspace/Workspace.tsx";
import { createStore, type Store, useSelected } from "../../app/shell/store.ts";
import { checkpointOfCrowd } from "../support/crowd.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { found, pageWith, render, withHeight } from "../support/render.tsx";

test("each turn is a commit of its own, in order, after what is around it", async () => {
  const commits: (string | null)[] = [];
  const record = () => commits.push(document.body.textContent);
  await render(
    pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"))),
    <Profiler id="page" onRender={record}>
      around
      <Later turn={2}> second</Later>
      <Later turn={1}> first</Later>
    </Profiler>,
  );
  expect([...new Set(commits)]).toEqual(["around", "around first", "around second first"]);
});

function Part({ store }: { store: Store<{ readonly mayBegin: boolean }> }) {
  return (
    <Later turn={2} mayBegin={useSelected(store, ({ mayBegin }) => mayBegin)}>
      part
    </Later>
  );
}

test("turns begin once they may, and go on", async () => {
  const store = createStore({ mayBegin: false });
  const container = await render(
    pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"))),
    <Part store={store} />,
  );
  expect(container.textContent).toBe("");
  await act(async () => store.set({ mayBegin: true }));
  expect(container.textContent).toBe("part");
  await act(async () => store.set({ mayBegin: false }));
  expect(container.textContent).toBe("part");
});

test("the drawing is made before the other panels are rendered, and in a commit of its own", async () => {
  withHeight(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  const page = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  const parts = {
    canvas: ".drawing canvas",
    scene: ".drawing-tree",
    left: "#tree",
    tables: "#grid",
    aside: "#inspector",
  };
  const commits: string[] = [];
  const record = () => {
    const there = Object.entries(parts).filter(([, selector]) => document.querySelector(selector) !== null);
    commits.push(there.map(([part]) => part).join(" "));
  };
  await render(
    page,
    <Profiler id="page" onRender={record}>
      <Workspace doc={page.doc} />
    </Profiler>,
  );
  await found(() => document.querySelector(parts.aside) ?? undefined);
  expect([...new Set(commits)]).toEqual([
    "",
    "canvas",
    "canvas scene",
    "canvas scene left",
    "canvas scene left tables",
    "canvas scene left tables aside",
  ]);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("the other panels do not wait long for a drawing that the worker lays out", async () => {
  withHeight(800);
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const checkpoint = checkpointOfCrowd({ tables: 300, slotsPerTable: 10, family: 10, sharedSlots: 2, unused: 0 });
  const page = pageWith({ checkpoint } as never);
  vi.spyOn(page.shell.layouts, "of").mockReturnValue(new Promise(() => {}));
  const container = await render(page, <Workspace doc={page.doc} />);
  expect(container.querySelector("#tree, #grid, #inspector")).toBeNull();
  await act(async () => vi.advanceTimersByTime(100));
  expect(container.querySelectorAll("#tree, #grid, #inspector")).toHaveLength(3);
  expect(container.textContent).toContain("Laying out");
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
