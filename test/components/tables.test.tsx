// @vitest-environment happy-dom
// The table of a large image, whose columns the worker measures.

import { act } from "react";
import { expect, test, vi } from "vitest";
import { Tables } from "../../app/components/Tables/Tables.tsx";
import { type ValueWidths, valueWidths } from "../../app/model/listings/columns.ts";
import type { Doc } from "../../app/shell/state.ts";
import { createStore, type Store, useSelected } from "../../app/shell/store.ts";
import { checkpointOfCrowd } from "../support/crowd.ts";
import { pageWith, render, withHeight } from "../support/render.tsx";

const checkpoint = checkpointOfCrowd({ tables: 600, slotsPerTable: 10, family: 10, sharedSlots: 2, unused: 0 });
const template = (): string | undefined =>
  document.querySelector<HTMLElement>("#grid [role=row]")?.style.gridTemplateColumns;

/** A page with the image, and the function that answers its request for widths. */
function page() {
  withHeight(500);
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  const rendered = pageWith({ checkpoint } as never);
  let resolve = (_widths: ValueWidths): void => {};
  const widths = new Promise<ValueWidths>((resolved) => {
    resolve = resolved;
  });
  vi.spyOn(rendered.shell.widths, "of").mockReturnValue(widths);
  return { ...rendered, answer: () => act(async () => resolve(valueWidths(checkpoint))) };
}

function Panel({ store }: { store: Store<{ readonly doc: Doc }> }) {
  return <Tables doc={useSelected(store, ({ doc }) => doc)} />;
}

test("columns appear with the widths that they keep", async () => {
  const { answer, ...rendered } = page();
  await render(rendered, <Tables doc={rendered.doc} />);
  expect(template()).toBeUndefined();
  await answer();
  expect(template()).toMatch(/px/);
});

test("the rows of an early part stay while the columns of the whole are measured", async () => {
  const { answer, ...rendered } = page();
  const store = createStore<{ readonly doc: Doc }>({ doc: { ...rendered.doc, document: null } });
  await render(rendered, <Panel store={store} />);
  const widest = template();
  expect(widest).toMatch(/px/);
  await act(async () => store.set({ doc: rendered.doc }));
  expect(template()).toBe(widest);
  await answer();
  expect(template()).not.toBe(widest);
});
