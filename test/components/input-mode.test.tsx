// @vitest-environment happy-dom
// Whether the keyboard or the pointer is in use.

import { expect, test } from "vitest";
import { useInputMode } from "../../app/components/App/useInputMode.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";

function Page() {
  useInputMode();
  return <button type="button">Open…</button>;
}

test("the keyboard is in use from a key until the pointer is pressed", async () => {
  const container = await render(pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"))), <Page />);
  const button = container.querySelector("button");
  const press = (key: string, more = {}) =>
    button?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...more }));
  const inUse = () => document.body.hasAttribute("data-keys");
  press("Shift");
  press("c", { ctrlKey: true });
  expect(inUse()).toBe(false);
  press("ArrowDown");
  expect(inUse()).toBe(true);
  button?.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
  expect(inUse()).toBe(false);
});
