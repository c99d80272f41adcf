// @vitest-environment happy-dom
// Keys pressed before the part of the page on which they act is rendered.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DrawingHandle } from "../../app/shell/commands/command.ts";
import { createCommands } from "../../app/shell/commands/registry.ts";
import { PLACES } from "../../app/shell/places.ts";
import { createShell } from "../../app/shell/shell.ts";
import type { Client } from "../../app/worker/client.ts";

let waiting: (() => void)[] = [];

beforeEach(() => {
  waiting = [];
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => void waiting.push(frame));
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

const settle = () => new Promise((resolve) => setTimeout(resolve));

async function frames(count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    for (const frame of waiting.splice(0)) frame();
    await settle();
  }
}

function add(id: string): HTMLElement {
  const element = document.createElement("div");
  element.id = id;
  element.tabIndex = 0;
  document.body.append(element);
  return element;
}

/** A page whose drawing is not made yet. */
function page() {
  const client: Client = { request: () => new Promise(() => {}), terminate() {} };
  const done: string[] = [];
  const handle = {
    isMade: false,
    zoomBy: (factor: number) => void done.push(`zoom by ${factor}`),
    fit: () => void done.push("fit"),
    focus: () => void done.push("focus"),
  };
  const drawing = { current: null as DrawingHandle | null };
  const commands = createCommands({ shell: createShell(client), drawing, bytes: { current: null } });
  return {
    /** What was done with the drawing. */
    done,
    run: (id: string) => void commands.find((each) => each.id === id)?.run(),
    mount() {
      drawing.current = handle as unknown as DrawingHandle;
    },
    make() {
      handle.isMade = true;
      done.length = 0;
    },
  };
}

const press = (key: string) => window.dispatchEvent(new KeyboardEvent("keydown", { key }));

const GOES: readonly (readonly [id: string, place: string])[] = [
  ["go-tree", PLACES.tree],
  ["go-tables", PLACES.tables],
  ["go-inspector", PLACES.inspector],
  ["go-changes", PLACES.changes],
  ["filter-changes", PLACES.changeFilter],
  ["side-by-side", PLACES.aligned],
  ["filter", PLACES.filter],
  ["columns", PLACES.columns],
  ["bytes", PLACES.bytes],
  ["memory", PLACES.memory],
  ["search-memory", PLACES.searchMemory],
  ["save-memory", PLACES.saveMemory],
  ["resources", PLACES.resources],
  ["restore", PLACES.restore],
];

test.each(GOES)("%s moves the focus when its part appears", async (id, place) => {
  page().run(id);
  await frames(20);
  const element = add(place);
  await frames(1);
  expect(document.activeElement).toBe(element);
});

test.each(GOES)("%s does not move the focus once another key was pressed", async (id, place) => {
  page().run(id);
  await frames(5);
  press("n");
  add(place);
  await frames(5);
  expect(document.activeElement).toBe(document.body);
});

test.each(GOES)("%s does not move the focus once something was clicked", async (id, place) => {
  page().run(id);
  await frames(5);
  window.dispatchEvent(new Event("pointerdown"));
  add(place);
  await frames(5);
  expect(document.activeElement).toBe(document.body);
});

test("a key that only changes others does not count as another key", async () => {
  page().run("bytes");
  await frames(1);
  press("Shift");
  const element = add(PLACES.bytes);
  await frames(1);
  expect(document.activeElement).toBe(element);
});

test("a part that appears much later does not get the focus", async () => {
  page().run("bytes");
  await frames(200);
  expect(waiting).toEqual([]);
  add(PLACES.bytes);
  await frames(5);
  expect(document.activeElement).toBe(document.body);
});

test("the menu of columns opens when it appears, once", async () => {
  page().run("columns");
  await frames(5);
  let clicks = 0;
  add(PLACES.columns).onclick = () => clicks++;
  await frames(5);
  expect(clicks).toBe(1);
});

test("the drawing gets the focus when it is made, not when it is on the page", async () => {
  const { run, mount, make, done } = page();
  run("go-drawing");
  await frames(5);
  mount();
  await frames(5);
  make();
  await frames(5);
  expect(done).toEqual(["focus"]);
});

test("the drawing does not get the focus once another key was pressed", async () => {
  const { run, mount, make, done } = page();
  run("go-drawing");
  mount();
  await frames(5);
  press("n");
  make();
  await frames(5);
  expect(done).toEqual([]);
});

test("the drawing is zoomed when it is made, by all keys that were pressed", async () => {
  const { run, mount, make, done } = page();
  run("zoom-in");
  run("zoom-out");
  await frames(5);
  mount();
  run("zoom-fit");
  await frames(5);
  make();
  await frames(1);
  expect(done).toEqual(["zoom by 1.25", "zoom by 0.8", "fit"]);
});

test("a drawing that is not shown is not zoomed when it is shown much later", async () => {
  const { run, mount, make, done } = page();
  run("zoom-in");
  await frames(200);
  mount();
  make();
  await frames(5);
  expect(done).toEqual([]);
});
