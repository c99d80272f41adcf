// @vitest-environment happy-dom
// The drawing of a large image, before and after the worker has laid it out.

import { act } from "react";
import { expect, test, vi } from "vitest";
import { Drawing } from "../../app/components/Drawing/Drawing.tsx";
import { oneImage } from "../../app/graph/order/graph.ts";
import { type Layout, layout } from "../../app/graph/order/layout.ts";
import type { Checkpoint } from "../../app/model/checkpoint.ts";
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
}

function Panel({ store }: { store: Store<Shown> }) {
  const { checkpoint, layout: made } = useSelected(store, (state) => state);
  return <Drawing checkpoint={checkpoint} {...(made && { layout: made })} selection={null} onSelect={() => {}} />;
}

test("what is around a drawing is there before its layout, and stays for as long as there is one", async () => {
  withHeight(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
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
  vi.restoreAllMocks();
});
