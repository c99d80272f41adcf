// @vitest-environment happy-dom
// The drawing of a large image, before and after the worker has laid it out.

import { act, Profiler } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Drawing } from "../../app/components/Drawing/Drawing.tsx";
import { oneImage } from "../../app/graph/order/graph.ts";
import { type Layout, layout } from "../../app/graph/order/layout.ts";
import { prepareScene } from "../../app/graph/scene/scene-of.ts";
import type { Checkpoint } from "../../app/model/checkpoint.ts";
import type { ObjectRef } from "../../app/model/object-ref.ts";
import { createStore, type Store, useSelected } from "../../app/shell/store.ts";
import { one, pageWith, render, withHeight } from "../support/render.tsx";
import { checkpointOf } from "../support/state.ts";

const image = (fds: number) =>
  checkpointOf({
    tasks: [{ pid: 1, comm: "a", table: 0 }],
    tables: [Array.from({ length: fds }, (_, fd) => ({ fd, file: 0 }))],
    files: [{ kind: "regular", path: "/log", pos: 0n }],
  });

interface Shown {
  readonly checkpoint: Checkpoint;
  readonly layout: Layout | null;
  readonly selection?: ObjectRef | null;
}

function Panel({ store }: { store: Store<Shown> }) {
  const { checkpoint, layout: made, selection = null } = useSelected(store, (state) => state);
  return <Drawing checkpoint={checkpoint} {...(made && { layout: made })} selection={selection} onSelect={() => {}} />;
}

vi.mock("../../app/graph/scene/scene-of.ts", { spy: true });

beforeEach(() => {
  withHeight(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.mocked(prepareScene).mockClear();
});
afterEach(() => void vi.restoreAllMocks());

test("the parts around a drawing appear before its layout, and stay", async () => {
  const [part, whole] = [image(2100), image(4200)];
  const store = createStore<Shown>({ checkpoint: part, layout: null });
  const container = await render(pageWith({ checkpoint: part } as never), <Panel store={store} />);
  const canvas = () => one(container, "[role=img][aria-label^=Drawing]");
  const first = canvas();
  expect(container.textContent).toContain("Laying out 2,100 descriptors");
  expect(container.querySelector("[role=tree]")).toBeNull();

  await act(async () => store.set({ checkpoint: whole }));
  expect(container.textContent).toContain("Laying out 4,200 descriptors");
  await act(async () => store.set({ layout: layout(oneImage(whole)) }));
  expect(container.textContent).not.toContain("Laying out");
  expect(container.querySelector("[role=tree]")).not.toBeNull();
  expect(canvas()).toBe(first);

  // Another image is another drawing, with a view of its own.
  await act(async () => store.set({ checkpoint: part, layout: null }));
  expect(canvas()).not.toBe(first);
});

test("a selection is drawn after the rest of the page shows it", async () => {
  const checkpoint = image(5);
  const store = createStore<Shown>({ checkpoint, layout: null });
  const selected: (string | undefined)[] = [];
  const record = () => {
    const item = document.querySelector("[role=treeitem][aria-selected=true]");
    selected.push(item?.textContent ?? undefined);
  };
  await render(
    pageWith({ checkpoint } as never),
    <Profiler id="page" onRender={record}>
      <Panel store={store} />
    </Profiler>,
  );
  selected.length = 0;
  await act(async () => store.set({ selection: { to: "descriptor", row: 2 } }));
  expect(selected.length).toBeGreaterThan(1);
  expect(selected[0]).toBeUndefined();
  expect(selected.at(-1)).toContain("Fd 2 ");
});

test("a scene is made once for what is drawn, though its notes take some of the height", async () => {
  const checkpoint = image(20_100);
  const store = createStore<Shown>({ checkpoint, layout: layout(oneImage(checkpoint)) });
  const container = await render(pageWith({ checkpoint } as never), <Panel store={store} />);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockImplementation(() =>
    container.querySelector(".drawing-notes") === null ? 800 : 700,
  );
  vi.mocked(prepareScene).mockClear();
  await act(async () => store.set({ selection: { to: "descriptor", row: 2 } }));
  expect(container.querySelector(".drawing-notes")).not.toBeNull();
  expect(vi.mocked(prepareScene)).toHaveBeenCalledTimes(1);
});
